"""Client list of a spa: mac-roman, `;`, dotted dates; a treatment per line. `Cliente` holds the whole name
when `Prenom` and `Nom` are empty. Seen here, no public manual."""

from collections.abc import Mapping

from server.sources.layout import Layout


def read(row: Mapping[str, str]) -> dict[str, str]:
    """A name written in `Cliente` beside a first or last name of its own is the same person's: keep one."""
    whole, first, last = (row.get(c, "").strip() for c in ("Cliente", "Prenom", "Nom"))
    if whole and first and last:
        return {"full_name": ""}
    return {}


LAYOUT = Layout(
    name="spa",
    title="Spa clients",
    kind="spa",
    confidence="seen here",
    columns={
        "Id": None,
        "Titre": "title",
        "Cliente": "full_name",
        "Prenom": "first_name",
        "Nom": "last_name",
        "Tel": "phone",
        "Mail": "email",
        "Naissance": "birth_date",
        "Adresse": "street",
        "CP": "postal_code",
        "Ville": "city",
        "Langue": "language",
        "Saisi le": "created_at",
        "Soin le": "stay_from",
        "Montant": "amount",
        "Remarque": "notes",
    },
    key=("Id",),
    identifying=("Cliente", "Prenom", "Nom", "Tel", "Mail", "Soin le"),
    stay_kind="visit",
    read=read,
)
