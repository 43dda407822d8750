"""`token list`: which systems may read, of which houses, and when each last did."""

from __future__ import annotations

import argparse

from server.settings import Settings

HELP = "List tokens: number, state, houses, last use, name. Never shows a token."
EXAMPLE = "token list"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print one line for each token."""
    from server.db import reading
    from server.opening import open_database
    from server.properties.finding import properties_within
    from server.properties.reach import EVERYWHERE
    from server.staff.tokens import list_tokens

    with reading(open_database(settings)) as session:
        codes = {place.id: place.code for place in properties_within(session, EVERYWHERE)}
        for token in list_tokens(session):
            state = "open" if token.revoked_at is None else "ended"
            houses = "all" if token.property_ids is None else ",".join(codes[i] for i in token.property_ids)
            used = f"used {token.last_used_at:%Y-%m-%d}" if token.last_used_at else "never used"
            print(f"{token.id:>5}  {state:<6} {houses:<20} {used:<16} {token.name}")
    return 0
