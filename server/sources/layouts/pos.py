"""Card payments of a till, in the shape of Square's payment list: UTF-8, commas, month first; the name is the
cardholder's, which may be anybody who paid. Seen here, no public manual."""

from server.sources.layout import Layout

LAYOUT = Layout(
    name="pos",
    title="Till payments",
    kind="till",
    confidence="seen here",
    columns={
        "Payment ID": "reference",
        "Cardholder": "full_name",
        "Customer Email": "email",
        "Customer Phone": "phone",
        "Company": "company",
        "Created": "created_at",
        "Date": "stay_from",
        "Gross Sales": "amount",
        "Details": "notes",
    },
    key=("Payment ID",),
    identifying=("Cardholder", "Customer Email", "Customer Phone", "Created", "Gross Sales"),
    stay_kind="purchase",
    person="payer",
)
