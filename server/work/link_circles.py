"""Link the records of legal entities whose arrangement was recorded or withdrawn.

They wait since that moment already; but a linker that was under way then had read the old arrangements, and
let them wait no longer once it had written. So they wait once more, after it.
"""

from __future__ import annotations

from server.db import writing
from server.guests.circles import let_wait
from server.guests.linking import PLACE, link_waiting
from server.jobs.places import holding
from server.jobs.worker import Task


def run(task: Task) -> None:
    """Let the records wait and link them."""
    with holding(task.engine, PLACE, wait=True), writing(task.engine) as session:
        let_wait(session, task.payload["entities"])
    link_waiting(task.engine)
