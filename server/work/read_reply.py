"""Understand what came back to a question, and act on it."""

from __future__ import annotations

from server.clock import clock
from server.db import writing
from server.guests.linker import take_linker_soon
from server.jobs.worker import Task
from server.keys import read_key
from server.prompts.models import Reply
from server.prompts.putting import put_answer
from server.prompts.replying import take_reply
from server.prompts.understanding import understand
from server.settings import house_address


def run(task: Task) -> None:
    """Take it, ask back, or leave it to a colleague; done twice it is done once."""
    with writing(task.engine) as session:
        take_linker_soon(session)
        take_reply(
            session,
            int(task.payload["reply"]),
            secret=read_key(task.settings.keys_dir, "index").secret,
            house_address=house_address(task.settings),
            now=clock(),
            understand=understand,
            say=put_answer,
        )


def gave_up(task: Task) -> None:
    """It could not be understood for a fault of ours: a person reads it."""
    with writing(task.engine) as session:
        reply = session.get(Reply, int(task.payload["reply"]))
        if reply is not None and reply.state == "stored":
            reply.state, reply.outcome = "at_desk", "desk/unclear"
