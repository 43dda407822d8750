"""People decide: two guests are one, or are not; a record is taken out of a guest.

A word stands on records, not on guests, so that it holds whatever becomes of the guests: records that come
again, new models, an engine that would link them over a third one. It is written only when nothing that
somebody said before stands against it, and by whoever comes first: the other one sees what happened.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import islice, product

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.guests.deeds import (
    Pair,
    Verdict,
    called_one,
    fellows_of,
    house_of_records,
    seen_of,
    state_of,
    within_reach,
    words_between,
    write_deed,
)
from server.guests.linker import take_linker, touch
from server.guests.models import Decision, Deed, Link
from server.properties.reach import EVERYWHERE, Reach
from server.refusal import Refused

MOST_PAIRS = 400
"""Pairs that one deed puts apart: two guests of twenty records. Of larger guests, each record is put apart
from the other guest's record that was asked about before any other pair is."""


class Meanwhile(Refused):
    """Something happened since the page was made; `who` did it, if a colleague's word is what it was."""

    def __init__(self, who: str | None) -> None:
        super().__init__("decision.by_another" if who else "decision.meanwhile", {"who": who} if who else {})


class Contradicts(Refused):
    """Somebody said otherwise before: `who`, where that word is about records within reach."""

    def __init__(self, who: str | None) -> None:
        super().__init__(
            "decision.contradicts" if who else "decision.contradicts_unseen", {"who": who} if who else {}
        )


def decide(
    session: Session,
    one: int,
    other: int,
    verdict: Verdict,
    *,
    seen: str,
    author: str,
    reason: str = "",
    now: datetime,
    reach: Reach = EVERYWHERE,
) -> Deed:
    """Write down whether two records are one person, and solve again what that touches.

    `not_same` of records of two guests puts every record of the one apart from every one of the other, so
    that no third record draws them together; of records of one guest it puts these two apart. `undecided`
    only hides the question until something of the two guests changes. `seen` is `deeds.seen_of` of the two as
    the page was made with.

    Nobody decides about what they do not see: records out of `reach` are neither taken nor put apart. Refused
    (Meanwhile) when the guests changed since, (Contradicts) when somebody said otherwise, and with
    `decision.no_records` when the records are not there or out of reach.
    """
    take_linker(session)
    asked = within_reach(session, [one, other], reach)
    if len(set(asked)) != 2:
        raise Refused("decision.no_records")
    ones, others = fellows_of(session, one), fellows_of(session, other)
    if seen != seen_of(session, [one, other]):
        raise _meanwhile(session, {*ones, *others}, reach)
    is_one_guest = other in ones
    pairs: list[Pair] = [(one, other)]
    left_out = 0
    if verdict == "not_same" and not is_one_guest:
        here, there = within_reach(session, ones, reach), within_reach(session, others, reach)
        pairs = list(islice(_cross(one, here, other, there), MOST_PAIRS))
        left_out = len(here) * len(there) - len(pairs)
    whole = {*ones, *others} if verdict == "same" else set()
    refuse_contradiction(session, pairs, verdict, whole, reach)
    deed = write_deed(
        session,
        "decide",
        pairs,
        verdict,
        author=author,
        reason=reason,
        property_id=house_of_records(session, asked),
        now=now,
        asked=[one, other],
        left_out=left_out,
        **({"about": _about(session, one, other)} if verdict == "undecided" else {}),
    )
    if verdict != "undecided":
        touch(session, {record for pair in pairs for record in pair}, cause=f"deed:{deed.id}", now=now)
    return deed


def split(
    session: Session,
    records: Sequence[int],
    *,
    seen: str,
    author: str,
    reason: str = "",
    now: datetime,
    reach: Reach = EVERYWHERE,
) -> Deed:
    """Take records out of their guest, together; they stay out.

    Each is put apart from every record that remains. Refused with `split.several_guests` when the records are
    not all of one guest, with `split.nothing_left` when they are all of it, else as `decide`.
    """
    take_linker(session)
    taken = within_reach(session, sorted(set(records)), reach)
    if not taken or len(taken) != len(set(records)):
        raise Refused("decision.no_records")
    fellows = fellows_of(session, taken[0])
    if seen != seen_of(session, taken[:1]):
        raise _meanwhile(session, fellows, reach)
    if not set(taken) <= set(fellows):
        raise Refused("split.several_guests")
    rest = within_reach(session, [record for record in fellows if record not in set(taken)], reach)
    if not rest:
        raise Refused("split.nothing_left")
    pairs = list(islice(_cross(taken[0], taken, rest[0], rest), MOST_PAIRS))
    refuse_contradiction(session, pairs, "not_same", set(), reach)
    deed = write_deed(
        session,
        "split",
        pairs,
        "not_same",
        author=author,
        reason=reason,
        property_id=house_of_records(session, taken),
        now=now,
        taken=taken,
        left_out=len(taken) * len(rest) - len(pairs),
    )
    touch(session, {*taken, *rest}, cause=f"deed:{deed.id}", now=now)
    return deed


def _about(session: Session, one: int, other: int) -> str:
    """How the two guests of a question are: as long as they are so, a question put off is hidden."""
    guests = session.scalars(select(Link.guest_id).where(Link.record_id.in_([one, other])))
    pair = frozenset(guests)
    return state_of(session, [pair])[pair]


def _cross(one: int, ones: Sequence[int], other: int, others: Sequence[int]) -> Iterator[Pair]:
    """All pairs across: first those with the records that were asked about, then the rest."""
    yield one, other
    yield from ((one, record) for record in others if record != other)
    yield from ((record, other) for record in ones if record != one)
    yield from (pair for pair in product(ones, others) if one not in pair and other not in pair)


def _meanwhile(session: Session, records: Collection[int], reach: Reach) -> Meanwhile:
    return Meanwhile(_first_author(session, words_between(session, records)[-1:], reach))


def _first_author(session: Session, words: Sequence[Decision], reach: Reach) -> str | None:
    """Who said the first of the words of which both records are within reach.

    Of other words nobody is named: that somebody of another house said something would tell what it knows.
    """
    asked = sorted({record for word in words for record in (word.record_a, word.record_b)})
    there = set(within_reach(session, asked, reach))
    return next((word.author for word in words if {word.record_a, word.record_b} <= there), None)


def refuse_contradiction(
    session: Session,
    pairs: Sequence[Pair],
    verdict: Verdict,
    whole: Collection[int],
    reach: Reach = EVERYWHERE,
) -> None:
    """Refuse what cannot stand beside the words there are.

    `same` stands against any "not the same" within what would be one: the `whole` guests, and all whom people
    called one with them. `not_same` stands against a chain of "same" between two records of a pair.
    """
    records = {record for pair in pairs for record in pair}
    called, same_words = called_one(session, records | set(whole))
    if verdict == "same":
        against = [word for word in words_between(session, called) if word.verdict == "not_same"]
    else:
        parted = {called[a] for a, b in pairs if called[a] == called[b]}
        against = [word for word in same_words if called[word.record_a] in parted]
        if verdict == "undecided":
            exactly = {min(pairs[0]), max(pairs[0])}
            against += [word for word in words_between(session, exactly) if word.verdict == "not_same"]
    if against:
        against.sort(key=lambda word: (not _is_on(word, pairs), word.id))
        raise Contradicts(_first_author(session, against, reach))


def _is_on(word: Decision, pairs: Sequence[Pair]) -> bool:
    return (word.record_a, word.record_b) in {(min(pair), max(pair)) for pair in pairs}
