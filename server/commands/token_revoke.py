"""`token revoke`: another system reads no more."""

from __future__ import annotations

import argparse

from server.settings import Settings

HELP = "End another system's token at once."
EXAMPLE = "token revoke 3"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The number that `token issue` printed."""
    parser.add_argument("token", type=int, metavar="ID", help="number of the token")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Revoke it and say so."""
    from server.clock import clock
    from server.db import writing
    from server.opening import open_database
    from server.staff.tokens import revoke_token

    with writing(open_database(settings)) as session:
        revoke_token(session, args.token, actor="command", now=clock())
    print(f"Token {args.token} opens nothing any more.")
    return 0
