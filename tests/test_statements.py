"""Statements that go past SQLAlchemy fail as if they did not, and quote no guest."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, bindparam, select
from sqlalchemy.exc import IntegrityError

from server.db import writing
from server.jobs.models import Lease
from server.statements import insert_rows, row_with, rows_of
from tests.builders import NOON

ANNA = "anna.rossi@mail.example"
_NAMED = select(Lease.name).where(Lease.name == bindparam("name"))


def test_a_row_that_stands_already_is_refused_without_being_quoted(engine: Engine) -> None:
    lease = {"name": ANNA, "holder": ANNA, "until": NOON}

    with pytest.raises(IntegrityError) as refused, writing(engine) as session:
        insert_rows(session, Lease, [lease, lease])

    assert ANNA not in f"{refused.value} {refused.value.orig}"
    with writing(engine) as session:
        assert not list(rows_of(session, _NAMED, name=ANNA))
        insert_rows(session, Lease, [lease])
        assert row_with(session, _NAMED, name=ANNA) == (ANNA,)
