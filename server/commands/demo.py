"""`demo`: the exports of a fictional group of hotels, to try OneGuest with nobody's data."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from server.settings import Settings

HELP = "Make the exports of a small fictional group: two hotels, a restaurant, a spa, a shop."
EXAMPLE = "demo --records 1500 --seed 1 --out /tmp/demo"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many records, which seed, where to; and the day that is today in the demo."""
    parser.add_argument(
        "--records", type=_records, default=1500, metavar="N", help="rows in all (default 1500)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="same seed, same bytes (default 1)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to")
    parser.add_argument(
        "--today", type=_day, metavar="YYYY-MM-DD", help="the day of today's arrivals (default: today)"
    )


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Write the files and say what they are; 1 with a sentence when the folder cannot be written."""
    from server.clock import clock
    from server.demo.generate import generate
    from server.demo.group import LAC

    today = args.today or clock().astimezone(ZoneInfo(LAC.zone)).date()
    try:
        demo = generate(args.records, args.seed, args.out, today=today)
    except OSError as error:
        print(f"Cannot write the demo to {args.out}: {error.strerror}.", file=sys.stderr)
        return 1
    for name, rows in demo.rows.items():
        print(f"{demo.folder / name}: {rows} rows")
    print(f"{demo.folder / 'manifest.json'}: properties, files, stories to try")
    print(f"{demo.folder / 'truth.csv'}: who is who")
    return 0


def _records(text: str) -> int:
    from server.demo.generate import LEAST

    number = int(text)
    if number < LEAST:
        raise argparse.ArgumentTypeError(f"at least {LEAST}, not {number}")
    return number


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a day such as 2026-06-30, not {text!r}") from None
