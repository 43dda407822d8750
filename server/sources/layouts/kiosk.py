"""Signed check-in cards of a former kiosk: UTF-8, commas, ISO dates, with document numbers, which stay
outside. Seen here, no public manual."""

from server.sources.layout import Layout

LAYOUT = Layout(
    name="kiosk",
    title="Check-in cards",
    kind="cards",
    confidence="seen here",
    columns={
        "form_no": None,
        "surname": "last_name",
        "given_names": "first_name",
        "date_of_birth": "birth_date",
        "nationality": "nationality",
        "language": "language",
        "home_address": "street",
        "postcode": "postal_code",
        "city": "city",
        "country": "country",
        "document_no": "document_number",
        "email": "email",
        "mobile": "mobile",
        "company": "company",
        "loyalty": "loyalty_id",
        "signed_at": "created_at",
        "arrival": "stay_from",
        "departure": "stay_to",
        "room": "room",
    },
    key=("form_no",),
    identifying=("surname", "given_names", "date_of_birth", "signed_at", "arrival"),
    taken_out={"document_no": "identity_document"},
    stay_kind="stay",
)
