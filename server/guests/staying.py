"""Keep each stay once: count anew what records tell whose links or tellings changed, and write what differs.

A hook of the linker, in its transaction: whoever reads sees a guest's links and stays of one moment. What
comes out does not depend on which records came first, nor on how many were counted at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, bindparam, delete, select, tuple_, update
from sqlalchemy.orm import Session

from server.guests.assigning import assign
from server.guests.loading import parts
from server.guests.near_stays import Near, told_near, told_of_house
from server.guests.stay_events import stay_events, write_stay_events
from server.statements import change_with, insert_rows, rows_with
from server.stays.models import Stay, StaySource
from server.stays.told import Counted, Place

_STAY = tuple(column.name for column in Stay.__table__.columns if column.name != "id")
_SOURCE = tuple(column.name for column in StaySource.__table__.columns)

Rows = dict[Any, dict[str, Any]]


def recount_stays(
    session: Session, guests: Collection[str], records: Collection[int], *, cause: str, now: datetime
) -> None:
    """Count the stays anew that these records, and all records of these guests, tell of.

    Call it after their links were written, and before records that are erased are gone, with the linker's
    lock held: what changed is told as events. A stay keeps its id while the larger part of what told of it
    does.
    """
    near = told_near(session, guests, records)
    if near.told or near.was_told_more:
        recounted = _counted(session, near, near.guest_of.keys() | set(records))
        write_counted(session, recounted, cause=cause, now=now)


class Recounted(NamedTuple):
    """Stays and their sources as they stand, and as they are to be."""

    stood: Rows
    stays: Rows
    sources: Rows
    told_by: Rows


def count_house(session: Session) -> Recounted:
    """Count all that linked records tell; nothing is written."""
    near = told_of_house(session)
    told = session.scalars(select(StaySource.record_id).distinct())
    return _counted(session, near, near.guest_of.keys() | set(told))


def _counted(session: Session, near: Near, records: Collection[int]) -> Recounted:
    stood, sources = _standing(session, records)
    counted = near.count()
    ids = _ids(counted, {place: row["stay_id"] for place, row in sources.items()})
    stays, told_by = _rows(counted, ids)
    return Recounted(stood, stays, sources, told_by)


def _standing(session: Session, records: Collection[int]) -> tuple[Rows, Rows]:
    """The stays that these records are sources of by id, and those sources by place."""
    sources: Rows = {}
    for values in rows_with(session, _SOURCES, records, 500):
        source = dict(zip(_SOURCE, values, strict=True))
        sources[source["record_id"], source["version"]] = source
    stays: Rows = {}
    for values in rows_with(session, _STAYS, {row["stay_id"] for row in sources.values()}, 500):
        stay = dict(zip(("id", *_STAY), values, strict=True))
        stays[stay["id"]] = stay
    return stays, sources


_values: BindParameter[Any] = bindparam("values", expanding=True)
_SOURCES = select(*(getattr(StaySource, name) for name in _SOURCE)).where(StaySource.record_id.in_(_values))
_STAYS = select(Stay.id, *(getattr(Stay, name) for name in _STAY)).where(Stay.id.in_(_values))
_DROP_STAYS = delete(Stay).where(Stay.id.in_(_values))


def _ids(counted: Sequence[Counted], before: Mapping[Place, str]) -> list[str]:
    """The id of each stay: that which most of its sources had; a newer version speaks for the one before."""
    places = [(s.record_id, s.version) for stay in counted for s in stay.sources]
    number = {place: n for n, place in enumerate(places)}
    had = {number[place]: stay for place, stay in before.items() if place in number}
    newest: dict[int, int] = {}
    for (record_id, _), n in sorted(number.items()):
        newest[record_id] = n
    for (record_id, version), stay in sorted(before.items()):
        if (record_id, version) not in number and record_id in newest:
            had.setdefault(newest[record_id], stay)
    groups = [[number[s.record_id, s.version] for s in stay.sources] for stay in counted]
    return list(assign(groups, had).guests)


def _rows(counted: Sequence[Counted], ids: Sequence[str]) -> tuple[Rows, Rows]:
    of_place = {
        (s.record_id, s.version): i for stay, i in zip(counted, ids, strict=True) for s in stay.sources
    }
    stays: Rows = {}
    sources: Rows = {}
    for stay, stay_id in zip(counted, ids, strict=True):
        stays[stay_id] = {
            "id": stay_id,
            **{name: getattr(stay, name) for name in _STAY if name != "presence"},
            "presence": of_place[stay.presence],
        }
        for source in stay.sources:
            place = (source.record_id, source.version)
            sources[place] = {"stay_id": stay_id} | {
                name: getattr(source, name) for name in _SOURCE if name != "stay_id"
            }
    return stays, sources


def write_counted(session: Session, recounted: Recounted, *, cause: str, now: datetime) -> None:
    """Write what differs: new stays first, since sources point to them; those left without sources go.

    Events tell what became of the stays.
    """
    stood, stays, sources, told_by = recounted
    insert_rows(session, Stay, [row for stay_id, row in stays.items() if stay_id not in stood])
    changed = [row for stay_id, row in stays.items() if stay_id in stood and stood[stay_id] != row]
    if changed:
        session.execute(update(Stay), changed)
    stale = [place for place, row in sources.items() if told_by.get(place) != row]
    for part in parts(stale):
        session.execute(
            delete(StaySource).where(tuple_(StaySource.record_id, StaySource.version).in_(part)),
            execution_options={"synchronize_session": False},
        )
    insert_rows(session, StaySource, [row for place, row in told_by.items() if sources.get(place) != row])
    change_with(session, _DROP_STAYS, stood.keys() - stays.keys(), 500)
    write_stay_events(session, stay_events(stood, stays, sources, told_by), cause=cause, now=now)
