"""`device revoke`: a tablet that was lost, sold or stolen hands nothing in any more."""

from __future__ import annotations

import argparse

from server.settings import Settings

HELP = "End a lobby tablet at once, and tell which of its forms never arrived."
EXAMPLE = "device revoke 2"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The number that `device list` shows."""
    parser.add_argument("device", type=int, metavar="ID", help="number of the tablet")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Revoke it and say what is missing; 1 when anything is."""
    from server.captures.missing import missing_numbers
    from server.clock import clock
    from server.db import writing
    from server.devices.enrolling import revoke_device
    from server.opening import open_database

    with writing(open_database(settings)) as session:
        device = revoke_device(session, args.device, actor="command", now=clock())
        missing = missing_numbers(session, device)
    print(f"Tablet {args.device} hands nothing in any more.")
    if missing:
        print(f"Forms that never arrived, by its own count: {', '.join(map(str, missing))}.")
        print("They lie on it, sealed. Who was at it then: the guests in house whose data is missing.")
    return 1 if missing else 0
