"""What a model learns of a house from records without labels: namesakes, slips, families."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from server.matching import make_model
from server.matching.model import NAMESAKES
from server.matching.namesakes import FEWER_NAMESAKES, MORE_NAMESAKES
from server.matching.noise import FEWER_FAMILIES
from server.record import CleanRecord
from tests.matching.builders import columns, person, resolve

FIRSTS = ("Orsolya", "Bence", "Tivadar", "Ilka", "Gergely", "Piroska", "Zoltan", "Etelka", "Jolan", "Kalman")
LASTS = (
    "Vadkerti",
    "Halmosi",
    "Borsodi",
    "Csorba",
    "Dombi",
    "Erdelyi",
    "Fenyves",
    "Gombos",
    "Hetyei",
    "Juhos",
)
NAMES = [(first, last) for first in FIRSTS for last in LASTS]


def born(number: int) -> str:
    return (date(1950, 1, 1) + timedelta(days=97 * number)).isoformat()


def twice(apart: int) -> list[CleanRecord]:
    """Every name on two records; the second one's birth date is `apart` guests further on."""
    return [
        person(first, last, born=born(number + apart * turn))
        for number, (first, last) in enumerate(NAMES)
        for turn in (0, 1)
    ]


def test_a_house_whose_equal_names_have_one_birth_date_trusts_a_name_more() -> None:
    one_person_each = make_model(columns(twice(apart=0)))
    two_persons_each = make_model(columns(twice(apart=211)))
    assert one_person_each.namesakes < NAMESAKES < two_persons_each.namesakes


def test_what_a_house_learns_of_namesakes_is_bounded() -> None:
    for apart in (0, 211):
        found = make_model(columns(twice(apart))).namesakes
        assert NAMESAKES - FEWER_NAMESAKES <= found <= NAMESAKES + MORE_NAMESAKES


def test_unlike_telephones_are_not_held_against_the_name() -> None:
    """What a telephone already says against two records is not said a second time by their name."""

    def guests(*numbers: str) -> list[CleanRecord]:
        return [
            person(
                f"{first} {middle}",
                last,
                born=born(number + 211 * (turn and number % 9 > 0)),
                mobile=numbers[turn].format(7_919_317 * (2 * number + turn + 1) % 10_000_000)
                if numbers
                else None,
            )
            for middle in FIRSTS[:4]
            for number, (first, last) in enumerate(NAMES)
            for turn in (0, 1)
        ]

    silent = make_model(columns(guests()))
    unlike = make_model(columns(guests("+3620{:07d}", "+3670{:07d}")))
    assert NAMESAKES - FEWER_NAMESAKES < unlike.namesakes < silent.namesakes < NAMESAKES + MORE_NAMESAKES


def at_home(number: int, first: str, birth: str) -> CleanRecord:
    return person(first, LASTS[number % 10], born=birth, street=f"Kossuth utca {number}", city="Eger")


def couples(many: int) -> list[CleanRecord]:
    return [at_home(k, FIRSTS[(k + turn) % 10], born(k + 300 * turn)) for k in range(many) for turn in (0, 1)]


def regulars(many: int) -> list[CleanRecord]:
    return [at_home(k, FIRSTS[k // 10 % 10], born(k)) for k in range(many) for _ in range(2)]


@pytest.mark.parametrize(
    ("house", "least", "most"),
    [
        ("couples come", 0.0, 0.0),
        ("only single travellers come", 2.0, FEWER_FAMILIES),
        ("nobody tells a birth date", 0.0, 0.0),
    ],
)
def test_a_house_believes_in_families_as_far_as_it_sees_them(house: str, least: float, most: float) -> None:
    records = {
        "couples come": couples(300),
        "only single travellers come": regulars(600),
        "nobody tells a birth date": [person("Ilka", "Dombi", street=f"Ut {k}") for k in range(300)],
    }[house]
    assert least <= make_model(columns(records)).noise["family"] <= most


def test_two_first_names_with_one_birth_date_and_home_are_twins_where_families_come() -> None:
    twins = [at_home(1000, "Matyas", "1988-05-17"), at_home(1000, "Zsuzsanna", "1988-05-17")]
    house = make_model(columns(couples(300) + twins))
    assert not resolve(*twins, model=house).together(0, 1)


def test_a_slip_in_a_first_name_is_one_guest_where_no_families_come() -> None:
    slip = [at_home(1000, "Tivadar", "1988-05-17"), at_home(1000, "Tivader", "1988-05-17")]
    numbers = ("AB123456", "KX903817")
    slip = [
        person(r.first_name, r.last_name, street=r.street, city=r.city, document_number=number)
        for r, number in zip(slip, numbers, strict=True)
    ]
    assert not resolve(*slip, model=make_model(columns(couples(600)))).together(0, 1)
    assert resolve(*slip, model=make_model(columns(regulars(600)))).together(0, 1)
