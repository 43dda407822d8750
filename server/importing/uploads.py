"""Files dropped at the desk: kept encrypted until they are imported, then gone.

A dropped export still holds what the door will take out (card and document numbers), so it never lies on the
disk readable, and not a day longer than it waits.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.refusal import Refused

PIECE = 1 << 20
KEPT = timedelta(days=30)
"""An upload that nobody confirmed is dropped after that time."""


def _cipher(secret: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"oneguest upload").derive(secret))


def keep_upload(folder: Path, secret: bytes, stream: IO[bytes], *, limit: int) -> str:
    """Encrypt a stream into the folder; return the name it is kept under.

    Raises Refused when it is longer than `limit` bytes; nothing is kept then.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = secrets.token_hex(16)
    cipher, part = _cipher(secret), folder / f"{name}.part"
    size = count = 0
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            while piece := stream.read(PIECE):
                size += len(piece)
                if size > limit:
                    raise Refused("import.too_large", {"limit": str(limit // PIECE)})
                _put(out, cipher, name, count, piece)
                count += 1
            _put(out, cipher, name, count, b"")  # the end is a piece too: a cut file is noticed
            out.flush()
            os.fsync(out.fileno())
        part.rename(folder / name)
    finally:
        part.unlink(missing_ok=True)
    return name


def _put(out: BinaryIO, cipher: AESGCM, name: str, count: int, piece: bytes) -> None:
    nonce = secrets.token_bytes(12)
    sealed = cipher.encrypt(nonce, piece, f"{name}:{count}".encode())
    out.write(len(sealed).to_bytes(4, "big") + nonce + sealed)


def _pieces(source: BinaryIO, cipher: AESGCM, name: str) -> Iterator[bytes]:
    count = 0
    while piece := _piece(source, cipher, name, count):
        yield piece
        count += 1


def _piece(source: BinaryIO, cipher: AESGCM, name: str, count: int) -> bytes:
    length = int.from_bytes(source.read(4), "big")
    return cipher.decrypt(source.read(12), source.read(length), f"{name}:{count}".encode())


def _cipher_of(source: BinaryIO, secrets: Sequence[bytes], name: str) -> AESGCM:
    """The cipher that opens an upload's first piece. Raises InvalidTag when none of the secrets does."""
    for secret in secrets:
        cipher = _cipher(secret)
        try:
            _piece(source, cipher, name, 0)
        except InvalidTag:
            continue
        finally:
            source.seek(0)
        return cipher
    raise InvalidTag


@contextmanager
def opened_upload(folder: Path, secrets: Sequence[bytes], name: str) -> Iterator[Path]:
    """The upload as a path to read, for as long as the block lasts: in memory where the system can.

    `secrets`: the present one and those set aside; a file may have waited while another took its place.
    """
    kept = folder / Path(name).name
    if not kept.is_file():
        raise Refused("import.file_gone")
    with _private_file(folder) as (path, out), kept.open("rb") as source:
        for piece in _pieces(source, _cipher_of(source, secrets, kept.name), kept.name):
            out.write(piece)
        out.flush()
        yield path


@contextmanager
def _private_file(folder: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    if hasattr(os, "memfd_create"):
        with os.fdopen(os.memfd_create("upload"), "w+b") as memory:
            # not /proc/self: the process that reads a long file for us would look among its own files
            yield Path(f"/proc/{os.getpid()}/fd/{memory.fileno()}"), memory
        return
    with tempfile.NamedTemporaryFile(dir=folder, prefix="open-") as file:
        yield Path(file.name), file


def drop_upload(folder: Path, name: str | None) -> None:
    """Remove an upload; it is fine if it is gone already."""
    if name:
        (folder / Path(name).name).unlink(missing_ok=True)


def drop_old_uploads(folder: Path, *, now: datetime) -> int:
    """Remove what waited too long, and what a crash left half-written; return how many files."""
    dropped = 0
    for path in folder.glob("*") if folder.is_dir() else ():
        age = now.timestamp() - path.stat().st_mtime
        is_rest = path.suffix == ".part" or path.name.startswith("open-")
        if age > (3600 if is_rest else KEPT.total_seconds()):
            path.unlink(missing_ok=True)
            dropped += 1
    return dropped
