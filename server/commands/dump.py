"""`dump`: the business state, one JSON object a line, for comparing."""

from __future__ import annotations

import argparse
import sys

from server.settings import Settings

HELP = "Print the business state, one JSON object a line, sorted: equal states print equal bytes."
EXAMPLE = "dump > state.jsonl"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options: a dump is always whole."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the dump. It holds guests' data: keep it as you keep the database."""
    from server.db import reading
    from server.opening import open_database
    from server.privacy.dump import dump

    with reading(open_database(settings)) as session:
        for line in dump(session):
            sys.stdout.write(line + "\n")
    return 0
