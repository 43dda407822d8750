"""`staff add`: an account from the terminal, such as another administrator's."""

from __future__ import annotations

import argparse

from server.settings import Settings, house_address

HELP = "Make a colleague's account and print the link with which they choose a password."
EXAMPLE = "staff add nadia@hotel.example --name 'Nadia Benali' --role reception"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Who, as what, where, until when."""
    parser.add_argument("email", metavar="EMAIL", help="they sign in with it")
    parser.add_argument("--name", required=True, metavar="N", help="name, as colleagues see it")
    parser.add_argument(
        "--role",
        required=True,
        action="append",
        metavar="R",
        help="reception, reviewer, manager, privacy, auditor or administrator; may stand several times",
    )
    parser.add_argument(
        "--property", metavar="CODE", help="the property where they work (default: all properties)"
    )
    parser.add_argument("--until", metavar="DATE", help="last day of work, such as 2027-09-30")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Make the account; print its link and how long it opens."""
    from datetime import date

    from server.clock import clock
    from server.commands._house import make_house
    from server.db import writing
    from server.opening import open_database
    from server.properties.setup import property_by_code
    from server.refusal import Refused
    from server.staff.colleagues import Account, WantedPost, WrongFields, invite
    from server.staff.entry import make_link

    try:
        ends_on = date.fromisoformat(args.until) if args.until else None
    except ValueError:
        raise Refused("staff.date_wrong") from None
    make_house(settings)
    with writing(open_database(settings)) as session:
        place = property_by_code(session, args.property).id if args.property else None
        posts = frozenset(WantedPost(role, place) for role in args.role)
        try:
            made = invite(
                session, Account(args.name, args.email, posts, ends_on), actor="command", now=clock()
            )
        except WrongFields as wrong:
            raise next(iter(wrong.errors.values())) from None
        link = make_link(session, "invitation", made, actor="command", now=clock())
        number = made.id
    print(f"{house_address(settings)}/desk/enter/{link.token}")
    print(f"Colleague {number} chooses a password there, once, until {link.expires_at:%Y-%m-%d %H:%M} UTC.")
    return 0
