"""Colleagues' words on stays: these two are one, or these are two. They outrank the rules, whatever comes.

A word stands on what two records told, by their days: numbers of versions change when an import is undone,
and a record that tells of the same stay on other days is spoken of still. What is told no more sleeps until
it is told again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, NamedTuple

from server.stays.together import Joining, same_house
from server.stays.told import Place, Told, overlap

Verdict = Literal["one", "two"]


class Anchor(NamedTuple):
    """A stay as a record told it, by its days."""

    record_id: int
    arrives: date | None
    departs: date | None


class Word(NamedTuple):
    """A colleague's word on what two records told. `number` names it."""

    number: int
    verdict: Verdict
    one: Anchor
    other: Anchor


OnRows = tuple[Word, Told, Told]
"""A word, and the two rows that live which it is about."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Words on rows that live: pairs that are one stay, and for each row those that are another's."""

    pairs: tuple[tuple[Told, Told], ...] = ()
    apart: Mapping[Place, Collection[Place]] = field(default_factory=dict)


def hear(words: Collection[Word], rows: Iterable[Told], living: Mapping[Place, Told]) -> Heard:
    """Find the rows that words are about. `living`: of each of these rows itself, or what replaced it."""
    if not words:
        return Heard()
    pairs: dict[tuple[Place, Place], tuple[Told, Told]] = {}
    apart: dict[Place, set[Place]] = defaultdict(set)
    for word, one, other in rows_of(words, rows, living):
        if word.verdict == "two":
            apart[one.place].add(other.place)
            apart[other.place].add(one.place)
        elif (one.kind == "stay") == (other.kind == "stay"):
            pairs[one.place, other.place] = (one, other)
    ordered = sorted(pairs.values(), key=lambda pair: (pair[0].order, pair[1].order))
    return Heard(tuple(ordered), apart)


def rows_of(words: Collection[Word], rows: Iterable[Told], living: Mapping[Place, Told]) -> Iterator[OnRows]:
    """The words that do not sleep, each with the two rows it is about in the order of their names."""
    of_record: dict[int, list[Told]] = {a.record_id: [] for word in words for a in (word.one, word.other)}
    for row in rows:
        if row.record_id in of_record:
            of_record[row.record_id].append(row)
    for word in words:
        here, there = (spoken_of(anchor, of_record[anchor.record_id]) for anchor in (word.one, word.other))
        if here is None or there is None or living[here.place].place == living[there.place].place:
            continue
        one, other = sorted((living[here.place], living[there.place]), key=lambda row: row.order)
        yield word, one, other


def spoken_of(anchor: Anchor, rows: Sequence[Told]) -> Told | None:
    """Which of a record's rows a word is about: that of the same days, else of the same stay on other days.

    A reservation that tells one thing only is meant wherever it was moved to; a profile that tells of another
    stay is not.
    """
    newest_first = sorted(rows, key=lambda row: -row.version)
    for row in newest_first:
        if (row.arrives, row.departs) == (anchor.arrives, anchor.departs):
            return row
    for row in newest_first:
        if _is_of_days(row, anchor):
            return row
    return rows[0] if len(rows) == 1 and not rows[0].of_profile else None


def _is_of_days(row: Told, anchor: Anchor) -> bool:
    """Whether a record told of one stay, as gathering tells a changed one: same arrival, or last night."""
    then = replace(row, arrives=anchor.arrives, departs=anchor.departs)
    if row.arrives is None or then.arrives is None:
        return row.arrives == then.arrives
    return row.arrives == then.arrives or (overlap(row, then) and row.last_day == then.last_day)


def as_one_booking(rows: Sequence[Told], heard: Heard) -> list[Told]:
    """The rows, those that words make one stay with all references of one another.

    So what a colleague called one stay is one booking to every rule, whatever numbers its systems gave it.
    """
    if not heard.pairs:
        return list(rows)
    joining = Joining({row.place: row for pair in heard.pairs for row in pair}.values(), heard.apart)
    for one, other in heard.pairs:
        joining.join(one, other, same_house)
    shared: dict[Place, tuple[str, ...]] = {}
    for members in joining.stays():
        references = tuple(dict.fromkeys(reference for row in members for reference in row.references))
        shared |= {row.place: references for row in members if row.kind == "stay"}
    return [replace(row, references=shared.get(row.place, row.references)) for row in rows]


def standing_against(
    said: Iterable[OnRows], ones: Collection[Place], others: Collection[Place], verdict: Verdict
) -> list[int]:
    """The words that cannot stand beside a new one on two groups of rows.

    `one` stands against any "two" within what would be one stay: both groups, and all that words put to them.
    `two` stands against a chain of "one" that leads from the one group to the other.
    """
    words = list(said)
    first: dict[Place, Place] = {}

    def root(place: Place) -> Place:
        while (above := first.get(place, place)) != place:
            place = above
        return place

    for word, one, other in words:
        if word.verdict == "one":
            first[root(one.place)] = root(other.place)
    if verdict == "two":
        chained = {root(place) for place in ones} & {root(place) for place in others}
        return [word.number for word, one, _ in words if word.verdict == "one" and root(one.place) in chained]
    whole = {root(place) for place in (*ones, *others)}
    return [
        word.number
        for word, one, other in words
        if word.verdict == "two" and {root(one.place), root(other.place)} <= whole
    ]
