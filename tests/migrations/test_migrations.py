"""Migrations: up and down on both stores, with guests in the tables, and never apart from the models."""

from __future__ import annotations

import threading
from itertools import pairwise
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, select, text

from server.db import Base, make_engine, reading, writing
from server.guests.linking import link_waiting
from server.guests.living import say_word
from server.guests.models import Decision, Deed
from server.intake import open_forms
from server.migrating import FOLDER, head, migrate, migrate_engine
from server.properties.reach import EVERYWHERE
from tests.builders import NOON, PATRICK, guests_by_key, take_in
from tests.captures.tablet import KEY, hand_over, new_tablet
from tests.guests.deciding_house import state
from tests.guests.test_households import ANNE, LUC, TOM, ZOE, come
from tests.guests.test_one_stay import fill, join
from tests.guests.test_recapture import answer_through_the_link, from_the_booking_site, pin, undo_deed
from tests.guests.test_stay_events import present, replayed
from tests.guests.test_staying import told_by

REVISIONS = [
    step.revision for step in ScriptDirectory(str(FOLDER), version_locations=[str(FOLDER)]).walk_revisions()
]
"""All of them, the newest first."""
JUMPS = [
    revision if number < 3 else pytest.param(revision, marks=pytest.mark.soak)
    for number, revision in enumerate(REVISIONS)
]
"""From far behind to the newest at once: the last ones always, where houses come from."""


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_the_newest_migration_is_the_one_with_the_highest_number() -> None:
    script = ScriptDirectory(str(FOLDER), version_locations=[str(FOLDER)])

    assert script.get_heads() == [head()]
    assert {revision.revision for revision in script.walk_revisions()} == {
        path.stem for path in FOLDER.glob("*.py")
    }


def test_the_migrated_tables_are_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_each_migration_goes_down_and_up_again_with_guests_in_the_tables(engine: Engine) -> None:
    take_in(engine, PATRICK | {"key": "A1"})
    link_waiting(engine)

    for newer, older in pairwise([*REVISIONS, "base"]):
        before = tables(engine)
        migrate_engine(engine, older)
        migrate_engine(engine, newer)
        assert tables(engine) == before, newer
        migrate_engine(engine, older)
    migrate_engine(engine, "head")

    assert tables(engine) == set(Base.metadata.tables)


@pytest.mark.parametrize("revision", JUMPS)
def test_a_house_that_slept_through_some_releases_comes_up_to_the_newest(
    engine: Engine, revision: str
) -> None:
    take_in(engine, PATRICK | {"key": "A1"})
    link_waiting(engine)

    migrate_engine(engine, revision)
    migrate_engine(engine, "head")

    assert tables(engine) == set(Base.metadata.tables)


def test_all_the_way_down_leaves_nothing(engine: Engine) -> None:
    migrate_engine(engine, "base")

    assert tables(engine) == set()


def test_a_newer_revision_keeps_what_older_tables_hold(engine: Engine) -> None:
    take_in(engine, PATRICK | {"key": "A1"})
    migrate_engine(engine, "0003_source_records")

    with engine.connect() as connection:
        assert connection.execute(text("SELECT last_name FROM clean_record")).scalar() == "Martin"


def test_models_there_are_get_their_number_by_the_time_they_were_made(engine: Engine) -> None:
    migrate_engine(engine, "0007_search")
    with engine.begin() as connection:
        for version, day in (("b", "2026-05-02"), ("a", "2026-05-03"), ("c", "2026-05-01")):
            connection.execute(
                text("INSERT INTO model (version, content, made_at) VALUES (:v, '{}', :at)"),
                {"v": version, "at": f"{day} 10:00:00.000000"},
            )

    migrate_engine(engine, "0009_model_order")
    with engine.connect() as connection:
        order = "SELECT version FROM model ORDER BY number"
        assert connection.execute(text(order)).scalars().all() == ["c", "b", "a"]

    migrate_engine(engine, "0007_search")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM model")).scalar() == 3


WORD = (
    "INSERT INTO decision (record_a, record_b, verdict, author, reason, at) "
    "VALUES (:a, :b, :verdict, 'staff:1', 'twins', '2026-05-01 10:00:00.000000')"
)


def test_a_word_given_before_there_were_deeds_can_be_undone_like_any_other(engine: Engine) -> None:
    take_in(engine, PATRICK | {"key": "A1"}, PATRICK | {"key": "A2"}, PATRICK | {"key": "A3"})
    migrate_engine(engine, "0016_pairs")
    with engine.begin() as connection:
        connection.execute(text(WORD), {"a": 1, "b": 2, "verdict": "same"})
        connection.execute(text(WORD), {"a": 1, "b": 3, "verdict": "not_same"})

    migrate_engine(engine, "head")

    with writing(engine) as session:
        decisions = session.scalars(select(Decision).order_by(Decision.id)).all()
        deeds = [session.get_one(Deed, decision.deed_id) for decision in decisions]
        assert [(deed.kind, deed.author, deed.reason) for deed in deeds] == [
            ("decide", "staff:1", "twins")
        ] * 2
        assert [deed.params for deed in deeds] == [{"verdict": "same"}, {"verdict": "not_same"}]
        session.add(Deed(kind="split", at=NOON, author="staff:2", params={}))  # numbers go on after those


