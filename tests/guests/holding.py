"""What must hold in a house after every step, whatever it was, beside the plain sets that it must come to."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import Dialect, select
from sqlalchemy.orm import Session

from server.guests import consents
from server.guests.asking import open_questions
from server.guests.circles import circles_of
from server.guests.linker import newest_known
from server.guests.loading import decisions_on, load_all
from server.guests.models import Decision, Deed, Guest, GuestEvent, Link, Question
from server.guests.models import Pair as KeptPair
from server.matching import match
from server.privacy.check import RULES, check
from server.privacy.dump import dump
from server.properties.reach import EVERYWHERE
from server.records.models import RecordVersion, Source, SourceRecord
from tests.guests.plain_house import Groups, PlainHouse, Record, pair, strictest


class Witness:
    """Looks at the tables after every step, and remembers what it saw before.

    `groups`: the guest of each record as it saw it last.
    """

    def __init__(self, plain: PlainHouse) -> None:
        self.plain = plain
        self.groups: Groups = {}
        self._names: dict[int, Record] = {}
        self._after = 0  # the last event that it read
        self._of_record: dict[int, str] = {}  # as the events tell it
        self._leads: dict[str, str | None] = {}
        self._left: dict[str, set[int]] = defaultdict(set)  # the records that ever left each guest
        self._dumps: dict[object, list[str]] = {}

    def look(self, session: Session) -> None:
        """Whether everything holds."""
        connection = session.connection()
        if any(connection.exec_driver_sql(rule).first() for rule in _rules(connection.dialect)):
            assert check(session) == []
        self._names = names_of(session, self.plain)
        self._records_are_those_that_came(session)
        self._guests_keep_their_ids(session)
        self._words_hold(session)
        self._consents_are_the_strictest(session)
        self._events_tell_it_all(session)
        self._ids_lead_to_who_has_the_records()
        self._groups_are_those_of_a_bulk_run(session)
        self._questions_put_off_are_not_asked(session)
        self._an_equal_house_has_an_equal_dump(session)

    def _records_are_those_that_came(self, session: Session) -> None:
        assert set(self._names.values()) == set(self.plain.told)
        kept: dict[Record, dict[int, dict[str, str]]] = defaultdict(dict)
        for version in session.scalars(select(RecordVersion)):
            filled = {name: cell for name, cell in version.content.items() if cell}
            kept[self._names[version.record_id]][version.n] = filled
        heads = select(SourceRecord.id, SourceRecord.current_version, SourceRecord.needs_linking)
        for number, current, waits in session.execute(heads):
            record = self._names[number]
            versions, place = self.plain.versions(record)
            assert not waits
            assert current == place + 1
            assert kept[record] == {n: dict(row.cells) for n, row in enumerate(versions, start=1)}

    def _guests_keep_their_ids(self, session: Session) -> None:
        """A guest of the same records is the same."""
        before = _sets(self.groups)
        linked = session.execute(select(Link.record_id, Link.guest_id))
        self.groups = {self._names[record]: guest for record, guest in linked}
        assert self.groups.keys() == self.plain.told.keys()
        for records, guest in _sets(self.groups).items():
            assert before.get(records, guest) == guest

    def _words_hold(self, session: Session) -> None:
        held = {
            (word.deed_id, word.verdict, pair(self._names[word.record_a], self._names[word.record_b]))
            for word in session.scalars(select(Decision).where(Decision.withdrawn_at.is_(None)))
        }
        assert held == self.plain.words()
        undone = set(session.scalars(select(Deed.id).where(Deed.undone_at.is_not(None))))
        assert undone == {number for number, deed in self.plain.said.items() if deed.undone}
        for _, verdict, (one, other) in held:
            if verdict != "undecided":
                assert (self.groups[one] == self.groups[other]) is (verdict == "same")

    def _consents_are_the_strictest(self, session: Session) -> None:
        said: dict[str, list[Any]] = defaultdict(list)
        for record, guest in self.groups.items():
            said[guest].append(self.plain.versions(record).row.news)
        found = consents.strictest(session, said.keys())
        assert {guest: one["email"] for guest, one in found.items()} == {
            guest: strictest(every) for guest, every in said.items()
        }

    def _events_tell_it_all(self, session: Session) -> None:
        """What was known of records and guests, with the events since, is what there is."""
        query = select(GuestEvent).where(GuestEvent.id > self._after).order_by(GuestEvent.id)
        query = query.where(
            ~GuestEvent.kind.startswith("stay.")
        )  # of stays: tests/guests/test_stay_events.py
        for event in session.scalars(query):
            self._after = event.id
            if event.record_id is None:
                self._of_guest(event)
            else:
                self._of_a_record(event, event.record_id)
        assert self._of_record == dict(session.execute(select(Link.record_id, Link.guest_id)).all())
        assert self._leads == dict(session.execute(select(Guest.id, Guest.merged_into)).all())

    def _ids_lead_to_who_has_the_records(self) -> None:
        """Whoever has a record stands for itself; who has none leads straight to the one that has most of
        what was its own, the oldest among equals. When all that is erased, it leads where it led, and on."""
        standing = set(self._of_record.values())
        for guest, heir in self._leads.items():
            homes = Counter(self._of_record[r] for r in self._left[guest] if r in self._of_record)
            if guest in standing:
                assert heir is None
            elif homes:
                assert heir == min(homes, key=lambda home: (-homes[home], home))
            for _ in self._leads:
                heir = self._leads[heir] if heir else None
            assert heir is None, "a ring"

    def _of_guest(self, event: GuestEvent) -> None:
        guest, other = event.guest_id, event.from_guest_id or ""
        if event.kind == "merged":
            self._leads[other] = guest
        elif event.kind == "gone":
            assert guest not in self._of_record.values()
        elif event.kind == "revived":
            assert self._leads[guest] == other
            self._leads[guest] = None
        else:
            assert guest not in self._leads
            assert event.kind == "made" if not other else event.kind == "split" and other in self._leads
            self._leads[guest] = None

    def _of_a_record(self, event: GuestEvent, record: int) -> None:
        before = self._of_record.get(record)
        if event.kind == "erased":
            assert self._of_record.pop(record) == event.guest_id
            return
        assert before == {"linked": None, "moved": event.from_guest_id, "changed": event.guest_id}[event.kind]
        self._of_record[record] = event.guest_id
        if before is not None and event.kind == "moved":
            self._left[before].add(record)

    def _groups_are_those_of_a_bulk_run(self, session: Session) -> None:
        """Matching everybody under the model in use gives these groups, with their pairs and their doubts."""
        known = newest_known(session)
        loaded = load_all(session)
        if known is None or not loaded.ids:
            assert not self.plain.told
            return
        circles = circles_of(session, loaded.ids)
        whole = match(loaded.records, known.model, decisions_on(session, loaded), circles)
        groups: dict[int, set[Record]] = defaultdict(set)
        for number, label in zip(loaded.ids, whole.labels.tolist(), strict=True):
            groups[label].add(self._names[number])
        assert set(map(frozenset, groups.values())) == set(_sets(self.groups))

        nearest = {
            i: loaded.ids[n] if n >= 0 else None for i, n in zip(loaded.ids, whole.nearest, strict=True)
        }
        assert nearest == dict(session.execute(select(Link.record_id, Link.nearest_record_id)).all())

        pairs = select(KeptPair.said, KeptPair.other, KeptPair.bits).where(KeptPair.model == known.number)
        said, other, bits = (column.tolist() for column in whole.edges)
        both = {*zip(said, other, bits, strict=True), *zip(other, said, bits, strict=True)}
        kept = {(said, other, float(np.float32(bits))) for said, other, bits in session.execute(pairs)}
        assert kept == both

        asked = [
            (frozenset((doubt.record_a, doubt.record_b)), round(doubt.probability, 5), doubt.kind)
            for doubt in session.scalars(select(Question))
        ]
        doubts = [
            (frozenset((loaded.ids[doubt.i], loaded.ids[doubt.j])), round(doubt.probability, 5), kind)
            for doubt in whole.doubts
            for kind in ["refused" if doubt.refused else "doubt"]
        ]
        assert Counter(asked) == Counter(doubts)

    def _questions_put_off_are_not_asked(self, session: Session) -> None:
        everybody = open_questions(session, EVERYWHERE, most=1000)
        asked = {frozenset(self.groups[self._names[r]] for r in (one.one, one.other)) for one in everybody}
        doubts = set(map(frozenset, session.execute(select(Question.guest_a, Question.guest_b))))
        assert asked == doubts - self.plain.put_off(self.groups)

    def _an_equal_house_has_an_equal_dump(self, session: Session) -> None:
        """Whatever was done and undone: the same records, words and model are the same bytes."""
        known = newest_known(session)
        state = self.plain.state(), known.model.version if known else None
        now = dump(session)
        assert self._dumps.setdefault(state, now) == now


@cache
def _rules(dialect: Dialect) -> tuple[str, ...]:
    """The rules of `check` as the store is asked them: writing them anew took half of all the time."""
    compiled = (
        rule().limit(1).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        for rule in RULES.values()
    )
    return tuple(map(str, compiled))


def ids_of(session: Session) -> dict[tuple[str, str], int]:
    """The number of each record by its source and key."""
    query = select(Source.name, SourceRecord.key, SourceRecord.id).join(
        Source, Source.id == SourceRecord.source_id
    )
    return {(source, key): number for source, key, number in session.execute(query)}


def names_of(session: Session, plain: PlainHouse) -> dict[int, Record]:
    """The records as the plain sets name them, by their numbers."""
    return {number: Record(*name, plain.lives[name]) for name, number in ids_of(session).items()}


def _sets(groups: Groups) -> dict[frozenset[Record], str]:
    found: dict[str, set[Record]] = defaultdict(set)
    for record, guest in groups.items():
        found[guest].add(record)
    return {frozenset(records): guest for guest, records in found.items()}
