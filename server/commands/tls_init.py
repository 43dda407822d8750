"""`tls init`: https for tablets in a house without a public name."""

from __future__ import annotations

import argparse
from pathlib import Path

from server.settings import Settings

HELP = "Make an authority and a certificate of the house's own, for its tablets only."
EXAMPLE = "tls init --name 192.168.1.20"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Under which names tablets find this machine."""
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="NAME",
        help="name or number under which tablets find this machine; again for more, the first is shown "
        "(default: those of the certificate there is, else this machine's number on its network)",
    )
    parser.add_argument(
        "--new-authority", action="store_true", help="another authority: every tablet must install it again"
    )
    parser.add_argument("--data", type=Path, help="data folder (default: ~/.local/share/oneguest)")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Make what lacks, renew what is there, and say what to do on each tablet."""
    from server import data_folder
    from server.certificates import make_certificate, own_certificate
    from server.clock import clock
    from server.commands.up import settings_for
    from server.desk.phone_address import own_network_address

    settings = settings_for(argparse.Namespace(data=args.data, demo=False, host=None, port=None), settings)
    data_folder.prepare(settings.data_dir)
    names = list(args.name)
    if not names and not args.new_authority and (present := own_certificate(settings.keys_dir)):
        names = list(present.names)
    if not names and (number := own_network_address()):
        names = [number]
    settings.keys_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = make_certificate(settings.keys_dir, names, now=clock(), anew=args.new_authority)
    print(
        f"The house has a certificate of its own until {made.until:%Y-%m-%d}; each start renews it in time."
    )
    print(f"It vouches for {', '.join(made.names)}.")
    print("For tablets only: guests' links and messages need a public name (docs/https.md).")
    print()
    print("1. Start OneGuest again, open to the house: ./oneguest up --host 0.0.0.0")
    print(f"2. Open on each tablet, once: {made.address(settings.port)}/kiosk/certificate")
    print("   Its browser warns, this one time: go on all the same, and do what the page says.")
    print("3. The fingerprint shown there must be this one (SHA-256):")
    print(f"   {made.fingerprint}")
    print()
    print(f"Back {settings.keys_dir} up, apart from the database: who has it can play this house to tablets.")
    return 0
