"""The journal's chain: what colleagues did is sealed in order, whoever seals it."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.db import make_engine, reading, writing
from server.journal import note
from server.journal.models import JournalSeal
from server.journal.sealing import seal, waiting_for_seal
from server.journal.verifying import Verdict
from tests.journal.sealed import KEY, MORNING, found, seal_all, verdict_of, write


def test_a_sealed_journal_is_as_it_was_written(engine: Engine) -> None:
    write(engine, 10)
    head = seal_all(engine)
    write(engine, 2, start=MORNING + timedelta(days=2))

    verdict = verdict_of(engine, head)

    assert (verdict.sealed, verdict.erased, verdict.waiting, verdict.wrong) == (10, 0, 2, None)
    assert verdict.head == head


def test_an_empty_journal_is_well(engine: Engine) -> None:
    assert verdict_of(engine) == Verdict(0, 0, 0, None, None)


def test_sealing_goes_on_where_it_ended(engine: Engine) -> None:
    for day in range(4):
        write(engine, 5, start=MORNING + timedelta(days=day))
        seal_all(engine, now=MORNING + timedelta(days=day, hours=15))

    assert verdict_of(engine).sealed == 20
    assert found(engine) is None


def test_an_entry_that_is_committed_late_is_sealed_under_the_next_number(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    with Session(engine) as slow, Session(engine) as quick:
        note(slow, "staff:1", "import.started", "import:1", now=MORNING)
        slow.flush()
        note(quick, "staff:2", "guest.opened", "guest:1", now=MORNING)
        quick.commit()
        seal_all(engine)
        slow.commit()
    seal_all(engine)

    with reading(engine) as session:
        order = session.execute(select(JournalSeal.sequence, JournalSeal.entry_id)).all()
    assert sorted(tuple(row) for row in order) == [(1, 2), (2, 1)]
    assert (verdict_of(engine).sealed, found(engine)) == (2, None)
    engine.dispose()


def test_two_workers_that_seal_at_once_make_one_chain(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    write(engine, 60)
    with reading(engine) as session:
        ids = waiting_for_seal(session)
    start = threading.Barrier(2)
    failures: list[BaseException] = []

    def work(part: int) -> None:
        try:
            start.wait()
            for at in range(0, 60, 10):
                with writing(engine) as session:
                    seal(session, ids[at : at + 20 + part], KEY, now=MORNING)
        except BaseException as error:
            failures.append(error)

    workers = [threading.Thread(target=work, args=(part,)) for part in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()

    assert failures == []
    assert (verdict_of(engine).sealed, verdict_of(engine).waiting, found(engine)) == (60, 0, None)
    engine.dispose()


def test_ids_that_a_rollback_used_up_leave_no_gap_in_the_chain(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    with Session(engine) as session:
        note(session, "staff:1", "import.started", "import:1", now=MORNING)
        session.flush()
        session.rollback()
    write(engine, 2)
    seal_all(engine)

    assert (verdict_of(engine).sealed, found(engine)) == (2, None)
    engine.dispose()
