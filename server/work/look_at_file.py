"""Look at a file dropped at the desk, for its preview."""

from __future__ import annotations

from server.importing.dropping import look
from server.importing.failing import give_up
from server.jobs.worker import Task
from server.keys import read_all_keys


def run(task: Task) -> None:
    """Inspect the file; what it cannot be read for is told on the import's page."""
    secrets = [key.secret for key in read_all_keys(task.settings.keys_dir, "sealing")]
    import_id, layout = int(task.payload["import_id"]), task.payload.get("layout")
    look(task.engine, import_id, task.settings.uploads_dir, secrets, layout=layout)


def gave_up(task: Task) -> None:
    """No attempt succeeded: tell so on the import's page."""
    give_up(task.engine, int(task.payload["import_id"]))
