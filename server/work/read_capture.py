"""Read a finished form that was stored as it came."""

from __future__ import annotations

from server.intake import read_capture
from server.jobs.worker import Task


def run(task: Task) -> None:
    """Make the form a source record, or a problem; link it; count the day."""
    read_capture(task.engine, str(task.payload["capture"]))
