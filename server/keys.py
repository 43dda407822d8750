"""Secrets: one file each under the data folder's keys/, readable by its owner alone, each with an id.

They lie outside the database, so a copied database opens nothing by itself. The id travels with whatever the
secret sealed or signed, so that after a rotation one still knows which secret it takes. A secret that another
one took the place of lies beside it, in a file named for its id: what it sealed for good, such as the chain
of the journal, takes it for ever.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from server.clock import clock
from server.refusal import Refused

NAMES = ("session", "sealing", "vault", "index")
"""session: signs desk sessions and form tokens. sealing: opens what tablets sealed. vault: the police form.
index: keyed digests, by which a value is found without being readable."""

SECRET_BYTES = 32


class KeyProblem(Refused):
    """A secret cannot be used; the sentence says which file, why, and what to do.

    The sentence is its own code: it is for whoever runs the machine and is never stored.
    """


@dataclass(frozen=True, slots=True)
class Key:
    """One secret. Its repr never shows the secret, so neither does a traceback or a log."""

    name: str
    id: str
    secret: bytes
    made: datetime

    def __repr__(self) -> str:
        return f"Key(name={self.name!r}, id={self.id!r})"


def ensure_keys(keys_dir: Path) -> None:
    """Make the folder (0700) and every secret that is missing (0600); never change one that is there.

    Safe when two processes start at once: the first to finish a file wins, both use that file.
    """
    keys_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    refuse_if_open_to_others(keys_dir, "700")
    for name in NAMES:
        if not _file(keys_dir, name).exists():
            _make(keys_dir, name)


def read_key(keys_dir: Path, name: str) -> Key:
    """Read the secret `name` (one of NAMES).

    Raises KeyProblem when it is missing, damaged, or readable by others than its owner.
    """
    return _read(_file(keys_dir, name), name)


def read_set_aside(keys_dir: Path, name: str) -> list[Key]:
    """The secrets that `name` had before the present one, the newest first. Raises KeyProblem as read_key."""
    _file(keys_dir, name)  # refuses a name that is none
    found = [_read(path, name) for path in keys_dir.glob(f"{name}-*.json")]
    return sorted(found, key=lambda key: (key.made, key.id), reverse=True)


def read_all_keys(keys_dir: Path, name: str) -> tuple[Key, ...]:
    """The present secret of `name`, which seals, and after it those set aside, which open what they sealed.

    Raises KeyProblem as read_key.
    """
    return (read_key(keys_dir, name), *read_set_aside(keys_dir, name))


def rotate_key(keys_dir: Path, name: str) -> tuple[Key, Key]:
    """Set the present secret of `name` aside and make another; both, the former one first.

    Killed at any moment it leaves the former one in force, or the newer one and the former beside it.
    Raises KeyProblem as read_key.
    """
    former = read_key(keys_dir, name)
    beside = keys_dir / f"{former.id}.json"
    if not beside.exists():
        os.link(_file(keys_dir, name), beside)
    draft = _draft(keys_dir, name)
    draft.replace(_file(keys_dir, name))
    _keep_folder(keys_dir)
    return former, read_key(keys_dir, name)


def _read(path: Path, name: str) -> Key:
    try:
        refuse_if_open_to_others(path, "600")
        content = json.loads(path.read_text(encoding="ascii"))
        key = Key(
            name=name,
            id=str(content["id"]),
            secret=base64.b64decode(content["secret"], validate=True),
            made=datetime.fromisoformat(content["made"]),
        )
    except FileNotFoundError:
        raise KeyProblem(
            f"The secret {path} is missing. Put it back from your backup of the keys folder: "
            "what it sealed cannot be opened without it."
        ) from None
    except (ValueError, KeyError, TypeError):
        raise KeyProblem(f"The secret {path} is damaged. Put it back from your backup.") from None
    if len(key.secret) != SECRET_BYTES:
        raise KeyProblem(f"The secret {path} is damaged. Put it back from your backup.")
    return key


def _file(keys_dir: Path, name: str) -> Path:
    if name not in NAMES:
        raise KeyError(f"{name!r} is no secret of ours; there are {', '.join(NAMES)}")
    return keys_dir / f"{name}.json"


def refuse_if_open_to_others(path: Path, mode: str) -> None:
    """Raise KeyProblem when others on this machine can read a secret, with the line that closes it."""
    found = stat.S_IMODE(path.stat().st_mode)
    if found & 0o077:
        raise KeyProblem(
            f"{path} can be read by others on this machine (mode {found:o}). "
            f"Close it with: chmod {mode} {path}. If somebody may have read it, make new secrets."
        )


def _make(keys_dir: Path, name: str) -> None:
    draft = _draft(keys_dir, name)
    try:
        os.link(draft, _file(keys_dir, name))  # unlike a rename, a link never replaces the other's file
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    _keep_folder(keys_dir)


def _draft(keys_dir: Path, name: str) -> Path:
    """A new secret in a file that is not in force yet."""
    content = {
        "id": f"{name}-{secrets.token_hex(4)}",
        "made": clock().isoformat(timespec="microseconds"),
        "secret": base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii"),
    }
    draft = keys_dir / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _keep_folder(keys_dir: Path) -> None:
    """What was put into the folder stays there, also when the power goes."""
    folder = os.open(keys_dir, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
