"""Gift card sales of a shop: latin-1, `;`, day first. The buyer stands in `Acheteur` or in `Prénom` and
`Nom`; for whom it was bought only in `Message` ("Pour : ..."). Seen here, no public manual."""

from server.sources.layout import Layout

LAYOUT = Layout(
    name="gift",
    title="Gift card sales",
    kind="gift",
    confidence="seen here",
    columns={
        "Code": "reference",
        "Acheteur": "full_name",
        "Prénom": "first_name",
        "Nom": "last_name",
        "Civilité": "title",
        "Courriel": "email",
        "Tél": "phone",
        "Rue": "street",
        "CP": "postal_code",
        "Ville": "city",
        "Pays": "country",
        "Société": "company",
        "Langue": "language",
        "Date achat": "created_at",
        "Valeur": "amount",
        "Message": "notes",
    },
    key=("Code",),
    identifying=("Acheteur", "Prénom", "Nom", "Courriel", "Tél", "Date achat"),
    stay_kind="purchase",
    person="payer",
)
