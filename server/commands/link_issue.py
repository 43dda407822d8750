"""Make the secret address with which a guest checks in from home."""

from __future__ import annotations

import argparse

from server.settings import Settings

HELP = "Make a guest's link for one stay; older links of that stay stop working."
EXAMPLE = "link issue --reference BK-20481"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Either the record's number or the booking reference."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--record", type=int, metavar="ID", help="number of the record, as the desk shows it")
    which.add_argument("--reference", metavar="REF", help="booking reference of the stay")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the address and the time at which it dies."""
    from server.app import house_address
    from server.captures.links import issue_link, record_of_reference
    from server.clock import clock
    from server.db import writing
    from server.opening import open_database
    from server.records.models import SourceRecord
    from server.refusal import Refused

    with writing(open_database(settings)) as session:
        if args.record is None:
            record = record_of_reference(session, args.reference)
        else:
            found = session.get(SourceRecord, args.record)
            if found is None:
                raise Refused("link.no_record", {"record": str(args.record)})
            record = found
        issued = issue_link(session, record, actor="command", now=clock())
        number, expires = issued.link.id, issued.link.expires_at
    print(f"{house_address(settings)}/g/{issued.token}")
    print(
        f"Link {number} works until {expires:%Y-%m-%d %H:%M} UTC. `./oneguest link revoke {number}` ends it."
    )
    return 0
