"""Open what tablets sealed and read it: records of guests, linked."""

from __future__ import annotations

from server.intake import open_forms
from server.jobs.worker import Task
from server.keys import read_all_keys

TOGETHER = 50
"""Forms read with one commit: nobody else links meanwhile, for about half a second."""


def run(task: Task) -> None:
    """Until none waits."""
    keys = read_all_keys(task.settings.keys_dir, "sealing")
    while not task.stopping() and open_forms(task.engine, keys, TOGETHER):
        pass
