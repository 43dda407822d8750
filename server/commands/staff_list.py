"""`staff list`: who has an account, as what, where."""

from __future__ import annotations

import argparse

from server.settings import Settings

HELP = "List colleagues: number, e-mail, roles and state."
EXAMPLE = "staff list"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print one line for each account."""
    from server.clock import clock
    from server.db import reading
    from server.opening import open_database
    from server.properties.reach import EVERYWHERE
    from server.staff.colleagues import list_colleagues
    from server.staff.sessions import may_sign_in

    now = clock()
    with reading(open_database(settings)) as session:
        for one in list_colleagues(session, EVERYWHERE):
            roles = " ".join(f"{post.role}@{post.place.code if post.place else 'all'}" for post in one.posts)
            open_now = "open" if one.password_hash else "invited"
            state = open_now if may_sign_in(one, now=now) else "closed"
            until = f" until {one.ends_on}" if one.ends_on else ""
            print(f"{one.id:>5}  {one.email or one.name:<40} {state:<8} {roles}{until}")
    return 0
