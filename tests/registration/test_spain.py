"""Whom Spain asks what, and who signs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.registration.countries.es import PROFILE
from server.registration.dates import PartialDate
from server.registration.output import outputs
from server.registration.profile import Duty, Layout, Party
from server.registration.sheet import Person
from tests.registration.spain import JUAN, LENA, PEDRO, STAY

FAMILY = Party(size=4)


def asked(person: Person, duty: Duty = Duty.SHEET) -> dict[str, bool]:
    return {one.field: one.required for one in PROFILE.questions(person, STAY, duty)}


@pytest.mark.parametrize("nationality", ["ESP", "DEU", "XXA", None])
def test_everybody_is_reported_spaniards_too(nationality: str | None) -> None:
    assert PROFILE.duty(replace(LENA, nationality=nationality), STAY, Party()) is Duty.SHEET


@pytest.mark.parametrize(
    ("born", "duty", "signs"),
    [
        (PartialDate(2012, 11, 23), Duty.SHEET, True),
        (PartialDate(2012, 11, 24), Duty.ON_ANOTHERS, False),
        (PartialDate(2026, 11, 1), Duty.ON_ANOTHERS, False),
    ],
)
def test_from_fourteen_on_one_signs(born: PartialDate, duty: Duty, signs: bool) -> None:
    child = replace(PEDRO, birth_date=born)

    assert PROFILE.duty(child, STAY, FAMILY) is duty
    assert PROFILE.signs(child, STAY) is signs


def test_a_child_alone_has_a_sheet_of_its_own() -> None:
    assert PROFILE.duty(PEDRO, STAY, Party()) is Duty.SHEET


def test_a_spanish_card_asks_for_the_second_surname_and_the_cards_number() -> None:
    assert asked(JUAN)["second_family_name"]
    assert asked(JUAN)["document_support"]


def test_a_passport_asks_for_neither() -> None:
    assert not asked(LENA)["second_family_name"]
    assert "document_support" not in asked(LENA)
    assert "home_municipality" not in asked(LENA)
    assert "kinship" not in asked(LENA)


def test_a_child_is_asked_whose_it_is_and_not_for_a_document() -> None:
    child = asked(PEDRO, Duty.ON_ANOTHERS)

    assert child["kinship"]
    assert not any(child[name] for name in ("document_type", "document_number", "home_line", "mobile"))


def test_nothing_is_asked_that_the_file_does_not_tell() -> None:
    everything = asked(Person()) | asked(PEDRO)

    assert everything.keys().isdisjoint({"birth_place", "document_issued_on", "document_authority"})


def test_the_layout_is_the_ministrys_own_and_what_is_open_is_said() -> None:
    assert (PROFILE.layout, PROFILE.deadline.hours, PROFILE.is_checked_by_counsel) == (
        Layout.PROVEN,
        24,
        False,
    )
    assert {"es_pv", "es_rh"} <= outputs().keys() & set(PROFILE.outputs)
    assert any("Catalonia" in one for one in PROFILE.unknown)
