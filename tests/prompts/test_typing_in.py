"""What came back is typed into the reservation system by hand, and its own export proves it or does not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from server.clock import clock
from server.db import reading, writing
from server.importing.preparing import look_at, prepare
from server.importing.running import link_imports, run_import
from server.journal.models import JournalEntry
from server.privacy.erasing import erase
from server.prompts.models import AddressProof, TypedIn
from server.prompts.typing_in import ToType, not_typed, say_typed, settle_typed, to_type
from server.properties.models import Property
from server.properties.reach import EVERYWHERE, Reach
from server.records.models import SourceRecord
from tests.builders import NOON, make_source
from tests.prompts.asked import ALIAS, ask, book, came, guest

ANNA = guest("Anna Rossi")
STAY = {"stay_from": "2026-05-04", "stay_to": "2026-05-06", "room": "12", "reference": "BK-1"}
HOUR = timedelta(hours=1)


def booked(engine: Engine, **changed: str) -> None:
    book(engine, ANNA | STAY | {"key": "A1", "email": ALIAS} | changed)


def listed(engine: Engine, reach: Reach = EVERYWHERE) -> list[ToType]:
    with reading(engine) as session:
        return to_type(session, reach, now=NOON + HOUR)


def tick(engine: Engine, row: ToType, *, after: timedelta = HOUR, actor: str = "staff:1") -> bool | None:
    with writing(engine) as session:
        ids = row.record_id, row.value_record_id
        return say_typed(session, *ids, EVERYWHERE, actor=actor, now=NOON + after)


def settle(engine: Engine, *, after: timedelta) -> int:
    with writing(engine) as session:
        return settle_typed(session, now=NOON + after)


def test_an_address_given_at_the_tablet_is_to_be_typed_where_the_system_has_an_alias(engine: Engine) -> None:
    booked(engine)
    came(engine, ANNA | {"email": "anna@posteo.de"})

    (row,) = listed(engine)

    assert (row.name, row.address, row.way, row.has, row.state) == (
        "Anna Rossi",
        "anna@posteo.de",
        "tablet",
        "alias",
        "open",
    )


def test_a_text_that_was_answered_says_so(engine: Engine) -> None:
    booked(engine)
    prompt = ask(engine, "A1", "given")
    came(engine, ANNA | {"email": "anna@posteo.de"}, surface="phone", prompt_id=prompt)

    (row,) = listed(engine)

    assert row.way == "sms"


@pytest.mark.parametrize(
    ("in_the_system", "is_to_type"),
    [("", True), ("anna@posteo.de", False), ("Anna@Posteo.de", False), ("other@posteo.de", True)],
)
def test_what_the_system_has_already_is_not_typed_again(
    engine: Engine, in_the_system: str, is_to_type: bool
) -> None:
    booked(engine, email=in_the_system)
    came(engine, ANNA | {"email": "anna@posteo.de"})

    assert bool(listed(engine)) is is_to_type


@pytest.mark.parametrize(
    "changed", [{"status": "cancelled"}, {"stay_from": "2026-01-01", "stay_to": "2026-01-03"}]
)
def test_nobody_types_for_a_stay_that_came_to_nothing_or_is_long_over(
    engine: Engine, changed: dict[str, str]
) -> None:
    booked(engine, **changed)
    came(engine, ANNA | {"email": "anna@posteo.de"})

    assert listed(engine) == []


def test_who_leaves_next_stands_first_and_who_left_comes_last(engine: Engine) -> None:
    days = {"B": ("05-01", "05-03"), "C": ("05-04", "05-09"), "D": ("05-03", "05-05")}
    for name, (arrives, departs) in days.items():
        person = guest(f"{name}erta Klein{name}", stay_from=f"2026-{arrives}", stay_to=f"2026-{departs}")
        book(engine, person | {"key": name})
        came(engine, guest(f"{name}erta Klein{name}") | {"email": f"{name.lower()}erta@posteo.de"})

    assert [row.address for row in listed(engine)] == [f"{name}erta@posteo.de" for name in "dcb"]


def test_the_next_export_proves_what_was_typed(engine: Engine) -> None:
    booked(engine)
    came(engine, ANNA | {"email": "anna@posteo.de"})
    tick(engine, listed(engine)[0])
    assert [(row.state, row.done_by) for row in listed(engine)] == [("typed", "staff:1")]

    booked(engine, email="ANNA@posteo.de")
    assert settle(engine, after=2 * HOUR) == 1

    assert listed(engine) == []
    with reading(engine) as session:
        assert session.scalars(select(TypedIn.proven_at)).one() == NOON + 2 * HOUR
    assert settle(engine, after=3 * HOUR) == 0


def test_a_channel_that_puts_its_alias_over_it_again_is_shown(engine: Engine) -> None:
    booked(engine)
    came(engine, ANNA | {"email": "anna@posteo.de"})
    tick(engine, listed(engine)[0])
    booked(engine, email="anna@posteo.de")
    settle(engine, after=2 * HOUR)

    booked(engine, room="14")
    settle(engine, after=3 * HOUR)

    assert [(row.state, row.has) for row in listed(engine)] == [("overwritten", "alias")]
    tick(engine, listed(engine)[0], after=4 * HOUR, actor="staff:2")
    assert [(row.state, row.done_by) for row in listed(engine)] == [("typed", "staff:2")]


def test_an_export_made_before_the_typing_overwrites_nothing(engine: Engine) -> None:
    booked(engine)
    came(engine, ANNA | {"email": "anna@posteo.de"})
    tick(engine, listed(engine)[0])

    assert settle(engine, after=2 * HOUR) == 0
    assert listed(engine)[0].state == "typed"


def test_it_can_be_taken_back_and_the_first_who_typed_it_stays(engine: Engine) -> None:
    booked(engine)
    came(engine, ANNA | {"email": "anna@posteo.de"})
    (row,) = listed(engine)
    assert tick(engine, row) is True
    assert tick(engine, row, actor="staff:2") is True
    assert listed(engine)[0].done_by == "staff:1"

    with writing(engine) as session:
        ids = row.record_id, row.value_record_id
        assert not_typed(session, *ids, EVERYWHERE, actor="staff:2", now=NOON) is True
        assert not_typed(session, *ids, EVERYWHERE, actor="staff:2", now=NOON) is False

    assert listed(engine)[0].state == "open"
    with reading(engine) as session:
        acts = session.scalars(
            select(JournalEntry.act).where(JournalEntry.act.like("address.%")).order_by(JournalEntry.id)
        ).all()
    assert acts == ["address.typed", "address.not_typed"]


@pytest.mark.parametrize("state", ["undone", "bounced"])
def test_an_address_that_its_owner_took_back_or_that_bounces_is_not_typed(engine: Engine, state: str) -> None:
    booked(engine)
    came(engine, ANNA | {"email": "anna@posteo.de"})
    with writing(engine) as session:
        record = session.scalars(select(SourceRecord.id).where(SourceRecord.key.like("form-%"))).one()
        session.add(AddressProof(record_id=record, contact_key=b"k", state=state, made_at=NOON))

    assert listed(engine) == []


def test_another_house_sees_nothing_of_it_and_can_tick_nothing(engine: Engine) -> None:
    booked(engine)
    came(engine, ANNA | {"email": "anna@posteo.de"})
    book(engine, guest("Otto Lang") | {"key": "L1"}, house="lake")
    with reading(engine) as session:
        lake = Reach(frozenset(session.scalars(select(Property.id).where(Property.code == "lake"))))
    (row,) = listed(engine)

    with writing(engine) as session:
        ids = row.record_id, row.value_record_id
        assert say_typed(session, *ids, lake, actor="staff:1", now=NOON) is None
        assert say_typed(session, 10**12, 1, EVERYWHERE, actor="staff:1", now=NOON) is None

    assert listed(engine, lake) == []


def test_an_erased_guest_leaves_no_mark(engine: Engine) -> None:
    booked(engine)
    came(engine, ANNA | {"email": "anna@posteo.de"})
    tick(engine, listed(engine)[0])

    with writing(engine) as session:
        erase(session, session.scalars(select(SourceRecord.id)).all(), actor="staff:1", now=NOON)

    with reading(engine) as session:
        assert session.scalars(select(TypedIn.id)).all() == []


HEADER = "Profile ID\tGuest Name\tEmail\tTelephone\tDOB\tNationality\tLang\tInsert Date\tArr\tDep\n"


def export(engine: Engine, folder: Path, email: str) -> None:
    """The house's system mails its daily file, and what the worker does with it."""
    today, path = clock().date(), folder / f"{clock().timestamp()}.txt"
    days = f"{today - timedelta(days=1)}\t{today + timedelta(days=2)}"
    line = f"G1\tRossi, Anna\t{email}\t+33 6 52 50 12 34\t1980-02-03\tIT\tit\t2025-03-01\t{days}\n"
    path.write_bytes((HEADER + line).encode("utf-16"))
    with writing(engine) as session:
        import_id = prepare(session, look_at(path, name=path.name, kept={})).id
    run_import(engine, import_id, path)
    link_imports(engine, [import_id])
    with writing(engine) as session:
        settle_typed(session, now=clock())


def in_pms(engine: Engine) -> list[tuple[str, bool]]:
    with reading(engine) as session:
        return [(row.state, row.is_late) for row in to_type(session, EVERYWHERE, now=clock())]


def test_the_next_import_proves_what_was_typed_and_a_later_one_shows_that_a_channel_overwrote_it(
    engine: Engine, tmp_path: Path
) -> None:
    make_source(engine)
    export(engine, tmp_path, ALIAS)
    told = ANNA | {"mobile": "+33 6 52 50 12 34", "birth_date": "1980-02-03"}
    came(engine, told | {"email": "anna@posteo.de"}, at=clock())
    with writing(engine) as session:
        (row,) = to_type(session, EVERYWHERE, now=clock())
        say_typed(session, row.record_id, row.value_record_id, EVERYWHERE, actor="staff:1", now=clock())

    export(engine, tmp_path, ALIAS)
    assert in_pms(engine) == [("typed", True)]
    export(engine, tmp_path, "anna@posteo.de")
    assert in_pms(engine) == []
    export(engine, tmp_path, ALIAS)
    assert in_pms(engine) == [("overwritten", False)]
