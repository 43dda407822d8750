"""Drop files that nobody confirmed, and what a crash left half-written."""

from __future__ import annotations

from datetime import timedelta

from server.clock import clock
from server.importing.uploads import drop_old_uploads
from server.jobs.worker import Task

EVERY = timedelta(hours=1)


def run(task: Task) -> None:
    """Keep the uploads folder as empty as it may be."""
    drop_old_uploads(task.settings.uploads_dir, now=clock())
