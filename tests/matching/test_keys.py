"""Look-up keys are the same whatever other records are at hand: parts of a file can be keyed apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from server.matching import Records, make_model
from server.matching.keys import CAP, REFINEMENTS, blocks_of, candidates, refiners
from server.record import CleanRecord
from tests.matching.builders import columns, person, resolve

GUESTS = [
    person("Maria", "Rossi", email="m.rossi@libero.it", stay=("2026-05-01", "2026-05-20"), room="212"),
    person("M.", "Rossi", mobile="+393331234567", phone="+39061234567", phone_class="landline"),
    person("Zoë", "Müller", born="1980-02-29", city="Köln", postal_code="50667"),
    person("Anna", None, stay=("2026-05-18", "2026-05-19"), references=("4817985054", "A-1")),
    person(None, "Müller", email="info@tour.example", company="Tour"),
]


def some(records: Sequence[CleanRecord], chosen: Sequence[int]) -> Records:
    return Records.of(
        [records[k] for k in chosen],
        [f"r{k}" for k in chosen],
        ["pms"] * len(chosen),
        ["source"] * len(chosen),
    )


def keys_by_id(records: Records) -> set[tuple[str, str, int]]:
    return {
        (records.ids[row], keyed.kind, key)
        for keyed in blocks_of(records)
        for row, key in zip(keyed.rows.tolist(), keyed.keys.tolist(), strict=True)
    }


@pytest.mark.parametrize("cut", range(1, len(GUESTS)))
def test_two_halves_of_a_file_have_the_keys_of_the_whole(cut: int) -> None:
    everyone = range(len(GUESTS))
    halves = [some(GUESTS, everyone[:cut]), some(GUESTS, everyone[cut:])]

    assert set.union(*map(keys_by_id, halves)) == keys_by_id(some(GUESTS, everyone))


@pytest.mark.parametrize("alone", range(len(GUESTS)))
def test_a_crowded_key_is_refined_alike_in_any_batch(alone: int) -> None:
    whole, one = some(GUESTS, range(len(GUESTS))), some(GUESTS, [alone])

    assert len(refiners(one)) == REFINEMENTS
    for of_all, of_one in zip(refiners(whole), refiners(one), strict=True):
        assert of_one[0] == of_all[whole.ids.index(f"r{alone}")] != 0


def test_a_crowded_address_pairs_only_guests_whose_surnames_sound_alike() -> None:
    names = ("Rossi", "Martin", "Kowalski")
    crowd = columns([person(None, names[n % 3], email="info@tour.example") for n in range(CAP + 30)])

    found = candidates(crowd)

    assert found.refined["email"] == 1
    assert np.array_equal(crowd.last[found.left], crowd.last[found.right])
    assert len(found.left) == 3 * (30 * 29 // 2)


MEETINGS = [
    ("a second telephone and a first",
     {"mobile": "+4915112345678", "phone": "+493098761234", "phone_class": "landline"},
     {"mobile": "+493098761234"}),
    ("the second week of a stay and the first", {"stay": ("2026-05-01", "2026-05-20"), "room": "212"},
     {"stay": ("2026-05-14", "2026-05-15"), "room": "212"}),
    ("a letter of the first name and of the last", {"born": "1980-02-03"}, {"born": "1980-02-03"}),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), [two for _, *two in MEETINGS], ids=[name for name, *_ in MEETINGS])
def test_values_of_one_kind_meet_wherever_they_stand(one: dict[str, Any], other: dict[str, Any]) -> None:
    met = candidates(columns([person("Eva", "Brandt", **one), person("Boris", "Zeller", **other)]))

    assert list(zip(met.left.tolist(), met.right.tolist(), strict=True)) == [(0, 1)]


def test_a_guest_told_by_two_numbers_is_found_by_the_second() -> None:
    both = person("Eva", "Brandt", mobile="+4915112345678", phone="+493098761234", phone_class="landline")

    assert resolve(both, person("E.", None, mobile="+493098761234")).persons == 1


def test_who_bears_an_address_does_not_depend_on_who_else_is_known() -> None:
    bearers = [person(first, "Dupont", email="dupont@free.fr") for first in ("M.", "Marie", "Michel")]
    strangers = [person("Michel", "Abel"), person("Marie", "Abel"), person("M.", "Abel")]

    alone, among = (
        make_model(columns(rows)).tables["email bearers"] for rows in (bearers, strangers + bearers)
    )

    assert alone.counts.tolist() == among.counts.tolist() == [2]
