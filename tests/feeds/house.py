"""A house with feeds: what a PMS delivers each morning, and one look of the worker."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from server.clock import clock
from server.db import reading, writing
from server.feeds.folder import make_folder
from server.feeds.models import Feed, FeedFile
from server.feeds.setting import Wanted, make_feed
from server.feeds.taking import remember
from server.importing.dropping import confirm, keep_mapping
from server.jobs.worker import Task
from server.keys import ensure_keys
from server.properties.reach import EVERYWHERE
from server.properties.setup import default_property
from server.records.models import Import
from server.settings import Settings
from server.work import look_at_file, read_feeds, run_import
from tests.house import make_settings

HEADER = ("Res no", "Last name", "First name", "E-mail", "Arrival", "Departure", "Status", "Room")
COLUMNS = dict(
    zip(
        HEADER,
        ("reference", "last_name", "first_name", "email", "stay_from", "stay_to", "status", "room"),
        strict=True,
    )
)
PMS = "reports@pms.example"


def report(*rows: Sequence[str]) -> bytes:
    """An arrivals report of a PMS that nobody has a layout for."""
    lines = [";".join(HEADER), *(";".join(row) for row in rows)]
    return "\r\n".join(lines).encode("cp1252") + b"\r\n"


def stay(number: str, last: str, first: str, arrives: str, departs: str, **more: str) -> tuple[str, ...]:
    """A line of it."""
    status, room, email = (more.get(name, "") for name in ("status", "room", "email"))
    return number, last, first, email, arrives, departs, status or "booked", room


def mail(
    *files: tuple[str, bytes], sender: str = PMS, number: int = 1, headers: Mapping[str, str] | None = None
) -> EmailMessage:
    """A message of the PMS with its report."""
    message = EmailMessage()
    message["From"] = f"The PMS <{sender}>"
    message["To"] = "feeds@hotel.example"
    message["Subject"] = "Arrivals"
    message["Message-ID"] = f"<{number}@pms.example>"
    for name, value in (headers or {}).items():
        message[name] = value
    message.set_content("Good morning, the report is attached.")
    for name, content in files:
        message.add_attachment(content, maintype="text", subtype="csv", filename=name)
    return message


class House:
    """The hotel whose systems deliver, in a folder of the test's own."""

    def __init__(self, engine: Engine, folder: Path, **settings: object) -> None:
        self.engine = engine
        self.settings: Settings = make_settings(folder, str(engine.url), **settings)
        ensure_keys(self.settings.keys_dir)
        with writing(engine) as session:
            self.code = default_property(session).code

    def feed(self, kind: str = "folder", **wanted: str) -> int:
        """Set a feed up; returns its number."""
        said = {"name": "Arrivals report", "place": "arrivals" if kind == "folder" else ""} | wanted
        if kind == "mailbox":
            said.setdefault("senders", PMS)
        with writing(self.engine) as session:
            house = default_property(session)
            return make_feed(session, house, Wanted(kind, **said), who="staff:1", now=clock()).id

    @property
    def folder(self) -> Path:
        """Where the PMS puts its reports."""
        return make_folder(self.settings.feeds_dir, self.code, "arrivals")

    def put(self, name: str, content: bytes, *, at: datetime | None = None) -> Path:
        """The PMS writes a report into the folder."""
        path = self.folder / name
        path.write_bytes(content)
        if at is not None:
            os.utime(path, (at.timestamp(), at.timestamp()))
        return path

    def look(self) -> None:
        """The worker's minute: every feed is looked at once."""
        read_feeds.run(self._task({}))

    def work(self) -> None:
        """Run the imports that were started."""
        with reading(self.engine) as session:
            started = session.scalars(select(Import.id).where(Import.state == "queued").order_by(Import.id))
            ids = started.all()
        for import_id in ids:
            run_import.run(self._task({"import_id": import_id}))

    def _task(self, payload: Mapping[str, Any]) -> Task:
        return Task(self.engine, self.settings, payload, lambda: False)

    def say_yes(self, import_id: int) -> None:
        """A colleague says how the file is to be read, and imports it."""
        with writing(self.engine) as session:
            found = session.get_one(Import, import_id)
            if found.reading.get("needs_mapping"):
                keep_mapping(
                    session,
                    found,
                    columns=COLUMNS,
                    key_columns=["Res no"],
                    source_name="opera",
                    kind="pms",
                    who="staff:1",
                )
        self.look_at(import_id)
        with writing(self.engine) as session:
            found = session.get_one(Import, import_id)
            confirm(session, found, reach=EVERYWHERE, any_kind=True, who="staff:1")
            remember(session, found)
        self.work()

    def look_at(self, import_id: int) -> None:
        """The queue's own look, as after a mapping was said."""
        look_at_file.run(self._task({"import_id": import_id}))

    def files(self) -> list[tuple[str, str, str | None, str | None]]:
        """Name, state, reason and the import's state of all that feeds brought, in their order."""
        with reading(self.engine) as session:
            query = (
                select(FeedFile, Import.state)
                .outerjoin(Import, Import.id == FeedFile.import_id)
                .order_by(FeedFile.id)
            )
            return [
                (one.file_name, one.state, one.reason["code"] if one.reason else None, state)
                for one, state in session.execute(query)
            ]

    def imports(self) -> list[str]:
        """The states of all imports, in their order."""
        with reading(self.engine) as session:
            return list(session.scalars(select(Import.state).order_by(Import.id)))

    def trouble(self, feed_id: int) -> str | None:
        """What hinders a feed."""
        with reading(self.engine) as session:
            trouble = session.get_one(Feed, feed_id).trouble
        return trouble["code"] if trouble else None


def in_folder(folder: Path) -> dict[str, list[str]]:
    """What lies in a feed's folder, in done/ and in refused/."""
    places = {"": folder, "done": folder / "done", "refused": folder / "refused"}
    return {
        name: sorted(one.name for one in place.iterdir() if one.is_symlink() or not one.is_dir())
        for name, place in places.items()
        if place.is_dir()
    }
