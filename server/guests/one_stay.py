"""People decide about stays: two that are counted apart are one, or one that is counted is two.

A word stands on what records told, not on stays, so that it holds whatever comes: files that come again, new
models, records that would draw the two together. It is written only when nothing that somebody said before
stands against it, and by whoever comes first: the other one sees what happened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import islice, product

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.guests.deciding import MOST_PAIRS, Contradicts, Meanwhile
from server.guests.deeds import house_of_records, new_deed, within_reach
from server.guests.linker import take_linker
from server.guests.loading import parts
from server.guests.models import Deed, StayWord
from server.guests.near_stays import Near, told_by
from server.guests.reasons import given_reason
from server.guests.staying import recount_stays
from server.properties.reach import EVERYWHERE, Reach
from server.records.models import SourceRecord
from server.refusal import Refused
from server.statements import insert_rows
from server.stays.gathering import living_rows
from server.stays.models import Stay, StaySource
from server.stays.told import Place, Told
from server.stays.words import OnRows, Verdict, rows_of, standing_against


def join_stays(
    session: Session,
    one: str,
    other: str,
    *,
    seen: str,
    author: str,
    reason: str,
    now: datetime,
    reach: Reach = EVERYWHERE,
) -> Deed:
    """Write down that two stays are one, and count them so. `seen` is `seen_of_stays` of the two.

    Refused without a reason, (Meanwhile) when the stays changed since, (Contradicts) when somebody said
    otherwise, with `stays.unknown` when they are not there or out of reach, with `stays.two_kinds` and
    `stays.two_houses` for what can never be one.
    """
    kept_reason = given_reason(reason)
    take_linker(session)
    here, there = _tellings(session, one, reach), _tellings(session, other, reach)
    if seen != seen_of_stays(session, [one, other]):
        raise _meanwhile(session, [*here, *there], reach)
    if one == other or not here or not there:
        raise Refused("stays.unknown")
    if (here[0].kind == "stay") != (there[0].kind == "stay"):
        raise Refused("stays.two_kinds")
    _refuse_contradiction(session, here, there, "one", reach)
    pair = (here[0], there[0])
    deed = _say(session, [pair], "one", author=author, reason=kept_reason, now=now, left_out=0)
    if len(set(_stays_of(session, pair))) > 1:
        raise Refused("stays.two_houses")
    return deed


def part_stay(
    session: Session,
    stay_id: str,
    taken: Collection[Place],
    *,
    seen: str,
    author: str,
    reason: str,
    now: datetime,
    reach: Reach = EVERYWHERE,
) -> Deed:
    """Write down that what some records tell of a stay is another one, and count them so.

    `taken`: records and versions that tell of it now. Each is put apart from every telling that remains.
    Refused with `stays.nothing_taken` and `stays.nothing_left` when it is none of them, or all, else as
    `join_stays`.
    """
    kept_reason = given_reason(reason)
    take_linker(session)
    told = _tellings(session, stay_id, reach)
    if seen != seen_of_stays(session, [stay_id]):
        raise _meanwhile(session, told, reach)
    if not told:
        raise Refused("stays.unknown")
    out = [row for row in told if row.place in taken]
    rest = [row for row in told if row.place not in taken]
    if not out or len(out) != len(set(taken)):
        raise Refused("stays.nothing_taken")
    if not rest:
        raise Refused("stays.nothing_left")
    _refuse_contradiction(session, out, rest, "two", reach)
    pairs = list(islice(product(out, rest), MOST_PAIRS))
    left_out = len(out) * len(rest) - len(pairs)
    return _say(session, pairs, "two", author=author, reason=kept_reason, now=now, left_out=left_out)


def seen_of_stays(session: Session, stay_ids: Collection[str]) -> str:
    """What there is to know of some stays, as a digest: another one means that something changed.

    It covers which records tell of them, in which version, and what people said. Stays stand in it by their
    records, not by their ids, so that what was undone is seen as it was.
    """
    query = (
        select(StaySource.stay_id, StaySource.record_id, StaySource.version, SourceRecord.current_version)
        .join(SourceRecord, SourceRecord.id == StaySource.record_id)
        .where(StaySource.stay_id.in_(stay_ids))
        .order_by(StaySource.record_id, StaySource.version)
    )
    stays: dict[str, list[tuple[int, ...]]] = defaultdict(list)
    for stay_id, *telling in session.execute(query):
        stays[stay_id].append(tuple(telling))
    words = [word.id for word in _words_on(session, {r for told in stays.values() for r, *_ in told})]
    return sha256(repr((sorted(stays.values()), words)).encode()).hexdigest()[:32]


def living_tellings(session: Session, stay_id: str) -> list[Told]:
    """What is told of a stay now, by names; what a record told of it before goes with what it tells now."""
    stay = session.get(Stay, stay_id)
    places = select(StaySource.record_id, StaySource.version).where(StaySource.stay_id == stay_id)
    of_stay = {(record, version) for record, version in session.execute(places)}
    near = told_by(session, {record for record, _ in of_stay})
    alive, _ = living_rows(near.told.values())
    told = sorted((row for row in alive if row.place in of_stay), key=lambda row: row.order)
    return sorted(told, key=lambda row: stay is None or row.record_id != stay.record_id)


def _tellings(session: Session, stay_id: str, reach: Reach) -> list[Told]:
    """The same within reach, first what speaks for the main guest."""
    told = living_tellings(session, stay_id)
    there = set(within_reach(session, [row.record_id for row in told], reach))
    return [row for row in told if row.record_id in there]


def _say(
    session: Session,
    pairs: Sequence[tuple[Told, Told]],
    verdict: Verdict,
    *,
    author: str,
    reason: str,
    now: datetime,
    left_out: int,
) -> Deed:
    records = {row.record_id for pair in pairs for row in pair}
    deed = new_deed(
        session,
        "join_stays" if verdict == "one" else "part_stays",
        author=author,
        reason=reason,
        property_id=house_of_records(session, records),
        now=now,
        params={"verdict": verdict, "told": [list(row.place) for row in pairs[0]], "left_out": left_out},
        pairs=len(pairs),
    )
    rows = [
        {
            "record_a": one.record_id,
            "arrives_a": one.arrives,
            "departs_a": one.departs,
            "record_b": other.record_id,
            "arrives_b": other.arrives,
            "departs_b": other.departs,
            "verdict": verdict,
            "author": author,
            "reason": deed.reason,
            "at": now,
            "deed_id": deed.id,
            "withdrawn_at": None,
            "withdrawn_by": None,
        }
        for one, other in (sorted(pair, key=lambda row: row.order) for pair in pairs)
    ]
    insert_rows(session, StayWord, rows)
    recount_stays(session, (), records, cause=f"deed:{deed.id}", now=now)
    return deed


def _stays_of(session: Session, rows: Iterable[Told]) -> list[str]:
    places = or_(
        *((StaySource.record_id == row.record_id) & (StaySource.version == row.version) for row in rows)
    )
    return list(session.scalars(select(StaySource.stay_id).where(places)))


def _refuse_contradiction(
    session: Session, ones: Sequence[Told], others: Sequence[Told], verdict: Verdict, reach: Reach
) -> None:
    """Refuse what cannot stand beside the words there are, also those on what words put to these stays."""
    records = {row.record_id for row in (*ones, *others)}
    near = told_by(session, records)
    while more := near.called_one_with(records):
        records |= more
        near = told_by(session, records)
    said = list(_rows_said(near))
    here, there = {row.place for row in ones}, {row.place for row in others}
    if against := standing_against(said, here, there, verdict):
        on_them = {word.number for word, one, other in said if {one.place, other.place} <= here | there}
        first = min(against, key=lambda number: (number not in on_them, number))
        raise Contradicts(_author(session, [session.get_one(StayWord, first)], reach))


def _rows_said(near: Near) -> Iterable[OnRows]:
    alive, replaced = living_rows(near.told.values())
    return rows_of(near.words.values(), near.told.values(), {row.place: row for row in alive} | replaced)


def _words_on(session: Session, record_ids: Collection[int]) -> list[StayWord]:
    """The words in force on stays that these records tell of, oldest first."""
    found: dict[int, StayWord] = {}
    for part in parts(sorted(record_ids)):
        either = or_(StayWord.record_a.in_(part), StayWord.record_b.in_(part))
        words = select(StayWord).where(StayWord.withdrawn_at.is_(None), either)
        found |= {word.id: word for word in session.scalars(words)}
    return [found[number] for number in sorted(found)]


def _meanwhile(session: Session, told: Iterable[Told], reach: Reach) -> Meanwhile:
    return Meanwhile(_author(session, _words_on(session, {row.record_id for row in told})[-1:], reach))


def _author(session: Session, words: Sequence[StayWord], reach: Reach) -> str | None:
    """Who said the first of the words, where both its records are within reach (see `deciding`)."""
    for word in words:
        if len(within_reach(session, [word.record_a, word.record_b], reach)) == 2:
            return word.author
    return None
