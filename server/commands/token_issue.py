"""`token issue`: let another system read what changed."""

from __future__ import annotations

import argparse

from server.settings import Settings

HELP = "Make a token with which another system reads what changed (see docs/events.md)."
EXAMPLE = "token issue newsletter --property lyon"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """For whom, of which houses."""
    parser.add_argument("name", metavar="NAME", help="the system that will read; only for the list")
    parser.add_argument(
        "--property",
        action="append",
        metavar="CODE",
        help="a property it may read of; may stand several times (default: the whole group)",
    )


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the token, once, and how it is ended."""
    from server.clock import clock
    from server.commands._house import make_house
    from server.db import writing
    from server.keys import read_key
    from server.opening import open_database
    from server.properties.setup import property_by_code
    from server.staff.tokens import issue_token

    make_house(settings)
    secret = read_key(settings.keys_dir, "index").secret
    with writing(open_database(settings)) as session:
        houses = [property_by_code(session, code).id for code in args.property] if args.property else None
        issued = issue_token(session, args.name, houses, secret=secret, actor="command", now=clock())
        number = issued.token.id
    print(issued.text)
    print(f"Token {number}. It is shown this once; `./oneguest token revoke {number}` ends it.")
    return 0
