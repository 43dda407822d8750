"""Feeds by mail: what expected senders attach is taken, once; all else stays unread and is listed.

A message is told by the mailbox's UIDVALIDITY and its UID (RFC 9051, 2.3.1.1), and where the mailbox was made
anew by its own Message-ID, so that it is taken once whatever happens to the connection. Nothing is deleted or
moved; what was taken is marked as read.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from email.errors import MessageError
from email.message import EmailMessage
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.clock import clock
from server.db import reading, writing
from server.feeds.imap import Account, Fault, Head, Mailbox, opened
from server.feeds.messages import attachments, is_expected, parse, sender_of, standing_of
from server.feeds.models import Feed, FeedFile
from server.feeds.others import is_taken_elsewhere
from server.feeds.taking import (
    LARGEST,
    Delivery,
    Tools,
    keep,
    look_at_taken,
    mark_of,
    write_down,
    write_refusal,
)
from server.feeds.trouble import in_trouble, out_of_trouble
from server.jobs.queue import is_time
from server.refusal import Refused

FIRST_LOOK = timedelta(days=2)
"""A feed begins with what came so recently: years of old reports are nobody's arrivals."""

MADE_ANEW = timedelta(days=14)
"""In a mailbox that was made anew, where numbers tell nothing, messages so old are looked at again."""

AGAIN_AFTER = timedelta(minutes=5)
"""A mailbox that could not be opened is tried again after that time."""

AT_ONCE = 200
"""Messages of one look; the next one goes on."""

AS_SENT = 4 / 3 + 0.1
"""How much longer a file is as an attachment: base64 with its line ends, and the words above it."""

