"""What the two hotels' systems hold about a stay and the person who stayed."""

from __future__ import annotations

from datetime import date

from server.demo.draw import Draw
from server.demo.emails import PLACEHOLDERS, mistyped
from server.demo.exports import Export
from server.demo.group import AGENCIES, COMPANIES, House
from server.demo.names import in_one_field, in_two_fields
from server.demo.people import Person
from server.demo.phones import written
from server.demo.stays import ONLINE, Stay

PLACEHOLDER_PHONES = ("0000000000", "06 00 00 00 00", "0102030405", "1111111111", "00")

COUNTRY_WORDS = {
    "FR": ("France", "Française"),
    "BE": ("Belgique", "Belge"),
    "CH": ("Suisse", "Suisse"),
    "GB": ("United Kingdom", "British"),
    "IE": ("Irlande", "Irish"),
    "US": ("United States", "USA"),
    "CA": ("Canada", "Canadienne"),
    "DE": ("Allemagne", "Deutsch"),
    "AT": ("Autriche", "Österreich"),
    "IT": ("Italie", "Italiana"),
    "ES": ("Espagne", "Española"),
    "PT": ("Portugal", "Portuguesa"),
    "BR": ("Brésil", "Brasileira"),
    "NL": ("Pays-Bas", "Nederlandse"),
    "PL": ("Pologne", "Polska"),
    "RU": ("Russie", "Russian"),
    "UA": ("Ukraine", "Ukrainian"),
    "MA": ("Maroc", "Marocaine"),
    "DZ": ("Algérie", "Algérienne"),
    "TN": ("Tunisie", "Tunisienne"),
    "AE": ("Emirats Arabes Unis", "UAE"),
    "SA": ("Arabie Saoudite", "Saudi"),
    "TR": ("Turquie", "Türk"),
    "IN": ("Inde", "Indian"),
    "CN": ("Chine", "Chinese"),
    "JP": ("Japon", "Japanese"),
    "KR": ("Corée du Sud", "Korean"),
}
"""Country and nationality as a French-speaking desk writes them; the rest are written as codes."""

CARDS = (
    "CB 4111 1111 1111 1111 exp 04/29",
    "garantie 5555555555554444",
    "visa 4242-4242-4242-4242",
    "AMEX 3782 822463 10005",
)
"""Test numbers that card schemes and their acquirers publish; they pass the check digit and charge nobody."""

WISHES = (
    "lit bébé",
    "vue lac",
    "arrivée tardive",
    "étage élevé",
    "parking",
    "anniversaire",
    "chien",
    "late c/o",
)
HEALTH = ("allergie arachides", "régime sans gluten", "végétarien", "PMR")
"""What a hotel's notes hold and must not: taken out at the door of an import."""


def email_on_booking(person: Person, stay: Stay, house: House, draw: Draw) -> str:
    """The address that the booking brought, or what stands in its place."""
    how = draw.unit()
    if stay.channel in ONLINE:
        if how < 0.78:
            return stay.alias
        if how < 0.93:
            return ""
        if how < 0.95:
            return draw.pick(PLACEHOLDERS)
        return own_address(person, draw)
    if stay.channel == "agency":
        return draw.pick(AGENCIES)[1] if how < 0.85 else ""
    if how < 0.06:
        return draw.pick(house.own_emails)
    if how < 0.11:
        return draw.pick(PLACEHOLDERS)
    if how < 0.12:
        return f"{draw.letters(7)}@yopmail.com"
    if how < (0.55 if stay.channel == "telephone" else 0.34):
        return ""
    if person.company and draw.chance(0.2):
        return f"travel@{dict(COMPANIES)[person.company]}"
    return own_address(person, draw)


def own_address(person: Person, draw: Draw) -> str:
    """The person's address as it was typed: seldom with a typo, in capitals or not an address any more."""
    if person.email is None:
        return ""
    how = draw.unit()
    if how < 0.03:
        return mistyped(person.email, draw)
    if how < 0.04:
        return person.email.rpartition(".")[0] if draw.chance(0.5) else person.email.replace("@", " at ")
    return person.email.upper() if how < 0.07 else person.email


def phone_at(person: Person, house: House, draw: Draw) -> str:
    """The person's number as the house holds it; empty or a placeholder where nobody asked."""
    how = draw.unit()
    if how < 0.03:
        return draw.pick(PLACEHOLDER_PHONES)
    if how < 0.04:
        return house.own_phones[0]
    if how < 0.22 or person.mobile is None:
        return ""
    return written(person.mobile, house.country, draw, readers=person.readers)


def notes_on(stay: Stay, draw: Draw) -> str:
    """Room, booking number, wishes; and now and then what should never have been written there."""
    parts = [f"ch. {stay.room}"]
    if stay.reference and draw.chance(0.7):
        parts.append(stay.reference)
    if stay.ended:
        parts.append(stay.ended)
    how = draw.unit()
    if how < 0.10:
        parts.append(draw.pick(WISHES))
    elif how < 0.12:
        parts.append(draw.pick(HEALTH))
    elif how < 0.126:
        parts.append(draw.pick(CARDS))
    return " ; ".join(parts)


