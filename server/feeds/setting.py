"""Set feeds up, change them, pause them: what may be said of one, and that two never want the same file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import LARGEST_ID
from server.feeds.models import Feed, FeedFile
from server.journal import note
from server.properties.models import Property
from server.properties.reach import Reach
from server.records.models import Import
from server.refusal import Refused

KINDS = ("folder", "mailbox")
INBOX = "INBOX"

_ADDRESS = re.compile(r"(?:[^\s@,;<>\"]+)?@[^\s@,;<>\"]+\.[^\s@,;<>\".]+")
_TIME = re.compile(r"([01]?\d|2[0-3])[:.h]([0-5]\d)")
_FOLDER = re.compile(r"[\w][\w .@+-]{0,59}")
MOST_SENDERS = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """A feed as somebody wants it, in the words of its form."""

    kind: str
    name: str
    place: str = ""
    senders: str = ""
    expected_at: str = ""


def make_feed(session: Session, house: Property, wanted: Wanted, *, who: str, now: datetime) -> Feed:
    """Set a feed up for a house. Raises Refused for what cannot be, by the field it is about."""
    if wanted.kind not in KINDS:
        raise Refused("feed.no_kind")
    feed = Feed(
        property_id=house.id,
        kind=wanted.kind,
        name="",
        place="",
        senders=[],
        state="on",
        confirmed={},
        seen={},
        made_at=now,
        made_by=who,
    )
    _fill(session, feed, wanted)
    session.add(feed)
    session.flush()
    note(session, who, "feed.made", feed.subject, now=now, property_id=house.id, kind=feed.kind)
    return feed


def change_feed(session: Session, feed: Feed, wanted: Wanted, *, who: str, now: datetime) -> None:
    """Change what is said of a feed; its kind stays. Raises Refused as make_feed."""
    before = feed.place
    _fill(session, feed, wanted)
    if feed.place != before:
        feed.seen, feed.trouble, feed.trouble_since = {}, None, None
    note(session, who, "feed.changed", feed.subject, now=now, property_id=feed.property_id)


def switch_feed(session: Session, feed: Feed, state: str, *, who: str, now: datetime) -> None:
    """Let a feed rest (`off`: nothing is taken, nothing is expected) or work again (`on`)."""
    if state not in ("on", "off"):
        raise Refused("feed.no_kind")
    if feed.state != state:
        feed.state, feed.trouble, feed.trouble_since = state, None, None
        note(session, who, f"feed.switched_{state}", feed.subject, now=now, property_id=feed.property_id)


def feeds_within(session: Session, reach: Reach) -> list[Feed]:
    """The feeds of the houses within reach, in the order they were made."""
    return list(session.scalars(select(Feed).where(reach.limit(Feed.property_id)).order_by(Feed.id)))


def feed_within(session: Session, feed_id: int, reach: Reach) -> Feed | None:
    """One feed by its number; None where there is none such, or it is of a house out of reach."""
    if not 0 < feed_id <= LARGEST_ID:
        return None
    return session.scalar(select(Feed).where(Feed.id == feed_id, reach.limit(Feed.property_id)))


def files_of(session: Session, feed: Feed, *, most: int = 30) -> Sequence[FeedFile]:
    """What a feed brought, the newest first."""
    query = select(FeedFile).where(FeedFile.feed_id == feed.id)
    return session.scalars(query.order_by(FeedFile.received_at.desc(), FeedFile.id.desc()).limit(most)).all()


def imports_of(session: Session, files: Sequence[FeedFile]) -> dict[int, Import]:
    """The imports of some files, by id."""
    ids = {file.import_id for file in files if file.import_id is not None}
    return {found.id: found for found in session.scalars(select(Import).where(Import.id.in_(ids)))}


def _fill(session: Session, feed: Feed, wanted: Wanted) -> None:
    name = " ".join(wanted.name.split())
    if not 0 < len(name) <= 80 or not name.isprintable():
        raise Refused("feed.needs_name")
    feed.name, feed.expected_at = name, _time(wanted.expected_at)
    place = " ".join(wanted.place.split())
    if feed.kind == "folder":
        if not _FOLDER.fullmatch(place):
            raise Refused("feed.needs_folder")
        feed.place = place
    else:
        feed.place = INBOX if place.upper() in ("", INBOX) else place
        if len(feed.place) > 200 or not feed.place.isprintable():
            raise Refused("feed.needs_mailbox_folder")
        feed.senders = _senders(wanted.senders)
    _be_the_only_one(session, feed)


def _time(text: str) -> str:
    if not text.strip():
        return ""
    found = _TIME.fullmatch(text.strip().lower())
    if found is None:
        raise Refused("feed.needs_time")
    return f"{int(found[1]):02}:{found[2]}"


def _senders(text: str) -> list[str]:
    found = list(dict.fromkeys(word.lower() for word in re.split(r"[\s,;]+", text) if word))
    if not found or len(found) > MOST_SENDERS:
        raise Refused("feed.needs_senders", {"limit": str(MOST_SENDERS)})
    for sender in found:
        if not _ADDRESS.fullmatch(sender) or len(sender) > 320:
            raise Refused("feed.wrong_sender", {"sender": sender[:80]})
    return found


def _be_the_only_one(session: Session, feed: Feed) -> None:
    """No folder and no sender has two feeds: each would take what is the other's."""
    query = select(Feed).where(Feed.kind == feed.kind, Feed.place == feed.place)
    if feed.kind == "folder":  # each house has its own
        query = query.where(Feed.property_id == feed.property_id)
    with session.no_autoflush:
        others = [one for one in session.scalars(query) if one is not feed]
    if feed.kind == "folder":
        if others:
            raise Refused("feed.folder_taken", {"place": feed.place})
        return
    for sender in feed.senders:
        if any(sender in one.senders for one in others):
            raise Refused("feed.sender_taken", {"sender": sender, "place": feed.place})
