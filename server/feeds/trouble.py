"""What hinders a feed as a whole: written on it while it lasts, shown at the desk."""

from __future__ import annotations

import logging

from sqlalchemy import Engine

from server.clock import clock
from server.db import reading, writing
from server.feeds.models import Feed
from server.refusal import Refused

log = logging.getLogger("oneguest.feeds")


def in_trouble(engine: Engine, feed_id: int, why: Refused) -> None:
    """Write down why a feed cannot be looked at, with the moment it began. Does nothing if that is known."""
    trouble = {"code": why.code, "params": why.params}
    with reading(engine) as session:
        if session.get_one(Feed, feed_id).trouble == trouble:
            return
    with writing(engine) as session:
        feed = session.get_one(Feed, feed_id)
        if feed.trouble is None:
            feed.trouble_since = clock()
        feed.trouble = trouble
    log.warning("feed in trouble feed=%s reason=%s", feed_id, why.code)


def out_of_trouble(engine: Engine, feed_id: int) -> None:
    """The feed was looked at without a fault."""
    with reading(engine) as session:
        if session.get_one(Feed, feed_id).trouble is None:
            return
    with writing(engine) as session:
        feed = session.get_one(Feed, feed_id)
        feed.trouble = feed.trouble_since = None
    log.info("feed out of trouble feed=%s", feed_id)
