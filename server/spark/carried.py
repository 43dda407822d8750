"""A clean record as a line of text, to travel between the stages."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, get_args, get_type_hints

from server.record import CleanRecord

_LEFT_OUT = ("findings", "notes")
"""What the engine does not read: the longest fields, and the least to be spread about."""

_DEFAULTS = {f.name: f.default for f in fields(CleanRecord) if f.name not in _LEFT_OUT}
_WRITERS: dict[type, Callable[[Any], Any]] = {
    date: date.isoformat,
    datetime: datetime.isoformat,
    Decimal: str,
    tuple: list,
}
_READERS: dict[type, Callable[[Any], Any]] = {
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    Decimal: Decimal,
    tuple: tuple,
}


def _reader(hint: Any) -> Callable[[Any], Any] | None:
    kinds = (getattr(hint, "__origin__", hint), *get_args(hint))
    return next((_READERS[kind] for kind in kinds if kind in _READERS), None)


_HINTS = get_type_hints(CleanRecord)
_READ = {name: reader for name in _DEFAULTS if (reader := _reader(_HINTS[name]))}


def pack(clean: CleanRecord) -> str:
    """What differs from an empty record, as JSON; without its notes and findings."""
    told = {}
    for name, default in _DEFAULTS.items():
        value = getattr(clean, name)
        if value != default:
            writer = _WRITERS.get(type(value))
            told[name] = writer(value) if writer else value
    return json.dumps(told, separators=(",", ":"))


def unpack(line: str) -> CleanRecord:
    """The record that pack() was given, but for its notes and findings."""
    told = json.loads(line)
    for name in _READ.keys() & told.keys():
        told[name] = _READ[name](told[name])
    return CleanRecord(**told)
