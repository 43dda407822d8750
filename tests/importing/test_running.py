"""Running an import: a reader that dies, another process on the same file, rows that a store refuses."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from server.db import reading, writing
from server.guests.linking import link_waiting
from server.importing import running
from server.importing.pipeline import Row, Work, prepared_batches
from server.importing.preparing import look_at, prepare
from server.importing.running import link_imports, run_import
from server.privacy.check import check
from server.properties.models import Property
from server.properties.reach import EVERYWHERE
from server.properties.setup import ensure_properties, property_by_code
from server.records.arriving import Prepared
from server.records.models import Import, Problem, SourceRecord
from server.records.problems import Visible, list_problems, reopen, settle
from server.refusal import Refused
from server.sources.inspection import header_digest
from server.sources.reading import KeptMapping
from server.sources.rows import BadRow
from tests.builders import NOON, at_once, take_in, write_export

Batches = Callable[[Work, int], Iterator[list[Row]]]


def prepared(engine: Engine, path: Path, *, source: str | None = None) -> int:
    looked = look_at(path, name=path.name, kept={})
    with writing(engine) as session:
        return prepare(session, looked, source_name=source).id


def counts(engine: Engine, import_id: int) -> tuple[int, int, int, int]:
    with reading(engine) as session:
        found = session.get_one(Import, import_id)
        return found.rows_read, found.rows_stored, found.rows_unchanged, found.rows_waiting


def test_a_reader_that_is_killed_ends_the_import_with_a_sentence_and_the_next_run_goes_on(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = write_export(tmp_path / "profiles.txt", 3000)
    import_id = prepared(engine, export)

    def killed(work: Work, rows: int) -> Iterator[list[Row]]:
        batches = prepared_batches(work, rows)
        yield next(batches)
        for reader in multiprocessing.active_children():
            os.kill(reader.pid or 0, signal.SIGKILL)
        yield from batches

    with monkeypatch.context() as patch:
        patch.setattr(running, "prepared_batches", killed)
        with pytest.raises(Refused) as refusal:
            run_import(engine, import_id, export)

    assert refusal.value.code == "import.reader_ended"
    assert counts(engine, import_id)[0] in (1000, 2000)  # at most one batch was on its way
    assert multiprocessing.active_children() == []
    assert run_import(engine, import_id, export)
    assert counts(engine, import_id) == (3000, 3000, 0, 0)


def test_rows_are_counted_once_when_two_processes_believe_to_hold_an_import(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = write_export(tmp_path / "profiles.txt", 2500)
    import_id = prepared(engine, export)

    def overtaken(work: Work, rows: int) -> Iterator[list[Row]]:
        batches = prepared_batches(work, rows)
        yield next(batches)
        running._read_all(engine, import_id, export, None, lambda: False)  # the other one, to the end
        yield from batches

    with monkeypatch.context() as patch:
        patch.setattr(running, "prepared_batches", _first_call(overtaken))
        with pytest.raises(Refused) as refusal:
            run_import(engine, import_id, export)

    assert refusal.value.code == "import.busy"
    assert counts(engine, import_id) == (2500, 2500, 0, 0)


def _first_call(special: Batches) -> Batches:
    calls = iter([special])
    return lambda work, rows: next(calls, prepared_batches)(work, rows)


def test_two_imports_of_one_source_at_once_lose_no_version_and_let_no_row_wait(
    engine: Engine, tmp_path: Path
) -> None:
    exports = [write_export(tmp_path / f"{n}.txt", 800, seed=n) for n in (1, 2)]
    ids = [prepared(engine, export) for export in exports]
    threads = [
        threading.Thread(target=run_import, args=(engine, import_id, export))
        for import_id, export in zip(ids, exports, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    link_waiting(engine)
    with reading(engine) as session:
        assert check(session) == []
        assert session.scalar(select(func.count()).select_from(Problem)) == 0
        assert session.scalar(select(func.count()).select_from(SourceRecord)) == 800
    for import_id in ids:
        read, stored, unchanged, waiting = counts(engine, import_id)
        assert (read, stored + unchanged, waiting) == (800, 800, 0)


def test_a_row_that_the_store_refuses_waits_and_the_rest_is_stored(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = write_export(tmp_path / "profiles.txt", 30)
    import_id = prepared(engine, export)

    def with_a_poisoned_row(work: Work, rows: int) -> Iterator[list[Row]]:
        for batch in prepared_batches(work, rows):
            row = batch[7]
            assert isinstance(row, Prepared)
            batch[7] = dataclasses.replace(row, clean_row=row.clean_row | {"last_name": "half \ud83d"})
            batch[9] = BadRow(99, "row-nul", {}, "a\0b\ud83d")
            yield batch

    monkeypatch.setattr(running, "prepared_batches", with_a_poisoned_row)

    assert run_import(engine, import_id, export)

    assert counts(engine, import_id) == (30, 28, 0, 2)
    with reading(engine) as session:
        problems = {p.code: p for p in session.scalars(select(Problem))}
    assert set(problems) == {"import.row_refused", "row-nul"}
    assert problems["row-nul"].content == "a\N{REPLACEMENT CHARACTER}b?"


def test_a_new_source_that_two_imports_bring_at_once_is_made_once(engine: Engine, tmp_path: Path) -> None:
    export = write_export(tmp_path / "profiles.txt", 5)
    looked = look_at(export, name=export.name, kept={})
    imports = []

    def begin(linger: float) -> None:
        with writing(engine) as session:
            imports.append(prepare(session, looked).id)
            time.sleep(linger)

    at_once(lambda: begin(0.5), lambda: begin(0))

    assert len(set(imports)) == 1  # the second goes on with the first one's import


@pytest.mark.parametrize("name", ["", "x" * 81])
def test_a_source_needs_a_name_that_fits(engine: Engine, tmp_path: Path, name: str) -> None:
    export = write_export(tmp_path / "profiles.txt", 1)

    with pytest.raises(Refused) as refusal:
        prepared(engine, export, source=name or " ")

    assert refusal.value.code == "import.source_name"


def test_values_longer_than_any_column_cost_no_row(engine: Engine) -> None:
    long = "Wolfeschlegelsteinhausenbergerdorff" * 40
    row = {
        "key": "k",
        "first_name": long,
        "last_name": long,
        "full_name": long,
        "title": long,
        "email": f"{long}@{long}.fr",
        "phone": "+" + "3" * 400,
        "mobile": "06" + "1" * 400,
        "birth_date": "9" * 400,
        "nationality": long,
        "language": long,
        "street": long,
        "postal_code": long,
        "city": long,
        "country": long,
        "company": long,
        "loyalty_id": long,
        "reference": long,
        "channel": long,
        "status": long,
        "stay_from": "0001-01-01",
        "stay_to": "9999-12-31",
        "room": long,
        "party": "9" * 5000,
        "amount": "9" * 5000,
        "currency": long,
        "created_at": "0001-01-01T00:00:00+14:00",
        "updated_at": "9999-12-31T23:59:59-12:00",
        "consent_at": "9999-12-31T23:59:59-12:00",
        "email_consent": "yes",
    }
    broken = {
        "key": "s",
        "first_name": "A\ud83dnna",
        "last_name": "N\0owak",
        "email": "a\ud83d@b\0.fr",
        "city": "\ud83d",
        "company": "\udc00\0",
        "notes": "\udc00\0",
        "stay_from": "2026-01-01",
        "reference": "AB\0C1",
        "room": "\0",
    }
    for kind in ("stay", "visit", "purchase"):
        stored = take_in(engine, row, broken, source=kind, stay_kind=kind)
        assert stored.stored == 2
    link_waiting(engine)

    with reading(engine) as session:
        assert check(session) == []


HOTELS = (
    b"Kundennr;Vorname;Nachname;Haus\n"
    b"1;Anna;Rossi;Villa Mare\n2;Piet;de Vries;MARE\n3;Olga;Ivanova;Gasthof Nirgendwo\n4;Tom;Smith;-\n"
)
READ_AS = KeptMapping(
    source_name="Kasse",
    kind="till",
    columns={"Vorname": "first_name", "Nachname": "last_name", "Haus": "property"},
    key_columns=("Kundennr",),
)


def import_of_two_hotels(engine: Engine, folder: Path, named: str | None) -> Import:
    """Import HOTELS into a house with Hôtel des Bains, its default, and Villa Maré."""
    with writing(engine) as session:
        ensure_properties(
            session, [{"code": "main", "name": "Hôtel des Bains"}, {"code": "mare", "name": "Villa Maré"}]
        )
    export = folder / "till.csv"
    export.write_bytes(HOTELS)
    digest = header_digest(HOTELS.decode().splitlines()[0].split(";"))
    looked = look_at(export, name=export.name, kept={digest: READ_AS})
    with writing(engine) as session:
        place = property_by_code(session, named) if named else None
        import_id = prepare(session, looked, place=place).id
    run_import(engine, import_id, export)
    link_imports(engine, [import_id])
    with reading(engine) as session:
        assert check(session) == []
        return session.get_one(Import, import_id)


def places_of(engine: Engine) -> dict[str, str]:
    with reading(engine) as session:
        query = select(SourceRecord.key, Property.code).join(
            Property, Property.id == SourceRecord.property_id
        )
        return dict(session.execute(query).all())


def test_a_row_belongs_to_the_hotel_its_own_column_names_and_an_unknown_name_is_told(
    engine: Engine, tmp_path: Path
) -> None:
    done = import_of_two_hotels(engine, tmp_path, None)

    assert places_of(engine) == {"1": "mare", "2": "mare", "3": "main", "4": "main"}
    assert done.findings["import.property_unknown"] == 1
    assert (done.rows_stored, done.rows_waiting) == (4, 0)


@pytest.mark.parametrize("named", ["main", "mare"])
def test_the_hotel_named_for_a_whole_file_wins_over_its_column(
    engine: Engine, tmp_path: Path, named: str
) -> None:
    done = import_of_two_hotels(engine, tmp_path, named)

    assert set(places_of(engine).values()) == {named}
    assert "import.property_unknown" not in done.findings


def test_an_interrupted_import_is_not_gone_on_with_under_another_rule_for_its_hotel(
    engine: Engine, tmp_path: Path
) -> None:
    first = import_of_two_hotels(engine, tmp_path, None)
    with writing(engine) as session:
        session.get_one(Import, first.id).state = "running"

    again = import_of_two_hotels(engine, tmp_path, "main")

    assert again.id != first.id


PROFILES = "Profile ID\tGuest Name\tEmail\tTelephone\tDOB\tNationality\tLang\tInsert Date\tArr\tDep\n"
GOOD = "G1\tRossi, Anna\tanna@libero.it\t\t1980-02-03\tIT\tit\t2025-03-01\t\t\n"
TORN = "G2\tde Vries, Piet\t+31 6\n"


def import_of(engine: Engine, folder: Path, *rows: str) -> int:
    """Import an export with these rows, to its end."""
    export = folder / "profiles.txt"
    export.write_bytes((PROFILES + "".join(rows)).encode("utf-16"))
    import_id = prepared(engine, export)
    run_import(engine, import_id, export)
    link_imports(engine, [import_id])
    with reading(engine) as session:
        assert check(session) == []
    return import_id


ALL = Visible(EVERYWHERE)


def listed(engine: Engine, state: str = "waiting") -> list[tuple[int | None, int | None]]:
    """The problems of a state: their imports and lines."""
    with reading(engine) as session:
        return [
            (item.problem.import_id, item.problem.line)
            for item in list_problems(session, ALL, state=state).listed
        ]


def test_a_row_that_waits_is_one_item_with_its_newest_import_however_often_the_file_comes(
    engine: Engine, tmp_path: Path
) -> None:
    first = import_of(engine, tmp_path, TORN, GOOD)
    assert listed(engine) == [(first, 2)]

    second = import_of(engine, tmp_path, GOOD, TORN)

    assert listed(engine) == [(second, 3)]
    assert counts(engine, first) == (2, 1, 0, 1)
    assert counts(engine, second) == (2, 0, 1, 1)


def test_two_torn_rows_of_one_file_are_two_items_though_they_are_alike(
    engine: Engine, tmp_path: Path
) -> None:
    import_of(engine, tmp_path, TORN, GOOD, TORN)
    again = import_of(engine, tmp_path, TORN, GOOD, TORN)

    assert listed(engine) == [(again, 4), (again, 2)]


def test_a_row_that_somebody_settled_does_not_wait_again_when_it_comes_again(
    engine: Engine, tmp_path: Path
) -> None:
    import_of(engine, tmp_path, TORN, GOOD)
    with writing(engine) as session:
        problem = session.scalars(select(Problem)).one()
        settle(session, problem.id, ALL, who="desk", now=NOON)

    again = import_of(engine, tmp_path, TORN, GOOD)

    assert listed(engine) == []
    assert listed(engine, "settled") == [(again, 2)]
    with writing(engine) as session, pytest.raises(Refused):
        reopen(session, problem.id, ALL, who="desk", now=NOON)  # on a page that was open all the time


def test_the_same_row_of_another_system_waits_for_itself(engine: Engine, tmp_path: Path) -> None:
    import_of(engine, tmp_path, TORN, GOOD)
    export = tmp_path / "profiles.txt"
    other = prepared(engine, export, source="annex")
    run_import(engine, other, export)

    assert len(listed(engine)) == 2
