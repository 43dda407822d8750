"""`keys list`: which secrets there are and how old they are; never the secrets."""

from __future__ import annotations

import argparse

from server import data_folder
from server.clock import clock
from server.keys import NAMES, ensure_keys, read_key, read_set_aside
from server.settings import Settings

HELP = "List the secrets by id and age. Never shows a secret."
EXAMPLE = "keys list"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print one line for each secret; make those that are missing first."""
    data_folder.prepare(settings.data_dir)
    ensure_keys(settings.keys_dir)
    keys = [
        (key, rest)
        for name in NAMES
        for key, rest in (
            (read_key(settings.keys_dir, name), ""),
            *((key, ", set aside") for key in read_set_aside(settings.keys_dir, name)),
        )
    ]
    now = clock()
    for key, rest in keys:
        print(f"{key.name:<8} {key.id:<20} {(now - key.made).days} days old, made {key.made:%Y-%m-%d}{rest}")
    return 0
