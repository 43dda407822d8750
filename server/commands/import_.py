"""`import`: exports of other systems become source records, linked to guests."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from server.refusal import Refused
from server.settings import Settings

if TYPE_CHECKING:
    from server.sources.reading import Reading

HELP = (
    "Read exports of other systems into records and guests, or take an import back: `import undo ID`. "
    "Interrupted, the same command goes on."
)
EXAMPLE = "import arrivals.csv --property main"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="exports, as CSV or XLSX; or `undo ID`")
    parser.add_argument(
        "--property",
        metavar="CODE",
        help=(
            "the property every row of the files speaks of, whatever a column of theirs says "
            "(without it: what a row's own column names, else the default property)"
        ),
    )
    parser.add_argument(
        "--source",
        metavar="NAME",
        help=(
            "the name of the system they come from; the name of a layout has them read by it, "
            "also where their columns fit several alike"
        ),
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be read, and store nothing")
    parser.add_argument("--resume", action="store_true", help="only go on with interrupted imports")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Look at every file first; then store all rows, link once, and say what became of them."""
    if args.files[0] == "undo":  # a file of that name is ./undo
        return _undo(args, settings)
    return _import(args, settings)


def _undo(args: argparse.Namespace, settings: Settings) -> int:
    """Take an import back, or say what that would take."""
    from server.importing.undoing import undo_import
    from server.opening import open_database

    if len(args.files) != 2 or not args.files[1].isascii() or not args.files[1].isdigit():
        raise Refused("import.undo_usage")
    number = int(args.files[1])
    engine = open_database(settings)
    line = _Line(f"import {number}")
    done = undo_import(engine, number, author="command", dry_run=args.dry_run, progress=line)
    if args.dry_run:
        print(f"Import {number} told of {done.records} records; {done.erased} are known from it only.")
        return 0
    print(
        f"Import {number} is undone: {done.versions} versions taken back, {done.changed} records read as "
        f"before, {done.erased} erased."
    )
    return 0


def _import(args: argparse.Namespace, settings: Settings) -> int:
    from sqlalchemy import select

    from server.clock import clock
    from server.db import reading, writing
    from server.importing.preparing import (
        UNFINISHED,
        kept_mappings,
        layout_said_before,
        look_at,
        prepare,
    )
    from server.importing.running import link_imports, run_import
    from server.journal import note
    from server.opening import open_database
    from server.properties.setup import property_by_code, refuse_other_house
    from server.records.models import Import
    from server.sentences import say
    from server.sources.layout import layouts

    engine = open_database(settings)
    with reading(engine) as session:
        refuse_other_house(session, demo=settings.demo)
        kept = kept_mappings(session)
        if args.property:
            property_by_code(session, args.property)
    layout = args.source if args.source in layouts() else None
    looked = []
    for file in args.files:
        path = Path(file)
        found = look_at(path, name=path.name, kept=kept, layout=layout)
        with reading(engine) as session:
            before = layout_said_before(session, found.reading)
        if before is not None:
            found = look_at(path, name=path.name, kept=kept, layout=before)
        if found.reading.needs_mapping:
            raise _unclear(found.name, found.reading)
        looked.append(found)
        print(describe(found.name, found.reading, said=layout is not None))
    if args.dry_run:
        return 0
    ids = []
    for found in looked:
        with writing(engine) as session:
            place = property_by_code(session, args.property) if args.property else None
            prepared = prepare(session, found, place=place, source_name=args.source)
            if args.resume and prepared.state not in UNFINISHED:
                raise Refused("import.nothing_to_resume", {"file": found.name})
            note(
                session,
                "command",
                "import.started",
                f"import:{prepared.id}",
                now=clock(),
                property_id=prepared.property_id,
            )
            ids.append(prepared.id)
        run_import(engine, prepared.id, found.path, progress=_Line(found.name))
    link_imports(engine, ids, progress=_Line("all records"))
    with reading(engine) as session:
        done = session.scalars(select(Import).where(Import.id.in_(ids)).order_by(Import.id)).all()
        for one in done:
            print(
                say(
                    "import.done",
                    {
                        "file": one.file_name,
                        "read": str(one.rows_read),
                        "stored": str(one.rows_stored),
                        "unchanged": str(one.rows_unchanged),
                        "waiting": str(one.rows_waiting),
                    },
                )
            )
        return 1 if any(one.rows_waiting for one in done) else 0


def _unclear(name: str, reading: Reading) -> Refused:
    """Why a file cannot be read before somebody says what it is."""
    if not reading.asked:
        return Refused("import.unknown_header", {"file": name})
    params = {"file": name, "titles": _titles(reading), "names": " | --source ".join(reading.asked)}
    return Refused("import.several_layouts", params)


def _titles(reading: Reading) -> str:
    from server.sources.layout import layouts

    return ", ".join(layouts()[name].title for name in reading.asked)


def describe(name: str, reading: Reading, *, said: bool) -> str:
    """What was found in a file, in one line; `said`: its layout was named with the command."""
    from server.sentences import say

    used = reading.layout_used
    if used is None:
        why = "import.why_mapped"
    elif said:
        why = "import.why_said"
    else:
        why = "import.why_before" if reading.layout_said else "import.why_recognised"
    orders = ", ".join(f"{field}: {order}" for field, order in sorted(reading.date_orders.items()))
    return say(
        "import.found",
        {
            "file": name,
            "layout": used.title if used else reading.source_name,
            "why": say(why, {"titles": _titles(reading)}),
            "rows": str(reading.rows),
            "encoding": reading.encoding,
            "separator": {"\t": "TAB"}.get(reading.separator or "", reading.separator or "-"),
            "orders": orders or "-",
        },
    )


class _Line:
    """One line of progress on a terminal, with the time left; silent when nobody looks."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.stage = ""
        self.since = time.monotonic()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Tell how far a stage is."""
        if not sys.stderr.isatty():
            return
        if stage != self.stage:
            self.stage, self.since = stage, time.monotonic()
        spent = time.monotonic() - self.since
        left = f", {spent / done * (total - done):.0f} s left" if done and total > done else ""
        end = "\n" if done >= total else ""
        print(
            f"\r{self.what}: {stage} {done:,} of {total:,}{left}\033[K", end=end, file=sys.stderr, flush=True
        )
