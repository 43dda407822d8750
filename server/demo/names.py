"""How a reception, a guest or a booking site writes a name: PMS shapes, capitals, swaps, companions."""

from __future__ import annotations

from server.demo.damage import damaged, slipped
from server.demo.draw import Draw
from server.demo.people import Person

DAMAGED = 0.08
"""Share of the names with letters beyond ASCII that an accident of encoding has met."""
SLIPPED = 0.02
NO_SPACE = frozenset(("zh", "ja", "ko"))


def in_two_fields(
    person: Person, draw: Draw, *, lost_mark: str, with_: Person | None = None
) -> tuple[str, str]:
    """Surname and first name as a PMS with a field for each holds them."""
    last, first = _in_two_fields(person, draw, with_)
    if not (first.isascii() and last.isascii()) and draw.chance(DAMAGED):
        last, first = damaged((last, first), draw, lost_mark)
    return last, first


def _in_two_fields(person: Person, draw: Draw, with_: Person | None) -> tuple[str, str]:
    first, last = _typed(person, draw)
    if with_ is not None:
        return last.upper(), f"{first} {draw.pick(('&', 'et', '+'))} {with_.given.latin}"
    how = draw.unit()
    if how < 0.60:
        return last.upper(), first
    if how < 0.76:
        return last, first
    if how < 0.84:
        return last.upper(), first.upper()
    if how < 0.89:
        return first, last
    if how < 0.93:
        return last.upper(), f"{first[:1]}."
    if how < 0.96:
        return last.upper(), f"{draw.pick(person.title)} {first}"
    if how < 0.985:
        return f"{last}/{first} {'MRS' if person.woman else 'MR'}".upper(), ""
    return last.lower(), first.lower()


def in_one_field(person: Person, draw: Draw, *, lost_mark: str, with_: Person | None = None) -> str:
    """The whole name as a PMS with one field for it holds it."""
    if person.culture.native_script and draw.chance(0.12):
        return native(person)
    name = _in_one_field(person, draw, with_)
    if not name.isascii() and draw.chance(DAMAGED):
        (name,) = damaged((name,), draw, lost_mark)
    return name


def _in_one_field(person: Person, draw: Draw, with_: Person | None) -> str:
    first, last = _typed(person, draw)
    if with_ is not None:
        return f"{first} {draw.pick(('&', 'et', 'und'))} {with_.given.latin} {last}"
    how = draw.unit()
    if how < 0.40:
        return f"{last}, {first}"
    if how < 0.56:
        return f"{last.upper()} {first}"
    if how < 0.68:
        return f"{first} {last}"
    if how < 0.80:
        return f"{last}, {draw.pick(person.title)} {first}"
    if how < 0.88:
        return f"{last.upper()}, {first.upper()}"
    if how < 0.93:
        return f"{last}/{first} {'MRS' if person.woman else 'MR'}".upper()
    if how < 0.96:
        return f"{draw.pick(person.title)} {first} {last}"
    if how < 0.98:
        return f"{last}, {first[:1]}."
    return f"{first} {last}".lower()


def said(person: Person, draw: Draw, *, scripts: bool = False) -> tuple[str, str]:
    """First name and surname as the person gives them: short, an initial, one of the two, or whole."""
    if scripts and person.culture.native_script and draw.chance(0.12):
        return person.given.native, person.family.native
    first, last = _said(person, draw)
    if not (first.isascii() and last.isascii()) and draw.chance(DAMAGED):
        first, last = damaged((first, last), draw)
    return first, last


def _said(person: Person, draw: Draw) -> tuple[str, str]:
    first, last = _typed(person, draw)
    how = draw.unit()
    if how < 0.08:
        return person.culture.short.get(person.given.latin, first), last
    if how < 0.14:
        return f"{first[:1]}.", last
    if how < 0.19:
        return first, ""
    if how < 0.22:
        return "", last
    if how < 0.26:
        return first.upper(), last.upper()
    if how < 0.30:
        return first.lower(), last.lower()
    return first, last


def native(person: Person) -> str:
    """The name in its own script and order."""
    if person.culture.language in NO_SPACE:
        return person.family.native + person.given.native
    return f"{person.given.native} {person.family.native}"


def _typed(person: Person, draw: Draw) -> tuple[str, str]:
    """First name and surname, in one row of fifty with a slip of the fingers."""
    first, last = person.given.latin, person.family.latin
    return (first, slipped(last, draw)) if draw.chance(SLIPPED) else (first, last)
