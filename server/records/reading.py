"""Between a clean record and its row: what the tables hold as columns, and what they hold as the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import String

from server.cleaning import fold
from server.record import CleanRecord, Finding
from server.records.models import CleanRow

_COLUMNS = tuple(c.name for c in CleanRow.__table__.columns)
_OWN = frozenset(_COLUMNS) - {"record_id", "search", "keys", "rest", "findings"}
_LIMITS = {
    c.name: c.type.length
    for c in CleanRow.__table__.columns
    if c.name in _OWN and isinstance(c.type, String) and c.type.length
}
_REST = tuple(f.name for f in fields(CleanRecord) if f.name not in _OWN and f.name != "findings")
_DEFAULTS = {f.name: f.default for f in fields(CleanRecord)}
_DATES = ("stay_from", "stay_to")
_TIMES = ("created_at", "updated_at", "consent_at")


def to_row(clean: CleanRecord) -> dict[str, Any]:
    """The columns of CleanRow for a clean record, but for record_id and keys.

    A value longer than its column is cut: the whole of it stands in the record's version.
    """
    row: dict[str, Any] = {name: getattr(clean, name) for name in _OWN}
    for name, limit in _LIMITS.items():
        if (value := row[name]) is not None and len(value) > limit:
            row[name] = value[:limit]
    row["search"] = search_text(clean)
    row["rest"] = {
        name: _plain(value) for name in _REST if (value := getattr(clean, name)) != _DEFAULTS[name]
    }
    row["findings"] = [[f.code, f.field, dict(f.params)] for f in clean.findings]
    return row


def from_row(row: Mapping[str, Any]) -> CleanRecord:
    """The clean record of a row; from_row(to_row(clean)) == clean, but for what was too long.

    A row that was read without its findings gives a record without any.
    """
    rest = dict(row["rest"])
    for name in _DATES:
        if name in rest:
            rest[name] = date.fromisoformat(rest[name])
    for name in _TIMES:
        if name in rest:
            rest[name] = datetime.fromisoformat(rest[name])
    if "amount" in rest:
        rest["amount"] = Decimal(rest["amount"])
    for name in ("references", "companions"):
        if name in rest:
            rest[name] = tuple(rest[name])
    findings = tuple(Finding(code, field, params) for code, field, params in row.get("findings", ()))
    return CleanRecord(**{name: row[name] for name in _OWN}, **rest, findings=findings)


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def search_text(clean: CleanRecord) -> str:
    """What the desk looks a record up by: folded names, address, the digits of its numbers, references."""
    words = [fold(" ".join(filter(None, (clean.last_name, clean.first_name, clean.company))))]
    words += [clean.email or "", *(number.lstrip("+") for number in (clean.mobile, clean.phone) if number)]
    words += [reference.lower() for reference in clean.references]
    return " ".join(dict.fromkeys(w for w in words if w))[:600]
