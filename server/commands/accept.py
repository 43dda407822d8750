"""Answer the obvious questions at once."""

from __future__ import annotations

import argparse

from server.settings import Settings

HELP = "Answer the questions of which nothing speaks against one guest; one undo takes all of it back."
EXAMPLE = "accept --at-least 0.75 --limit 100 --dry-run"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The line, the limit, and whether only to look."""
    parser.add_argument(
        "--at-least", type=float, default=0.75, metavar="P", help="how probable (default 0.75)"
    )
    parser.add_argument("--limit", type=int, default=100, metavar="N", help="questions at most (default 100)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--dry-run", action="store_true", help="only say how many there are, and some of them")
    what.add_argument("--undo", type=int, metavar="DEED", help="take back what an earlier run accepted")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print how many were accepted (or would be), some of them by their records' numbers, and the undo."""
    from server.clock import clock
    from server.db import writing
    from server.guests.accepting import accept_obvious
    from server.guests.undoing import undo
    from server.opening import open_database

    engine = open_database(settings)
    if args.undo is not None:
        with writing(engine) as session:
            undo(session, args.undo, author="command", now=clock(), kind="accept")
        print(f"Deed {args.undo} is undone.")
        return 0
    accepted = accept_obvious(
        engine, at_least=args.at_least, limit=args.limit, dry_run=args.dry_run, author="command"
    )
    would = "would be accepted" if args.dry_run else "accepted"
    print(
        f"{len(accepted.pairs)} of {accepted.looked_at} questions at least {args.at_least} probable {would}."
    )
    for one, other in accepted.pairs[:10]:
        print(f"  record {one} and record {other}: /desk/review/{one}/{other}")
    if accepted.deed_id is not None:
        print(f"Undo all of it: ./oneguest accept --undo {accepted.deed_id}")
    return 0
