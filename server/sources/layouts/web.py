"""Subscribers of a newsletter tool: UTF-8, commas, ISO times; being in the list at OPTIN_TIME is the consent
that the tool recorded. Seen here, in the spelling of Mailchimp's merge fields, no public manual."""

from collections.abc import Mapping

from server.sources.layout import Layout


def read(row: Mapping[str, str]) -> dict[str, str]:
    """A subscriber with an opt-in time has consented to e-mail; without one the file does not say."""
    return {"email_consent": "yes"} if row.get("OPTIN_TIME", "").strip() else {}


LAYOUT = Layout(
    name="web",
    title="Newsletter subscribers",
    kind="newsletter",
    confidence="seen here",
    columns={
        "id": None,
        "email_address": "email",
        "FNAME": "first_name",
        "LNAME": "last_name",
        "BIRTHDAY": "birth_date",
        "LANG": "language",
        "OPTIN_TIME": "consent_at",
    },
    key=("id",),
    identifying=("email_address",),
    person="subscriber",
    read=read,
)
