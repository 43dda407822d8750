"""Undo an import: every record is as though its rows had never come, in whatever order imports are undone."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.captures.models import Capture, GuestLink
from server.db import reading, writing
from server.guests.asking import open_questions
from server.guests.deciding import Meanwhile
from server.guests.linking import link_waiting
from server.importing import undoing
from server.importing.preparing import look_at, prepare
from server.importing.running import link_imports, run_import
from server.importing.undoing import undo_import
from server.jobs.places import holding
from server.privacy.check import check
from server.privacy.dump import dump
from server.properties.reach import EVERYWHERE
from server.properties.setup import default_property
from server.records.models import Import, ImportSeen, SourceRecord
from server.records.rereading import read_again
from server.refusal import Refused
from server.sources.layout import layouts
from server.stays.models import Stay, StaySource
from tests.builders import NOON
from tests.guests.deciding_house import ask, say_of, seen_now, take_back, together
from tests.stores import open_store

HEADER = (
    "Email Address,First Name,Last Name,Address,Phone Number,Birthday,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,"
    "CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,"
    "NOTES,TAGS"
)
PEOPLE = {
    "a": ("anna.berg@posteo.example", "Anna", "Berg"),
    "b": ("bruno.cast@posteo.example", "Bruno", "Castagnet"),
    "c": ("cecile.d@posteo.example", "Cécile", "Daumas"),
}


def row(who: str, *, day: int | None = None, phone: str = "", broken: bool = False) -> str:
    """A line of the export: who, when the system changed it last, and something that may change."""
    if broken:
        return f"{who}-broken,only,three"
    email, first, last = PEOPLE[who]
    changed = f"2026-03-{day:02d} 10:00:00" if day else ""
    cells = [
        email,
        first,
        last,
        "",
        phone,
        "",
        "2",
        "2025-01-01 10:00:00",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "FR",
    ]
    return ",".join([*cells, "", changed, f"{ord(who)}", f"e{who}", "", ""])


CARDEX = tuple(layouts()["pms_a"].columns)


def cardex(who: str, month: int, amount: str = "100,00") -> str:
    """A line of a reservation system's list of people, each with the last stay."""
    email, first, last = PEOPLE[who]
    told = {"N° cardex": str(ord(who)), "NOM": last, "Prénom": first, "E-mail": email, "CA TTC": amount}
    told |= {"Arrivée": f"01/{month:02d}/2026", "Départ": f"03/{month:02d}/2026"}
    return ";".join(told.get(column, "") for column in CARDEX)


def bring(engine: Engine, folder: Path, rows: Sequence[str]) -> int:
    """Import a file with these lines."""
    with writing(engine) as session:
        default_property(session)
    is_cardex = ";" in rows[0]
    path = folder / f"file{len(list(folder.iterdir()))}.csv"
    lines = [";".join(CARDEX) if is_cardex else HEADER, *rows]
    path.write_text("\n".join(lines) + "\n", encoding="cp1252" if is_cardex else "utf-8")
    looked = look_at(path, name="audience.csv", kept={}, layout="pms_a" if is_cardex else "mailchimp")
    with writing(engine) as session:
        import_id = prepare(session, looked).id
    run_import(engine, import_id, path)
    link_imports(engine, [import_id])
    return import_id


def state(engine: Engine) -> list[str]:
    """The business state but for which file a problem stood in, in which nothing may be broken."""
    with reading(engine) as session:
        assert check(session) == []
        return dump(session)


def counts(engine: Engine, import_id: int) -> tuple[int, int, int]:
    with reading(engine) as session:
        found = session.get_one(Import, import_id)
        return found.rows_stored, found.rows_unchanged, found.rows_waiting


def test_what_only_this_import_told_is_gone_and_the_rest_is_as_before(engine: Engine, tmp_path: Path) -> None:
    bring(engine, tmp_path, [row("a", phone="0611223344")])
    before = state(engine)
    second = bring(engine, tmp_path, [row("a", phone="0655667788"), row("b"), row("c", broken=True)])
    assert state(engine) != before

    report = undo_import(engine, second, author="command")

    assert state(engine) == before
    assert (report.records, report.changed, report.erased, report.versions) == (2, 1, 1, 2)
    with pytest.raises(Refused) as again:
        undo_import(engine, second, author="command")
    assert again.value.code == "import.undone"


