"""What tablets say: that they are there and how, and the sealed forms that they hand over.

Several that speak at the same moment are heard in one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from server.captures.syncing import Acknowledged, Handed, take_in
from server.devices.beating import Beat, note_beat
from server.devices.enrolling import find_bearers, settle_token
from server.devices.models import Device
from server.properties.models import Property


@dataclass(frozen=True, slots=True)
class Word:
    """What one tablet says at once; `token` proves who it is."""

    token: str
    beat: Beat
    items: tuple[Handed, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of it; the tablet as it is then, and its house."""

    device: Device
    place: Property
    acknowledged: tuple[Acknowledged, ...]


Unheard = Literal["device.unknown", "device.revoked"]


def hear(
    session: Session, words: Sequence[Word], *, known_keys: Collection[str], secret: bytes
) -> Sequence[Heard | Unheard]:
    """Store what some tablets hand over and note how they are, in the caller's transaction; nothing of whose
    token is no tablet's, or that of one that was ended.

    `known_keys`: ids of the secrets that open forms; `secret` hashes tokens.
    """
    bearers = find_bearers(session, [word.token for word in words], secret=secret)
    heard = [word for word, device in zip(words, bearers, strict=True) if device and not device.revoked_at]
    items = [item for word in heard for item in word.items]
    now = max(word.now for word in words)
    told = iter(take_in(session, items, known_keys=known_keys, now=now))
    return [_hear_one(session, *pair, told, secret) for pair in zip(words, bearers, strict=True)]


def _hear_one(
    session: Session, word: Word, device: Device | None, told: Iterator[Acknowledged], secret: bytes
) -> Heard | Unheard:
    if device is None:
        return "device.unknown"
    if device.revoked_at is not None:
        return "device.revoked"
    settle_token(session, device, word.token, secret=secret)
    note_beat(device, word.beat, now=word.now)
    place = session.get_one(Property, device.property_id)
    return Heard(device, place, tuple(next(told) for _ in word.items))
