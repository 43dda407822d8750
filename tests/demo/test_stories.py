"""The told guests stand in every demo as the manifest tells them."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from server.demo.exports import LAYOUTS
from server.demo.generate import LEAST, generate

TODAY = date(2026, 6, 15)
Row = dict[str, str]

CLAIMS = {
    "recapture",
    "known-elsewhere",
    "patrick",
    "maria",
    "john-smith",
    "changs",
    "leonard",
    "one-address",
    "companion",
    "twins",
    "father-and-son",
    "kept-out",
    "typo",
    "no-such-day",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("demo")
    generate(LEAST, 1, made, today=TODAY)
    return made


@pytest.fixture(scope="module")
def stories(folder: Path) -> dict[str, dict[str, Any]]:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return {story["id"]: story for story in manifest["stories"]}


@pytest.fixture(scope="module")
def rows(folder: Path) -> dict[tuple[str, str], Row]:
    found = {}
    for layout in LAYOUTS:
        data = (folder / layout.file).read_bytes().removeprefix(layout.bom)
        text = io.StringIO(data.decode(layout.encoding), newline="")
        for row in csv.DictReader(text, delimiter=layout.separator):
            found[layout.source, row[layout.columns[0]].lstrip("'")] = row
    return found


@pytest.fixture(scope="module")
def truth(folder: Path) -> dict[tuple[str, str], tuple[str, str]]:
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["source"], row["source_key"]): (row["person_id"], row["household_id"])
            for row in csv.DictReader(file)
        }


def told(story: dict[str, Any], rows: dict[tuple[str, str], Row]) -> list[Row]:
    return [rows[place["source"], place["key"]] for place in story["rows"]]


def people(story: dict[str, Any], truth: dict[tuple[str, str], tuple[str, str]]) -> list[str]:
    return [truth[place["source"], place["key"]][0] for place in story["rows"]]


def test_every_claim_has_its_story_even_in_the_smallest_demo(stories: dict[str, Any]) -> None:
    assert set(stories) == CLAIMS
    assert all(story["claim"] and story["expect"] and story["rows"] for story in stories.values())


def test_every_row_of_a_story_is_there_and_in_the_truth(
    stories: dict[str, Any], rows: dict[tuple[str, str], Row], truth: dict[tuple[str, str], tuple[str, str]]
) -> None:
    for story in stories.values():
        assert len(told(story, rows)) == len(people(story, truth)) > 0


def test_the_guest_to_recapture_arrives_today_with_an_alias_and_a_mobile(
    stories: dict[str, Any], rows: dict[tuple[str, str], Row]
) -> None:
    story = stories["recapture"]
    cardex = told(story, rows)[0]

    assert cardex["Arrivée"] == "15/06/2026"
    assert story["arrival"] == "2026-06-15"
    assert cardex["E-mail"].endswith("@guest.booking.com")
    assert cardex["Portable"] == story["to_type"]["mobile"]
    assert story["reference"] in cardex["Observations"]
    assert set(story["to_type"]) == {"first_name", "last_name", "birth_date", "mobile", "email"}


def test_her_real_address_is_known_to_no_system_before_she_types_it(
    stories: dict[str, Any], rows: dict[tuple[str, str], Row]
) -> None:
    address = stories["recapture"]["to_type"]["email"]

    assert not any(address in row.values() for row in rows.values())


@pytest.mark.parametrize(
    ("story", "persons"),
    [
        ("recapture", 1),
        ("known-elsewhere", 1),
        ("patrick", 1),
        ("maria", 2),
        ("john-smith", 2),
        ("changs", 4),
        ("leonard", 1),
        ("one-address", 2),
        ("twins", 2),
        ("father-and-son", 2),
    ],
)
def test_the_truth_knows_how_many_people_a_story_is_about(
    stories: dict[str, Any], truth: dict[tuple[str, str], tuple[str, str]], story: str, persons: int
) -> None:
    assert len(set(people(stories[story], truth))) == persons


def test_the_changs_are_one_household(
    stories: dict[str, Any], truth: dict[tuple[str, str], tuple[str, str]]
) -> None:
    households = {truth[place["source"], place["key"]][1] for place in stories["changs"]["rows"]}

    assert len(households) == 1


def test_john_smith_spent_200_1800_and_2500(
    stories: dict[str, Any], rows: dict[tuple[str, str], Row]
) -> None:
    restaurant, lake, shore, _ = told(stories["john-smith"], rows)

    assert (restaurant["Spend"], lake["CA TTC"], shore["Total Revenue"]) == ("200.00", "1800,00", "2500.00")


def test_leonards_letters_are_misread_once_twice_by_a_code_page_and_lost(
    stories: dict[str, Any], rows: dict[tuple[str, str], Row]
) -> None:
    cardexes = told(stories["leonard"], rows)

    assert [row["Prénom"] for row in cardexes[:4]] == ["LÃ©onard", "LÃƒÂ©onard", "L‚onard", "L?onard"]
    assert cardexes[4]["Guest Name"] == "Fr\ufffdchet, L\ufffdonard"
