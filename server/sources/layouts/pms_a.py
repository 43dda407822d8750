"""Cardex export of a French PMS: one line per cardex, cp1252, `;`, day first. Seen here, no public manual."""

from server.sources.layout import Layout

LAYOUT = Layout(
    name="pms_a",
    title="PMS cardex (French)",
    kind="pms",
    confidence="seen here",
    columns={
        "N° cardex": None,
        "Civilité": "title",
        "NOM": "last_name",
        "Prénom": "first_name",
        "E-mail": "email",
        "Téléphone": "phone",
        "Portable": "mobile",
        "Né(e) le": "birth_date",
        "Nat.": "nationality",
        "Langue": "language",
        "Adresse": "street",
        "CP": "postal_code",
        "Ville": "city",
        "Pays": "country",
        "Pièce": "document_number",
        "Société": "company",
        "Fidélité": "loyalty_id",
        "Créé le": "created_at",
        "Arrivée": "stay_from",
        "Départ": "stay_to",
        "CA TTC": "amount",
        "Observations": "notes",
    },
    key=("N° cardex",),
    identifying=("NOM", "Prénom", "E-mail", "Téléphone", "Portable", "Arrivée"),
    taken_out={"Pièce": "identity_document"},
    stay_kind="stay",
    of="profile",
)
