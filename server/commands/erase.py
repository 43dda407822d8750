"""`erase`: take a guest, or some records of theirs, out of the house for good."""

from __future__ import annotations

import argparse

from server.settings import Settings

HELP = "Erase a guest, or single records, with all that they ever said. There is no way back."
EXAMPLE = "erase --record pms_a GST-0000041"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whom: a guest by the id on their page, or records by source and key."""
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--guest", metavar="ID", help="all records of this guest")
    whom.add_argument(
        "--record",
        nargs=2,
        action="append",
        metavar=("SOURCE", "KEY"),
        help="one record; may be given several times",
    )


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Erase them in one transaction and say how many they were."""
    from server.clock import clock
    from server.db import writing
    from server.opening import open_database
    from server.privacy.erasing import erase, record_of_source, records_of_guest

    with writing(open_database(settings)) as session:
        if args.guest:
            ids = records_of_guest(session, args.guest.replace("-", ""))
        else:
            ids = [record_of_source(session, source, key) for source, key in args.record]
        erase(session, ids, actor="command", now=clock())
    print(f"{len(set(ids))} records erased.")
    return 0
