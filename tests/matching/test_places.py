"""Rooms are a property's own: the same number in two houses is no evidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.matching import explain, make_model
from server.record import CleanRecord
from server.resolving import read_rows
from server.resolving import resolve as resolve_file
from tests.matching.builders import columns, person, resolve

NIGHTS = ("2026-05-01", "2026-05-04")


def level(one: CleanRecord, other: CleanRecord) -> str:
    """How the stays of two records compare."""
    made = columns([one, other])
    return explain(made, make_model(made), 0, 1).levels["stay"]


def guest(
    first: str, place: str | None, stay: tuple[str, str] = NIGHTS, room: str | None = "212"
) -> CleanRecord:
    return person(first, "Smith", stay=stay, room=room, place=place)


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (guest("John", "mare"), guest("J.", "mare"), "stay_room_dates"),
        (guest("John", None), guest("J.", "mare"), "stay_room_dates"),
        (guest("John", "main"), guest("J.", "mare"), "stay_other_room"),
        (guest("John", "main", room=None), guest("J.", "mare", room=None), "stay_other_room"),
        (guest("John", "main"), guest("J.", "mare", ("2026-06-01", "2026-06-04")), "stay_other"),
        (guest("John", "main"), guest("J.", "mare", ("2026-05-02", "2026-05-02")), "stay_other"),
        (guest("John", "main"), guest("J.", "main", ("2026-05-02", "2026-05-02"), None), "stay_visit_during"),
    ],
    ids=["one house", "one house by all that is known", "two houses", "two houses, no room", "two visits",
         "a dinner next door", "a dinner downstairs"],
)  # fmt: skip
def test_a_room_is_a_room_of_its_house(one: CleanRecord, other: CleanRecord, found: str) -> None:
    assert level(one, other) == level(other, one) == found


def test_one_room_number_on_the_same_nights_in_two_houses_joins_nobody() -> None:
    assert resolve(guest("John", "main"), guest("J.", "main")).persons == 1
    assert resolve(guest("John", "main"), guest("J.", "mare")).persons == 2


def test_a_file_says_which_house_a_room_is_of(tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    rows = ["record_id,first_name,last_name,room,stay_from,stay_to,property"]
    guests = [("John", "Main"), ("J.", " main "), ("J.", "Mare")]
    rows += [
        f"{n},{first},Smith,212,2026-05-01,2026-05-04,{place}" for n, (first, place) in enumerate(guests)
    ]
    path.write_text("\n".join(rows), encoding="utf-8")

    clusters = dict(resolve_file(path).clusters())

    assert clusters == {"0": "0", "1": "0", "2": "2"}
    assert len(read_rows(path)) == 3
