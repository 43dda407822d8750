"""Read records again whose reading hangs on a property's own addresses, and link what reads otherwise."""

from __future__ import annotations

from server.clock import clock
from server.db import reading, writing
from server.guests.linking import PLACE, link_waiting
from server.jobs.places import holding
from server.jobs.queue import enqueue
from server.jobs.worker import Task
from server.properties.models import Property
from server.records.rereading import concerned_by_own_addresses, reread


def run(task: Task) -> None:
    """Read again, link, count the day. Asked to stop, it leaves the rest to whoever comes next."""
    property_id = int(task.payload["property_id"])
    with reading(task.engine) as session:
        concerned = concerned_by_own_addresses(session.get_one(Property, property_id))
    after = int(task.payload.get("after", 0))
    with holding(task.engine, PLACE, wait=True):
        done = reread(task.engine, concerned, after=after, stopping=task.stopping)
    if not done.is_finished:
        payload = {"property_id": property_id, "after": done.after}
        with writing(task.engine) as session:
            enqueue(session, "reread_records", payload, now=clock())
        return
    link_waiting(task.engine)
    with writing(task.engine) as session:
        enqueue(session, "count_day", {}, now=clock(), dedup_key="count_day")
