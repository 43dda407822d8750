"""Shopify customer export. Column names from Shopify's help and CSV samples; confirmed. Ids, zips and phones
carry a leading apostrophe, which keeps spreadsheets from eating their zeros."""

from collections.abc import Mapping

from server.sources.layout import Layout

CONSENT = {"yes": "yes", "no": "no"}


def read(row: Mapping[str, str]) -> dict[str, str]:
    """The values without the apostrophe; the person's own phone before that of the default address."""
    phone, at_address = (row.get(c, "").strip().removeprefix("'") for c in ("Phone", "Default Address Phone"))
    return {
        "postal_code": row.get("Default Address Zip", "").strip().removeprefix("'"),
        "phone": phone or at_address,
        "email_consent": CONSENT.get(row.get("Accepts Email Marketing", "").strip().casefold(), ""),
        "sms_consent": CONSENT.get(row.get("Accepts SMS Marketing", "").strip().casefold(), ""),
    }


LAYOUT = Layout(
    name="shopify_customers",
    title="Shopify customers",
    kind="shop",
    confidence="confirmed",
    columns={
        "Customer ID": None,
        "First Name": "first_name",
        "Last Name": "last_name",
        "Email": "email",
        "Accepts Email Marketing": "email_consent",
        "Default Address Company": "company",
        "Default Address Address1": "street",
        "Default Address Address2": "street",
        "Default Address City": "city",
        "Default Address Province Code": None,
        "Default Address Country Code": "country",
        "Default Address Zip": "postal_code",
        "Default Address Phone": "phone",
        "Phone": "phone",
        "Accepts SMS Marketing": "sms_consent",
        "Total Spent": None,
        "Total Orders": None,
        "Note": "notes",
        "Tax Exempt": None,
        "Tags": None,
    },
    key=("Customer ID",),
    identifying=("Email", "First Name", "Last Name", "Phone"),
    read=read,
    person="payer",
)
