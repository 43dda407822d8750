"""A small house with what the desk's pages show: guests from several systems, stays, problems, counts."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Engine, select

from server.db import reading, writing
from server.guests.linking import link_waiting
from server.guests.models import Link
from server.properties.setup import ensure_properties
from server.records.models import Problem, SourceRecord
from server.reporting.counting import count_house, write_counts
from tests.builders import NOON, PATRICK, take_in

TODAY = date(2026, 6, 1)
ALIAS = "pmarti.347203@guest.booking.com"
HOSTILE = "<script>alert(1)</script>"
TURNED = "\u202egnp.exe\u2069 \u0645\u062d\u0645\u062f"
"""A name that would turn the rest of the line around, were it not isolated."""


def fill(engine: Engine) -> None:
    """Nine records about seven guests, linked."""
    with writing(engine) as session:
        ensure_properties(session, [{"code": "main"}, {"code": "lake", "name": "Hôtel du Lac"}])
    take_in(
        engine,
        PATRICK
        | {"key": "A1", "email": ALIAS, "stay_from": "2026-05-01", "stay_to": "2026-05-03", "room": "101"}
        | {"amount": "410.50", "reference": "BK-1", "title": "Mr", "city": "Lyon", "street": "1 rue Haute"},
        PATRICK | {"key": "A2", "stay_from": "2025-09-01", "stay_to": "2025-09-04", "amount": "99.00"},
        {"key": "A3", "first_name": "Olga", "last_name": "Ivanova", "language": "ru"}
        | {"stay_from": "2026-04-11", "stay_to": "2026-04-12"},
        {"key": "A4", "first_name": HOSTILE, "last_name": "O'Neil & Söhne", "email": "x@y"}
        | {"stay_from": "2026-05-20", "stay_to": "2026-05-22", "status": "cancelled"},
        {"key": "A5", "first_name": "Maria", "last_name": TURNED, "mobile": "+33 6 52 52 72 99"}
        | {"stay_from": "2026-05-20", "stay_to": "2026-05-22"},
        stay_kind="stay",
    )
    take_in(
        engine,
        PATRICK | {"key": "n1", "email_consent": "yes", "language": "fr"},
        {"key": "n2", "first_name": "Aïcha", "email": "aicha.k@laposte.net", "email_consent": "no"},
        source="newsletter",
        kind="newsletter",
    )
    take_in(
        engine,
        PATRICK | {"key": "r1", "last_name": "M.", "stay_from": "2026-05-02", "amount": "62.00"},
        {"key": "r2", "full_name": "info@hotel", "email": "info@agency.example"},
        source="table",
        kind="restaurant",
        stay_kind="visit",
    )
    link_waiting(engine)


def count(engine: Engine, today: date = TODAY) -> None:
    """Count the house as the worker does each day."""
    with reading(engine) as session:
        rows = count_house(session, today)
    with writing(engine) as session:
        write_counts(session, today, rows)


def guest_of(engine: Engine, key: str) -> str:
    """The guest that a record is linked to."""
    with reading(engine) as session:
        query = select(Link.guest_id).join(SourceRecord, SourceRecord.id == Link.record_id)
        return session.scalars(query.where(SourceRecord.key == key)).one()


def add_problem(engine: Engine, content: str = "a;b", import_id: int | None = None) -> int:
    """A row that waits."""
    with writing(engine) as session:
        problem = Problem(
            import_id=import_id,
            line=41,
            code="row-cells",
            params={"cells": "3", "columns": "7"},
            content=content,
            created_at=NOON,
        )
        session.add(problem)
        session.flush()
        return problem.id
