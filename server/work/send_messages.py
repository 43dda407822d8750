"""Put the questions that are due, and carry out what is ready."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import exists, select

from server.clock import clock
from server.db import reading, writing
from server.jobs.worker import Task
from server.keys import read_key
from server.prompts.allowed import WAITS, ask
from server.prompts.carrying import Allowing, SenderOf
from server.prompts.models import Message, Prompt
from server.prompts.providers import carriers_of
from server.prompts.putting import put_due
from server.prompts.senders import sender_to_country
from server.prompts.sending import hand_over, take_outcomes, take_ready
from server.settings import house_address

EVERY = timedelta(minutes=1)

ALLOWING = Allowing(ask, WAITS)

BATCH = 40
"""Messages of one lease: two for each thread that hands over, and a desk's write waits for so many."""


def run(task: Task) -> None:
    """Batch by batch until nothing is due; others may do the same beside us. Killed between two commits, it
    leaves messages in `sending`, which settle_messages finds."""
    put_all(task, ALLOWING, sender_to_country)
    send_all(task, ALLOWING)


def put_all(task: Task, allowing: Allowing, sender_of: SenderOf) -> None:
    """Make messages of all questions that are due."""
    secret = read_key(task.settings.keys_dir, "index").secret
    while not task.stopping() and _is_due(task, Prompt, "planned"):
        with writing(task.engine) as session:
            put_due(
                session,
                secret=secret,
                house_address=house_address(task.settings),
                now=clock(),
                limit=BATCH,
                allowing=allowing,
                sender_of=sender_of,
            )


def send_all(task: Task, allowing: Allowing) -> None:
    """Carry out all that is ready and due, where the settings name a carrier for it."""
    if not _is_due(task, Message, "ready"):
        return
    secret = read_key(task.settings.keys_dir, "index").secret
    carriers = carriers_of(task.settings)
    while carriers and not task.stopping() and _is_due(task, Message, "ready", channels=tuple(carriers)):
        with writing(task.engine) as session:
            taken = take_ready(
                session,
                secret=secret,
                house_address=house_address(task.settings),
                channels=tuple(carriers),
                allowing=allowing,
                now=clock(),
                limit=BATCH,
            )
        outcomes = hand_over(taken, carriers)
        with writing(task.engine) as session:
            take_outcomes(session, outcomes, secret=secret, now=clock())


def _is_due(
    task: Task,
    table: type[Prompt] | type[Message],
    state: str,
    *,
    channels: tuple[str, ...] = ("sms", "email"),
) -> bool:
    """Whether anything waits: looking takes no writer's place."""
    with reading(task.engine) as session:
        waits = exists().where(table.state == state, table.due_at <= clock(), table.channel.in_(channels))
        return bool(session.scalar(select(waits)))