Unreadable = (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What the library's reader of messages raises at some that no program should have sent."""


@dataclass(frozen=True, slots=True)
class _Expecting:
    """A feed as one look needs it. `others`: the senders that other feeds of the same folder expect."""

    id: int
    senders: Sequence[str]
    others: Sequence[str]
    beside: Sequence[int]  # the feeds of the same folder, itself included
    uid_validity: int | None
    uid: int
    in_trouble: bool

    @property
    def lists_strangers(self) -> bool:
        """Whether mail of nobody's senders is listed here: one feed of a folder does that."""
        return self.id == self.beside[0]


def look_into_mailboxes(tools: Tools, account: Account | None) -> int:
    """Take what came by mail for every feed that is on; returns how many files were taken.

    A folder that cannot be opened, or a connection that breaks, is written on its feeds, and the next look
    goes on where this one stood.
    """
    with reading(tools.engine) as session:
        query = select(Feed).where(Feed.kind == "mailbox", Feed.state == "on").order_by(Feed.place, Feed.id)
        found = {place: list(feeds) for place, feeds in groupby(session.scalars(query), lambda f: f.place)}
        folders = {place: [_expecting(feed, feeds) for feed in feeds] for place, feeds in found.items()}
    taken = 0
    for place, feeds in folders.items():
        if _rests(tools, feeds):
            continue
        try:
            if account is None:
                raise Refused("feed.no_mailbox")
            with opened(account, place) as box:
                for feed in feeds:
                    taken += _look(tools, box, feed)
        except Refused as refusal:
            _tell(tools, feeds, refusal)
        except Fault as error:
            _tell(tools, feeds, Refused("feed.mailbox_away", {"fault": type(error).__name__}))
        else:
            for feed in feeds:
                out_of_trouble(tools.engine, feed.id)
    return taken


def _expecting(feed: Feed, feeds: Sequence[Feed]) -> _Expecting:
    others = [sender for one in feeds if one is not feed for sender in one.senders]
    validity = feed.seen.get("uid_validity")
    beside = [one.id for one in feeds]
    return _Expecting(
        feed.id,
        feed.senders,
        others,
        beside,
        validity,
        int(feed.seen.get("uid", 0)),
        feed.trouble is not None,
    )


def _rests(tools: Tools, feeds: Sequence[_Expecting]) -> bool:
    """Whether a mailbox that could not be opened is left alone for now: each try may hold the worker up for
    seconds, and a wrong password tried too often closes the account."""
    if not any(feed.in_trouble for feed in feeds):
        return False
    with writing(tools.engine) as session:
        return not is_time(session, f"mailbox:{feeds[0].id}", AGAIN_AFTER, now=clock())


def _tell(tools: Tools, feeds: Iterable[_Expecting], why: Refused) -> None:
    for feed in feeds:
        in_trouble(tools.engine, feed.id, why)


def _look(tools: Tools, box: Mailbox, feed: _Expecting) -> int:
    taken = 0
    with reading(tools.engine) as session:
        again = [one.uid for one in _strangers_expected_now(session, box, feed) if one.uid is not None]
    for uid in again:
        taken += _take(tools, box, feed, uid)
    if again:
        with writing(tools.engine) as session:  # taken by another feed than listed it, or gone
            for one in _strangers_expected_now(session, box, feed):
                session.delete(one)
    for uid in _new(tools, box, feed)[:AT_ONCE]:
        taken += _take(tools, box, feed, uid)
        with writing(tools.engine) as session:
            session.get_one(Feed, feed.id).seen = {"uid_validity": box.uid_validity, "uid": uid}
    return taken


def _new(tools: Tools, box: Mailbox, feed: _Expecting) -> list[int]:
    if feed.uid_validity == box.uid_validity:
        return box.after(feed.uid)
    with reading(tools.engine) as session:
        files = session.scalar(select(func.count()).where(FeedFile.feed_id == feed.id))
    return box.since(clock() - (MADE_ANEW if files else FIRST_LOOK))


def _strangers_expected_now(session: Session, box: Mailbox, feed: _Expecting) -> list[FeedFile]:
    """What was left for its sender, who has been put on the list since."""
    left = select(FeedFile).where(
        FeedFile.feed_id.in_(feed.beside),
        FeedFile.state == "left",
        FeedFile.uid_validity == box.uid_validity,
    )
    return [
        one
        for one in session.scalars(left.order_by(FeedFile.uid))
        if one.reason is not None
        and one.reason["code"] == "feed.stranger"
        and one.sender is not None
        and is_expected(one.sender, feed.senders)
    ]


def _take(tools: Tools, box: Mailbox, feed: _Expecting, uid: int) -> int:
    head = box.head(uid)
    if head is None:
        return 0
    try:
        message = parse(head.raw)
        sender = sender_of(message)
        delivery = Delivery(
            _mark(message, sender, head), 0, "", head.received_at, sender, box.uid_validity, uid
        )
        why = _why_not(message, sender, feed, head)
        if why is not None and why.code == "feed.stranger" and is_taken_elsewhere(tools, box, head):
            return 0
    except Unreadable:
        mark = mark_of("head", head.raw)
        delivery = Delivery(mark, 0, "", head.received_at, None, box.uid_validity, uid)
        why = Refused("feed.message_unreadable") if feed.lists_strangers else _NOT_OURS
    if why is _NOT_OURS:
        return 0
    if why is not None:
        write_refusal(tools, feed.id, delivery, why, left=True)
        return 0
    raw = box.whole(uid)
    return 0 if raw is None else _take_attached(tools, box, feed, delivery, raw)


_NOT_OURS = Refused("feed.stranger")
"""For another feed of the same folder, which takes or lists it."""


def _why_not(message: EmailMessage, sender: str | None, feed: _Expecting, head: Head) -> Refused | None:
    standing = standing_of(message, feed.senders)
    if standing == "stranger":
        is_others = sender is not None and is_expected(sender, feed.others)
        return Refused("feed.stranger") if feed.lists_strangers and not is_others else _NOT_OURS
    if standing == "unproven":
        return Refused("feed.unproven")
    if head.size > LARGEST * AS_SENT:
        return Refused("feed.message_too_large", {"limit": str(LARGEST >> 20)})
    return None


def _take_attached(tools: Tools, box: Mailbox, feed: _Expecting, delivery: Delivery, raw: bytes) -> int:
    try:
        files = list(attachments(parse(raw)))
    except Unreadable:
        write_refusal(tools, feed.id, delivery, Refused("feed.message_unreadable"))
        return 0
    if not files:
        write_refusal(tools, feed.id, delivery, Refused("feed.nothing_attached"))
    for file in files:
        one = Delivery(
            delivery.mark,
            file.part,
            file.name,
            delivery.received_at,
            delivery.sender,
            delivery.uid_validity,
            delivery.uid,
        )
        try:
            kept = keep(tools, io.BytesIO(file.content))
        except Refused as refusal:
            write_refusal(tools, feed.id, one, refusal)
            continue
        look_at_taken(tools, write_down(tools, feed.id, one, kept))
    if files:
        with suppress(*Fault):  # it is taken and known; a mark that is missing costs a glance
            box.mark_read(delivery.uid or 0)
    return len(files)


def _mark(message: EmailMessage, sender: str | None, head: Head) -> str:
    """What names a message for ever: its own Message-ID with its sender and date; without one, its head."""
    named = [str(message.get(name, "")).strip() for name in ("Message-ID", "Date")]
    return mark_of("message", *named, sender) if named[0] else mark_of("head", head.raw)
