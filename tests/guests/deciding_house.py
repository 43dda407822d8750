"""A small house in which records tempt each other, and what a test asks of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, select

from server.db import reading, writing
from server.guests.deciding import decide, split
from server.guests.deeds import Verdict, seen_of
from server.guests.linking import link_waiting
from server.guests.models import Deed, Question
from server.guests.undoing import undo
from server.privacy.check import check
from server.privacy.dump import dump
from server.properties.reach import EVERYWHERE, Reach
from server.records.models import SourceRecord
from tests.builders import NOON, PATRICK, guests_by_key, take_in

STRANGER = {"first_name": "Olga", "last_name": "Ivanova", "email": "olga.ivanova@mail.ru"}
FATHER = {"first_name": "Paul", "last_name": "Lefèvre", "mobile": "06 11 22 33 44", "city": "Metz"}


def fill(engine: Engine) -> None:
    """Patrick in three systems, Olga in two, Paul Lefèvre in two with name and town alone."""
    take_in(
        engine,
        PATRICK | {"key": "A1"},
        STRANGER | {"key": "s1"},
        FATHER | {"key": "p1", "birth_date": "1950-01-01"},
    )
    take_in(
        engine,
        PATRICK | {"key": "n1"},
        STRANGER | {"key": "n2"},
        {"key": "n3", "first_name": "Paul", "last_name": "Lefèvre", "email": "plefevre@posteo.example"}
        | {"city": "Metz"},
        source="newsletter",
        kind="newsletter",
    )
    take_in(
        engine, {"key": "t1", "full_name": "P MARTIN", "mobile": "+33652527272"}, source="till", kind="till"
    )
    link_waiting(engine)


def ids(engine: Engine, *keys: str) -> list[int]:
    """The records of some keys, in their order."""
    with reading(engine) as session:
        known = dict(session.execute(select(SourceRecord.key, SourceRecord.id)).all())
    return [known[key] for key in keys]


def say_of(
    engine: Engine,
    one: str,
    other: str,
    verdict: Verdict,
    *,
    author: str = "staff:1",
    reason: str = "",
    reach: Reach = EVERYWHERE,
    seen: str | None = None,
) -> Deed:
    """Decide about two records by their keys, having seen them just now."""
    a, b = ids(engine, one, other)
    with writing(engine) as session:
        seen = seen or seen_of(session, [a, b])
        return decide(session, a, b, verdict, seen=seen, author=author, reason=reason, now=NOON, reach=reach)


def take_out(engine: Engine, *keys: str, author: str = "staff:1", reach: Reach = EVERYWHERE) -> Deed:
    """Split records off by their keys, having seen the guest just now."""
    records = ids(engine, *keys)
    with writing(engine) as session:
        seen = seen_of(session, records[:1])
        return split(session, records, seen=seen, author=author, now=NOON, reach=reach)


def take_back(engine: Engine, deed: Deed, *, author: str = "staff:2", reach: Reach = EVERYWHERE) -> None:
    """Undo a deed."""
    with writing(engine) as session:
        undo(session, deed.id, author=author, now=NOON, reach=reach)


def seen_now(engine: Engine, *keys: str) -> str:
    """What a page that shows these records would carry."""
    records = ids(engine, *keys)
    with reading(engine) as session:
        return seen_of(session, records)


def state(engine: Engine) -> list[str]:
    """The business state, in which nothing may be broken."""
    with reading(engine) as session:
        assert check(session) == []
        return dump(session)


def together(engine: Engine, *keys: str) -> bool:
    """Whether the records of these keys are one guest."""
    guests = guests_by_key(engine)
    return len({guests[key] for key in keys}) == 1


def apart(engine: Engine, ones: Sequence[str], others: Sequence[str]) -> bool:
    """Whether no guest has a record of both sides."""
    guests = guests_by_key(engine)
    return {guests[key] for key in ones}.isdisjoint({guests[key] for key in others})


def ask(engine: Engine, one: str, other: str, *, settles: float = 1.0) -> None:
    """Let the comparison be in doubt about the guests of two records."""
    a, b = ids(engine, one, other)
    guests = guests_by_key(engine)
    sides = sorted(((guests[one], a), (guests[other], b)))
    with writing(engine) as session:
        session.merge(
            Question(
                guest_a=sides[0][0],
                guest_b=sides[1][0],
                record_a=sides[0][1],
                record_b=sides[1][1],
                probability=0.7,
                settles=settles,
                kind="doubt",
            )
        )
