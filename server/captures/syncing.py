"""Take in what a tablet hands over: store the sealed bytes, then say so, one by one.

Nothing is opened here. A tablet forgets a form only when our answer repeats its id and its digest, so a form
is stored once however often it comes: the table decides, also between two copies that come at once.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import Table, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from server.captures.identifiers import is_capture_id
from server.captures.models import SealedForm
from server.captures.sealing import Envelope
from server.devices.beating import LARGEST
from server.devices.models import Device
from server.jobs.queue import enqueue
from server.records.models import Problem

MOST_ITEMS = 20
LARGEST_SEALED = 256_000
"""Bytes of one sealed form; one with a long signature has about 12,000."""

Outcome = Literal["stored", "duplicate", "conflict", "rejected"]


@dataclass(frozen=True, slots=True)
class Handed:
    """One item as a tablet hands it over, as far as it could be read; `fault` says what keeps it from
    being stored."""

    id: str
    digest: str
    envelope: Envelope | None
    sealed: bytes
    fault: str = ""
    skew: timedelta = timedelta(0)
    """Our clock less the tablet's, as it handed the item over."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What the tablet is told of one item. Only stored, duplicate and conflict let it forget the form."""

    id: str
    digest: str
    status: Outcome
    code: str = ""


def read_item(content: object, skew: timedelta = timedelta(0)) -> Handed:
    """One item of a batch: its envelope and the sealed bytes, held against the digest it names."""
    item: Mapping[str, Any] = content if isinstance(content, dict) else {}
    id_, digest = item.get("id"), item.get("sha256")
    if not (isinstance(id_, str) and is_capture_id(id_) and isinstance(digest, str) and len(digest) == 64):
        return Handed(str(id_)[:36], str(digest)[:64], None, b"", "item.not_understood")
    envelope = _envelope(item, id_)
    if envelope is None:
        return Handed(id_, digest, None, b"", "item.not_understood")
    try:
        sealed = base64.b64decode(str(item.get("sealed", "")), validate=True)
    except (binascii.Error, ValueError):
        return Handed(id_, digest, envelope, b"", "item.damaged")
    if len(sealed) > LARGEST_SEALED:
        return Handed(id_, digest, envelope, b"", "item.too_large")
    if hashlib.sha256(sealed).hexdigest() != digest:
        return Handed(id_, digest, envelope, b"", "item.damaged")
    return Handed(id_, digest, envelope, sealed, skew=skew)


def _envelope(item: Mapping[str, Any], id_: str) -> Envelope | None:
    numbers = [item.get(name) for name in ("seq", "device", "version")]
    texts = [item.get(name) for name in ("form", "key")]
    if not all(type(n) is int and 0 < n <= LARGEST for n in numbers):
        return None
    if not all(isinstance(t, str) and 0 < len(t) <= 40 and t.isascii() and t.isprintable() for t in texts):
        return None
    (seq, device, version), (form, key) = numbers, texts
    return Envelope(id_, seq, device, form, version, key)  # type: ignore[arg-type]  # asked above


def take_in(
    session: Session,
    items: Sequence[Handed],
    *,
    known_keys: Collection[str],
    held_of: Collection[int] = (),
    now: datetime,
) -> list[Acknowledged]:
    """Store what is new of some items, in the caller's transaction, and say of each what became of it.

    They may come from several tablets at once, and whoever hands a form over need not have sealed it (it was
    enrolled anew, or its forms are brought by hand). `known_keys`: ids of the secrets that open; what was
    sealed to another is kept all the same, and rejected, so that the tablet keeps it too. What the tablets
    `held_of` sealed is kept as it is, for somebody to decide on.
    """
    sound = _of_our_tablets(session, items)
    if not sound:
        return [_acknowledged(item, set(), {}) for item in items]
    known = _Known(known_keys, held_of, now)
    fresh = _store(session, sound.values(), known, copy=0)
    kept = _kept(session, {id_ for id_, _ in sound})
    others = [key for key in sound if key not in kept]  # the id is another form's: both are kept
    for key in others:
        fresh |= _store(session, [sound[key]], known, copy=_next_copy(session, key[0]))
        _tell_of_copy(session, sound[key], now)
    if others:
        kept = _kept(session, {id_ for id_, _ in sound})
    if fresh:
        _note_clones(session, [item for key, item in sound.items() if key in fresh])
        enqueue(session, "open_forms", {}, now=now, dedup_key="open_forms")
    return [_acknowledged(item, fresh, kept) for item in items]


