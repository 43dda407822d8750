"""Any order of arrival ends as a bulk run under the same model would: links, reasons, doubts, pairs, dump."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from server.db import writing
from server.guests.erasing import erase_records
from server.guests.linker import newest_model, take_linker, touch
from server.guests.linking import link_waiting
from server.guests.models import Decision
from server.matching import keys
from server.records.models import SourceRecord
from tests.builders import NOON, take_in
from tests.guests.any_order import empty, seen

FIRST = ("Anna", "A.", "Jean", "Jeanne", "Marco", "M", "Olga", "")
LAST = ("Martin", "Martín", "Rossi", "Ivanova", "de Vries")
EMAILS = ("", "anna@mail.example", "jean@mail.example", "desk@tour.example")
MOBILES = ("", "+33652527272", "+33652527273", "+447700900123")
BIRTHS = ("", "1956-12-28", "1980-03-01", "1980-01-03")
CITIES = ("", "Lyon", "Lund")

Row = Mapping[str, str]

rows = st.fixed_dictionaries(
    {
        "first_name": st.sampled_from(FIRST),
        "last_name": st.sampled_from(LAST),
        "email": st.sampled_from(EMAILS),
        "mobile": st.sampled_from(MOBILES),
        "birth_date": st.sampled_from(BIRTHS),
        "city": st.sampled_from(CITIES),
    }
)
houses = st.lists(rows, min_size=2, max_size=14)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("row"), st.integers(0, 11), rows),
        st.tuples(st.just("copy"), st.integers(0, 11), st.integers(0, 13)),
        st.tuples(st.just("decide"), st.integers(0, 25), st.sampled_from(("same", "not_same"))),
        st.tuples(st.just("erase"), st.integers(0, 25), st.just(None)),
        st.tuples(st.just("link"), st.just(0), st.just(None)),
    ),
    max_size=12,
)


def ids(session: Any) -> list[int]:
    return list(session.scalars(select(SourceRecord.id).order_by(SourceRecord.source_id, SourceRecord.key)))


def decide(engine: Engine, nth: int, verdict: str) -> None:
    """Somebody says of two records that they are, or are not, one person; unless somebody did."""
    with writing(engine) as session:
        take_linker(session)
        there = ids(session)
        a, b = sorted((there[nth % len(there)], there[(nth * 7 + 3) % len(there)]))
        said = select(Decision.id).where(Decision.record_a == a, Decision.record_b == b)
        if a == b or session.scalar(said) is not None:
            return
        session.add(Decision(record_a=a, record_b=b, verdict=verdict, author="desk", reason="", at=NOON))
        session.flush()
        touch(session, [a, b], cause="deed:1", now=NOON)


def erase_one(engine: Engine, nth: int) -> None:
    with writing(engine) as session:
        there = ids(session)
        if len(there) > 2:
            erase_records(session, [there[nth % len(there)]], cause="erasure", now=NOON)


def live(engine: Engine, house: Sequence[Row], happens: Sequence[tuple[str, int, Any]]) -> None:
    """A house is linked in bulk; then things happen to it, each linked by what it touches."""
    take_in(engine, *({"key": f"k{n}"} | dict(row) for n, row in enumerate(house)))
    link_waiting(engine, bulk=True)
    for what, nth, more in happens:
        if what == "row":
            take_in(engine, {"key": f"n{nth}"} | dict(more), source="newsletter", kind="newsletter")
        elif what == "copy":
            take_in(engine, {"key": f"a{nth}"} | dict(house[more % len(house)]), source="aaa")
        elif what == "decide":
            decide(engine, nth, more)
        elif what == "erase":
            erase_one(engine, nth)
        else:
            link_waiting(engine)
    link_waiting(engine)


@pytest.mark.timeout(3600)  # only with --soak; it takes seconds otherwise
@pytest.mark.parametrize("cap", [60, 3], ids=["no crowd", "crowds"])
def test_whatever_happens_ends_as_a_bulk_run_under_the_same_model(
    engine: Engine, cap: int, soak: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "CAP", cap)
    monkeypatch.setattr(keys, "PORTION", 2)
    examples = 400 if soak else 15 if engine.dialect.name == "sqlite" else 5

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(houses, steps)
    def property_of_any_house(house: list[Row], happens: list[tuple[str, int, Any]]) -> None:
        empty(engine)
        live(engine, house, happens)
        as_it_came = seen(engine)
        with writing(engine) as session:
            model = newest_model(session)

        link_waiting(engine, bulk=True, model=model)

        in_bulk = seen(engine)
        for what in in_bulk:
            assert as_it_came[what] == in_bulk[what], what

    property_of_any_house()
