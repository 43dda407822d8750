"""Look at the folders and mailboxes that systems deliver to, and import what comes as it always comes."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from server.clock import clock
from server.db import reading, writing
from server.feeds.folder import look_into
from server.feeds.imap import Account
from server.feeds.mailbox import look_into_mailboxes
from server.feeds.models import Feed
from server.feeds.taking import Tools, forget_left, import_as_usual
from server.jobs.places import holding
from server.jobs.worker import Task
from server.keys import read_all_keys

EVERY = timedelta(minutes=1)

PLACE = "feeds"
"""One process looks at a time: two would take the same file at once."""


def run(task: Task) -> None:
    """Look once at every feed that is on. Bears being ended anywhere: the next look goes on."""
    with reading(task.engine) as session:
        feeds = session.execute(select(Feed.id, Feed.kind).where(Feed.state == "on").order_by(Feed.id)).all()
    if not feeds:
        return
    with holding(task.engine, PLACE, wait=False) as place:
        if place is not None:
            _look(task, [feed_id for feed_id, kind in feeds if kind == "folder"])
            with writing(task.engine) as session:
                forget_left(session, now=clock())


def _look(task: Task, folders: list[int]) -> None:
    secrets = [key.secret for key in read_all_keys(task.settings.keys_dir, "sealing")]
    tools = Tools(task.engine, task.settings.uploads_dir, secrets)
    for feed_id in folders:
        if task.stopping():
            return
        look_into(tools, feed_id, task.settings.feeds_dir)
    url = task.settings.imap_url
    look_into_mailboxes(tools, Account.of(url) if url else None)
    import_as_usual(task.engine)
