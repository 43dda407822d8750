"""`device enrol`: make a tablet of the lobby ours."""

from __future__ import annotations

import argparse
import sys

from server.settings import Settings, house_address

HELP = "Make a one-time code that enrols a lobby tablet within ten minutes."
EXAMPLE = "device enrol --property lyon --name Lobby"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Of which house, and how it is called at the desk."""
    parser.add_argument("--property", metavar="CODE", help="the property it stands in (default: the first)")
    parser.add_argument("--name", default="", help="what the desk calls it (default: Tablet 1, 2, ...)")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the address to open on the tablet, as a picture too, and the code for typing."""
    import segno

    from server import data_folder
    from server.captures.sealing import fingerprint
    from server.clock import clock
    from server.commands._house import make_house
    from server.commands.link_issue import where_it_opens
    from server.db import writing
    from server.devices.enrolling import enrolment_address, issue_code
    from server.keys import read_key
    from server.opening import open_database
    from server.properties.setup import default_property, property_by_code

    make_house(settings)
    index, sealing = (read_key(settings.keys_dir, name) for name in ("index", "sealing"))
    with writing(open_database(settings)) as session:
        place = property_by_code(session, args.property) if args.property else default_property(session)
        issued = issue_code(session, place, args.name, secret=index.secret, actor="command", now=clock())
        name, expires = issued.row.name, issued.row.expires_at
    running = data_folder.served_at(settings.data_dir)
    house = settings.public_url or running or house_address(settings)
    address = enrolment_address(house, issued.text, fingerprint(sealing))
    if sys.stdout.isatty():
        segno.make(address).terminal(compact=True)
    print(address)
    print(f"Open it on the tablet ({name}), or type {issued.text} there: once, until {expires:%H:%M} UTC.")
    if not house.startswith("https:"):
        print(where_it_opens(settings, running), file=sys.stderr)
    return 0
