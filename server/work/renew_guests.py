"""Choose the values of all guests anew and find their households, after the rules for either changed."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select

from server.clock import clock
from server.db import writing
from server.guests.choosing import choose_values
from server.guests.households import recount_households
from server.guests.linker import newest_model, take_linker
from server.guests.loading import members_of
from server.guests.models import Guest, Link
from server.guests.values import Member
from server.jobs.queue import enqueue
from server.jobs.worker import Task

BATCH = 200
"""Guests a transaction: a desk's write waits for one such."""


def run(task: Task) -> None:
    """Some hundred guests a transaction, in the order of their ids; killed and begun again it ends the same.

    Asked to stop, it leaves the rest to whoever comes next. Without a model to go by, nothing is to be done:
    the bulk run that is due then does it.
    """
    after = str(task.payload.get("after", ""))
    while not task.stopping():
        with writing(task.engine) as session:
            take_linker(session)
            model = newest_model(session)
            ids = session.scalars(
                select(Guest.id).where(Guest.id > after).order_by(Guest.id).limit(BATCH)
            ).all()
            if not ids or model is None:
                return
            of_record = dict(
                session.execute(select(Link.record_id, Link.guest_id).where(Link.guest_id.in_(ids))).all()
            )
            members: dict[str, list[Member]] = defaultdict(list)
            for record_id, member in members_of(session, sorted(of_record)).items():
                members[of_record[record_id]].append(member)
            choose_values(session, members, cause="rules", now=clock())
            recount_households(session, ids, model)
        after = ids[-1]
    with writing(task.engine) as session:
        enqueue(session, "renew_guests", {"after": after}, now=clock())
