"""Every public set in the columns of `resolve`, and its truth in the order of its rows."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.sets import (
    COLUMNS,
    PUBLIC,
    NotRun,
    Truth,
    as_we_name_it,
    bring,
    codes,
    is_held_out,
    read_table,
)
from server.record import FIELDS

PYTHON = Path(sys.executable)

LOADED = dict.fromkeys(
    ("record_id", "source", "first_name", "last_name", "full_name", "birth_date", "phone", "email", "street",
     "street_number", "postal_code", "city", "region", "country", "national_id", "gender", "birth_place",
     "occupation", "true_id"), "")  # fmt: skip


def test_every_column_that_we_write_is_one_that_resolve_reads() -> None:
    assert set(COLUMNS) - {"record_id", "source"} <= set(FIELDS)


@pytest.mark.parametrize(
    ("told", "column", "value"),
    [
        ({"gender": "M"}, "title", "Mr"),
        ({"gender": "F"}, "title", "Mrs"),
        ({"gender": "X"}, "title", ""),
        ({"street_number": "12", "street": "wallaby place"}, "street", "12 wallaby place"),
        ({"street": "wallaby place"}, "street", "wallaby place"),
        ({"street_number": "12"}, "street", "12"),
        ({"national_id": "1804974"}, "document_number", "1804974"),
        ({"birth_date": "1956-04-09"}, "birth_date", "1956-04-09"),
    ],
)
def test_a_loaders_columns_become_ours(told: dict[str, str], column: str, value: str) -> None:
    assert as_we_name_it({**LOADED, **told})[column] == value


def test_the_truth_never_gets_into_the_file_that_is_matched() -> None:
    assert "ana" not in as_we_name_it({**LOADED, "true_id": "ana"}).values()


def test_a_household_is_held_out_by_its_own_id_alone() -> None:
    # the first digits that md5sum gives; whoever moved the line would have seen the held-out half
    digits = {"H1": "1", "H2": "c", "H3": "b", "H4": "6"}

    for household, digit in digits.items():
        assert is_held_out(household) == (digit in "13579bdf"), household


def test_about_half_of_all_households_are_held_out() -> None:
    held = sum(is_held_out(f"H{number:07d}") for number in range(4_000))

    assert 1_900 < held < 2_100


def test_the_truth_stands_in_the_order_of_the_records(bench: Path, tmp_path: Path) -> None:
    public = bring(PUBLIC, bench, tmp_path / "cache", None)

    straight, turned = public.truth(["g1", "g2", "g3"]), public.truth(["g3", "g2", "g1"])

    assert straight.person.tolist() == [0, 0, 1]
    assert turned.person.tolist() == [0, 1, 1]


def test_the_two_halves_together_are_the_whole(bench: Path, tmp_path: Path) -> None:
    truth = bring(PUBLIC, bench, tmp_path / "cache", None).truth(["g1", "g2", "g3", "g4", "g5"])

    held, dev, whole = truth.part("held out"), truth.part("dev"), truth.part("whole")

    assert held.any()
    assert dev.any()
    assert (held ^ dev).tolist() == whole.tolist() == [True] * 5


def test_a_set_of_persons_alone_has_one_group_each_and_nothing_held_out() -> None:
    truth = Truth.of_persons(["ana", "ben", "ana"])

    assert truth.person.tolist() == truth.group.tolist() == [0, 1, 0]
    assert truth.decidable.all()
    assert not truth.held_out.any()


def test_codes_are_equal_where_the_values_are() -> None:
    assert codes(["b", "a", "b", ""]).tolist() == [0, 1, 0, 2]


def test_a_loaded_set_is_made_once_and_kept(bench: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = bring("febrl3", bench, cache, PYTHON)
    again = bring("febrl3", bench, cache, None)

    assert again == first
    rows = list(read_table(first.file))
    assert [row["street"] for row in rows] == ["12 Rua Augusta", "Rua Augusta", ""]
    assert tuple(rows[0]) == COLUMNS
    assert first.truth(["b3", "b1", "b2"]).person.tolist() == [0, 1, 1]
    assert (tmp_path / "loaded.log").read_text().splitlines() == [f"febrl3 {cache}/drawn"]
    assert sorted(path.name for path in first.file.parent.iterdir()) == ["febrl3.csv", "febrl3.truth.csv"]


def test_another_seed_is_another_set_drawn_apart(bench: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"

    found = bring("hotel_10k@11", bench, cache, PYTHON)

    drawn = cache / "drawn" / "seed 11" / "hotel_10k.parquet"
    assert drawn.read_text() == f"10000 {drawn} 11"
    assert found.file.name == "hotel_10k@11.csv"
    assert (tmp_path / "loaded.log").read_text() == f"hotel_10k {drawn.parent}\n"


@pytest.mark.parametrize(
    ("name", "python", "why"),
    [
        ("febrl3", None, "name the Python of the peers"),
        ("no such set!", PYTHON, "no set has this name"),
        ("broken1", PYTHON, "the loader needs a file that is not there"),
        ("febrl3", Path("/nowhere/python"), "its loader failed"),
    ],
)
def test_a_set_that_is_not_to_be_had_says_why(
    name: str, python: Path | None, why: str, bench: Path, tmp_path: Path
) -> None:
    with pytest.raises(NotRun, match=why):
        bring(name, bench, tmp_path / "cache", python)


def test_a_folder_without_the_public_set_says_which_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(NotRun, match=r"records\.csv\.gz"):
        bring(PUBLIC, tmp_path, tmp_path / "cache", None)
