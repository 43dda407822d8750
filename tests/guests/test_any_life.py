"""Whatever life a house lives, after every step its tables come to what plain sets come to.

Files come and are taken back, colleagues decide, split, accept and undo in any order, guests are erased and
come again, models are made anew, learnt and unlearnt. With --soak hundreds of longer lives on each store.
"""

from __future__ import annotations

import time
from collections import Counter
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, delete, select, update

from server.clock import clock
from server.db import Base, reading, writing
from server.guests.accepting import accept_obvious
from server.guests.deciding import Contradicts, Meanwhile, decide, split
from server.guests.deeds import Verdict, seen_of
from server.guests.learning import back, propose, use
from server.guests.linker import newest_model
from server.guests.linking import link_waiting
from server.guests.models import Decision, Guest
from server.guests.undoing import undo
from server.importing.preparing import look_at, prepare
from server.importing.running import link_imports, run_import
from server.importing.undoing import undo_import
from server.matching import keys
from server.privacy.dump import dump
from server.privacy.erasing import erase, records_of_guest
from server.properties.setup import default_property
from server.refusal import Refused
from tests.guests.any_order import seen
from tests.guests.holding import Witness, ids_of, names_of
from tests.guests.plain_house import PlainHouse, Record, Said, across, pair
from tests.guests.tempting import HOTEL, NEWS, File, files, files_of, write

VERDICTS: tuple[Verdict, ...] = ("same", "not_same", "undecided")
DONE = "done"
nth = st.integers(0, 11)
verdicts = st.sampled_from(VERDICTS)


class Page(NamedTuple):
    """Two records as somebody sees them: their numbers, what the page carries, what plain sets say then."""

    one: Record
    other: Record
    numbers: tuple[int, int]
    seen: str
    shows: object


