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
    from server.guests.linking import link_waiting
    from server.opening import open_database

    report = link_waiting(open_database(settings), bulk=True, cause="rematch")
    if report is not None:
        print(
            f"{report.records} records, model {report.model}: {report.changed} of them changed their guest;"
        )
        print(f"{report.guests_made} guests are new, {report.guests_merged} went into others.")
    return 0
