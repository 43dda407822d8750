"""Reservation export of a channel manager: UTF-8, commas, ISO dates; the names are the guest's, not the
booker's. Seen here, no public manual."""

from server.sources.layout import Layout

LAYOUT = Layout(
    name="ota",
    title="Channel manager reservations",
    kind="channel",
    confidence="seen here",
    columns={
        "reservation_id": "reference",
        "guest_first_name": "first_name",
        "guest_last_name": "last_name",
        "guest_email": "email",
        "guest_phone": "phone",
        "guest_nationality": "nationality",
        "guest_language": "language",
        "address": "street",
        "zip": "postal_code",
        "city": "city",
        "country_code": "country",
        "company": "company",
        "booked_at": "created_at",
        "checkin": "stay_from",
        "checkout": "stay_to",
        "total": "amount",
        "remarks": "notes",
    },
    key=("reservation_id",),
    identifying=("guest_first_name", "guest_last_name", "guest_email", "guest_phone", "checkin"),
    stay_kind="stay",
    channel="ota",
)
