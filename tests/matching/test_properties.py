"""What holds for any guests under one frozen model: no order, copy, stranger or batch changes who is who."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.matching import Model, Records, contents, keys_of, make_model, match
from server.matching.columns import Bits
from server.matching.evidence.birth_date import SLIP, levels
from server.matching.keys import candidates
from server.matching.scoring import log_odds, weigh
from server.record import CleanRecord
from server.resolving import resolve
from tests.drawing import drawn
from tests.matching.builders import columns, person

GIVEN = {
    "western": [
        "Marie",
        "Paul",
        "Anne",
        "Jean",
        "Jean-Luc",
        "Hélène",
        "Günter",
        "Eva",
        "Maria",
        "Marco",
        "P",
        "M.",
    ],
    "russian": ["Иван", "Анна", "Ivan", "Anna", "Olga"],
    "greek": ["Γιώργος", "Μαρία", "Giorgos"],
    "arabic": ["محمد", "فاطمة", "Mohammed", "Muhammad", "Fatima"],
    "chinese": ["伟", "Wei", "秀英", "Xiuying"],
    "japanese": ["太郎", "Taro", "花子"],
}
FAMILY = {
    "western": ["Durand", "Martin", "Roux-Blanc", "García López", "de la Cruz", "Müller", "Mueller",
                "Rossi", "O'Neill"],
    "russian": ["Иванов", "Иванова", "Ivanov", "Petrova"],
    "greek": ["Παπαδόπουλος", "Papadopoulos"],
    "arabic": ["الزهراني", "Al Zahrani", "Hassan"],
    "chinese": ["李", "Li", "王", "Wang"],
    "japanese": ["田中", "Tanaka", "佐藤"],
}  # fmt: skip
STREETS = [
    ("12 rue des Lilas", "69003", "Lyon"),
    ("4 Storgatan", "11122", "Stockholm"),
    ("7 Via Roma", "20121", "Milano"),
]
START = date(2026, 5, 1)


def some(values: Iterable[Any], missing: int = 1) -> st.SearchStrategy[Any]:
    """One of the values, or now and then none."""
    return st.sampled_from([None] * missing + list(values))


@st.composite
def families(draw: st.DrawFn) -> list[CleanRecord]:
    """One to five members of one culture, on shared contacts, some of them recorded more than once."""
    culture = draw(st.sampled_from(sorted(GIVEN)))
    surname = draw(st.sampled_from(FAMILY[culture]))
    number = draw(st.integers(0, 30))
    mobile = f"+3365252{7000 + number}"
    email = f"family{number}@mail.example"
    street, postal, city = draw(st.sampled_from(STREETS))
    found = []
    for _ in range(draw(st.integers(1, 5))):
        night = START + timedelta(days=draw(st.integers(0, 3)))
        found.append(
            CleanRecord(
                first_name=draw(some(GIVEN[culture])),
                last_name=draw(st.sampled_from([surname, surname, *FAMILY[culture]])),
                name_order_sure=draw(st.booleans()),
                gender=draw(some(["f", "m"], 2)),
                email=(
                    mail := draw(
                        some([email, email.replace("family", "famly"), f"own{number}@mail.example"], 2)
                    )
                ),
                email_class="real" if mail else "missing",
                mobile=(phone := draw(some([mobile, mobile[:-1] + "9"], 2))),
                mobile_class="mobile" if phone else "missing",
                birth_date=draw(
                    some([date(1956, 12, 28), date(1956, 12, 29), date(1990, 1, 2), date(1990, 2, 1)], 2)
                ),
                street=(at := draw(some([street], 2))),
                postal_code=postal if at else None,
                city=draw(some([city])),
                nationality=draw(some(["FR", "IT"], 2)),
                document_number=draw(some(["AB123456", "AB123457", "XK998877"], 6)),
                loyalty_id=draw(some(["L1001", "L1002"], 6)),
                company=draw(some(["Siemtec", "Veolis"], 6)),
                card_digits=draw(some(["1234", "9876"], 6)),
                references=draw(st.sampled_from([(), (), ("4711",), ("4712",), ("4711", "4713")])),
                room=draw(some(["101", "102"], 2)),
                stay_from=night,
                stay_to=night + timedelta(days=draw(st.integers(0, 2))),
                amount=draw(some([Decimal("120.50"), Decimal("88")], 2)),
            )
        )
    return found


@st.composite
def houses(draw: st.DrawFn) -> list[CleanRecord]:
    """A few families, and what a second system wrote of some of their members."""
    found = [record for family in draw(st.lists(families(), min_size=1, max_size=4)) for record in family]
    again = draw(st.lists(st.sampled_from(found), max_size=4))
    return found + [
        replace(record, room=None, references=(), email=None, email_class="missing") for record in again
    ]


@cache
def model() -> Model:
    """A frozen model of a small hotel: four hundred guests, common and rare names, a few favourite dates."""
    chance = random.Random(5)
    cultures = sorted(GIVEN)
    guests = []
    for number in range(400):
        culture = chance.choice(cultures)
        guests.append(
            person(
                chance.choice(GIVEN[culture]),
                chance.choice(FAMILY[culture]) if number % 3 else f"Family{number}",
                email=f"guest{number // 2}@mail.example" if number % 2 else None,
                mobile=f"+3361111{number:04d}" if number % 3 else None,
                born=f"19{40 + number % 55}-0{1 + number % 9}-1{number % 10}" if number % 4 else "1990-01-02",
                city=chance.choice(["Lyon", "Milano", "Stockholm"]),
                nationality=chance.choice(["FR", "IT", "SE"]),
            )
        )
    return make_model(columns(guests))


def named(house: Sequence[CleanRecord], ids: Sequence[str]) -> Records:
    return Records.of(house, ids, ["s"] * len(ids), ["source"] * len(ids))


def numbered(house: Sequence[CleanRecord]) -> list[str]:
    return [f"r{number:03d}" for number in range(len(house))]


def groups(house: Sequence[CleanRecord], ids: Sequence[str]) -> set[frozenset[str]]:
    """Who is one person, by ids, under the frozen model."""
    found: dict[int, set[str]] = {}
    for own, label in zip(ids, match(named(house, ids), model()).labels.tolist(), strict=True):
        found.setdefault(label, set()).add(own)
    return {frozenset(members) for members in found.values()}


def only(found: set[frozenset[str]], ids: Iterable[str]) -> set[frozenset[str]]:
    """The groups as far as these ids go."""
    kept = frozenset(ids)
    return {members & kept for members in found} - {frozenset()}


def bits(*records: CleanRecord) -> Bits:
    """What is said for the first record and each of the others being one person."""
    others = np.arange(1, len(records), dtype=np.int32)
    return weigh(columns(records), model(), np.zeros_like(others), others).bits


@drawn(60)
@given(houses())
def test_who_is_compared_with_whom_does_not_matter(house: list[CleanRecord]) -> None:
    made = columns(house)
    left, right = (side.astype(np.int32) for side in np.triu_indices(len(house), 1))

    assert weigh(made, model(), left, right).bits == pytest.approx(
        weigh(made, model(), right, left).bits, abs=1e-3
    )


@drawn(40)
@given(houses(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_group_and_no_household(
    house: list[CleanRecord], chance: random.Random
) -> None:
    ids = numbered(house)
    order = list(range(len(house)))
    chance.shuffle(order)
    turned = [house[k] for k in order], [ids[k] for k in order]

    assert groups(house, ids) == groups(*turned)
    told = []
    for rows, names in ((house, ids), turned):
        records = named(rows, names)
        links = match(records, model()).households.told(records)
        told.append(
            {(names[one], names[other], code, tuple(params.items())) for one, other, code, params in links}
        )
    assert told[0] == told[1]


@drawn(8)
@given(houses(), st.randoms(use_true_random=False))
def test_the_order_of_a_file_s_columns_changes_no_group(
    house: list[CleanRecord], chance: random.Random
) -> None:
    shown = [
        "first_name",
        "last_name",
        "email",
        "mobile",
        "birth_date",
        "street",
        "postal_code",
        "city",
        "room",
    ]
    rows = [
        [own, *(getattr(record, field) or "" for field in shown)]
        for own, record in zip(numbered(house), house, strict=True)
    ]
    order = list(range(len(shown) + 1))
    chance.shuffle(order)
    found = []
    with TemporaryDirectory() as place:
        for at in (range(len(shown) + 1), order):
            path = Path(place, "records.csv")
            with path.open("w", encoding="utf-8", newline="") as file:
                header = ["record_id", *shown]
                csv.writer(file).writerows(
                    [header[k] for k in at] if n == 0 else [row[k] for k in at]
                    for n, row in enumerate([header, *rows])
                )
            found.append(list(resolve(path).clusters()))

    assert found[0] == found[1]


@pytest.mark.parametrize("own", ["a copy", "twin"], ids=["before all others", "after all others"])
@drawn(40)
@given(houses(), st.data())
def test_a_copied_row_joins_its_twin_and_changes_nothing_else(
    own: str, house: list[CleanRecord], data: st.DataObject
) -> None:
    ids = numbered(house)
    twin = data.draw(st.integers(0, len(house) - 1))
    before = groups(house, ids)
    after = groups([*house, house[twin]], [*ids, own])

    assert only(after, ids) == before
    if bits(house[twin], house[twin])[0] >= log_odds(model().link_cut):
        assert any({ids[twin], own} <= members for members in after)


@drawn(20)
@given(houses(), st.data())
def test_many_copies_of_a_row_are_compared_no_more_often_than_one(
    house: list[CleanRecord], data: st.DataObject
) -> None:
    ids = numbered(house)
    copied = data.draw(st.integers(0, len(house) - 1))
    more = [f"s{number:03d}" for number in range(200)]
    one = match(named(house, ids), model())
    many = match(named([*house, *[house[copied]] * len(more)], [*ids, *more]), model())

    assert many.report["pairs"] == one.report["pairs"]
    assert many.report["rounds"] == one.report["rounds"]


STRANGERS = [
    person(f"Zyx{a}", f"Qwv{a}{b}", email=f"z{a}@far.example", mobile=f"+8190{b}{a}512", born=f"18{a}-07-{b}")
    for a, b in [(70 + k, 10 + k) for k in range(12)]
]  # fmt: skip


@drawn(40)
@given(houses())
def test_strangers_change_no_group(house: list[CleanRecord]) -> None:
    ids = numbered(house)
    others = [f"s{number:02d}" for number in range(len(STRANGERS))]
    both = groups([*house, *STRANGERS], [*ids, *others])

    assert only(both, ids) == groups(house, ids)
    assert {members for members in both if members & set(others)} == {frozenset([one]) for one in others}


@drawn(20)
@given(houses(), st.data())
def test_two_records_weigh_the_same_alone_as_among_all(house: list[CleanRecord], data: st.DataObject) -> None:
    made = columns([*house, *STRANGERS])
    pairs = candidates(made)
    found = weigh(made, model(), pairs.left, pairs.right).bits
    for at in range(len(pairs.left)):
        one, two = int(pairs.left[at]), int(pairs.right[at])
        alone = columns([[*house, *STRANGERS][one], [*house, *STRANGERS][two]])
        assert candidates(alone).left.tolist() == [0]
        first, second = (np.array([k], dtype=np.int32) for k in (0, 1))
        assert weigh(alone, model(), first, second).bits[0] == pytest.approx(found[at], abs=1e-3)


@drawn(30)
@given(houses(), st.data())
def test_some_records_taken_out_of_all_are_what_they_are_alone(
    house: list[CleanRecord], data: st.DataObject
) -> None:
    ids = numbered(house)
    kept = sorted(data.draw(st.sets(st.integers(0, len(house) - 1), min_size=1)))
    everybody = named(house, ids)
    contents(everybody)

    taken = everybody.take(np.array(kept, dtype=np.int32))

    alone = named([house[k] for k in kept], [ids[k] for k in kept])
    assert taken.ids == alone.ids
    assert taken.order.tolist() == alone.order.tolist()
    assert contents(taken).tolist() == contents(alone).tolist()
    assert [side.tolist() for side in keys_of(taken)] == [side.tolist() for side in keys_of(alone)]
    left, right = (side.astype(np.int32) for side in np.triu_indices(len(kept), 1))
    assert (
        weigh(taken, model(), left, right).bits.tolist() == weigh(alone, model(), left, right).bits.tolist()
    )


AGREEMENTS: dict[str, tuple[str, ...]] = {
    "first name": ("first_name", "name_order_sure"),
    "surname": ("last_name", "name_order_sure"),
    "whole name": ("first_name", "last_name", "name_order_sure"),
    "title": ("gender",),
    "e-mail address": ("email", "email_class"),
    "telephone": ("mobile", "mobile_class"),
    "birth date": ("birth_date",),
    "home": ("street", "postal_code", "city"),
    "town": ("city",),
    "nationality": ("nationality",),
    "document": ("document_number",),
    "loyalty number": ("loyalty_id",),
    "company": ("company",),
    "card": ("card_digits",),
    "booking": ("references", "stay_from", "stay_to", "room"),
    "stay": ("stay_from", "stay_to", "room", "amount"),
}
"""What can come to agree, with its fields: equal dates alone, in two rooms, would be a contradiction."""


NOBODY_WOULD_ASK = -3.0
"""Bits below which two records are so far apart that two readings of their names may outdo each other."""


@pytest.mark.parametrize("what", AGREEMENTS)
@drawn(50)
@given(st.lists(families(), min_size=2, max_size=2))
def test_more_agreement_never_lowers_the_odds(what: str, two: list[list[CleanRecord]]) -> None:
    one = two[0][0]
    said: dict[str, Any] = {field: getattr(one, field) for field in AGREEMENTS[what]}
    if any(value in (None, (), "missing") for value in said.values()):
        return
    others = [*two[0][1:], two[1][0]]
    if what in ("first name", "surname"):
        # half a name that agrees may tell that the other half was the other's first name
        others = [other for other in others if one.name_order_sure and other.name_order_sure]
    found = bits(one, *others, *(replace(other, **said) for other in others))
    # M. Durand and Paul Martin are nearer, exchanged, than M. Durand and Paul Durand
    asked = [pair for pair in zip(*np.split(found, 2), others, strict=True) if pair[0] >= NOBODY_WOULD_ASK]
    assert [(other, before, after) for before, after, other in asked if after < before - 1e-3] == []


@drawn(100)
@given(families(), st.dates(date(1930, 1, 1), date(2012, 12, 31)))
def test_another_birth_date_never_raises_the_odds(family: list[CleanRecord], day: date) -> None:
    one = replace(family[0], birth_date=family[0].birth_date or date(1956, 12, 28))
    pair = columns([one, replace(one, birth_date=day)])
    if levels(pair, np.array([0]), np.array([1]))[0] >= SLIP:
        return
    others = [replace(other, birth_date=on) for on in (one.birth_date, None, day) for other in family]
    for agreeing, silent, unlike in zip(*np.split(bits(one, *others), 3), strict=True):
        assert unlike <= silent + 1e-3
        assert unlike <= agreeing + 1e-3
