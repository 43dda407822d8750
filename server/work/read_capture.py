"""Read a finished form that was stored as it came, and do what follows from it."""

from __future__ import annotations

from server.captures.models import Capture
from server.captures.unread import keep_unread
from server.clock import clock
from server.db import writing
from server.intake import read_capture
from server.jobs.worker import Task
from server.keys import read_key
from server.prompts.captured import follow_capture
from server.prompts.putting import put_answer
from server.release import this_release
from server.settings import house_address
from server.vault import open_vault


def run(task: Task) -> None:
    """Make the form a source record, or a problem; link it; count the day; end the question it answers."""
    capture_id = str(task.payload["capture"])
    read_capture(task.engine, capture_id, open_vault(task.settings.keys_dir))
    with writing(task.engine) as session:
        follow_capture(
            session,
            capture_id,
            secret=read_key(task.settings.keys_dir, "index").secret,
            house_address=house_address(task.settings),
            say=put_answer,
            now=clock(),
        )


def ended_its_worker(task: Task) -> None:
    """Reading the form ended the worker each time: it becomes a problem, lest it be tried for ever."""
    with writing(task.engine) as session:
        capture = session.get(Capture, str(task.payload["capture"]))
        if capture is None or capture.state != "stored":
            return
        code, release = "capture.unreadable", this_release()
        keep_unread(session, capture, code, release=release, now=clock(), fault="WorkerEnded")
