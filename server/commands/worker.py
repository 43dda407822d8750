"""`worker`: does the work that waits in the queue."""

from __future__ import annotations

import argparse
import signal
import threading

from server.settings import Settings

HELP = "Do the waiting work: read forms, run imports, link records, count the day."
EXAMPLE = "worker --once"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--once", action="store_true", help="end when nothing is due")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Work until told to stop, or until nothing is due."""
    from server import tables  # noqa: F401 (the queue's readers need every table)
    from server.discovery import discover
    from server.jobs.worker import run_due
    from server.opening import open_database

    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    engine = open_database(settings)
    run_due(engine, settings, discover("server.work", ("run",)), once=args.once, stop=stop)
    return 0
