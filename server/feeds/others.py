"""Mail in the house's mailbox that is no feed's: offered to whoever may know what it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from server.clock import clock
from server.feeds.imap import Account, Head, Mailbox, opened
from server.feeds.messages import parse
from server.feeds.taking import Tools

INBOX = "INBOX"

FIRST_LOOK = timedelta(days=14)
"""A worker that starts looks at what came so recently, again if it must: taking bears that."""

AT_ONCE = 200
LARGEST = 30 << 20
"""Bytes of an answer that is read, with the pictures that hang on it."""


@dataclass(slots=True)
class Watched:
    """How far an inbox was looked at, kept by the worker for as long as it runs."""

    uid_validity: int = 0
    uid: int = 0
    is_away: bool = False  # it could not be opened at the last look


def is_taken_elsewhere(tools: Tools, box: Mailbox, head: Head) -> bool:
    """Whether a message that no feed expects was taken by somebody else."""
    if tools.take_other is None or head.size > LARGEST:
        return False
    return tools.take_other(parse(head.raw), lambda: box.whole(head.uid))


def look_for_others(tools: Tools, account: Account, watched: Watched) -> int:
    """Offer what came to the inbox since the last look; returns how many messages were taken. Raises Refused,
    or one of imap.Fault."""
    taken = 0
    with opened(account, INBOX) as box:
        is_known = watched.uid_validity == box.uid_validity
        new = box.after(watched.uid) if is_known else box.since(clock() - FIRST_LOOK)
        for one in new[:AT_ONCE]:
            head = box.head(one)
            taken += head is not None and is_taken_elsewhere(tools, box, head)
            watched.uid_validity, watched.uid = box.uid_validity, one
    return taken
