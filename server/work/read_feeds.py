"""Look at the folders and mailboxes that systems deliver to, and import what comes as it always comes.

The same mailbox holds what bounced of our e-mails and what guests answer to them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from functools import partial

from sqlalchemy import select

from server.clock import clock
from server.db import reading, writing
from server.feeds.folder import look_into
from server.feeds.imap import Account, Fault
from server.feeds.mailbox import AGAIN_AFTER, Unreadable, look_into_mailboxes
from server.feeds.messages import parse
from server.feeds.models import Feed
from server.feeds.others import INBOX, Watched, look_for_others
from server.feeds.taking import Tools, forget_left, import_as_usual
from server.jobs.places import holding
from server.jobs.queue import is_time
from server.jobs.worker import Task
from server.keys import read_all_keys, read_key
from server.logs import place_of
from server.prompts.post import concerns, take_mail
from server.refusal import Refused
from server.settings import house_address

EVERY = timedelta(minutes=1)

PLACE = "feeds"
"""One process looks at a time: two would take the same file at once."""


log = logging.getLogger("oneguest.feeds")

_WATCHED: dict[Account, Watched] = {}
"""Inboxes that no feed watches, and how far this process looked at them."""


def run(task: Task) -> None:
    """Look once at every feed that is on, and at the mailbox for bounces and answers. Bears being ended
    anywhere: the next look goes on."""
    with reading(task.engine) as session:
        query = select(Feed.id, Feed.kind, Feed.place).where(Feed.state == "on").order_by(Feed.id)
        feeds = session.execute(query).all()
    url = task.settings.imap_url
    if not feeds and not url:
        return
    with holding(task.engine, PLACE, wait=False) as place:
        if place is not None:
            _look(task, [feed.id for feed in feeds if feed.kind == "folder"])
            if url and not any(feed.kind == "mailbox" and feed.place == INBOX for feed in feeds):
                _look_for_mail(task, Account.of(url))
            with writing(task.engine) as session:
                forget_left(session, now=clock())


def _look(task: Task, folders: list[int]) -> None:
    tools = _tools(task)
    for feed_id in folders:
        if task.stopping():
            return
        look_into(tools, feed_id, task.settings.feeds_dir)
    url = task.settings.imap_url
    look_into_mailboxes(tools, Account.of(url) if url else None)
    import_as_usual(task.engine)


def _tools(task: Task) -> Tools:
    secrets = [key.secret for key in read_all_keys(task.settings.keys_dir, "sealing")]
    return Tools(task.engine, task.settings.uploads_dir, secrets, partial(_take_mail, task))


def _look_for_mail(task: Task, account: Account) -> None:
    """The inbox that no feed watches. One that cannot be opened rests for a while: a wrong password tried too
    often closes the account."""
    watched = _WATCHED.setdefault(account, Watched())
    if watched.is_away:
        with writing(task.engine) as session:
            if not is_time(session, "mailbox:answers", AGAIN_AFTER, now=clock()):
                return
    try:
        look_for_others(_tools(task), account, watched)
    except (Refused, *Fault) as error:
        watched.is_away = True
        log.warning("mailbox not reached error=%s", type(error).__name__)
    else:
        watched.is_away = False


def _take_mail(task: Task, head: EmailMessage, whole: Callable[[], bytes | None]) -> bool:
    """Take a message of the mailbox that concerns what we asked; False: it is somebody else's."""
    secret, now = read_key(task.settings.keys_dir, "index").secret, clock()
    try:
        with reading(task.engine) as session:
            if not concerns(session, head, secret=secret, now=now):
                return False
        raw = whole()
        if raw is None:
            return False
        with writing(task.engine) as session:
            address = house_address(task.settings)
            taken = take_mail(session, parse(raw), secret=secret, house_address=address, now=now)
    except Unreadable as error:
        log.warning("mail not read error=%s", place_of(error))
        return False
    if taken is not None:
        log.info("mail taken as=%s", taken)
    return taken is not None