def test_a_row_that_a_later_import_said_again_becomes_its_own(engine: Engine, tmp_path: Path) -> None:
    first = bring(engine, tmp_path, [row("a"), row("b")])
    later = bring(engine, tmp_path, [row("a"), row("b", phone="0611223344")])
    assert counts(engine, later) == (1, 1, 0)

    undo_import(engine, first, author="command")

    assert counts(engine, later) == (2, 0, 0)
    with reading(engine) as session:
        assert [(r.versions, r.current_version) for r in session.scalars(select(SourceRecord))] == [
            (1, 1)
        ] * 2
        assert session.scalars(select(ImportSeen.import_id)).all() in ([], [later])
    state(engine)


def test_what_others_said_again_is_theirs_however_many_transactions_it_takes(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "BATCH", 1)
    first = bring(engine, tmp_path, [row("a"), row("b"), row("c")])
    second = bring(engine, tmp_path, [row("c"), row("b"), row("a")])
    third = bring(engine, tmp_path, [row("a"), row("c", phone="0611223344")])

    undo_import(engine, first, author="command")
    assert [counts(engine, later) for later in (second, third)] == [(3, 0, 0), (1, 1, 0)]

    undo_import(engine, second, author="command")
    assert counts(engine, third) == (2, 0, 0)
    state(engine)


def test_two_files_of_one_system_are_undone_one_after_the_other(engine: Engine, tmp_path: Path) -> None:
    first = bring(engine, tmp_path, [row("a")])
    with reading(engine) as session:
        source = session.get_one(Import, first).source_id

    with holding(engine, f"undoing:{source}", wait=False), pytest.raises(Refused) as refusal:
        undo_import(engine, first, author="command")

    assert refusal.value.code == "import.undo_busy"
    undo_import(engine, first, author="command")


def test_a_version_between_two_equal_ones_taken_away_leaves_one(engine: Engine, tmp_path: Path) -> None:
    bring(engine, tmp_path, [row("a")])
    between = bring(engine, tmp_path, [row("a", phone="0611223344")])
    last = bring(engine, tmp_path, [row("a")])
    assert counts(engine, last) == (1, 0, 0)

    undo_import(engine, between, author="command")

    assert counts(engine, last) == (0, 1, 0)
    state(engine)


def stays(engine: Engine) -> list[tuple[int, int]]:
    """Arrival's month and money of every stay that is counted."""
    with reading(engine) as session:
        counted = select(Stay.arrives, StaySource.amount).join(StaySource).where(StaySource.counts)
        return sorted((day.month, int(money)) for day, money in session.execute(counted) if day and money)


def test_the_stays_that_a_cardex_told_by_an_undone_file_are_no_more(engine: Engine, tmp_path: Path) -> None:
    [first, second, _] = [
        bring(engine, tmp_path, [cardex("a", month, f"{month}00,00")]) for month in (1, 2, 3)
    ]

    undo_import(engine, second, author="command")
    assert stays(engine) == [(1, 100), (3, 300)]
    undo_import(engine, first, author="command")
    assert stays(engine) == [(3, 300)]
    state(engine)

    fourth = bring(engine, tmp_path, [cardex("a", 4, "400,00")])
    assert counts(engine, fourth) == (1, 0, 0)
    assert stays(engine) == [(3, 300), (4, 400)]
    state(engine)


def test_a_stay_that_a_later_file_told_again_is_told_by_that_file(engine: Engine, tmp_path: Path) -> None:
    first = bring(engine, tmp_path, [cardex("a", 1)])
    bring(engine, tmp_path, [cardex("a", 1)])
    bring(engine, tmp_path, [cardex("a", 2)])

    undo_import(engine, first, author="command")

    assert stays(engine) == [(1, 100), (2, 100)]
    state(engine)


def test_a_form_that_a_guest_sent_by_the_link_of_an_undone_booking_stays(
    engine: Engine, tmp_path: Path
) -> None:
    only = bring(engine, tmp_path, [row("a")])
    with writing(engine) as session:
        booked = session.scalars(select(SourceRecord)).one()
        link = GuestLink(record_id=booked.id, property_id=booked.property_id, token_hash=b"1" * 32)
        link.last_name_key, link.created_at, link.expires_at = "berg", NOON, NOON
        session.add(link)
        session.flush()
        form = Capture(id="c1", form="pre_check_in", form_version=1, language="fr", surface="phone")
        form.proof, form.answers, form.digest, form.received_at = "booking-bound", {}, b"2" * 32, NOON
        form.property_id, form.guest_link_id = booked.property_id, link.id
        session.add(form)

    undo_import(engine, only, author="command")

    with reading(engine) as session:
        assert session.scalars(select(Capture.guest_link_id)).all() == [None]
        assert session.get_one(Import, only).state == "undone"
        assert check(session) == []


