"""`device list`: the tablets, and what waits on them."""

from __future__ import annotations

import argparse

from server.settings import Settings

HELP = "List tablets: number, state, house, last sign, forms that wait, numbers never received."
EXAMPLE = "device list"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print one line for each tablet."""
    from server.captures.missing import missing_numbers
    from server.db import reading
    from server.devices.enrolling import list_devices
    from server.opening import open_database
    from server.properties.finding import properties_within
    from server.properties.reach import EVERYWHERE

    with reading(open_database(settings)) as session:
        codes = {place.id: place.code for place in properties_within(session, EVERYWHERE)}
        for device in list_devices(session):
            state = "open" if device.revoked_at is None else "ended"
            seen = f"seen {device.seen_at:%Y-%m-%d %H:%M}" if device.seen_at else "never seen"
            missing = missing_numbers(session, device)
            print(
                f"{device.id:>5}  {state:<6} {codes[device.property_id]:<12} {seen:<22} "
                f"{device.waiting:>4} waiting {len(missing):>4} missing  {device.name}"
            )
    return 0