class AnyLife(RuleBasedStateMachine):
    """A house on a store, and beside it the same as plain sets."""

    def __init__(self, engine: Engine, folder: Path, lived: Counter[str]) -> None:
        super().__init__()
        self.engine, self.folder, self.lived = engine, folder, lived
        self.plain = PlainHouse()
        self.witness = Witness(self.plain)
        self.pages: list[Page] = []
        self.authors = (f"staff:{number % 3}" for number in count())

    @initialize(first=files_of(HOTEL, 3, 6), second=files_of(NEWS, 3, 6))
    def a_house_opens(self, first: File, second: File) -> None:
        empty(self.engine)
        with writing(self.engine) as session:
            default_property(session)
        with reading(self.engine) as session:
            self.as_it_opened = dump(session)
        self.a_file_comes(first)
        self.a_file_comes(second)

    @rule(file=files)
    def a_file_comes(self, file: File) -> None:
        path = write(file, self.folder / "file.csv")
        looked = look_at(path, name=f"{file.source}.csv", kept={}, layout=file.source)
        with writing(self.engine) as session:
            import_id = prepare(session, looked).id
        assert run_import(self.engine, import_id, path)
        link_imports(self.engine, [import_id])
        self.plain.bring(import_id, file.source, file.rows)

    @precondition(lambda self: self.plain.files)
    @rule(which=nth)
    def a_file_is_taken_back(self, which: int) -> None:
        file = sorted(self.plain.files)[which % len(self.plain.files)]
        undo_import(self.engine, file, author="command")
        self.plain.take_back(file)

    @precondition(lambda self: len(self.plain.told) > 1)
    @rule(one=nth, other=nth, third=nth, verdict=verdicts)
    def somebody_decides(self, one: int, other: int, third: int, verdict: Verdict) -> None:
        """Another one opened a page before, and comes back to it later."""
        self.pages.append(self.page(one, third))
        self.say(self.page(one, other), verdict)

    @precondition(lambda self: self.pages)
    @rule(which=nth, verdict=verdicts)
    def somebody_decides_by_an_old_page(self, which: int, verdict: Verdict) -> None:
        self.say(self.pages.pop(which % len(self.pages)), verdict)

    def page(self, one: int, other: int) -> Page:
        """What is shown of two records, never of one and the same."""
        there = sorted(self.plain.told)
        here = there.pop(one % len(there))
        beside = there[other % len(there)]
        with reading(self.engine) as session:
            ids = ids_of(session)
            two = ids[here[:2]], ids[beside[:2]]
            shows = self.plain.page_about(self.witness.groups, (here, beside))
            return Page(here, beside, two, seen_of(session, two), shows)

    def say(self, page: Page, verdict: Verdict) -> None:
        """Decide, and be refused exactly when something happened since, or somebody said otherwise."""
        pairs, expected = {pair(page.one, page.other)}, "decision.no_records"
        if {page.one, page.other} <= self.plain.told.keys():
            ones, others = self.fellows(page.one), self.fellows(page.other)
            if verdict == "not_same" and page.other not in ones:
                pairs = across(ones, others)
            if page.shows != self.plain.page_about(self.witness.groups, (page.one, page.other)):
                expected = Meanwhile.__name__
            elif self.plain.contradicts(verdict, pairs, ones | others):
                expected = Contradicts.__name__
            else:
                expected = DONE
        author, came = next(self.authors), DONE
        try:
            with writing(self.engine) as session:
                deed = decide(session, *page.numbers, verdict, seen=page.seen, author=author, now=clock())
            about = self.plain.guests_of(self.witness.groups, (page.one, page.other))
            self.plain.said[deed.id] = Said(verdict, author, pairs, about)
        except (Meanwhile, Contradicts) as refusal:
            came = type(refusal).__name__
        except Refused as refusal:
            came = refusal.code
        self.lived[f"{verdict}: {came}"] += 1
        assert came == expected

    @precondition(lambda self: self.plain.told)
    @rule(one=nth, more=st.sets(st.integers(0, 5), max_size=3))
    def somebody_splits_a_guest(self, one: int, more: set[int]) -> None:
        there = sorted(self.plain.told)
        fellows = sorted(self.fellows(there[one % len(there)]))
        out = {fellows[place % len(fellows)] for place in {0, *more}}
        rest = set(fellows) - out
        pairs = across(out, rest)
        expected = "split.nothing_left"
        if rest:
            expected = Contradicts.__name__ if self.plain.contradicts("not_same", pairs, ()) else DONE
        author, came = next(self.authors), DONE
        try:
            with writing(self.engine) as session:
                ids = ids_of(session)
                numbers = [ids[record[:2]] for record in out]
                look = seen_of(session, [min(numbers)])
                deed = split(session, numbers, seen=look, author=author, now=clock())
            self.plain.said[deed.id] = Said("not_same", author, pairs)
        except Contradicts:
            came = Contradicts.__name__
        except Refused as refusal:
            came = refusal.code
        assert came == expected

    @rule(limit=st.integers(1, 3))
    def somebody_accepts_the_obvious(self, limit: int) -> None:
        author = next(self.authors)
        wanted: dict[str, Any] = {"at_least": 0.5, "limit": limit, "author": author}
        planned = accept_obvious(self.engine, dry_run=True, **wanted)
        accepted = accept_obvious(self.engine, dry_run=False, **wanted)
        assert planned.pairs == accepted.pairs
        if accepted.deed_id is None:
            return
        with reading(self.engine) as session:
            names = names_of(session, self.plain)
            written = select(Decision.record_a, Decision.record_b).where(Decision.deed_id == accepted.deed_id)
            pairs = {pair(names[a], names[b]) for a, b in session.execute(written)}
        assert pairs <= {pair(names[a], names[b]) for a, b in accepted.pairs}
        assert not any(self.plain.contradicts("same", {two}, two) for two in pairs)
        self.plain.said[accepted.deed_id] = Said("same", author, pairs)

    @precondition(lambda self: self.plain.said)
    @rule(which=nth)
    def a_deed_is_taken_back(self, which: int) -> None:
        self.take_back(sorted(self.plain.said)[which % len(self.plain.said)])

    def take_back(self, number: int) -> None:
        """Undo a deed, once."""
        deed, came = self.plain.said[number], DONE
        try:
            with writing(self.engine) as session:
                undo(session, number, author="staff:9", now=clock())
        except Refused as refusal:
            came = refusal.code
        assert came == ("deed.undone" if deed.undone else DONE)
        deed.undone = True

    @precondition(lambda self: self.plain.told)
    @rule(which=nth, whole=st.sampled_from((False, False, True)))
    def somebody_is_erased(self, which: int, whole: bool) -> None:
        there = sorted(self.plain.told)
        record = there[which % len(there)]
        gone = self.fellows(record) if whole else {record}
        with writing(self.engine) as session:
            ids = ids_of(session)
            numbers = {ids[one[:2]] for one in gone}
            if whole:
                assert set(records_of_guest(session, self.witness.groups[record])) == numbers
            erase(session, numbers, actor="command", now=clock())
        for one in gone:
            self.plain.erase(one)

    @rule(is_new=st.booleans())
    def everybody_is_linked_anew(self, is_new: bool) -> None:
        if is_new or not self.plain.told:
            link_waiting(self.engine, bulk=True)
        else:
            self.a_bulk_run_changes_nothing()

    @rule(learns=st.booleans())
    def the_house_learns_or_unlearns(self, learns: bool) -> None:
        try:
            if learns:
                use(self.engine, propose(self.engine).version, author="command")
            else:
                back(self.engine, author="command")
        except Refused as refusal:
            refused = refusal.code
            assert refused in ("learn.no_model", "learn.no_answers", "learn.nothing_learnt")

    def a_bulk_run_changes_nothing(self) -> None:
        """Under the model in use it leads to the same links, reasons, doubts, pairs and dump."""
        with writing(self.engine) as session:
            model = newest_model(session)
        as_it_came = seen(self.engine)
        link_waiting(self.engine, bulk=True, model=model)
        in_bulk = seen(self.engine)
        for what in in_bulk:
            assert as_it_came[what] == in_bulk[what], what

    @invariant()
    def everything_holds(self) -> None:
        self.lived["steps"] += 1
        with reading(self.engine) as session:
            self.witness.look(session)

    def teardown(self) -> None:
        """In the end all deeds and all files are taken back, and the house is as it opened."""
        self.lived["lives"] += 1
        self.lived["deeds"] += len(self.plain.said)
        self.lived["records erased"] += self.plain.lives.total()
        if self.plain.told:
            self.a_bulk_run_changes_nothing()
        for number, deed in self.plain.said.items():
            if not deed.undone:
                self.take_back(number)
        for file in sorted(self.plain.files, key=lambda number: (number % 3, number)):
            undo_import(self.engine, file, author="command")
            self.plain.take_back(file)
        self.everything_holds()
        with reading(self.engine) as session:
            assert dump(session) == self.as_it_opened

    def fellows(self, record: Record) -> set[Record]:
        """The records of a record's guest."""
        groups = self.witness.groups
        return self.plain.fellows(groups, groups[record])