def test_an_import_is_not_begun_to_be_undone_when_what_is_left_cannot_be_read(
    engine: Engine, tmp_path: Path
) -> None:
    first = bring(engine, tmp_path, [row("a")])
    second = bring(engine, tmp_path, [row("a", phone="0611223344")])
    with writing(engine) as session:
        kept = session.get_one(Import, first)
        kept.reading = kept.reading | {"layout": "a system that is no more"}
    before = state(engine)

    with pytest.raises(Refused) as refusal:
        undo_import(engine, second, author="command")

    assert refusal.value.code == "import.undo_unreadable"
    assert state(engine) == before
    with reading(engine) as session:
        assert session.get_one(Import, second).state == "done"


def test_a_dry_run_says_what_it_would_take_and_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    first = bring(engine, tmp_path, [row("a"), row("b"), row("c")])
    bring(engine, tmp_path, [row("a"), row("b", phone="0611223344")])
    before = state(engine)

    report = undo_import(engine, first, author="command", dry_run=True)

    assert (report.records, report.erased, report.versions) == (3, 1, 3)
    assert state(engine) == before


def test_what_people_decided_about_other_records_stays(engine: Engine, tmp_path: Path) -> None:
    bring(engine, tmp_path, [row("a"), row("b")])
    [one, other] = keys(engine)
    say_of(engine, one, other, "same")
    second = bring(engine, tmp_path, [row("a", phone="0611223344"), row("c")])

    undo_import(engine, second, author="command")

    assert together(engine, one, other)
    state(engine)


def test_whoever_looked_before_a_file_was_taken_back_and_another_came_looks_again(
    engine: Engine, tmp_path: Path
) -> None:
    bring(engine, tmp_path, [row("a"), row("b")])
    second = bring(engine, tmp_path, [row("a", phone="0611223344")])
    one, other = keys(engine)
    old_page = seen_now(engine, one, other)
    put_off = say_of(engine, one, other, "undecided")
    ask(engine, one, other)

    undo_import(engine, second, author="command")
    bring(engine, tmp_path, [row("a", phone="0655667788")])
    ask(engine, one, other)

    with reading(engine) as session:
        assert open_questions(session, EVERYWHERE), "it was put off as the two were then"
    take_back(engine, put_off)
    with pytest.raises(Meanwhile):
        say_of(engine, one, other, "same", seen=old_page)


def keys(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return list(session.scalars(select(SourceRecord.key).order_by(SourceRecord.id)))


def test_an_undo_killed_in_the_middle_goes_on(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(engine, tmp_path, [row("a"), row("b")])
    before = state(engine)
    second = bring(engine, tmp_path, [row(who, phone="0611223344") for who in "abc"])
    monkeypatch.setattr(undoing, "BATCH", 1)
    batches = []

    def killed(session: Session, ids: Sequence[int]) -> tuple[list[int], int]:
        batches.append(ids)
        if len(batches) == 2:
            raise KeyboardInterrupt
        return read_again(session, ids)

    monkeypatch.setattr(undoing, "read_again", killed)
    with pytest.raises(KeyboardInterrupt):
        undo_import(engine, second, author="command")
    with reading(engine) as session:
        assert check(session) == []

    undo_import(engine, second, author="command")

    assert state(engine) == before


def some_rows(chance: random.Random, *, of_cardex: bool) -> list[str]:
    rows = []
    for who in chance.sample("abc", chance.randint(1, 3)):
        for _ in range(chance.randint(1, 2)):
            if of_cardex:
                rows.append(cardex(who, chance.randint(1, 3), chance.choice(("", "100,00"))))
                continue
            rows.append(
                row(
                    who,
                    day=chance.choice((None, 1, 2, 3)),
                    phone=chance.choice(("", "0611223344", "0655667788")),
                    broken=chance.random() < 0.1,
                )
            )
    return rows


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(seed=st.integers(0, 2**32))
def test_imports_undone_in_any_order_leave_what_the_others_alone_would(
    lay_sqlite: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    chance = random.Random(seed)
    folder = tmp_path_factory.mktemp("undone")
    of_cardex = chance.random() < 0.5
    files = [some_rows(chance, of_cardex=of_cardex) for _ in range(4)]
    gone = chance.sample(range(4), chance.randint(1, 3))

    engines = [open_store(lay_sqlite(folder / name)) for name in ("all", "kept")]
    everything, kept = engines
    ids = [bring(everything, folder, rows) for rows in files]
    for number in gone:
        undo_import(everything, ids[number], author="command")
    for number, rows in enumerate(files):
        if number not in gone:
            bring(kept, folder, rows)
    for engine in engines:
        link_waiting(engine, bulk=True)

    assert state(everything) == state(kept)
    for engine in engines:
        engine.dispose()
