"""`keys rotate`: a new secret from here on; what the old one sealed still opens."""

from __future__ import annotations

import argparse

from server.settings import Settings

HELP = "Make a new secret; the one before is set aside and still opens what it sealed."
EXAMPLE = "keys rotate sealing"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which secret."""
    parser.add_argument(
        "name", choices=("sealing", "session", "vault"), help="session: everybody signs in anew"
    )


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Set the present secret aside, make another, and say what follows."""
    from server import data_folder
    from server.keys import ensure_keys, rotate_key

    data_folder.prepare(settings.data_dir)
    ensure_keys(settings.keys_dir)
    former, present = rotate_key(settings.keys_dir, args.name)
    print(f"{present.id} takes the place of {former.id}, which stays in {settings.keys_dir}:")
    print("it opens what it sealed.")
    if args.name == "vault":
        print("The worker seals the police forms anew, and `doctor` says when none needs it any more.")
    print("Back the keys folder up again now.")
    return 0
