"""The data folder: private, real or demo but never both, and used by one `up` at a time."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from server.refusal import Refused

DEMO_MARK = "demo.json"
LOCK = "up.lock"
SERVING = "serve.lock"


class FolderProblem(Refused):
    """The data folder cannot be used as asked; the sentence, its own code, says why and what to do."""


class InUse(FolderProblem):
    """Another `up` runs on this data folder."""


def prepare(folder: Path) -> None:
    """Make the folder if need be and close it to everyone else: it holds guests' data.

    A folder that is there and was open to others is closed, unless it is not ours to close.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except FileExistsError:
        raise FolderProblem(f"{folder} is a file. Choose a folder with --data.") from None
    except PermissionError:
        raise FolderProblem(
            f"{folder} cannot be made or closed by you. Choose another with --data."
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise FolderProblem(f"{folder} cannot be written to by you. Choose another with --data.")


def is_used(folder: Path) -> bool:
    """Whether OneGuest already kept data here (a database, uploads, keys)."""
    return any((folder / name).exists() for name in ("oneguest.db", "uploads", "keys"))


def is_demo(folder: Path) -> bool:
    """Whether this folder is marked as holding the demo's invented guests."""
    return (folder / DEMO_MARK).exists()


def mark_demo(folder: Path, **facts: Any) -> None:
    """Mark a folder as the demo's, with facts about how it was filled. Written whole or not at all."""
    draft = folder / f".{DEMO_MARK}.{os.getpid()}"
    draft.write_text(json.dumps(facts, sort_keys=True), encoding="utf-8")
    draft.replace(folder / DEMO_MARK)


def demo_facts(folder: Path) -> dict[str, Any]:
    """What mark_demo wrote; empty when there is no mark, or an unreadable one."""
    try:
        facts = json.loads((folder / DEMO_MARK).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def refuse_mixing(folder: Path, *, demo: bool) -> None:
    """Refuse the demo in a folder with real data, and real work in the demo's folder."""
    if demo and is_used(folder) and not is_demo(folder):
        raise FolderProblem(
            f"{folder} holds real data, so the demo will not start in it. "
            "Give the demo a folder of its own with --data."
        )
    if not demo and is_demo(folder):
        raise FolderProblem(
            f"{folder} holds the demo's invented guests, so real data must not go into it. "
            "Start the demo with --demo, or choose another folder with --data."
        )


@contextmanager
def alone(folder: Path, address: str) -> Iterator[None]:
    """Hold the folder for one `up`, which listens at `address`; InUse says where another one listens.

    The lock is the operating system's: it is gone when its holder is, however that ended.
    """
    with (folder / LOCK).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            where = file.read().strip() or "an address it has not said yet"
            raise InUse(
                f"OneGuest already runs on {folder}: open {where}, or stop that one first (Ctrl-C)."
            ) from None
        file.seek(0)
        file.truncate()
        file.write(address + "\n")
        file.flush()
        yield


@contextmanager
def serving(folder: Path, address: str) -> Iterator[None]:
    """Say in the folder that a web server listens at `address`, for as long as it does.

    Where one has said so before, it stays: any of them answers.
    """
    with (folder / SERVING).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield
            return
        file.truncate(0)
        file.write(address + "\n")
        file.flush()
        yield


def served_at(folder: Path) -> str | None:
    """The address at which a web server listens on this folder now; None when there is none."""
    try:
        with (folder / SERVING).open(encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return file.read().strip() or None
    except FileNotFoundError:
        pass
    return None
