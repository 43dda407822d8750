"""A watched folder: a file that has come to rest is taken, then moved to done/ or refused/ beside it.

Nothing is deleted and nothing is overwritten. What is still being written is left alone: a file is taken when
two looks, some seconds apart, find the same size and time. Names that programs give to unfinished files wait
for their real name.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

from server.clock import clock
from server.db import reading, writing
from server.feeds.models import Feed
from server.feeds.taking import (
    Delivery,
    Tools,
    keep,
    look_at_taken,
    mark_of,
    write_down,
    write_refusal,
)
from server.feeds.trouble import in_trouble, out_of_trouble
from server.importing.uploads import drop_upload
from server.properties.models import Property
from server.refusal import Refused

log = logging.getLogger("oneguest.feeds")

DONE, REFUSED = "done", "refused"

AT_REST = timedelta(seconds=15)
"""How far apart the two looks are at least that find a file unchanged; the worker looks each minute."""

EMPTY_FOR = timedelta(minutes=10)
"""Some programs make the file first and fill it later: an empty one waits that long."""

UNFINISHED_FOR = timedelta(hours=1)
"""An unfinished file that does not grow for so long will not be finished: somebody is told."""

UNFINISHED = frozenset(
    {
        *(".part", ".partial", ".filepart", ".tmp", ".temp"),
        *(".crdownload", ".download", ".upload", ".swp", ".lock", ".lck"),
    }
)
"""Endings that copying programs and browsers give to files until they are whole."""

Seen = dict[str, list[int]]
"""Of each file by its name, what the look before found: size, time of change in ns, when that was in ms."""


def folder_of(root: Path, house: str, place: str) -> Path:
    """Where a house's feed is delivered to: `place` in the house's own folder, by its code.

    Raises Refused for names that would lead out of it.
    """
    for name in (house, place):
        if not name or name.startswith(".") or any(c in name for c in "/\\\0"):
            raise Refused("feed.needs_folder")
    return root / house / place


def make_folder(root: Path, house: str, place: str) -> Path:
    """The folder, made where it is missing; one that cannot be made is told by the first look."""
    folder = folder_of(root, house, place)
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def look_into(tools: Tools, feed_id: int, root: Path) -> int:
    """Take what lies in a feed's folder and has come to rest; returns how many files were taken or refused.

    What hinders it as a whole (the folder is not there, or closed to us) is written on the feed.
    """
    with reading(tools.engine) as session:
        feed = session.get_one(Feed, feed_id)
        house = session.get_one(Property, feed.property_id)
        folder = folder_of(root, house.code, feed.place)
        seen = {name: list(facts) for name, facts in feed.seen.items()}
    try:
        _make_room(folder)
        found = _files_in(folder)
    except OSError as error:
        in_trouble(tools.engine, feed_id, _why(error))
        return 0
    moved, hindered = 0, False
    now_ms = int(clock().timestamp() * 1000)
    still: Seen = {}
    for name, about in found:
        before = seen.get(name)
        size, time = about.st_size, about.st_mtime_ns
        is_known = before is not None and before[:2] == [size, time]
        still[name] = before if before is not None and is_known else [size, time, now_ms]
        if not is_known or now_ms - still[name][2] < AT_REST / timedelta(milliseconds=1):
            continue
        try:
            moved += _take(tools, feed_id, folder, name, about)
        except OSError as error:
            hindered = True
            log.warning("file not taken feed=%s errno=%s", feed_id, errno.errorcode.get(error.errno or 0))
            in_trouble(tools.engine, feed_id, _why(error))
    if not hindered:
        out_of_trouble(tools.engine, feed_id)
    if still != seen:
        with writing(tools.engine) as session:
            session.get_one(Feed, feed_id).seen = still
    return moved


def _make_room(folder: Path) -> None:
    """Raise OSError unless what is taken can be moved away: else it would be taken again and again."""
    for name in (DONE, REFUSED):
        (folder / name).mkdir(exist_ok=True)
    for place in (folder, folder / DONE, folder / REFUSED):
        if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "not open to us")


def _files_in(folder: Path) -> list[tuple[str, os.stat_result]]:
    """The files of a folder by name, the oldest first, links as links; never what lies in folders of it."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                about = entry.stat(follow_symlinks=False)
            except FileNotFoundError:  # taken away by whoever put it there
                continue
            if not stat.S_ISDIR(about.st_mode):
                found.append((entry.name, about))
    return sorted(found, key=lambda one: (one[1].st_mtime_ns, one[0]))


def _take(tools: Tools, feed_id: int, folder: Path, name: str, about: os.stat_result) -> bool:
    """Take one file that has come to rest. True when it was moved away."""
    received_at = datetime.fromtimestamp(about.st_mtime, UTC)
    age = clock() - received_at
    mark = mark_of("file", name, about.st_size, about.st_mtime_ns)
    delivery = Delivery(mark, 0, name, received_at)
    path = folder / name
    if name.startswith((".", "~")) or path.suffix.lower() in UNFINISHED:
        if age > UNFINISHED_FOR and not name.startswith("."):
            write_refusal(tools, feed_id, delivery, Refused("feed.unfinished"), left=True)
        return False
    if not stat.S_ISREG(about.st_mode):
        write_refusal(tools, feed_id, delivery, Refused("feed.no_plain_file"))
        return _move(path, about, REFUSED)
    if about.st_size == 0 and age < EMPTY_FOR:
        return False
    try:
        with _opened(path, about) as file:
            kept = keep(tools, file) if file is not None else None
            is_whole = file is not None and _is_same(os.fstat(file.fileno()), about)
    except Refused as refusal:  # too large
        write_refusal(tools, feed_id, delivery, refusal)
        return _move(path, about, REFUSED)
    except PermissionError:
        write_refusal(tools, feed_id, delivery, Refused("feed.closed_to_us"), left=True)
        return False
    if kept is None:
        return False
    if not is_whole or kept.size != about.st_size:  # it grew while it was read: the next looks see it again
        drop_upload(tools.uploads, kept.upload)
        return False
    state = look_at_taken(tools, write_down(tools, feed_id, delivery, kept))
    return _move(path, about, REFUSED if state == "failed" else DONE)


@contextmanager
def _opened(path: Path, about: os.stat_result) -> Iterator[IO[bytes] | None]:
    """The very file that was looked at; None when another lies there now, which the next look sees."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        yield None
        return
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        yield None
        return
    with os.fdopen(handle, "rb") as file:
        yield file if _is_same(os.fstat(handle), about) else None


def _is_same(now: os.stat_result, before: os.stat_result) -> bool:
    def facts(found: os.stat_result) -> tuple[int, ...]:
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns

    return facts(now) == facts(before)


def _move(path: Path, about: os.stat_result, where: str) -> bool:
    """Move a file out of the way, under a name that nothing there has; False when it is another by now."""
    try:
        if not _is_same(path.lstat(), about):
            return False
    except FileNotFoundError:
        return False
    folder, count = path.parent / where, 1
    target = folder / path.name
    while os.path.lexists(target):
        count += 1
        target = folder / f"{path.stem} ({count}){path.suffix}"
    path.rename(target)
    return True


def _why(error: OSError) -> Refused:
    """What hinders a folder, in a sentence with what to do."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Refused("feed.no_folder")
    if isinstance(error, PermissionError):
        return Refused("feed.folder_closed")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Refused("feed.disk_full")
    return Refused("feed.folder_away", {"fault": errno.errorcode.get(error.errno or 0, "OSError")})
