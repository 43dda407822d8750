"""A worker that sends, to be killed: asks nobody whether a question may go, and works until it is ended."""

from __future__ import annotations

import sys
import time

from server.db import make_engine
from server.jobs.worker import Task
from server.prompts.carrying import Allowing
from server.settings import read_settings
from server.work.send_messages import put_all, send_all

EVERYTHING_GOES = Allowing(lambda *_args, **_words: None, frozenset())


def work() -> None:
    """Send what is due, over and over."""
    settings = read_settings()
    task = Task(make_engine(settings.database_url), settings, {}, lambda: False)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        put_all(task, EVERYTHING_GOES, lambda *_: "+15005550006")
        send_all(task, EVERYTHING_GOES)
        time.sleep(0.05)


if __name__ == "__main__":
    work()
