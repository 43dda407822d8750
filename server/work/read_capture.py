"""Read a finished form that was stored as it came."""

from __future__ import annotations

from server.captures.models import Capture
from server.captures.unread import keep_unread
from server.clock import clock
from server.db import writing
from server.intake import read_capture
from server.jobs.worker import Task
from server.release import this_release


def run(task: Task) -> None:
    """Make the form a source record, or a problem; link it; count the day."""
    read_capture(task.engine, str(task.payload["capture"]))


def ended_its_worker(task: Task) -> None:
    """Reading the form ended the worker each time: it becomes a problem, lest it be tried for ever."""
    with writing(task.engine) as session:
        capture = session.get(Capture, str(task.payload["capture"]))
        if capture is None or capture.state != "stored":
            return
        code, release = "capture.unreadable", this_release()
        keep_unread(session, capture, code, release=release, now=clock(), fault="WorkerEnded")
