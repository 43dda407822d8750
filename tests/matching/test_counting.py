"""What a model counts: persons, not rows and not spellings."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from server.matching import make_model
from tests.matching.builders import columns, person, resolve


def test_a_name_that_stands_on_everybody_is_as_many_persons_as_it_has_birth_dates() -> None:
    everybody = [
        person("Orsolya", "Vadkerti", born=f"19{20 + n // 20}-{1 + n % 12:02d}-{1 + n % 28:02d}")
        for n in range(1_000)
    ]
    dates = len({row.birth_date for row in everybody})

    model = make_model(columns(everybody))

    assert model.persons == dates > 100
    assert model.tables["first"].counts.tolist() == model.tables["last"].counts.tolist() == [dates]


def test_a_guest_who_comes_again_is_counted_once() -> None:
    guest = person("Eva", "Kern", born="1980-02-03")
    again = [person("Eva", "Kern", room=str(n)) for n in range(20)]
    other = person("Olga", "Kern")

    model = make_model(columns([guest, *again, other]))

    assert model.persons == 2
    assert model.tables["last"].count(columns([other]).parts.digests[1:]).tolist() == [2]


def test_two_of_a_name_that_all_bear_are_not_one_person_by_their_birth_date() -> None:
    chance = Random(3)
    start = date(1940, 1, 1)
    everybody = [
        person(
            "Orsolya",
            "Vadkerti",
            born=(start + timedelta(days=chance.randrange(22_000))).isoformat(),
            references=(f"B{n}",),
        )
        for n in range(3_000)
    ]

    desk = resolve(*everybody)

    assert len({row.birth_date for row in everybody}) < 2_850
    assert desk.persons == 3_000
