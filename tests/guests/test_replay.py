"""The public hotel set as it happened: a snapshot, a stream of rows, each linked as it comes, and erasures.

A slice of it always; with --soak all of it (17,600 records, 2,500 events).
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from server.db import Base, reading, writing
from server.guests.linker import newest_model, take_linker, touch
from server.guests.linking import link_waiting
from server.guests.models import Question
from server.privacy.erasing import erase
from server.record import FIELDS
from server.records.models import SourceRecord
from tests.builders import NOON, take_in
from tests.guests.any_order import seen

BENCH = Path(__file__).parents[2] / ".." / "shared" / "bench" / "hotel"
SLICE = 700, 60
"""Rows of the snapshot and events of the stream in the normal run."""
ERASED = 8
"""Of the erasures, those that name records of a slice."""

Row = Mapping[str, str]


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with base.csv and events.jsonl."""
    if not (BENCH / "replay.py").is_file():
        pytest.skip("The public hotel set is not beside this checkout.")
    out = tmp_path_factory.mktemp("replay")
    run = [sys.executable, str(BENCH / "replay.py"), str(BENCH / "public"), str(out)]
    subprocess.run(run, check=True, capture_output=True)
    return out


def snapshot(folder: Path) -> dict[str, Row]:
    with (folder / "base.csv").open(encoding="utf-8", newline="") as file:
        return {row["record_id"]: row for row in csv.DictReader(file)}


def events(folder: Path) -> Iterator[dict[str, Any]]:
    with (folder / "events.jsonl").open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def cut_to_a_slice(
    base: dict[str, Row], stream: list[dict[str, Any]]
) -> tuple[dict[str, Row], list[dict[str, Any]]]:
    """Some events of each kind, the rows they are about, and the snapshot's first rows."""
    changes = [event for event in stream if event["op"] == "update" and event["record_id"] in base][:20]
    gone = [event for event in stream if event["op"] == "delete" and event["record_id"] in base][:ERASED]
    new = [event for event in stream if event["op"] == "insert"][: SLICE[1] - len(changes)]
    named = {event["record_id"] for event in (*changes, *gone)}
    kept = {key: row for n, (key, row) in enumerate(base.items()) if n < SLICE[0] or key in named}
    return kept, sorted([*new, *changes], key=lambda event: event["seq"]) + gone


def arrive(engine: Engine, *rows: Row) -> None:
    by_source: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        said = {name: value for name, value in row.items() if name in FIELDS and value}
        by_source.setdefault(row["source"], []).append({"key": row["record_id"], **said})
    for source, mine in by_source.items():
        for start in range(0, len(mine), 1000):
            take_in(engine, *mine[start : start + 1000], source=source, kind=source.partition("_")[0])


@pytest.mark.timeout(7200)  # only with --soak; it takes seconds otherwise
def test_the_stream_ends_as_everything_at_once_would_under_the_same_model(
    engine: Engine, replayed: Path, soak: bool
) -> None:
    base, stream = snapshot(replayed), list(events(replayed))
    if not soak:
        base, stream = cut_to_a_slice(base, stream)
    arrive(engine, *base.values())
    link_waiting(engine, bulk=True)
    with reading(engine) as session:
        model = newest_model(session)
        asked = session.scalars(select(Question.guest_a)).all()
        assert asked

    state = dict(base)
    for event in stream:
        if event["op"] == "delete":
            continue
        key = event["record_id"]
        state[key] = event["row"] if event["op"] == "insert" else {**state[key], **event["set"]}
        arrive(engine, state[key])
        with writing(engine) as session:
            take_linker(session)
            waiting = session.scalars(select(SourceRecord.id).where(SourceRecord.needs_linking)).all()
            touch(session, waiting, cause="arrival", now=NOON)
    as_it_came = seen(engine)

    link_waiting(engine, bulk=True, model=model)
    at_once = seen(engine)
    for what in at_once:
        assert as_it_came[what] == at_once[what], what

    gone = {event["record_id"] for event in stream if event["op"] == "delete"}
    assert gone
    for key in sorted(gone):
        with writing(engine) as session:
            erase(session, session.scalars(select(SourceRecord.id).where(SourceRecord.key == key)).all(),
                  actor="desk", now=NOON)  # fmt: skip
    without = seen(engine)
    for table in Base.metadata.sorted_tables:
        with reading(engine) as session:
            assert not [row for row in session.execute(select(table)) if gone & set(map(str, row))]

    link_waiting(engine, bulk=True, model=model)
    at_once = seen(engine)
    for what in at_once:
        assert without[what] == at_once[what], what
