"""Make the secret address with which a guest checks in from home."""

from __future__ import annotations

import argparse
import sys

from server.settings import Settings, house_address

HELP = "Make a guest's link for one stay; older links of that stay to the same form stop working."
EXAMPLE = "link issue --reference BK-20481 --form survey"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Either the record's number or the booking reference."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--record", type=int, metavar="ID", help="number of the record, as the desk shows it")
    which.add_argument("--reference", metavar="REF", help="booking reference of the stay")
    parser.add_argument(
        "--form", default="pre_check_in", metavar="NAME", help="form it leads to (default: pre_check_in)"
    )


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the address and the time at which it dies."""
    from server import data_folder
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
        issued = issue_link(session, record, form=args.form, actor="command", now=clock())
        number, expires = issued.link.id, issued.link.expires_at
    running = data_folder.served_at(settings.data_dir)
    address = settings.public_url or running or house_address(settings)
    print(f"{address}/g/{issued.token}")
    print(
        f"Link {number} works until {expires:%Y-%m-%d %H:%M} UTC. `./oneguest link revoke {number}` ends it."
    )
    if not settings.public_url:
        print(where_it_opens(settings, running), file=sys.stderr)
    return 0


def where_it_opens(settings: Settings, running: str | None) -> str:
    """Where a link without a public address can be opened, and what is missing for a guest's phone."""
    if running is None:
        return (
            f"Nothing serves {settings.data_dir} just now: the link opens once OneGuest runs on port "
            f"{settings.port} (./oneguest up). Guests' phones need ONEGUEST_PUBLIC_URL besides."
        )
    return "The link opens on this machine. For guests' phones set ONEGUEST_PUBLIC_URL."
