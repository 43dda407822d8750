"""Contacts of an events office (weddings, seminars): cp1252, `;`, two-digit years; the contact ordered the
event and need not sleep here. Seen here, no public manual."""

from server.sources.layout import Layout

LAYOUT = Layout(
    name="event",
    title="Event contacts",
    kind="events",
    confidence="seen here",
    columns={
        "Dossier": "reference",
        "Titre": "title",
        "Contact": "full_name",
        "Prénom": "first_name",
        "Nom": "last_name",
        "Société": "company",
        "Mail": "email",
        "Tél.": "phone",
        "Adresse": "street",
        "CP": "postal_code",
        "Ville": "city",
        "Pays": "country",
        "Langue": "language",
        "Créé": "created_at",
        "Date événement": "stay_from",
        "Devis": "amount",
        "Commentaire": "notes",
    },
    key=("Dossier",),
    identifying=("Contact", "Prénom", "Nom", "Mail", "Tél.", "Date événement"),
    stay_kind="visit",
    person="booker",
)
