"""`check`: the invariants of the house, told from the tables alone."""

from __future__ import annotations

import argparse

from server.settings import Settings

HELP = "Check that nothing is lost or contradictory: every record linked, every row accounted for."
EXAMPLE = "check"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print what does not hold, with ids; exit 1 when something does not."""
    from server.db import reading
    from server.opening import open_database
    from server.privacy.check import RULES, check, lines

    with reading(open_database(settings)) as session:
        broken = check(session)
    for line in lines(broken):
        print(line)
    if not broken:
        print(f"All {len(RULES)} invariants hold.")
    return 1 if broken else 0