def empty(engine: Engine) -> None:
    """Take everything out of all tables but the journal's, from which nothing can be taken."""
    with writing(engine) as session:
        session.execute(update(Guest).values(merged_into=None))
        for table in reversed(Base.metadata.sorted_tables):
            if not table.name.startswith("journal"):
                session.execute(delete(table))


@pytest.mark.timeout(7200)  # only with --soak; it takes seconds otherwise
@pytest.mark.parametrize("cap", [60, 3], ids=["no crowd", "crowds"])
def test_whatever_life_a_house_lives_its_tables_come_to_plain_sets(
    engine: Engine, cap: int, tmp_path: Path, soak: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "CAP", cap)
    monkeypatch.setattr(keys, "PORTION", 2)
    to_noon = 43_200 - time.time() % 86_400  # no day ends while a life is lived
    monkeypatch.setenv("ONEGUEST_CLOCK_OFFSET", str(to_noon))

    lived: Counter[str] = Counter()

    class ALife(AnyLife):
        def __init__(self) -> None:
            super().__init__(engine, tmp_path, lived)

    run_state_machine_as_test(
        ALife,
        settings=settings(
            max_examples=150 if soak else 2,
            stateful_step_count=30 if soak else 8,
            derandomize=not soak,
            phases=[Phase.generate] if soak else [Phase.generate, Phase.shrink],  # a long life takes too long
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"{engine.dialect.name}: {dict(sorted(lived.items()))}")
