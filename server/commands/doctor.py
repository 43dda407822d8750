"""`doctor`: what works here, what does not, and what to do about it."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import stat
from collections.abc import Iterator

from server import data_folder
from server.commands._checking import Check, guarded
from server.commands._sending_checks import look_at_sending
from server.commands._tablet_checks import look_at_tablets
from server.commands._vault_checks import look_at_vault
from server.settings import Settings

HELP = "Look over this machine and the data folder; say what lacks and the line that brings it."
EXAMPLE = "doctor"

SCARCE = 2 * 1024**3  # bytes free below which a backup may not fit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whether to install what lacks."""
    parser.add_argument("--install-system", action="store_true", help="install what the system lacks")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print one line for each thing looked at. Exit 1 when there is something to do."""
    checks = list(look_over(settings, install=args.install_system))
    for check in checks:
        print(f"{'well' if check.advice is None else 'LOOK':<5} {check.name:<12} {check.found}")
        if check.advice:
            print(f"{'':<18} {check.advice}")
    return 1 if any(check.advice for check in checks) else 0


def look_over(settings: Settings, *, install: bool) -> Iterator[Check]:
    """All checks, in the order in which one would need them."""
    yield Check("python", platform.python_version())
    yield _pdf(install)
    yield _folder(settings)
    yield _space(settings)
    yield guarded("keys", lambda: _keys(settings))
    database = guarded("database", lambda: _database(settings))
    yield database
    if database.advice is None and "yet" not in database.found:
        yield guarded("work", lambda: _work(settings))
        yield from _vault(settings)
    yield from look_at_sending(settings)
    yield from look_at_tablets(settings)


def _pdf(install: bool) -> Check:
    from server.system import apt_line, ensure_pdf, missing_for_names

    lacking = ensure_pdf(install=install)
    if lacking is None:
        unread = missing_for_names()
        if not unread:
            return Check("PDF", "libraries and fonts are there")
        return Check(
            "PDF",
            "libraries and a font are there, but some names would be boxes (Chinese, Japanese, Korean, Thai)",
            apt_line(unread),
        )
    return Check("PDF", "not yet", " ".join(lacking.split()))


def _folder(settings: Settings) -> Check:
    folder = settings.data_dir
    if not folder.exists():
        return Check("data folder", f"{folder} is not there yet; up makes it")
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        return Check("data folder", f"{folder} is open to others (mode {mode:o})", f"chmod 700 {folder}")
    if not os.access(folder, os.W_OK):
        return Check(
            "data folder", f"{folder} cannot be written to", "run as its owner, or use another folder"
        )
    return Check("data folder", f"{folder}{' (the demo)' if data_folder.is_demo(folder) else ''}, private")


def _space(settings: Settings) -> Check:
    place = next(p for p in (settings.data_dir, *settings.data_dir.parents) if p.exists())
    free = shutil.disk_usage(place).free
    found = f"{free / 1024**3:.1f} GB free"
    return Check("disk", found, "make room before the next import or backup" if free < SCARCE else None)


def _keys(settings: Settings) -> Check:
    from server.keys import NAMES, read_key

    if not settings.keys_dir.exists():
        return Check("keys", "none yet; up makes them")
    for name in NAMES:
        read_key(settings.keys_dir, name)
    return Check("keys", f"{len(NAMES)} secrets, each for its owner only")


def _vault(settings: Settings) -> Iterator[Check]:
    """A line for each key; one line when it cannot be looked at."""
    looked: list[Check] = []

    def look() -> Check:
        looked.extend(look_at_vault(settings))
        return looked.pop(0)

    yield guarded("vault", look)
    yield from looked


def _database(settings: Settings) -> Check:
    from sqlalchemy import inspect, text

    from server.db import make_engine
    from server.migrating import head

    if settings.is_sqlite and not settings.data_dir.joinpath("oneguest.db").exists():
        return Check("database", "none yet; up makes it")
    engine = make_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return Check("database", f"{engine.dialect.name}, without tables yet; up makes them")
            revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    finally:
        engine.dispose()
    if revision != head():
        return Check("database", f"at {revision}, behind {head()}", "start ./oneguest up, which migrates it")
    return Check("database", f"{engine.dialect.name}, at {revision}")


def _work(settings: Settings) -> Check:
    from server import tables  # noqa: F401 (the queue's readers need every table)
    from server.db import make_engine, reading
    from server.discovery import discover
    from server.jobs.queue import kinds_waiting

    engine = make_engine(settings.database_url)
    try:
        with reading(engine) as session:
            unknown = kinds_waiting(session) - set(discover("server.work", ("run",)))
    finally:
        engine.dispose()
    if not unknown:
        return Check("work", "all that waits is of a kind this version does")
    return Check(
        "work",
        f"waits of a kind that this version does not know: {', '.join(sorted(unknown))}",
        "a newer version asked for it; start that version, and it will be done",
    )
