"""What an enrolled tablet holds for the time without a network: guest-free pages, and all they show.

Each file is listed with the digest of its bytes, and the whole under one version, so that a tablet takes a
set that belongs together or none of it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from server.accent import accent_sheet
from server.forms.definition import digests
from server.properties.models import Property, PropertyPicture
from server.wording import CATALOGUES

TOP = Path(__file__).parent.parent
STATIC = TOP / "static"
_OWN_FILES = re.compile(r'(?:href|src)="/static/([\w./-]+)')
_IN_SHEETS = re.compile(r'url\("?([\w.-]+)"?\)')
_ACCENT = re.compile(r'href="(/accent/[^"]*?\?colour=([0-9a-fA-F]{6}))"')
_PICTURES = re.compile(r'src="/picture/([0-9a-f]{64})"')
MOST_KEPT = 16
"""Sets of pages that one process remembers, each about a megabyte in twelve languages: every house's of a
group, and those that newer ones took the place of."""

Shells = Mapping[str, str]
"""Guest-free pages by their path."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of the set: the path it is held under, the address it comes from, SHA-256 of its bytes."""

    path: str
    address: str
    digest: str


@dataclass(frozen=True, slots=True)
class Precache:
    """One set of pages and files that belong together."""

    version: str
    files: tuple[Listed, ...]
    shells: Shells


_made: dict[str, Precache] = {}


def precache_of(session: Session, house: Property, render: Callable[[], Shells], *, demo: bool) -> Precache:
    """The set of a property as it is now. `render` makes its guest-free pages; it is asked only when anything
    that they are made of has changed."""
    inputs = _inputs(session, house, demo=demo)
    made = _made.pop(inputs, None) or _make(session, house, render())
    while len(_made) >= MOST_KEPT:
        _made.pop(next(iter(_made)), None)  # the one that was asked for longest ago
    _made[inputs] = made
    return made


def _inputs(session: Session, house: Property, *, demo: bool) -> str:
    """A digest of all that the pages are made of: the property's settings and pictures, our own files."""
    settings = [(column.key, getattr(house, column.key)) for column in inspect(Property).column_attrs]
    pictures = session.scalars(
        select(PropertyPicture.digest)
        .where(PropertyPicture.property_id == house.id)
        .order_by(PropertyPicture.kind)
    ).all()
    return _sha256(repr((settings, pictures, demo, _own_files())).encode())


@cache
def _own_files() -> str:
    """A digest of the templates, styles, scripts and texts that this process runs with."""
    paths = [path for folder in (TOP / "templates", STATIC, CATALOGUES) for path in folder.rglob("*")]
    found = [
        (str(path.relative_to(TOP)), _sha256(path.read_bytes())) for path in sorted(paths) if path.is_file()
    ]
    return _sha256(repr((found, sorted(digests().items()))).encode())


def _make(session: Session, house: Property, shells: Shells) -> Precache:
    files = [
        Listed(path, f"{path}?shell=1&house={quote(house.code)}", _sha256(page.encode()))
        for path, page in shells.items()
    ]
    pages = "\n".join(shells.values())
    names = set(_OWN_FILES.findall(pages)) | {
        str(path.relative_to(STATIC)) for path in (STATIC / "kiosk").glob("*.js") if path.name != "worker.js"
    }
    for sheet in [name for name in names if name.endswith(".css")]:
        names |= {
            n for n in _IN_SHEETS.findall((STATIC / sheet).read_text("utf-8")) if (STATIC / n).is_file()
        }
    files += [_own_file(name) for name in sorted(names)]
    for address, colour in dict(_ACCENT.findall(pages)).items():
        files.append(Listed(address.partition("?")[0], address, _sha256(accent_sheet(f"#{colour}").encode())))
    wanted = sorted(set(_PICTURES.findall(pages)))
    known = session.scalars(select(PropertyPicture.digest).where(PropertyPicture.digest.in_(wanted))).all()
    files += [Listed(f"/picture/{digest}", f"/picture/{digest}", digest) for digest in sorted(set(known))]
    version = _sha256(repr(sorted((file.path, file.digest) for file in files)).encode())[:16]
    return Precache(version, tuple(files), shells)


def _own_file(name: str) -> Listed:
    return Listed(f"/static/{name}", f"/static/{name}", _sha256((STATIC / name).read_bytes()))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
