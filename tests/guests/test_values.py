"""Which value is a guest's: what a colleague pinned, what can be used, who stands behind it, the newest."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from typing import Any

import pytest

from server.guests.values import Member, Pinned, best_values, field_of
from server.record import CleanRecord, Proof

DAY = date(2026, 5, 4)


def told(
    number: int,
    proof: Proof = "source",
    kind: str = "pms",
    on: date = DAY,
    pins: tuple[Pinned, ...] = (),
    **clean: Any,
) -> Member:
    if "email" in clean:
        clean.setdefault("email_class", "real")
    if "mobile" in clean:
        clean.setdefault("mobile_class", "mobile")
    return Member(number, f"source\x1f{number}", CleanRecord(**clean), proof, kind, on, pins)


def best(field: str, *members: Member) -> tuple[str, str, int]:
    """Value, rule and record; the same whatever order the records stand in."""
    found = {
        (one.value, one.rule, one.record_id)
        for order in permutations(members)
        for one in best_values(order)
        if one.field == field
    }
    assert len(found) == 1
    return found.pop()


LATER = date(2026, 12, 1)
BEHIND_IT: list[dict[str, Any]] = [
    {"proof": "verified", "kind": "channel"},
    {"proof": "booking-bound", "kind": "link"},
    {"proof": "typed", "kind": "tablet"},
    {"kind": "pms"},
    {"kind": "channel"},
]
"""Who stands behind a value, the surest first."""

FIELDS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("email", {"email": "a@posteo.de"}, {"email": "b@posteo.de"}),
    ("mobile", {"mobile": "+33652527272"}, {"mobile": "+33652527273"}),
    ("first_name", {"first_name": "Anne-Marie"}, {"first_name": "Anna"}),
    ("last_name", {"last_name": "Lefèvre"}, {"last_name": "Lefebvre"}),
    ("birth_date", {"birth_date": date(1956, 12, 28)}, {"birth_date": date(1965, 12, 28)}),
    ("language", {"language": "fr"}, {"language": "en"}),
    ("company", {"company": "Arcades SA"}, {"company": "Arkades"}),
    (
        "street",
        {"street": "1 rue Haute", "city": "Lyon"},
        {"street": "2 rue Basse", "postal_code": "69002", "city": "Lyon", "country": "FR"},
    ),
]


@pytest.mark.parametrize(("field", "sure", "other"), FIELDS, ids=[field for field, _, _ in FIELDS])
@pytest.mark.parametrize("place", range(len(BEHIND_IT) - 1))
def test_who_stands_behind_a_value_outweighs_how_new_it_is(
    field: str, sure: dict[str, Any], other: dict[str, Any], place: int
) -> None:
    surer = told(1, **BEHIND_IT[place], **sure)
    newer = told(2, **BEHIND_IT[place + 1], **other, on=LATER)
    again = told(3, **BEHIND_IT[place + 1], **other, on=LATER)

    assert best(field, surer, newer, again)[1:] == ("proof", 1)


@pytest.mark.parametrize("worse", ["disposable", "alias", "shared"])
def test_an_address_that_can_be_written_to_beats_one_that_cannot_whoever_gave_it(worse: str) -> None:
    usable = told(1, kind="channel", email="anna@posteo.de")
    verified = told(2, proof="verified", email="x@guest.example", email_class=worse, on=LATER)

    assert best("email", usable, verified) == ("anna@posteo.de", "class", 1)


def test_a_number_of_the_guest_beats_the_hotels_own() -> None:
    own = told(1, proof="verified", mobile="+33100000000", mobile_class="shared")
    guests = told(2, kind="channel", mobile="+33652527272", mobile_class="unverifiable")

    assert best("mobile", own, guests)[1:] == ("class", 2)


@pytest.mark.parametrize(
    ("damaged", "rule"),
    [({"first_name": "P."}, "class"), ({"first_name": "P�trick", "lost_letters": True}, "class")],
)
def test_an_initial_and_a_damaged_name_yield_to_a_full_one(damaged: dict[str, Any], rule: str) -> None:
    guests = told(1, proof="booking-bound", **damaged)
    systems = told(2, kind="channel", first_name="Patrick")

    assert best("first_name", guests, systems) == ("Patrick", rule, 2)


def test_of_one_systems_names_the_one_in_known_order_is_taken() -> None:
    swapped = told(1, first_name="Martin", last_name="Patrick", name_order_sure=False, on=LATER)
    sure = told(2, first_name="Patrick", last_name="Martin")

    assert best("last_name", swapped, sure) == ("Martin", "full", 2)


def test_a_whole_address_beats_a_town_alone_whoever_gave_it() -> None:
    town = told(1, proof="typed", city="Lyon", country="FR")
    whole = told(2, kind="channel", street="1 rue Haute", postal_code="69002", city="Lyon")

    assert best("city", town, whole) == ("Lyon", "class", 2)


def test_what_most_say_counts_for_a_birth_date_and_the_newest_for_an_address() -> None:
    old: dict[str, Any] = {"birth_date": date(1956, 12, 28), "email": "old@posteo.de"}
    members = [
        told(1, **old),
        told(2, **old),
        told(3, birth_date=date(1956, 12, 29), email="new@posteo.de", on=LATER),
    ]

    assert best("birth_date", *members)[:2] == ("1956-12-28", "agreed")
    assert best("email", *members) == ("new@posteo.de", "newest", 3)


def test_a_pin_outranks_everything_and_holds_when_the_record_says_something_else() -> None:
    pin = Pinned("email", "anna@old.example", "real", 7)
    moved_on = told(1, kind="channel", email="x@guest.example", email_class="alias", pins=(pin,))
    verified = told(2, proof="verified", email="anna@posteo.de", on=LATER)

    assert best("email", moved_on, verified) == ("anna@old.example", "pinned", 1)


def test_of_two_pins_the_newer_counts() -> None:
    first = told(1, first_name="Anna", pins=(Pinned("first_name", "Anna", "real", 3),))
    second = told(2, first_name="Anne", pins=(Pinned("first_name", "Anne", "real", 4),))

    assert best("first_name", first, second) == ("Anne", "pinned", 2)


def test_a_pinned_address_is_pinned_as_a_whole() -> None:
    pin = Pinned("address", "1 rue Haute\x1f\x1fLyon\x1f", "real", 1)
    members = (
        told(1, pins=(pin,)),
        told(2, proof="verified", street="2 rue Basse", postal_code="75001", city="Paris", country="FR"),
    )

    assert best("street", *members) == ("1 rue Haute", "pinned", 1)
    assert best("city", *members) == ("Lyon", "pinned", 1)
    assert [one.field for one in best_values(members)] == ["street", "city"]


@pytest.mark.parametrize(
    ("name", "field"),
    [("email", "email"), ("city", "address"), ("address", "address"), ("notes", None), ("", None)],
)
def test_a_value_that_is_part_of_an_address_is_chosen_with_it(name: str, field: str | None) -> None:
    assert field_of(name) == field
