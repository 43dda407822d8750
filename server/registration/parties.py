"""Who stands together in a file: several sheets of one stay are one party, its head first.

Two sheets are of one party when they bear one reservation's number and the same dates. Who signs a sheet of
their own beside another's is no kin that anybody stated, so such a party is a group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from server.registration.output import Filed
from server.registration.profile import is_child
from server.registration.sheet import Person, Stay


@dataclass(frozen=True, slots=True)
class Standing:
    """A person as they stand in a file: on which sheet, at which place."""

    filed: str
    place: int
    person: Person
    stay: Stay


@dataclass(frozen=True, slots=True)
class TravelParty:
    """Who came together. The first is its head."""

    people: tuple[Standing, ...]
    is_group: bool

    @property
    def head(self) -> Standing:
        return self.people[0]


def parties(filed: Sequence[Filed], *, of_age: int) -> list[TravelParty]:
    """The parties of these sheets, in the order of their first sheets. An adult who signs leads; a child
    leads only where no adult signed."""
    together: dict[tuple[str, date | None, date | None], list[Filed]] = {}
    for one in filed:
        stay = one.sheet.stay
        # without a number, nobody can tell who came with whom
        key = (stay.reference, stay.arrives, stay.departs) if stay.reference else (one.id, None, None)
        together.setdefault((f"{bool(stay.reference)}{key[0]}", key[1], key[2]), []).append(one)
    return [_party(sheets, of_age) for sheets in together.values()]


def _party(sheets: Sequence[Filed], of_age: int) -> TravelParty:
    people = [
        Standing(one.id, place, person, one.sheet.stay)
        for one in sheets
        for place, person in enumerate(one.sheet.people)
    ]
    signers = [one for one in people if one.place == 0]
    head = next((one for one in signers if not is_child(one.person, one.stay, of_age)), signers[0])
    others = [one for one in people if one is not head]
    is_family = all(one.person.role in {"spouse", "child"} for one in others)
    return TravelParty((head, *others), is_group=not is_family)
