"""`resolve` on files that nobody should hand over: every record is answered, and no group mixes guests."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from benchmarks.hostile import CASES, Case, normal, write
from server.cli import main

ROWS = 600
MOST_AGAIN = 12
"""No guest of the normal file comes more often, nor does one of a file that shares nothing but a value."""


@dataclass(frozen=True)
class Answer:
    """What the command said of a file."""

    rows: dict[str, dict[str, str]]
    groups: list[list[str]]
    report: dict[str, Any]

    @property
    def largest(self) -> int:
        return max(map(len, self.groups))

    def names(self, group: list[str], field: str = "first_name") -> set[str]:
        return {self.rows[own].get(field, "") for own in group}


def resolved(case: Case, rows: int = ROWS) -> Answer:
    """Run the command on the file of a case, in this process."""
    with TemporaryDirectory() as place:
        source, out, report = (Path(place, name) for name in ("records.csv", "clusters.csv", "report.json"))
        write(source, case, rows)
        assert main(["resolve", str(source), "--out", str(out), "--report", str(report)]) == 0
        with source.open(encoding="utf-8", newline="") as file:
            read = {row["record_id"]: row for row in csv.DictReader(line.replace("\0", "") for line in file)}
        with out.open(encoding="utf-8", newline="") as file:
            clusters = list(csv.DictReader(file))
        groups: dict[str, list[str]] = {}
        for row in clusters:
            groups.setdefault(row["cluster_id"], []).append(row["record_id"])
        assert [row["record_id"] for row in clusters] == list(read)
        return Answer(read, list(groups.values()), json.loads(report.read_text(encoding="utf-8")))


@cache
def usual() -> Answer:
    return resolved(normal)


WHOLE = ("all rows equal", "a chain of contacts")
"""What these files say is one person's, all of it."""


@pytest.mark.parametrize("name", [name for name in CASES if name not in WHOLE])
def test_every_record_gets_its_group_and_no_group_is_a_crowd(name: str) -> None:
    answer = resolved(CASES[name])
    most = 0.15 * ROWS if name == "one person in a tenth of the rows" else MOST_AGAIN

    assert answer.largest <= most
    assert answer.report["pairs"] <= 40 * ROWS
    assert answer.report["questions"] <= 0.03 * ROWS


@pytest.mark.parametrize(
    "name",
    [
        "one telephone", "one e-mail address", "one telephone, else only names",
        "one e-mail address, else only names", "one birth date", "one booking reference",
        "one room on one night", "one home", "one document", "one surname in one week",
        "one person in a tenth of the rows", "a column of NULs",
    ],
)  # fmt: skip
def test_a_value_on_everyone_joins_no_two_first_names(name: str) -> None:
    answer = resolved(CASES[name])

    assert [group for group in answer.groups if len(answer.names(group)) > 1] == []


@pytest.mark.parametrize("name", WHOLE)
def test_one_guest_on_every_row_is_one_guest(name: str) -> None:
    assert len(resolved(CASES[name]).groups) == 1


def test_five_hundred_equal_rows_in_a_normal_file_are_one_guest_among_the_others() -> None:
    answer = resolved(CASES["one person in a tenth of the rows"], 5_000)
    crowd = [group for group in answer.groups if "again@mail.example" in answer.names(group, "email")]

    assert len(crowd) == 1
    assert {answer.rows[own]["email"] for own in crowd[0]} == {"again@mail.example"}
    assert len(crowd[0]) > 400


@pytest.mark.parametrize("name", ["one telephone", "one e-mail address", "one document"])
def test_a_value_on_everyone_is_reported_as_nobody_s(name: str) -> None:
    assert resolved(CASES[name]).report["shared values"] >= 1 + usual().report["shared values"]


@pytest.mark.parametrize("name", ["one room on one night", "one booking reference"])
def test_a_key_on_everyone_is_reported_as_refined(name: str) -> None:
    assert sum(resolved(CASES[name]).report["keys refined"].values()) > 0


def test_a_name_on_everyone_links_nobody_and_equal_rows_are_reported_as_copies() -> None:
    answer = resolved(CASES["one name, nothing else"])

    assert len(answer.groups) == ROWS
    assert answer.report["copies"] == ROWS - 1


def test_a_column_of_nuls_changes_nothing() -> None:
    assert resolved(CASES["a column of NULs"]).groups == usual().groups


def test_a_value_on_everyone_makes_no_household() -> None:
    contact = resolved(CASES["one telephone, else only names"]).report["households"]
    home = resolved(CASES["one home"]).report["households"]

    assert "household_phone" not in contact
    assert "household_home" not in home


def test_a_hostile_file_is_the_same_each_time(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    write(one, CASES["control characters"], 50)
    write(two, CASES["control characters"], 50)

    assert one.read_bytes() == two.read_bytes()
    assert len(list(normal(Random(1), 3))) == 3
