"""Guest profile export of an English PMS: UTF-16 text, tabs, one name column. Seen here, no public manual."""

from server.sources.layout import Layout

LAYOUT = Layout(
    name="pms_b",
    title="PMS guest profiles (English)",
    kind="pms",
    confidence="seen here",
    columns={
        "Profile ID": None,
        "Title": "title",
        "Guest Name": "full_name",
        "Email": "email",
        "Telephone": "phone",
        "DOB": "birth_date",
        "Nationality": "nationality",
        "Lang": "language",
        "Address": "street",
        "Zip": "postal_code",
        "Town": "city",
        "Country": "country",
        "ID Doc": "document_number",
        "Company": "company",
        "Membership": "loyalty_id",
        "Insert Date": "created_at",
        "Arr": "stay_from",
        "Dep": "stay_to",
        "Total Revenue": "amount",
        "Comments": "notes",
    },
    key=("Profile ID",),
    identifying=("Guest Name", "Email", "Telephone", "Arr"),
    taken_out={"ID Doc": "identity_document"},
    stay_kind="stay",
    of="profile",
)