def _of_our_tablets(session: Session, items: Sequence[Handed]) -> dict[tuple[str, str], Handed]:
    """What can be stored, by id and digest, in the order in which it came."""
    sound = {(item.id, item.digest): item for item in items if item.envelope and not item.fault}
    sealed_by = {item.envelope.device for item in sound.values() if item.envelope}
    ours = set(session.scalars(select(Device.id).where(Device.id.in_(sealed_by)))) if sound else set()
    return {key: item for key, item in sound.items() if item.envelope and item.envelope.device in ours}


@dataclass(frozen=True, slots=True)
class _Known:
    """What decides how a form is stored: see `take_in`."""

    keys: Collection[str]
    held_of: Collection[int]
    now: datetime

    def state(self, envelope: Envelope, copy: int) -> str:
        if copy:
            return "conflict"
        if envelope.device in self.held_of:  # whether there is a key for it or not: nobody trusts it yet
            return "held"
        return "waiting" if envelope.key in self.keys else "rejected"


def _store(session: Session, items: Collection[Handed], known: _Known, *, copy: int) -> set[tuple[str, str]]:
    """Store forms unless they are there; the ids and digests of those that were not."""
    rows = [
        {
            "capture_id": item.id,
            "copy": copy,
            "digest": bytes.fromhex(item.digest),
            "device_id": envelope.device,
            "number": envelope.seq,
            "form": envelope.form,
            "form_version": envelope.version,
            "key_id": envelope.key,
            "sealed": item.sealed,
            "state": known.state(envelope, copy),
            "skew_seconds": max(-LARGEST, min(LARGEST, int(item.skew.total_seconds()))),
            "received_at": known.now,
        }
        for item in items
        if (envelope := item.envelope) is not None
    ]
    if not rows:
        return set()
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    stored = session.connection().execute(
        insert(cast(Table, SealedForm.__table__))
        .on_conflict_do_nothing()
        .returning(SealedForm.capture_id, SealedForm.digest),
        rows,
    )
    return {(id_, digest.hex()) for id_, digest in stored}


def _kept(session: Session, ids: Collection[str]) -> dict[tuple[str, str], str]:
    """The state of all forms kept under these ids, by id and digest."""
    query = select(SealedForm.capture_id, SealedForm.digest, SealedForm.state).where(
        SealedForm.capture_id.in_(ids)
    )
    return {(id_, digest.hex()): state for id_, digest, state in session.execute(query)}


def _next_copy(session: Session, id_: str) -> int:
    query = select(func.max(SealedForm.copy)).where(SealedForm.capture_id == id_)
    return 1 + (session.scalar(query) or 0)


def _tell_of_copy(session: Session, item: Handed, now: datetime) -> None:
    """Two forms under one id are a fault of a tablet, or somebody's doing: the desk sees it once. It does not
    where the first was erased, as nothing may tell of that guest."""
    of_id = SealedForm.capture_id == item.id
    erased = session.scalar(select(SealedForm.id).where(of_id, SealedForm.state == "erased").limit(1))
    if item.envelope is None or erased is not None:
        return
    place = session.get_one(Device, item.envelope.device).property_id
    params = {"device": str(item.envelope.device), "number": str(item.envelope.seq)}
    code = "capture.second_copy"
    session.add(Problem(capture_id=item.id, property_id=place, code=code, params=params, created_at=now))


def _note_clones(session: Session, items: Collection[Handed]) -> None:
    """A number that two forms of one tablet bear: a copy of the tablet is about."""
    borne = {(item.envelope.device, item.envelope.seq) for item in items if item.envelope}
    bearers = (
        select(SealedForm.device_id)
        .where(tuple_(SealedForm.device_id, SealedForm.number).in_(sorted(borne)))
        .group_by(SealedForm.device_id, SealedForm.number)
        .having(func.count(SealedForm.capture_id.distinct()) > 1)
    )
    for device_id in sorted(set(session.scalars(bearers))):
        session.get_one(Device, device_id).is_cloned = True


def _acknowledged(
    item: Handed, fresh: set[tuple[str, str]], kept: Mapping[tuple[str, str], str]
) -> Acknowledged:
    key = (item.id, item.digest)
    state = kept.get(key)
    if item.fault or state is None:
        return Acknowledged(item.id, item.digest, "rejected", item.fault or "item.unknown_device")
    if state == "rejected":
        return Acknowledged(item.id, item.digest, "rejected", "item.unknown_key")
    if state == "conflict":
        return Acknowledged(item.id, item.digest, "conflict")
    if key in fresh:
        fresh.discard(key)  # should the same stand here once more
        return Acknowledged(item.id, item.digest, "stored")
    return Acknowledged(item.id, item.digest, "duplicate")
