"""Klaviyo profile export. Column names and the three consent words from Klaviyo's help articles; confirmed.
Suppressed addresses may not be mailed, whatever the consent column says."""

from collections.abc import Mapping

from server.sources.layout import Layout

CONSENT = {"subscribed": "yes", "unsubscribed": "no"}
NOT_SUPPRESSED = frozenset({"", "[]", "none", "false", "no"})


def read(row: Mapping[str, str]) -> dict[str, str]:
    """Consent in one word; NEVER_SUBSCRIBED means that nothing was said, a suppression means no."""
    if row.get("Email Suppressions", "").strip().casefold() not in NOT_SUPPRESSED:
        return {"email_consent": "no"}
    return {"email_consent": CONSENT.get(row.get("Email Marketing Consent", "").strip().casefold(), "")}


LAYOUT = Layout(
    name="klaviyo",
    title="Klaviyo profiles",
    kind="newsletter",
    confidence="confirmed",
    columns={
        "Email": "email",
        "Klaviyo ID": None,
        "First Name": "first_name",
        "Last Name": "last_name",
        "Organization": "company",
        "Title": None,
        "Phone Number": "phone",
        "Address": "street",
        "Address 2": "street",
        "City": "city",
        "State / Region": None,
        "Country": "country",
        "Zip Code": "postal_code",
        "Latitude": None,
        "Longitude": None,
        "Source": None,
        "IP Address": None,
        "Email Marketing Consent": "email_consent",
        "Email Marketing Consent Timestamp": "consent_at",
        "Historic Customer Lifetime Value": None,
        "Average Order Value": None,
        "First Active": None,
        "Last Active": None,
        "Profile Created On": "created_at",
        "Date Added": None,
        "Last Open": None,
        "Last Click": None,
        "Email Suppressions": None,
    },
    key=("Klaviyo ID",),
    identifying=("Email", "Phone Number"),
    person="subscriber",
    read=read,
)
