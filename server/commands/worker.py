"""`worker`: does the work that waits in the queue."""

from __future__ import annotations

import argparse
import signal
import threading
from contextlib import suppress

from server.settings import Settings

HELP = "Do the waiting work: read forms, run imports, link records, count the day."
EXAMPLE = "worker --once"

GRACE = 5
"""Seconds that the work in hand has to end by itself; `up` ends a worker that takes ten."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--once", action="store_true", help="end when nothing is due")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Work until told to stop, or until nothing is due."""
    from server import tables  # noqa: F401 (the queue's readers need every table)
    from server.clock import clock
    from server.discovery import discover
    from server.jobs.worker import Stopped, run_due
    from server.opening import open_database
    from server.registration.purging import purge_all

    stop = threading.Event()

    def ask_to_stop(*_: object) -> None:
        stop.set()
        signal.alarm(GRACE)

    def stop_now(*_: object) -> None:
        raise Stopped

    signal.signal(signal.SIGALRM, stop_now)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, ask_to_stop)
    engine = open_database(settings)
    with suppress(Stopped):  # between two pieces of work nothing is in hand
        purge_all(engine, now=clock(), stopping=stop.is_set)  # what a backup brought back, before all else
        run_due(engine, settings, discover("server.work", ("run",)), once=args.once, stop=stop)
        signal.alarm(0)
    return 0
