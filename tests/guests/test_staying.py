"""Stays in the tables: counted as the whole house would be, whatever came first, under ids that stay."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest
from sqlalchemy import Engine, delete, event, func, select

from server.db import reading, writing
from server.guests.erasing import erase_records
from server.guests.linking import link_waiting
from server.guests.models import Link
from server.guests.near_stays import told_near
from server.guests.staying import recount_stays
from server.records.models import SourceRecord
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
        recount_stays(session, [], [gone], cause="arrival", now=NOON)

    assert told_by(engine) == [["4817985054"]]
    assert counted_money(engine) == Decimal(300)


def test_a_guests_records_are_counted_when_the_guest_is_named(engine: Engine) -> None:
    book(engine)
    with writing(engine) as session:
        session.execute(delete(Stay))
        guest = session.scalars(select(Link.guest_id)).one()
        recount_stays(session, [guest], [], cause="arrival", now=NOON)

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

    assert kept(engine) == counted_anew(engine)
    assert len(kept(engine)) < 30


Stood = list[list[tuple[int, int, bool]]]


def kept(engine: Engine) -> Stood:
    """The stays in the tables: the records that tell of each, and whether their amount counts."""
    found: dict[str, list[tuple[int, int, bool]]] = {}
    with reading(engine) as session:
        for source in session.scalars(select(StaySource)):
            told = (source.record_id, source.version, source.counts)
            found.setdefault(source.stay_id, []).append(told)
    return sorted(sorted(stay) for stay in found.values())


def counted_anew(engine: Engine) -> Stood:
    """The same, as the whole house at once would come out."""
    with reading(engine) as session:
        near = told_near(session, [], session.scalars(select(SourceRecord.id)).all())
    return sorted(sorted((s.record_id, s.version, s.counts) for s in stay.sources) for stay in near.count())


def strangers(number: int, **said: str) -> list[dict[str, str]]:
    """Guests who have nothing in common but their days and what is said."""
    chance = random.Random(3)

    def word() -> str:
        return "".join(chance.choices("abdeghiklmnoprstuvz", k=8)).capitalize()

    return [
        MAY
        | {"key": f"R{n}", "first_name": word(), "last_name": word(), "email": f"{word()}@orange.fr"}
        | {"birth_date": f"{1940 + n % 60}-{1 + n % 12:02d}-11", "amount": str(100 + n), **said}
        for n in range(number)
    ]


def erase(engine: Engine, *keys: str) -> None:
    with writing(engine) as session:
        ids = session.scalars(select(SourceRecord.id).where(SourceRecord.key.in_(keys))).all()
        erase_records(session, ids, cause="erase", now=NOON)


def test_a_number_on_so_many_rows_names_a_booking_again_when_one_of_them_is_erased(engine: Engine) -> None:
    take_in(engine, *strangers(101, reference="77100"), stay_kind="stay")
    link_waiting(engine)
    assert len(stays(engine)) == 101

    erase(engine, "R0")

    assert len(stays(engine)) == 1
    assert kept(engine) == counted_anew(engine)


def test_a_number_on_so_many_rows_names_a_booking_again_when_one_of_them_names_another(
    engine: Engine,
) -> None:
    rows = strangers(101, reference="77100")
    take_in(engine, *rows, stay_kind="stay")
    link_waiting(engine)

    take_in(engine, rows[0] | {"reference": "88100"}, stay_kind="stay")
    link_waiting(engine)

    assert sorted(len(told) for told in told_by(engine)) == [1, 100]


def test_those_who_have_no_room_yet_are_counted_as_the_whole_house_whoever_comes_and_goes(
    engine: Engine,
) -> None:
    rows = [row | {"reference": f"BK-{2_000 + n}"} for n, row in enumerate(strangers(8, room="PM"))]
    for portion in (rows[:5], rows[5:]):
        take_in(engine, *portion, stay_kind="stay")
        link_waiting(engine)
    assert len(stays(engine)) == 8

    take_in(engine, rows[7] | {"room": "14"}, stay_kind="stay")
    link_waiting(engine)
    assert kept(engine) == counted_anew(engine)
    erase(engine, "R0")

    assert kept(engine) == counted_anew(engine)


def test_a_breakfast_counts_when_the_stay_whose_bill_told_it_takes_another_room(engine: Engine) -> None:
    breakfast = {"key": "T1", "last_name": "Nobody", "stay_from": "2026-05-02", "amount": "15"}
    take_in(engine, breakfast | {"notes": "room 12"}, source="till", kind="till", stay_kind="purchase")
    take_in(engine, AT_THE_HOUSE, stay_kind="stay")
    link_waiting(engine)
    assert counted_money(engine) == Decimal(280)

    take_in(engine, AT_THE_HOUSE | {"room": "14"}, stay_kind="stay")
    link_waiting(engine)

    assert counted_money(engine) == Decimal(295)


@pytest.mark.parametrize(("code", "money"), [("GC132793", 50), ("NOEL-AB", 112)])
def test_a_gift_card_pays_the_same_whether_the_meal_is_counted_with_it_or_after_it(
    engine: Engine, code: str, money: int
) -> None:
    card = PATRICK | {"key": "G1", "reference": code, "stay_from": "2026-04-01", "amount": "50"}
    take_in(engine, card, source="gift", kind="gift", stay_kind="purchase")
    link_waiting(engine)
    (meal,) = strangers(1, reference=code, amount="62")
    take_in(engine, meal, source="till", kind="till", stay_kind="purchase")
    link_waiting(engine)

    assert counted_money(engine) == Decimal(money)
    assert kept(engine) == counted_anew(engine)


def test_breakfasts_on_days_of_change_do_not_lead_through_the_whole_history_of_a_room(
    engine: Engine,
) -> None:
    """A breakfast may be on the bill of who leaves and of who comes; their other breakfasts are no matter."""
    days = [f"2026-05-{day:02d}" for day in range(1, 30)]
    night = [
        row | {"room": "12", "stay_from": days[n], "stay_to": days[n + 1]}
        for n, row in enumerate(strangers(28))
    ]
    breakfast = [
        {"key": f"T{n}", "last_name": f"Card{n}", "stay_from": day, "amount": "15", "notes": "room 12"}
        for n, day in enumerate(days)
    ]
    take_in(engine, *breakfast, source="till", kind="till", stay_kind="purchase")
    take_in(engine, *night, stay_kind="stay")
    link_waiting(engine)

    with reading(engine) as session:
        record = session.scalars(select(SourceRecord.id).where(SourceRecord.key == "R14")).one()
        near = told_near(session, [], [record])

    assert len(near.told) == 5  # the stay, its two breakfasts, and the stays before and after
    assert kept(engine) == counted_anew(engine)


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
        recount_stays(session, [], records, cause="arrival", now=NOON)

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
        recount_stays(session, [], [record], cause="arrival", now=NOON)

    assert len(asked) <= 14


def test_treatments_put_on_rooms_by_the_hundred_are_counted_at_once(engine: Engine) -> None:
    """Each asks about every day on which its room's stay may have begun: more than a statement bears."""
    spa = [
        {"key": f"s{n}", "last_name": f"Guest{n}", "stay_from": "2026-05-02", "amount": "60"}
        | {"notes": f"room {n}"}
        for n in range(400)
    ]
    take_in(engine, *spa, source="spa", kind="spa", stay_kind="visit")
    arrive(engine, AT_THE_HOUSE)

    assert counted_money(engine) == Decimal(280 + 399 * 60)
