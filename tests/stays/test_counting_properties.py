"""Whatever a house is told: the order of rows, a row told twice and other months make no difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from server.stays.counting import count_stays
from server.stays.told import Told, money_rank
from tests.stays.telling import KINDS, told

GUESTS = {n: f"guest-{n % 5}" for n in range(1, 13) if n != 7}


@st.composite
def telling(draw: st.DrawFn) -> Told:
    """A row of a small and busy house, where everything may coincide."""
    start = draw(st.integers(1, 6))
    is_visit = draw(st.integers(0, 4)) == 0
    return told(
        draw(st.integers(1, 12)),
        draw(st.sampled_from(sorted(KINDS))),
        draw(st.sampled_from([None, (start, start + draw(st.integers(0, 3)))])),
        kind="visit" if is_visit else "stay",
        version=draw(st.integers(1, 2)),
        property_id=draw(st.integers(1, 2)),
        property_sure=draw(st.booleans()),
        references=draw(st.sampled_from([(), ("BK-1001",), ("BK-1002",), ("BK-1001", "BK-1002")])),
        room=draw(st.sampled_from([None, "12", "14"])),
        amount=draw(st.sampled_from([None, Decimal(100), Decimal(150)])),
        status=draw(st.sampled_from(["unknown", "booked", "cancelled", "in_house"])),
        paid_by=draw(st.sampled_from([None, "room", "card", "gift"])),
        surname=draw(st.sampled_from(["", "rossi", "weber"])),
    )


def house() -> st.SearchStrategy[list[Told]]:
    """One record is of one source, and tells one thing a version."""

    def one_source_a_record(rows: Sequence[Told]) -> list[Told]:
        source: dict[int, str] = {}
        return [row for row in rows if source.setdefault(row.record_id, row.source) == row.source]

    unique = st.lists(telling(), max_size=14, unique_by=lambda row: row.place)
    return unique.map(one_source_a_record)


@settings(max_examples=120)
@given(house(), st.randoms(use_true_random=False))
def test_neither_order_nor_a_row_told_twice_makes_a_difference(rows: list[Told], chance: Random) -> None:
    twice = rows + rows[: len(rows) // 2]
    chance.shuffle(twice)

    assert count_stays(twice, GUESTS) == count_stays(rows, GUESTS)


@settings(max_examples=80)
@given(house())
def test_every_row_is_in_one_stay_and_no_stay_is_in_two_houses(rows: list[Told]) -> None:
    stays = count_stays(rows, GUESTS)

    assert sorted((s.record_id, s.version) for stay in stays for s in stay.sources) == sorted(
        row.place for row in rows
    )
    sure = {row.place: row.property_id for row in rows if row.property_sure}
    for stay in stays:
        assert len({sure[p] for s in stay.sources if (p := (s.record_id, s.version)) in sure}) < 2


@settings(max_examples=80)
@given(house())
def test_the_money_of_a_stay_is_told_by_one_rank_and_no_more_than_its_sources_tell(rows: list[Told]) -> None:
    kinds = {row.place: money_rank(row.source_kind) for row in rows}
    for stay in count_stays(rows, GUESTS):
        counting = [s for s in stay.sources if s.counts]
        assert len({kinds[s.record_id, s.version] for s in counting}) < 2
        assert len({(s.amount, s.record_id, s.version) for s in counting}) == len(counting)


@settings(max_examples=80)
@given(house(), house())
def test_what_is_told_of_another_year_changes_nothing(here: list[Told], there: list[Told]) -> None:
    def year_later(row: Told) -> Told:
        days = {n: d.replace(year=2027) for n in ("arrives", "departs") if (d := getattr(row, n))}
        references = tuple(f"{reference}-27" for reference in row.references)
        return replace(row, record_id=row.record_id + 100, name=f"{row.name}+", references=references, **days)

    moved = [year_later(row) for row in there if row.arrives]
    guests = GUESTS | {record + 100: guest for record, guest in GUESTS.items()}
    both = count_stays(here + moved, guests)

    assert [stay for stay in both if stay.sources[0].record_id < 100] == count_stays(here, guests)
