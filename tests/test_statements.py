"""Statements that go past SQLAlchemy fail and answer as if they did not, and quote no guest."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import Engine, bindparam, select
from sqlalchemy.exc import IntegrityError

from server.db import writing
from server.guests.models import Pair
from server.jobs.models import Lease
from server.statements import insert_rows, row_with, rows_of
from tests.builders import NOON

ANNA = "anna.rossi@mail.example"
_BITS = select(Pair.bits).where(Pair.model == bindparam("model"))
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


@pytest.mark.parametrize("bits", [0.1, 1 / 3, 12.345678, -7.0000005, 0.562075])
def test_a_number_of_four_bytes_comes_back_as_it_was_given(engine: Engine, bits: float) -> None:
    given = float(np.float32(bits))

    with writing(engine) as session:
        insert_rows(session, Pair, [{"model": 1, "said": 1, "other": 2, "bits": given}])
        assert session.scalars(select(Pair.bits)).one() == given
        assert row_with(session, _BITS, model=1) == (given,)
