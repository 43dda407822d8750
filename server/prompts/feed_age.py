"""Whether a house's arrivals are fresh enough to write to its guests: some may have cancelled since."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.feeds.freshness import IN, is_fresh
from server.feeds.models import Feed, FeedFile
from server.records.models import Import

OLDEST = timedelta(hours=26)
"""A day, and two hours for a slow one."""


def is_old(session: Session, property_id: int, *, now: datetime) -> bool:
    """Whether something that the house's feeds promised is overdue, or all they brought is older than that.

    A house without a feed is told of its arrivals by hand, and by its own word they are right.
    """
    feeds = session.scalars(select(Feed.id).where(Feed.state == "on", Feed.property_id == property_id)).all()
    if not feeds:
        return False
    if not is_fresh(session, property_id, now):
        return True
    newest = (
        select(func.max(FeedFile.received_at))
        .join(Import, Import.id == FeedFile.import_id)
        .where(FeedFile.feed_id.in_(feeds), FeedFile.state.in_(("taken", "same")), Import.state.in_(IN))
    )
    came = session.scalar(newest)
    return came is None or came < now - OLDEST
