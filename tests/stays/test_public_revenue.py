"""Euros counted once: the public set's revenue against its truth."""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from server.cleaning import fold
from server.cleaning.stay import read_notes
from server.stays.counting import count_stays
from server.stays.told import Told
from tests.stays.telling import revenue

PUBLIC = Path(__file__).resolve().parents[3] / "shared" / "bench" / "hotel" / "public"
KINDS = {"pms_a": "pms", "pms_b": "pms", "kiosk": "cards", "ota": "channel"}
READ_AT = datetime(2026, 11, 1, tzinfo=UTC)

Row = Mapping[str, str]


def read(name: str) -> list[Row]:
    with gzip.open(PUBLIC / name) as file:
        return list(csv.DictReader(io.TextIOWrapper(file, "utf-8")))


def tell(number: int, version: int, record: Row, stay: Row) -> Told:
    """A record's telling of a stay: profiles of the reservation systems tell of each in turn."""
    kind = KINDS[record["source"]]
    notes = read_notes(record["notes"]).references if stay["arrival"] == record["stay_from"] else ()
    return Told(
        record_id=number,
        version=version,
        name=f"{record['source']}/{record['source_key']}",
        source=record["source"],
        source_kind=kind,
        property_id=2 if record["source"] == "pms_b" else 1,
        property_sure=kind == "pms",  # the channel's file and the tablets' are of both houses
        kind="stay",
        arrives=date.fromisoformat(stay["arrival"]),
        departs=date.fromisoformat(stay["departure"]),
        told_at=READ_AT,
        references=(record["source_key"],) if kind == "channel" else notes,
        room=stay["room"] or None,
        amount=Decimal(stay["amount"]) if stay["amount"] else None,
        currency="EUR" if stay["amount"] else None,
        surname=str(fold(record["last_name"])),
    )


def test_the_revenue_is_that_of_the_truth_without_the_copies() -> None:
    """Guests are taken from the truth, so that only the counting of stays is judged.

    A booking that no row of a house tells of (nobody of its guests on those days, nobody for that money) is
    no copy: the channel's word is all there is of it.
    """
    if not PUBLIC.is_dir():
        pytest.skip("The public benchmark is not beside the repository.")
    numbered = {record["record_id"]: (n, record) for n, record in enumerate(read("records.csv.gz"))}
    truth = {row["record_id"]: row for row in read("truth.csv.gz")}
    of_record: dict[str, list[Row]] = defaultdict(list)
    for stay in read("stays.csv.gz"):
        of_record[stay["record_id"]].append(stay)
    booked: dict[str, Row] = {
        name: {"arrival": r["stay_from"], "departure": r["stay_to"], "room": "", "amount": r["amount"]}
        for name, (_, r) in numbered.items()
        if r["source"] == "ota"
    }
    told_of: list[tuple[str, list[Row]]] = [*of_record.items(), *((n, [stay]) for n, stay in booked.items())]
    rows = [
        tell(numbered[name][0], version, numbered[name][1], stay)
        for name, stays in told_of
        for version, stay in enumerate(sorted(stays, key=lambda stay: stay["arrival"]), start=1)
    ]
    guests = {numbered[name][0]: row["person_id"] for name, row in truth.items()}

    without_copies = {
        (s["hotel"], s["room"], s["arrival"], s["departure"], s["amount"])
        for stays in of_record.values()
        for s in stays
        if s["amount"]
    }
    sold = {(arrival, departure, amount) for _, _, arrival, departure, amount in without_copies}
    only_the_channels = [
        Decimal(stay["amount"])
        for stay in booked.values()
        if (stay["arrival"], stay["departure"], stay["amount"]) not in sold
    ]
    expected = sum((Decimal(stay[-1]) for stay in without_copies), Decimal(0)) + sum(only_the_channels)
    naively = sum((row.amount for row in rows if row.amount is not None), Decimal(0))

    assert revenue(count_stays(rows, guests)) == expected < naively
    assert len(only_the_channels) < len(booked) / 100
