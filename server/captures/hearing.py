"""What tablets say: that they are there and how, and the sealed forms that they hand over.

Several that speak at the same moment are heard in one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.captures.syncing import Acknowledged, Handed, take_in
from server.devices.beating import Beat, note_beat
from server.devices.enrolling import settle_token
from server.devices.models import Device
from server.properties.models import Property


@dataclass(frozen=True, slots=True)
class Word:
    """What one tablet says at once. `token` proved who it is."""

    device_id: int
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


def hear(
    session: Session, words: Sequence[Word], *, known_keys: Collection[str], secret: bytes
) -> Sequence[Heard]:
    """Store what some tablets hand over and note how they are, in the caller's transaction.

    `known_keys`: ids of the secrets that open forms; `secret` hashes tokens.
    """
    now = max(word.now for word in words)
    query = select(Device).where(Device.id.in_({word.device_id for word in words}))
    devices = {device.id: device for device in session.scalars(query)}
    told = iter(
        take_in(session, [item for word in words for item in word.items], known_keys=known_keys, now=now)
    )
    heard = []
    for word in words:
        device = devices[word.device_id]
        settle_token(session, device, word.token, secret=secret)
        note_beat(device, word.beat, now=word.now)
        place = session.get_one(Property, device.property_id)
        heard.append(Heard(device, place, tuple(next(told) for _ in word.items)))
    return heard
