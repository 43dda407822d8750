"""How a house's feeds stand: what came last, and whether what should have come by now has.

A file counts once its rows are in or on their way: one that could not be read, or waits for a colleague, has
brought nothing yet. The file's own time is that of its delivery, not of our look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from server.feeds.models import Feed, FeedFile
from server.properties.finding import properties_within, today_at
from server.properties.models import Property
from server.properties.reach import Reach
from server.records.models import Import, SourceRecord
from server.stays.models import StaySource, ToldStay

Standing = Literal["fresh", "late", "waits", "failed", "first"]
"""fresh: here in time. late: nothing since it was due. waits, failed: it came, and a colleague has to look.
first: nothing came yet, and it is not late."""

GRACE = timedelta(hours=1)
"""A report that is so late is late: night audits do not end on the minute."""

EARLY = timedelta(hours=12)
"""A file so long before its time is today's, not yesterday's that came late."""

USUALLY = timedelta(hours=26)
"""How long a file is fresh where no time was said: a day, and some hours for a slow one."""

IN = ("queued", "running", "linking", "done")
EXPECTED = ("booked", "in_house", "unknown")


@dataclass(frozen=True, slots=True)
class FeedStanding:
    """One feed as the desk shows it: the last file that counts, and the last one that does not, if newer.

    `arrivals`: how many stays that begin today the file's system tells of; None where it tells of none.
    """

    feed: Feed
    house: Property
    standing: Standing
    last: FeedFile | None
    last_kind: str
    waiting: FeedFile | None
    arrivals: int | None

    @property
    def is_well(self) -> bool:
        """Whether nobody has to look."""
        return self.standing in ("fresh", "first") and self.feed.trouble is None


def standings(session: Session, reach: Reach, *, now: datetime) -> list[FeedStanding]:
    """The feeds that are on at the houses within reach, in the order they were made."""
    houses = {house.id: house for house in properties_within(session, reach)}
    feeds = session.scalars(
        select(Feed).where(Feed.state == "on", reach.limit(Feed.property_id)).order_by(Feed.id)
    )
    return [_standing(session, feed, houses[feed.property_id], now) for feed in feeds]


def is_fresh(session: Session, property_id: int, now: datetime) -> bool:
    """Whether what the house's feeds promised is here: else nothing may be sent to its guests.

    A house without a feed was promised nothing and is not stale; one with several is as fresh as the stalest.
    """
    house = session.get_one(Property, property_id)
    feeds = session.scalars(select(Feed).where(Feed.state == "on", Feed.property_id == property_id))
    return all(_standing(session, feed, house, now).standing in ("fresh", "first") for feed in feeds)


def due_at(feed: Feed, house: Property, *, now: datetime) -> datetime | None:
    """When a file was last due, by the house's clock, with its grace over; None where no time was said."""
    if not feed.expected_at:
        return None
    zone = ZoneInfo(house.zone)
    at = time.fromisoformat(feed.expected_at)
    day = today_at(house, now=now)
    due = datetime.combine(day, at, zone)
    return due if due + GRACE <= now else datetime.combine(day - timedelta(days=1), at, zone)


def _standing(session: Session, feed: Feed, house: Property, now: datetime) -> FeedStanding:
    last, state, kind = _newest(session, feed, counts=True)
    waiting, why, _ = _newest(session, feed, counts=False)
    if waiting is not None and last is not None and waiting.received_at < last.received_at:
        waiting = None
    due = due_at(feed, house, now=now)
    since = due - EARLY if due is not None else now - USUALLY
    standing: Standing = "fresh"
    if last is None or last.received_at < since:
        standing = "late"
        if last is None and feed.made_at >= since:
            standing = "first"
        if waiting is not None and waiting.received_at >= since:
            standing = "failed" if why == "failed" else "waits"
    arrivals = _arrivals(session, last, house, now) if last is not None and state is not None else None
    return FeedStanding(feed, house, standing, last, kind, waiting, arrivals)


def _newest(session: Session, feed: Feed, *, counts: bool) -> tuple[FeedFile | None, str | None, str]:
    """The newest file whose import counts (or does not, and waits for a colleague), its state and kind."""
    states: Sequence[str] = IN if counts else ("looking", "preview", "failed")
    query = (
        select(FeedFile, Import.state, Import.reading["kind"].as_string())
        .join(Import, Import.id == FeedFile.import_id)
        .where(FeedFile.feed_id == feed.id, FeedFile.state.in_(("taken", "same")), Import.state.in_(states))
    )
    first = Import.state == "failed"  # what waits for a yes goes before what no yes can help
    newest = query.order_by(first, FeedFile.received_at.desc(), FeedFile.id.desc()).limit(1)
    found = session.execute(newest).first()
    return (found[0], found[1], found[2] or "") if found else (None, None, "")


def _arrivals(session: Session, file: FeedFile, house: Property, now: datetime) -> int | None:
    """The stays that begin today as the file's system tells them, each once."""
    source = select(Import.source_id).where(Import.id == file.import_id).scalar_subquery()
    one = func.coalesce(StaySource.stay_id, cast(ToldStay.record_id, String))
    told = (
        select(func.count(one.distinct()))
        .select_from(SourceRecord)
        .join(
            ToldStay,
            (ToldStay.record_id == SourceRecord.id) & (ToldStay.version == SourceRecord.current_version),
        )
        .outerjoin(
            StaySource,
            (StaySource.record_id == ToldStay.record_id) & (StaySource.version == ToldStay.version),
        )
        .where(SourceRecord.source_id == source, ToldStay.property_id == house.id, ToldStay.kind == "stay")
    )
    if not session.scalar(told.with_only_columns(ToldStay.record_id).limit(1)):
        return None
    today = told.where(ToldStay.arrives == today_at(house, now=now), ToldStay.status.in_(EXPECTED))
    return session.scalar(today) or 0
