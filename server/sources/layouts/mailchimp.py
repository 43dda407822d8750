"""Mailchimp audience export: three files of one header (subscribed, unsubscribed with UNSUB_TIME, cleaned
with CLEAN_TIME). Column names from Mailchimp's export articles; confirmed for the shared columns."""

from collections.abc import Mapping

from server.sources.layout import Layout


def read(row: Mapping[str, str]) -> dict[str, str]:
    """Which of the three files a row stands in is its consent: left it, or bounced out of it, means no."""
    left = row.get("UNSUB_TIME", "").strip() or row.get("CLEAN_TIME", "").strip()
    if left:
        return {"email_consent": "no", "consent_at": left}
    since = row.get("CONFIRM_TIME", "").strip() or row.get("OPTIN_TIME", "").strip()
    return {"email_consent": "yes", "consent_at": since} if since else {}


LAYOUT = Layout(
    name="mailchimp",
    title="Mailchimp audience",
    kind="newsletter",
    confidence="confirmed",
    columns={
        "Email Address": "email",
        "First Name": "first_name",
        "Last Name": "last_name",
        "Address": "street",
        "Phone Number": "phone",
        "Birthday": "birth_date",
        "MEMBER_RATING": None,
        "OPTIN_TIME": "created_at",
        "OPTIN_IP": None,
        "CONFIRM_TIME": "consent_at",
        "CONFIRM_IP": None,
        "LATITUDE": None,
        "LONGITUDE": None,
        "GMTOFF": None,
        "DSTOFF": None,
        "TIMEZONE": None,
        "CC": "country",
        "REGION": None,
        "UNSUB_TIME": None,
        "CLEAN_TIME": None,
        "LAST_CHANGED": "updated_at",
        "LEID": None,
        "EUID": None,
        "NOTES": "notes",
        "TAGS": None,
    },
    key=("LEID",),
    identifying=("Email Address",),
    person="subscriber",
    read=read,
)
