"""Write guests' best known values: the difference to what stands there, and a line for each that changed.

The tables are asked what stands there, so a guest whose values stay as they are costs no write.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from server.guests.models import GuestValue, ValueChange
from server.guests.values import ADDRESS, Member, best_values
from server.statements import change_with, insert_rows, rows_with

LONGEST = 400
_PART = 500
"""Guests in one question; SQLite takes some thousands."""


class _Held(NamedTuple):
    value: str
    value_class: str
    record_id: int
    on: date | None
    rule: str


_Values = dict[str, _Held]


def choose_values(
    session: Session,
    guests: Mapping[str, Sequence[Member]],
    *,
    minted: Collection[str] = (),
    cause: str,
    now: datetime,
) -> set[str]:
    """Choose the values of these guests among all their records; the guests whose values became others.

    `minted`: guests that are new, of whom nothing can stand there. What a new guest begins with is no change.
    """
    known = [guest_id for guest_id in guests if guest_id not in minted]
    before = _held(session, known)
    stale, rows, changes = [], [], list[dict[str, Any]]()
    changed = set()
    for guest_id, members in guests.items():
        chosen = {
            best.field: _Held(best.value[:LONGEST], best.value_class, best.record_id, best.on, best.rule)
            for best in best_values(members)
        }
        was = before.get(guest_id, {})
        if chosen == was:
            continue
        changed.add(guest_id)
        if was:
            stale.append(guest_id)
        rows += [{"guest_id": guest_id, "field": field, **held._asdict()} for field, held in chosen.items()]
        if guest_id not in minted:
            changes += [
                {"at": now, "guest_id": guest_id, "cause": cause, **told} for told in _changes(was, chosen)
            ]
    change_with(session, _DROP, stale, _PART)
    insert_rows(session, GuestValue, rows)
    insert_rows(session, ValueChange, changes)
    return changed


_DROP = delete(GuestValue).where(GuestValue.guest_id.in_(bindparam("values", expanding=True)))
_HELD = select(
    GuestValue.guest_id,
    GuestValue.field,
    GuestValue.value,
    GuestValue.value_class,
    GuestValue.record_id,
    GuestValue.on,
    GuestValue.rule,
).where(GuestValue.guest_id.in_(bindparam("values", expanding=True)))


def _held(session: Session, guest_ids: Sequence[str]) -> dict[str, _Values]:
    found: dict[str, _Values] = defaultdict(dict)
    for guest_id, field, *held in rows_with(session, _HELD, guest_ids, _PART):
        found[guest_id][field] = _Held(*held)
    return found


def _changes(before: _Values, after: _Values) -> Iterator[dict[str, Any]]:
    """The fields whose value, or the record it comes from, became another; an address is one of them."""
    fields = sorted(before.keys() | after.keys())
    for field in [f for f in fields if f not in ADDRESS]:
        if _told(before.get(field)) != _told(after.get(field)):
            yield _change(field, before.get(field), after.get(field))
    if any(_told(before.get(field)) != _told(after.get(field)) for field in ADDRESS):
        yield _change("address", _any_part(before), _any_part(after))


def _told(held: _Held | None) -> tuple[str, int] | None:
    return None if held is None else (held.value, held.record_id)


def _any_part(values: _Values) -> _Held | None:
    return next((values[field] for field in ADDRESS if field in values), None)


def _change(field: str, was: _Held | None, now: _Held | None) -> dict[str, Any]:
    return {
        "field": field,
        "was_record_id": was.record_id if was else None,
        "record_id": now.record_id if now else None,
        "rule": now.rule if now else None,
    }
