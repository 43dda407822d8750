"""What a house looks like to whoever compares two ways that led to it: names instead of ids."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, delete, select

from server.db import Base, reading, writing
from server.guests.models import Guest, Link, Model, Pair, Question
from server.privacy.check import check, lines
from server.privacy.dump import dump, record_names


def seen(engine: Engine) -> dict[str, Any]:
    """Links with their reasons, doubts and pairs, and the dump, of a house in order."""
    with reading(engine) as session:
        broken = check(session)
        assert not broken, "\n".join(lines(broken))
        names = {record_id: tuple(name) for record_id, name in record_names(session).items()}
        newest = session.scalars(select(Model.number).order_by(Model.number.desc()).limit(1)).one()
        links = session.execute(
            select(Link.record_id, Link.nearest_record_id, Link.probability, Link.said, Link.reason)
        ).all()
        questions = session.scalars(select(Question)).all()
        firsts: dict[str, tuple[str, ...]] = {}
        for record_id, guest in session.execute(select(Link.record_id, Link.guest_id)):
            firsts[guest] = min(firsts.get(guest, names[record_id]), names[record_id])
        return {
            "groups": sorted(
                (names[record_id], firsts[guest])
                for record_id, guest in session.execute(select(Link.record_id, Link.guest_id))
            ),
            "links": sorted(
                (names[record_id], names[near] if near else (), p, said, reason)
                for record_id, near, p, said, reason in links
            ),
            "questions": sorted(
                (
                    *sorted((firsts[q.guest_a], firsts[q.guest_b])),
                    *sorted((names[q.record_a], names[q.record_b])),
                    q.probability,
                    q.settles,
                    q.kind,
                )
                for q in questions
            ),
            "pairs": sorted(
                tuple(row)
                for row in session.execute(
                    select(Pair.said, Pair.other, Pair.bits).where(Pair.model == newest)
                )
            ),
            "dump": dump(session),
        }


def empty(engine: Engine) -> None:
    """Take everything out of all tables."""
    with writing(engine) as session:
        session.execute(Guest.__table__.update().values(merged_into=None))  # type: ignore[attr-defined]  # a Table
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))
