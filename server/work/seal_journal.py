"""Seal what was written into the journal since the last minute."""

from __future__ import annotations

import logging
from datetime import timedelta

from server.clock import clock
from server.db import reading, writing
from server.jobs.queue import is_time
from server.jobs.worker import Task
from server.journal.sealing import chain_key, ordinary_start, seal, waiting_for_seal
from server.keys import read_key

EVERY = timedelta(minutes=1)
WHOLE_EVERY = timedelta(hours=1)
"""How often the whole journal is looked through for entries that others overtook."""
TOLD_EVERY = timedelta(days=1)
"""How often the chain's end is told at the level that everybody's log keeps; more would only be noise."""

log = logging.getLogger("oneguest.journal")


def run(task: Task) -> None:
    """Seal in short transactions until nothing waits; the log gets the chain's end, outside the database."""
    secret = read_key(task.settings.keys_dir, "sealing")
    key = chain_key(secret.id, secret.secret)
    with writing(task.engine) as session:
        whole = is_time(session, "seal_journal.whole", WHOLE_EVERY, now=clock())
        after, head = 0 if whole else ordinary_start(session), None
    while not task.stopping():
        with reading(task.engine) as session:
            ids = waiting_for_seal(session, after=after)
        if not ids:
            break
        with writing(task.engine) as session:
            head = seal(session, ids, key, now=clock())
        after = ids[-1]
    if head is None:
        return
    with writing(task.engine) as session:
        level = (
            logging.INFO if is_time(session, "seal_journal.told", TOLD_EVERY, now=clock()) else logging.DEBUG
        )
    log.log(
        level, "journal sealed sequence=%s entry=%s chain=%s", head.sequence, head.entry_id, head.chain.hex()
    )
