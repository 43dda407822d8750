"""Seal by the present key what a former one sealed; nothing while the vault's key was not changed."""

from __future__ import annotations

from datetime import timedelta

from server.jobs.worker import Task
from server.registration.resealing import reseal
from server.vault import open_vault

EVERY = timedelta(minutes=5)
"""How long after a change of the key it takes at most until it begins; looking reads two indexes."""


def run(task: Task) -> None:
    """Until nothing is left, or it is asked to stop."""
    reseal(task.engine, open_vault(task.settings.keys_dir), stopping=task.stopping)
