"""A worker that seals anew, to be killed: the work of the real one alone."""

from __future__ import annotations

from server import tables  # noqa: F401 (a sheet's keys lead to every table)
from server.db import make_engine
from server.jobs.worker import Task
from server.registration import resealing
from server.settings import read_settings
from server.work.reseal_vault import run

if __name__ == "__main__":
    resealing.BATCH = 50  # there is time to end it between two
    settings = read_settings()
    run(Task(make_engine(settings.database_url), settings, {}, lambda: False))
