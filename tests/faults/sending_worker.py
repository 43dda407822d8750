"""A worker that sends, to be killed: does as the real one does, and works until it is ended."""

from __future__ import annotations

import sys
import time

from server.db import make_engine
from server.jobs.worker import Task
from server.prompts.senders import sender_to_country
from server.settings import read_settings
from server.work.send_messages import ALLOWING, put_all, send_all


def work() -> None:
    """Send what is due, over and over."""
    settings = read_settings()
    task = Task(make_engine(settings.database_url), settings, {}, lambda: False)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        put_all(task, ALLOWING, sender_to_country)
        send_all(task, ALLOWING)
        time.sleep(0.05)


if __name__ == "__main__":
    work()