def test_going_back_before_deeds_keeps_the_word_that_holds_on_each_pair(engine: Engine) -> None:
    take_in(engine, PATRICK | {"key": "A1"}, PATRICK | {"key": "A2"})
    with writing(engine) as session:
        for number, verdict in enumerate(("same", "same", "undecided", "not_same"), start=1):
            session.add(Deed(id=number, kind="decide", at=NOON, author=f"staff:{number}", params={}))
            session.flush()
            session.add(
                Decision(
                    record_a=1,
                    record_b=2,
                    verdict=verdict,
                    author=f"staff:{number}",
                    reason="",
                    at=NOON,
                    deed_id=number,
                    withdrawn_at=NOON if verdict == "not_same" else None,
                )
            )

    migrate_engine(engine, "0016_pairs")

    with engine.connect() as connection:
        assert connection.execute(text("SELECT verdict, author FROM decision")).all() == [("same", "staff:2")]


def test_a_migration_that_fails_leaves_the_tables_as_they_were(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate_engine(engine, "0002_jobs_and_journal")
    before = tables(engine)

    class PowerCut(Exception):
        pass

    def cut(*_: object, **__: object) -> None:
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr("alembic.op.create_index", cut)
        with pytest.raises(PowerCut):
            migrate_engine(engine, "head")
    assert tables(engine) == before

    migrate_engine(engine, "head")
    assert tables(engine) == set(Base.metadata.tables)


def test_two_processes_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    failures: list[BaseException] = []

    def start() -> None:
        try:
            migrate(url)
        except BaseException as error:
            failures.append(error)

    starts = [threading.Thread(target=start) for _ in range(3)]
    for one in starts:
        one.start()
    for one in starts:
        one.join()

    assert not failures
    assert tables(make_engine(url)) == set(Base.metadata.tables)


TOLD = ("arrives", "departs", "room", "amount", "reference")


def test_told_stays_are_kept_by_going_down_and_up_and_wait_to_be_counted(engine: Engine) -> None:
    booking = {"stay_from": "2026-05-01", "stay_to": "2026-05-03", "room": "12", "amount": "280.50"}
    take_in(engine, PATRICK | booking | {"key": "A1", "reference": "BK-20417"}, stay_kind="stay")
    link_waiting(engine)

    def told(table: str) -> list[tuple[str, ...]]:
        with engine.connect() as connection:
            rows = connection.execute(text(f"SELECT {', '.join(TOLD)} FROM {table}")).all()
            return [tuple(str(value) for value in row) for row in rows]

    before = told("told_stay")
    migrate_engine(engine, "0015_rekey")
    assert told("stay") == before
    migrate_engine(engine, "head")

    assert told("told_stay") == before
    with engine.connect() as connection:
        assert connection.execute(text("SELECT reference FROM told_reference")).scalar() == "BK-20417"
        assert connection.execute(text("SELECT counts, amount FROM stay_source")).all() == [(1, 280.5)]
        assert (
            connection.execute(text("SELECT count(*) FROM source_record WHERE needs_linking")).scalar() == 1
        )


def test_stays_are_told_of_once_by_the_upgrade_and_words_on_them_end_with_the_downgrade(
    engine: Engine,
) -> None:
    fill(engine)
    join(engine, "A1", "A2")
    before = present(engine)

    migrate_engine(engine, "0022_erased")
    with engine.connect() as connection:
        waiting = "SELECT count(*) FROM source_record WHERE needs_linking"
        assert connection.execute(text(waiting)).scalar() == 2
        assert connection.execute(text("SELECT count(*) FROM deed")).scalar() == 0
    migrate_engine(engine, "head")

    assert replayed(engine) == present(engine) == before
    link_waiting(engine)
    assert told_by(engine) == [["4817985054", "A1"], ["A2"]]
    assert replayed(engine) == present(engine)


def test_what_was_chosen_before_choices_were_deeds_is_undone_like_any_other(engine: Engine) -> None:
    from_the_booking_site(engine)
    answer_through_the_link(engine)
    before = state(engine)
    pin(engine, "o1", "first_name", "Patrik")
    undo_deed(engine, pin(engine, "o1", "first_name", "Patrick"))
    chosen = state(engine)

    migrate_engine(engine, "0025_stay_events")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM deed")).scalar() == 0
    migrate_engine(engine, "head")

    assert state(engine) == chosen
    with reading(engine) as session:
        holds, undone = session.scalars(select(Deed).order_by(Deed.id)).all()
    assert (holds.kind, holds.params["field"], holds.undone_at) == ("pin", "first_name", None)
    assert undone.undone_at is not None
    undo_deed(engine, holds.id)
    assert state(engine) == before


def test_words_on_a_household_said_at_once_are_one_deed_after_the_upgrade(engine: Engine) -> None:
    come(engine, ANNE, LUC, ZOE, TOM)
    before = state(engine)
    guests = guests_by_key(engine)
    with writing(engine) as session:
        say_word(
            session,
            guests["tom"],
            {guests["anne"], guests["luc"]},
            "together",
            reach=EVERYWHERE,
            author="staff:1",
            reason="their au pair",
            now=NOON,
        )

    migrate_engine(engine, "0025_stay_events")
    migrate_engine(engine, "head")

    with reading(engine) as session:
        number = session.scalars(select(Deed.id)).one()
    undo_deed(engine, number)
    assert state(engine) == before


def test_forms_that_stood_as_problems_before_are_tried_once_more(engine: Engine) -> None:
    tablet = new_tablet(engine)
    hand_over(engine, tablet, tablet.item(plain=b"rubbish"), tablet.item())
    open_forms(engine, [KEY], 50)

    migrate_engine(engine, "0029_wishes")
    migrate_engine(engine, "head")

    with engine.connect() as connection:
        states = connection.execute(text("SELECT state, given_up_by FROM sealed_form ORDER BY id")).all()
    assert states == [("problem", "before"), ("opened", None)]
