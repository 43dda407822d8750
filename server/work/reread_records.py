"""Read records again after what their reading hangs on was changed, and link what reads otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from server.clock import clock
from server.db import reading, writing
from server.guests.linking import PLACE, link_waiting
from server.jobs.places import holding
from server.jobs.queue import enqueue
from server.jobs.worker import Task
from server.journal import note
from server.properties.models import Property
from server.records.rereading import CONCERNED, Why, reread


def run(task: Task) -> None:
    """Read again, link, count the day. Asked to stop, it leaves the rest to whoever comes next.

    The journal lists which records read otherwise since, by their numbers; never how.
    """
    property_id = int(task.payload["property_id"])
    why: Why = task.payload.get("why", "own")  # work of a version that knew no other reason
    with reading(task.engine) as session:
        concerned = CONCERNED[why](session.get_one(Property, property_id))

    def tell(session: Session, changed: Sequence[int]) -> None:
        subject, told = f"property:{property_id}", list(changed)
        note(
            session,
            "worker",
            "records.reread",
            subject,
            now=clock(),
            property_id=property_id,
            after=why,
            records=told,
        )

    after = int(task.payload.get("after", 0))
    with holding(task.engine, PLACE, wait=True):
        done = reread(task.engine, concerned, after=after, tell=tell, stopping=task.stopping)
    if not done.is_finished:
        payload = {"property_id": property_id, "why": why, "after": done.after}
        with writing(task.engine) as session:
            enqueue(session, "reread_records", payload, now=clock())
        return
    link_waiting(task.engine)
    with writing(task.engine) as session:
        enqueue(session, "count_day", {}, now=clock(), dedup_key="count_day")
