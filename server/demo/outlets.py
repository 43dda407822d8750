"""What the restaurant, the spa and the shop hold about the people who came."""

from __future__ import annotations

from datetime import date, timedelta

from server.demo.draw import Draw
from server.demo.emails import PLACEHOLDERS
from server.demo.exports import Export
from server.demo.hotels import birth_date, own_address
from server.demo.names import said
from server.demo.people import Person
from server.demo.phones import written
from server.demo.stays import Calendar, Stay

TABLE_NOTES = (
    "terrasse svp",
    "table fenêtre",
    "client régulier",
    "anniversaire",
    "poussette",
    "birthday",
    "allergie noix",
    "végétarien",
    "quiet table please",
)


def during(stay: Stay | None, calendar: Calendar, draw: Draw, today: date) -> date:
    """A day of the stay that has already been, or any past day."""
    if stay is not None and stay.arrival < today:
        nights = (min(stay.departure, today) - stay.arrival).days
        return stay.arrival + timedelta(days=draw.between(0, max(nights - 1, 0)))
    return calendar.past_day()


def add_to_restaurant(
    export: Export, person: Person, day: date, calendar: Calendar, draw: Draw, *, room: str = ""
) -> None:
    """One booking of a table."""
    first, last = said(person, draw, scripts=True)
    created = calendar.moment(day - timedelta(days=draw.below(6)))
    phone = (
        ""
        if person.mobile is None or draw.chance(0.1)
        else written(person.mobile, "FR", draw, readers=person.readers)
    )
    how = draw.unit()
    email = draw.pick(PLACEHOLDERS) if how < 0.02 else own_address(person, draw) if how < 0.6 else ""
    notes = [f"{draw.between(1, 6)} couverts"] if draw.chance(0.6) else []
    if room and draw.chance(0.6):
        notes.insert(0, f"{draw.pick(('chambre', 'room', 'ch'))} {room}")
    if draw.chance(0.45):
        notes.insert(0, draw.pick(TABLE_NOTES))
    cells = (
        f"tf_{export.rows:05x}{draw.below(16**5):05x}",
        first,
        last,
        phone,
        email,
        birth_date(person, "{d:02d}/{m:02d}", draw, 0.06),
        "",
        person.language if draw.chance(0.5) else "",
        created.strftime("%d/%m/%Y %H:%M:%S"),
        day.strftime("%d/%m/%Y"),
        f"{draw.between(1_800, 19_000) / 100:.2f}" if draw.chance(0.5) else "",
        " ; ".join(notes),
    )
    export.add(cells, created, person.id, person.household)


def add_to_spa(
    export: Export, person: Person, day: date, calendar: Calendar, draw: Draw, *, room: str = ""
) -> None:
    """One treatment."""
    first, last = said(person, draw)
    created = calendar.moment(day - timedelta(days=draw.below(4)))
    whole = f"{last} {first}" if draw.chance(0.3) else f"{first} {last}"
    in_one = bool(first and last) and draw.chance(0.85)
    address = draw.chance(0.05)
    cells = (
        f"S{100_000 + export.rows}",
        draw.pick(person.title) if draw.chance(0.6) else "",
        whole if in_one else "",
        "" if in_one else first,
        "" if in_one else last,
        ""
        if person.mobile is None or draw.chance(0.2)
        else written(person.mobile, "CH", draw, readers=person.readers),
        own_address(person, draw) if draw.chance(0.42) else "",
        birth_date(person, "{d:02d}.{m:02d}.{y}", draw, 0.12),
        person.street if address else "",
        person.postal_code if address else "",
        person.city if address else "",
        person.language if draw.chance(0.2) else "",
        created.strftime("%d.%m.%Y %H:%M:%S"),
        day.strftime("%d.%m.%Y"),
        f"{draw.between(3_500, 24_000) / 100:.2f}".replace(".", ","),
        f"ch {room}" if room and draw.chance(0.7) else "",
    )
    export.add(cells, created, person.id, person.household)


def add_to_shop(export: Export, person: Person, calendar: Calendar, draw: Draw) -> None:
    """One account at the shop: nearly always a real address, often where the parcel goes."""
    first, last = said(person, draw, scripts=True)
    created = calendar.moment(calendar.past_day())
    orders = draw.pick((1, 1, 1, 1, 2, 2, 3, 6))
    ships = draw.chance(0.75)
    phone = person.mobile.e164 if person.mobile is not None and draw.chance(0.5) else ""
    cells = (
        f"'{7_000_000_000_000 + export.rows * 4_099}",
        first,
        last,
        own_address(person, draw),
        "yes" if draw.chance(0.38) else "no",
        person.company if draw.chance(0.3) else "",
        person.street if ships else "",
        "",
        person.city if ships else "",
        "",
        person.country if ships else "",
        f"'{person.postal_code}" if ships else "",
        f"'{phone}" if phone and ships else "",
        f"'{phone}" if phone and draw.chance(0.7) else "",
        "yes" if phone and draw.chance(0.15) else "no",
        f"{orders * draw.between(2_200, 16_000) / 100:.2f}",
        str(orders),
        "carte cadeau" if draw.chance(0.06) else "",
        "no",
        draw.pick(("", "", "", "newsletter", "VIP", "savon, bougie")),
    )
    export.add(cells, created, person.id, person.household)
