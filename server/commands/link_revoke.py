"""End a guest's link at once."""

from __future__ import annotations

import argparse

from server.settings import Settings

HELP = "End a guest's link at once."
EXAMPLE = "link revoke 12"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The number that `link issue` printed."""
    parser.add_argument("link", type=int, metavar="ID", help="number of the link")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Revoke it and say so."""
    from server.captures.links import revoke_link
    from server.clock import clock
    from server.db import writing
    from server.opening import open_database

    with writing(open_database(settings)) as session:
        revoke_link(session, args.link, actor="command", now=clock())
    print(f"Link {args.link} no longer opens.")
    return 0
