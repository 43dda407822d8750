"""The demo goes through the real readers: files known by their headers, rows accounted for."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from server.cleaning.reading import clean
from server.demo.generate import generate
from server.demo.group import HOUSES
from server.record import CleanRecord, Context, RawRecord
from server.sources.inspection import inspect
from server.sources.reading import Reading
from server.sources.rows import BadRow, read_rows

TODAY = date(2026, 6, 15)
RECORDS = 4_000
ENCODINGS = {
    "pms_a": "cp1252",
    "pms_b": "utf-16",
    "resto": "utf-8",
    "spa": "mac-roman",
    "shopify_customers": "utf-8",
}


@dataclass(frozen=True)
class Read:
    """One file of the demo, read as an import reads it."""

    about: dict[str, Any]
    reading: Reading
    records: dict[str, RawRecord]
    waiting: list[BadRow]
    clean: dict[str, CleanRecord]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("demo")
    generate(RECORDS, 1, made, today=TODAY)
    return made


@pytest.fixture(scope="module")
def manifest(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def files(folder: Path, manifest: dict[str, Any]) -> dict[str, Read]:
    return {about["source"]: read(folder, about) for about in manifest["files"]}


def read(folder: Path, about: dict[str, Any]) -> Read:
    house = next(house for house in HOUSES if house.code == about["property"])
    path = folder / about["path"]
    reading = inspect(path, name="export")
    context = Context(
        country=house.country,
        date_orders=reading.date_orders,
        own_domains=frozenset(house.own_domains),
        own_emails=frozenset(house.own_emails),
        own_phones=frozenset(house.own_phones),
        today=TODAY,
    )
    rows = list(read_rows(path, reading))
    records = {row.key: row for row in rows if isinstance(row, RawRecord)}
    return Read(
        about=about,
        reading=reading,
        records=records,
        waiting=[row for row in rows if isinstance(row, BadRow)],
        clean={key: clean(record.values, context) for key, record in records.items()},
    )


def shares(records: list[CleanRecord]) -> dict[str, float]:
    return {kind: count / len(records) for kind, count in Counter(r.email_class for r in records).items()}


def codes(read: Read) -> Counter[str]:
    return Counter(finding.code for record in read.clean.values() for finding in record.findings)


def story(manifest: dict[str, Any], files: dict[str, Read], name: str) -> list[CleanRecord]:
    told = next(story for story in manifest["stories"] if story["id"] == name)
    return [files[place["source"]].clean[place["key"]] for place in told["rows"]]


def test_every_file_is_known_by_its_header_and_read_in_its_encoding(files: dict[str, Read]) -> None:
    assert {source: found.reading.layout for source, found in files.items()} == {
        name: name for name in ENCODINGS
    }
    assert {
        source: found.reading.encoding.removesuffix("-sig").replace("_", "-")
        for source, found in files.items()
    } == ENCODINGS


def test_every_row_is_a_record_or_waits_with_its_reason(files: dict[str, Read]) -> None:
    for found in files.values():
        assert len(found.records) + len(found.waiting) == found.about["rows"] == found.reading.rows
        assert len(found.waiting) == found.about["broken"] > 0
        assert {row.code for row in found.waiting} == {"row-cells"}


def test_the_truth_and_the_import_call_every_record_by_the_same_key(
    folder: Path, files: dict[str, Read]
) -> None:
    known: dict[str, set[str]] = {source: set() for source in files}
    for line in (folder / "truth.csv").read_text(encoding="utf-8").splitlines()[1:]:
        source, key, _, _ = line.split(",")
        known[source].add(key)

    assert {source: set(found.records) for source, found in files.items()} == known


def test_days_come_before_months_where_the_house_writes_so(files: dict[str, Read]) -> None:
    assert files["pms_a"].reading.date_orders["birth_date"] == "dmy"
    assert files["pms_b"].reading.date_orders["stay_from"] == "ymd"
    assert files["resto"].reading.date_orders["stay_from"] == "dmy"
    assert files["spa"].reading.date_orders["birth_date"] == "dmy"


def test_the_hotels_addresses_fall_into_the_classes_meant(files: dict[str, Read]) -> None:
    found = shares([*files["pms_a"].clean.values(), *files["pms_b"].clean.values()])

    assert 0.40 < found["alias"] < 0.50
    assert 0.20 < found["real"] < 0.30
    assert 0.16 < found["missing"] < 0.28
    assert 0.02 < found["shared"] < 0.09
    assert 0.01 < found["placeholder"] < 0.05
    assert {"relay", "invalid", "disposable"} <= set(found)


def test_the_shop_knows_nearly_everybodys_real_address(files: dict[str, Read]) -> None:
    assert shares(list(files["shopify_customers"].clean.values()))["real"] > 0.8


def test_typos_of_providers_are_suggested(files: dict[str, Read]) -> None:
    suggestions = [
        r.email_suggestion for found in files.values() for r in found.clean.values() if r.email_suggestion
    ]

    assert len(suggestions) > 10
    assert any(suggestion.endswith("@gmail.com") for suggestion in suggestions)


def test_the_door_takes_out_cards_documents_and_health(files: dict[str, Read]) -> None:
    findings = files["pms_a"].reading.findings

    assert findings["taken-out-card-number"] > 0
    assert findings["taken-out-identity-document"] > 20
    assert findings["taken-out-health"] > 10
    assert not any("4111 1111" in value for r in files["pms_a"].records.values() for value in r.row.values())


def test_misread_letters_are_mended_and_lost_ones_noticed(files: dict[str, Read]) -> None:
    assert codes(files["pms_a"])["text_mojibake_mended"] > 20
    assert codes(files["pms_a"])["text_letters_lost"] > 10
    assert codes(files["pms_b"])["text_letters_lost"] > 0


def test_companions_and_impossible_birth_dates_are_findings(files: dict[str, Read]) -> None:
    assert codes(files["pms_b"])["name_companion"] > 5
    assert codes(files["pms_a"])["birth_date_does_not_exist"] > 0


def test_rows_about_nobody_are_no_persons(files: dict[str, Read]) -> None:
    nobody = [r for source in ("pms_a", "pms_b") for r in files[source].clean.values() if not r.is_person]

    assert 3 <= len(nobody) <= RECORDS / 50


def test_no_phone_of_the_demo_is_anybodys(files: dict[str, Read]) -> None:
    """What the cleaner takes for an assigned number is one of North America's 555-01xx, kept for fiction."""
    for found in files.values():
        for record in found.clean.values():
            for phone, kind in ((record.phone, record.phone_class), (record.mobile, record.mobile_class)):
                if phone and kind in ("mobile", "landline"):
                    assert phone[5:10] == "55501", found.about["source"]


def test_patricks_two_records_have_one_mobile(manifest: dict[str, Any], files: dict[str, Read]) -> None:
    restaurant, cardex = story(manifest, files, "patrick")

    assert restaurant.phone == cardex.mobile
    assert cardex.birth_date == date(1956, 12, 28)


def test_leonard_is_mended_once_twice_and_from_the_old_code_page(
    manifest: dict[str, Any], files: dict[str, Read]
) -> None:
    names = [(record.first_name, record.last_name) for record in story(manifest, files, "leonard")]

    assert names[:2] == [("Léonard", "Fréchet")] * 2
    assert all(record.lost_letters for record in story(manifest, files, "leonard")[3:])


def test_the_guest_to_recapture_has_an_alias_and_a_mobile_today(
    manifest: dict[str, Any], files: dict[str, Read]
) -> None:
    cardex = story(manifest, files, "recapture")[0]

    assert cardex.email_class == "alias"
    assert cardex.mobile == next(s["mobile"] for s in manifest["stories"] if s["id"] == "recapture")
    assert cardex.stay_from == TODAY
    assert "4870112233" in " ".join(cardex.references)
