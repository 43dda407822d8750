"""`rematch`: link the whole house anew under a fresh model."""

from __future__ import annotations

import argparse

from server.settings import Settings

HELP = "Link all records anew under a fresh model. Guests keep their ids; only what differs is written."
EXAMPLE = "rematch"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Match everything and say what changed."""
    from server.commands._rematching import told
    from server.guests.linking import link_waiting
    from server.opening import open_database

    report = link_waiting(open_database(settings), bulk=True, cause="rematch")
    for line in told(report) if report is not None else ():
        print(line)
    return 0
