"""Stays in the tables: counted as the whole house would be, whatever came first, under ids that stay."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest
from sqlalchemy import Engine, delete, event, func, select

from server.db import reading, writing
from server.guests.linking import link_waiting
from server.guests.models import Link
from server.guests.near_stays import told_near
from server.guests.staying import recount_stays
from server.records.models import SourceRecord
from server.stays.counting import count_stays
from server.stays.models import Stay, StaySource, ToldStay
from tests.builders import NOON, PATRICK, take_in

MAY = {"stay_from": "2026-05-01", "stay_to": "2026-05-03"}
BOOKING = PATRICK | MAY | {"key": "4817985054", "reference": "4817985054", "amount": "300"}
AT_THE_HOUSE = PATRICK | MAY | {"key": "A1", "room": "12", "amount": "280"}


def book(engine: Engine, row: Mapping[str, str] = BOOKING) -> None:
    take_in(engine, row, source="ota", kind="channel", stay_kind="stay")
    link_waiting(engine)


def arrive(engine: Engine, *rows: Mapping[str, str]) -> None:
    take_in(engine, *rows, stay_kind="stay", of="profile")
    link_waiting(engine)


def stays(engine: Engine) -> list[Stay]:
    with reading(engine) as session:
        return list(session.scalars(select(Stay).order_by(Stay.arrives)))


def told_by(engine: Engine) -> list[list[str]]:
    """The keys of the records that tell of each stay."""
    with reading(engine) as session:
        query = select(StaySource.stay_id, SourceRecord.key).join(
            SourceRecord, SourceRecord.id == StaySource.record_id
        )
        found: dict[str, set[str]] = {}
        for stay_id, key in session.execute(query):
            found.setdefault(stay_id, set()).add(key)
    return sorted(sorted(keys) for keys in found.values())


def counted_money(engine: Engine) -> Decimal | None:
    with reading(engine) as session:
        return session.scalar(select(func.sum(StaySource.amount)).where(StaySource.counts))


def test_what_the_channel_booked_and_the_house_checked_in_is_one_stay(engine: Engine) -> None:
    book(engine)
    (before,) = stays(engine)
    arrive(engine, AT_THE_HOUSE)
    (after,) = stays(engine)

    assert after.id == before.id
    assert (after.room, after.reference) == ("12", "4817985054")
    assert told_by(engine) == [["4817985054", "A1"]]
    assert counted_money(engine) == Decimal(280)


def test_a_booking_that_is_changed_or_cancelled_is_the_same_stay(engine: Engine) -> None:
    book(engine)
    (before,) = stays(engine)
    book(engine, BOOKING | {"stay_to": "2026-05-05", "amount": "500"})
    (longer,) = stays(engine)
    book(engine, BOOKING | {"stay_to": "2026-05-05", "amount": "500", "status": "cancelled"})
    (cancelled,) = stays(engine)

    assert before.id == longer.id == cancelled.id
    assert (str(longer.departs), cancelled.status) == ("2026-05-05", "cancelled")


def test_a_profile_that_comes_again_with_other_days_keeps_both_stays(engine: Engine) -> None:
    arrive(engine, AT_THE_HOUSE)
    (first,) = stays(engine)
    arrive(engine, AT_THE_HOUSE | {"stay_from": "2026-08-01", "stay_to": "2026-08-02", "amount": "150"})

    assert [stay.id == first.id for stay in stays(engine)] == [True, False]
    assert counted_money(engine) == Decimal(430)
    with reading(engine) as session:
        assert session.scalars(select(ToldStay.version).order_by(ToldStay.version)).all() == [1, 2]


def test_a_reservation_tells_only_what_it_tells_now(engine: Engine) -> None:
    book(engine)
    book(engine, BOOKING | {"stay_from": "2026-08-01", "stay_to": "2026-08-02"})

    assert [str(stay.arrives) for stay in stays(engine)] == ["2026-08-01"]


def test_a_record_that_tells_of_nothing_any_more_leaves_no_stay(engine: Engine) -> None:
    book(engine)
    book(engine, PATRICK | {"key": "4817985054"})

    assert stays(engine) == []


def test_a_record_whose_link_goes_is_no_source_any_more(engine: Engine) -> None:
    book(engine)
    arrive(engine, AT_THE_HOUSE)
    with writing(engine) as session:
        gone = session.scalars(select(SourceRecord.id).where(SourceRecord.key == "A1")).one()
        session.execute(delete(Link).where(Link.record_id == gone))
        recount_stays(session, [], [gone], cause="erased", now=NOON)

    assert told_by(engine) == [["4817985054"]]
    assert counted_money(engine) == Decimal(300)


def test_a_guests_records_are_counted_when_the_guest_is_named(engine: Engine) -> None:
    book(engine)
    with writing(engine) as session:
        session.execute(delete(Stay))
        guest = session.scalars(select(Link.guest_id)).one()
        recount_stays(session, [guest], [], cause="again", now=NOON)

    assert told_by(engine) == [["4817985054"]]


def busy_house() -> list[tuple[str, str, Mapping[str, str]]]:
    """Source, kind and row of a house where guests share rooms, come back, and book by two channels."""
    chance = random.Random(5)
    found: list[tuple[str, str, Mapping[str, str]]] = []
    for n in range(30):
        guest = chance.randrange(8)
        day = 1 + chance.randrange(12)
        row = {
            "key": f"K{n:02d}",
            "first_name": "Patrick",
            "last_name": ("Martin", "Rossi")[guest % 2],
            "email": f"patrick{guest}@orange.fr",
            "stay_from": f"2026-05-{day:02d}",
            "amount": str(100 * (1 + chance.randrange(2))),
        }
        if n % 3 == 2:
            on = {"notes": f"room {1 + guest % 3}"} if n % 2 else {}
            found.append(("till", "till", row | on))
            continue
        row["stay_to"] = f"2026-05-{day + 1 + chance.randrange(3):02d}"
        if chance.randrange(3) == 0:
            row["reference"] = f"BK-{1000 + guest}"
        if n % 3 == 0:
            row["room"] = str(1 + guest % 3)
        found.append(("pms_a", "pms", row) if n % 3 == 0 else ("ota", "channel", row))
    return found


def test_any_order_and_any_portions_count_as_the_whole_house_at_once(engine: Engine) -> None:
    rows = busy_house()
    random.Random(7).shuffle(rows)
    while rows:
        portion: Sequence[tuple[str, str, Mapping[str, str]]] = rows[:4]
        rows = rows[4:]
        for source, kind, row in portion:
            take_in(engine, row, source=source, kind=kind, stay_kind="purchase" if kind == "till" else "stay")
        link_waiting(engine)

    with reading(engine) as session:
        everybody = session.scalars(select(SourceRecord.id)).all()
        near = told_near(session, [], everybody)
        known = session.execute(
            select(StaySource.record_id, StaySource.version, StaySource.stay_id, StaySource.counts)
        ).all()
    whole = count_stays(near.rows(), near.guest_of)

    kept: dict[str, set[tuple[int, int, bool]]] = {}
    for record_id, version, stay_id, counts in known:
        kept.setdefault(stay_id, set()).add((record_id, version, counts))
    assert sorted(sorted(stay) for stay in kept.values()) == sorted(
        sorted((s.record_id, s.version, s.counts) for s in stay.sources) for stay in whole
    )
    assert len(whole) < len(everybody)


def test_counting_again_changes_no_row(engine: Engine) -> None:
    book(engine)
    arrive(engine, AT_THE_HOUSE)
    changed: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.split()[0] in ("INSERT", "UPDATE", "DELETE"):
            changed.append(statement)

    with writing(engine) as session:
        records = session.scalars(select(SourceRecord.id)).all()
        recount_stays(session, [], records, cause="again", now=NOON)

    assert changed == []


@pytest.mark.parametrize("others", [5, 25])
def test_one_record_is_counted_by_a_few_statements_however_large_the_house(
    engine: Engine, others: int
) -> None:
    arrive(
        engine,
        *(
            AT_THE_HOUSE | {"key": f"B{n}", "email": f"p{n}@orange.fr", "room": str(n), "mobile": ""}
            for n in range(20, 20 + others)
        ),
    )
    book(engine)
    asked: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    with writing(engine) as session:
        record = session.scalars(select(SourceRecord.id).where(SourceRecord.key == "4817985054")).one()
        recount_stays(session, [], [record], cause="again", now=NOON)

    assert len(asked) <= 14