def birth_date(person: Person, shape: str, draw: Draw, share: float) -> str:
    """The birth date in the system's shape; empty mostly, seldom a placeholder or a day that never was."""
    how = draw.unit() / share
    if how > 1:
        return ""
    if how < 0.02:
        return shape.format(y=1900, m=1, d=1)
    if how < 0.03:
        return shape.format(y=person.birth.year, m=2, d=31)
    return shape.format(y=person.birth.year, m=person.birth.month, d=person.birth.day)


BLOCKS = ("BLOCK GROUPE", "WALK IN", "TEST TEST", "Reserved", "do not use")
"""Names that stand in a PMS for nobody."""
BLOCK_COLUMNS = {
    "pms_a": ("%d/%m/%Y", "A", "NOM", "Créé le", "Arrivée", "Départ", "Observations"),
    "pms_b": ("%Y-%m-%d", "GST-", "Guest Name", "Insert Date", "Arr", "Dep", "Comments"),
}


def add_block(export: Export, stay: Stay, draw: Draw) -> None:
    """A row about no person: rooms held for a group, a test, a walk-in nobody asked for a name."""
    columns = export.layout.columns
    day, stem, name, created, arrival, departure, notes = BLOCK_COLUMNS[export.layout.source]
    cells = dict.fromkeys(columns, "")
    cells[columns[0]] = f"{stem}{100_000 + export.rows}"
    cells[name] = draw.pick(BLOCKS)
    cells[created] = stay.created.strftime(f"{day} %H:%M:%S")
    cells[arrival] = stay.arrival.strftime(day)
    cells[departure] = stay.departure.strftime(day)
    cells[notes] = f"ch. {stay.room}"
    export.add(tuple(cells.values()), stay.created, f"N-{cells[columns[0]]}", "")


def add_to_pms_a(
    export: Export, person: Person, stay: Stay, draw: Draw, *, today: date, with_: Person | None = None
) -> None:
    """One cardex of the hotel on the lake."""
    house = export.layout.house
    last, first = in_two_fields(person, draw, lost_mark="?", with_=with_)
    title = "M. et Mme" if with_ and draw.chance(0.5) else draw.pick(person.title) if draw.chance(0.6) else ""
    address = draw.chance(0.4)
    mobile = phone_at(person, house, draw)
    in_mobile = draw.chance(0.55)
    cells = (
        f"A{100_000 + export.rows}",
        title,
        last,
        first,
        email_on_booking(person, stay, house, draw),
        "" if in_mobile else mobile,
        mobile if in_mobile else "",
        birth_date(person, "{d:02d}/{m:02d}/{y}", draw, 0.25),
        person.nationality if draw.chance(0.74) else "",
        person.language.upper() if draw.chance(0.5) else "",
        person.street if address else "",
        person.postal_code if address else "",
        person.city if address or draw.chance(0.1) else "",
        person.country if address or draw.chance(0.3) else "",
        person.document if draw.chance(0.05) else "",
        person.company if draw.chance(0.7) else "",
        person.loyalty if draw.chance(0.6) else "",
        stay.created.strftime("%d/%m/%Y %H:%M:%S"),
        stay.arrival.strftime("%d/%m/%Y"),
        stay.departure.strftime("%d/%m/%Y"),
        f"{stay.amount:.2f}".replace(".", ",") if stay.departure <= today and draw.chance(0.9) else "",
        notes_on(stay, draw),
    )
    export.add(cells, stay.created, person.id, person.household)


def add_to_pms_b(
    export: Export, person: Person, stay: Stay, draw: Draw, *, today: date, with_: Person | None = None
) -> None:
    """One profile of the hotel on the other shore."""
    house = export.layout.house
    address = draw.chance(0.3)
    country, nationality = COUNTRY_WORDS.get(person.country, (person.country,) * 2)
    if person.nationality != person.country or draw.chance(0.5):
        nationality = person.nationality
    cells = (
        f"GST-{100_000 + export.rows}",
        draw.pick(person.title) if draw.chance(0.32) else "",
        in_one_field(person, draw, lost_mark="\ufffd", with_=with_),
        email_on_booking(person, stay, house, draw),
        phone_at(person, house, draw),
        birth_date(person, "{y}-{m:02d}-{d:02d}", draw, 0.2),
        nationality if draw.chance(0.57) else "",
        person.language if draw.chance(0.3) else "",
        person.street if address else "",
        person.postal_code if address else "",
        person.city if address or draw.chance(0.1) else "",
        country if address or draw.chance(0.25) else "",
        person.document if draw.chance(0.03) else "",
        person.company if draw.chance(0.7) else "",
        person.loyalty if draw.chance(0.6) else "",
        stay.created.strftime("%Y-%m-%d %H:%M:%S"),
        stay.arrival.isoformat(),
        stay.departure.isoformat(),
        f"{stay.amount:.2f}" if stay.departure <= today and draw.chance(0.9) else "",
        notes_on(stay, draw),
    )
    export.add(cells, stay.created, person.id, person.household)
