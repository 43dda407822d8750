"""The way into a house that nobody can sign in to yet, and into the demo: links for the terminal."""

from __future__ import annotations

import os
from pathlib import Path

from server.clock import clock
from server.db import make_engine, writing
from server.properties.setup import is_demo
from server.settings import Settings
from server.staff.demo import make_demo_colleagues
from server.staff.entry import find_entry, first_link, make_link

TOKEN_FILE = "entrance"  # noqa: S105 (a file's name)


def first_entrance(settings: Settings, address: str) -> str | None:
    """What the first start says: the first administrator's link. None once anybody is here.

    Each start makes a new one, and the last start's opens no more.
    """
    engine = make_engine(settings.database_url)
    try:
        with writing(engine) as session:
            made = first_link(session, now=clock())
    finally:
        engine.dispose()
    if made is None:
        return None
    return (
        "Nobody can sign in yet. The first administrator opens, "
        f"once and until {made.expires_at:%Y-%m-%d %H:%M} UTC:\n  {address}/desk/enter/{made.token}"
    )


def demo_entrance(settings: Settings, address: str) -> str | None:
    """The demo's entrance, the same while it opens; None in a house that is no demo."""
    if not settings.demo:
        return None
    kept = settings.data_dir / TOKEN_FILE
    engine = make_engine(settings.database_url)
    try:
        with writing(engine) as session:
            if not is_demo(session):
                return None
            now = clock()
            make_demo_colleagues(session, now=now)
            token = kept.read_text(encoding="ascii").strip() if kept.is_file() else ""
            if find_entry(session, token, now=now) is None:
                token = make_link(session, "demo", None, actor="command", now=now).token
                _keep(kept, token)
    finally:
        engine.dispose()
    return f"{address}/desk/enter/{token}"


def _keep(path: Path, token: str) -> None:
    """Only the owner of the machine reads it."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{token}\n")
