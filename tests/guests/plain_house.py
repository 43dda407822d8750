"""A house as plain sets: which records there are, what they say, which words of colleagues hold.

What the tables hold must come to the same. Written from the rules as a receptionist knows them, with nothing
of the house's own code: a row that says what the record says already is no new version; an older one, by the
source's own time, does not become what it says now; a file taken back, or a record erased, never came; a
record that comes again after it was erased is another one, of which nobody said anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import Literal, NamedTuple

Answer = Literal["yes", "no", "unknown"]


class Record(NamedTuple):
    """A record by its source and key; `life`: how often there was one before, and was erased."""

    source: str
    key: str
    life: int


class Row(NamedTuple):
    """A row of a file: the record's key, what its cells say, the day of its change as its source knows it."""

    key: str
    cells: tuple[tuple[str, str], ...]
    day: int | None
    news: Answer  # whether the guest wants news


Pair = frozenset[Record]
Groups = dict[Record, str]  # the guest of each record


def pair(one: Record, other: Record) -> Pair:
    return frozenset((one, other))


@dataclass
class Said:
    """A deed: what somebody said, of which pairs of records; `undone`: they took it back. `about`: how the
    two guests of a question that was put off were then."""

    verdict: str
    author: str
    pairs: set[Pair]
    about: object = None
    undone: bool = False


class Told(NamedTuple):
    """A record's versions, and the place of the current one."""

    versions: tuple[Row, ...]
    current: int

    @property
    def row(self) -> Row:
        """What the record says now."""
        return self.versions[self.current]


@dataclass
class PlainHouse:
    """Files by their number (their source), what they told of each record in order, deeds by their number."""

    files: dict[int, str] = field(default_factory=dict)
    told: dict[Record, list[tuple[int, Row]]] = field(default_factory=dict)
    said: dict[int, Said] = field(default_factory=dict)
    lives: Counter[tuple[str, str]] = field(default_factory=Counter)

    def bring(self, file: int, source: str, rows: Iterable[Row]) -> None:
        """A file comes."""
        self.files[file] = source
        for row in rows:
            record = Record(source, row.key, self.lives[source, row.key])
            self.told.setdefault(record, []).append((file, row))

    def take_back(self, file: int) -> None:
        """It never came."""
        del self.files[file]
        for record, rows in list(self.told.items()):
            self.told[record] = [(of, row) for of, row in rows if of != file]
            if not self.told[record]:
                self.erase(record)

    def erase(self, record: Record) -> None:
        """The record is gone, with what was said of it."""
        del self.told[record]
        self.lives[record.source, record.key] += 1
        for deed in self.said.values():
            deed.pairs = {two for two in deed.pairs if record not in two}

    def versions(self, record: Record) -> Told:
        """What is kept of a record."""
        kept: list[Row] = []
        current = -1
        for _, row in self.told[record]:
            if current >= 0:
                now = kept[current]
                older = row.day is not None and now.day is not None and row.day < now.day
                if row == now or (older and row in kept):
                    continue
            else:
                older = False
            kept.append(row)
            if not older:
                current = len(kept) - 1
        return Told(tuple(kept), current)

    def words(self) -> set[tuple[int, str, Pair]]:
        """What holds: by which deed, the verdict, of which two."""
        return {
            (number, deed.verdict, two)
            for number, deed in self.said.items()
            if not deed.undone
            for two in deed.pairs
        }

    def called_one(self, records: Collection[Record]) -> list[set[Record]]:
        """These records and all whom colleagues called one person with them, at whatever hand, in sets."""
        same = [two for _, verdict, two in self.words() if verdict == "same"]
        found: list[set[Record]] = []
        for record in records:
            if any(record in one for one in found):
                continue
            one = {record}
            while more := [two for two in same if two & one and not two <= one]:
                one = one.union(*more)
            found.append(one)
        return found

    def contradicts(self, verdict: str, pairs: Collection[Pair], whole: Collection[Record]) -> bool:
        """Whether a word cannot stand beside those that hold; `whole`: what "the same" would make one."""
        apart = {two for _, said, two in self.words() if said == "not_same"}
        if verdict == "same":
            everybody = set().union(*self.called_one([*whole, *set().union(*pairs)]))
            return any(two <= everybody for two in apart)
        ones = self.called_one(sorted(set().union(*pairs)))
        if any(two <= one for two in pairs for one in ones):
            return True
        return verdict == "undecided" and bool(apart & set(pairs))

    def guests_of(self, groups: Groups, two: Iterable[Record]) -> frozenset[object]:
        """The guests of two records as they are: their records, and what each says now in which version."""
        guests = {groups[record] for record in two}
        return frozenset(
            frozenset(
                (r, self.versions(r).current, self.versions(r).row) for r in self.fellows(groups, guest)
            )
            for guest in guests
        )

    def page_about(self, groups: Groups, two: Collection[Record]) -> object:
        """What there is to see of two records: their guests, and what was said among them."""
        everybody = {r for record in two for r in self.fellows(groups, groups[record])}
        return self.guests_of(groups, two), {word for word in self.words() if word[2] <= everybody}

    def fellows(self, groups: Groups, guest: str) -> set[Record]:
        """The records of a guest."""
        return {record for record, of in groups.items() if of == guest}

    def put_off(self, groups: Groups) -> set[frozenset[str]]:
        """The pairs of guests of whom nobody is asked: their question was put off, and they are as then."""
        found = set()
        for number, verdict, two in self.words():
            guests = frozenset(groups[record] for record in two)
            if verdict == "undecided" and self.said[number].about == self.guests_of(groups, two):
                found.add(guests)
        return {guests for guests in found if len(guests) == 2}

    def state(self) -> object:
        """All of it, so that two houses of which it is the same must look the same."""
        words = Counter(
            (self.said[number].author, verdict, frozenset((r.source, r.key) for r in two))
            for number, verdict, two in self.words()
        )
        told = frozenset(((r.source, r.key), self.versions(r)) for r in self.told)
        return told, frozenset(words.items()), frozenset(self.files.values())


def across(ones: Collection[Record], others: Collection[Record]) -> set[Pair]:
    """All pairs with one of either side."""
    return {pair(one, other) for one, other in product(ones, others)}


def strictest(said: Collection[Answer]) -> Answer:
    """A no outweighs every yes; nothing said is nothing known."""
    return "no" if "no" in said else "yes" if "yes" in said else "unknown"
