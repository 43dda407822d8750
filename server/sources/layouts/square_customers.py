"""Square customer directory export. Labels from Square's help; their order and the address columns are
third-party knowledge. A status of Unknown is no consent and no refusal."""

from collections.abc import Mapping

from server.sources.layout import Layout

CONSENT = {"subscribed": "yes", "unsubscribed": "no"}


def read(row: Mapping[str, str]) -> dict[str, str]:
    """Consent in one word."""
    status = row.get("Email Subscription Status", "").strip().casefold()
    return {"email_consent": CONSENT.get(status, "")}


LAYOUT = Layout(
    name="square_customers",
    title="Square customers",
    kind="till",
    confidence="third-party",
    columns={
        "Reference ID": "reference",
        "First Name": "first_name",
        "Last Name": "last_name",
        "Email Address": "email",
        "Phone Number": "phone",
        "Nickname": None,
        "Company Name": "company",
        "Street Address 1": "street",
        "Street Address 2": "street",
        "City": "city",
        "State": None,
        "Postal Code": "postal_code",
        "Birthday": "birth_date",
        "Memo": "notes",
        "Square Customer ID": None,
        "Creation Source": None,
        "First Visit": "created_at",
        "Last Visit": None,
        "Transaction Count": None,
        "Lifetime Spend": None,
        "Email Subscription Status": "email_consent",
        "Instant Profile": None,
    },
    key=("Square Customer ID",),
    identifying=("Email Address", "Phone Number", "First Name", "Last Name"),
    read=read,
    person="payer",
)
