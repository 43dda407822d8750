"""Forms of a tablet that cannot deliver, brought by hand: a file that holds sealed bytes and envelopes only.

Each form is taken in as if the tablet had handed it over, with the same four answers, so a file that is
brought twice changes nothing. A file can be made by anybody. What a tablet sealed that was ended is therefore
kept unread until a colleague decides; and nothing is taken of tablets out of that colleague's reach.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.captures.models import SealedForm
from server.captures.opening import set_aside
from server.captures.syncing import MOST_ITEMS, Acknowledged, Handed, read_item, take_in
from server.devices.models import Device
from server.guests.loading import parts
from server.journal import note
from server.properties.reach import Reach
from server.refusal import Refused

KIND = "sealed forms"
PROTOCOL = "oneguest-1"
MOST = 2_000
"""Forms in one file; a tablet that has more writes several."""
HELD = "sealed.ended_tablet"


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of one form of a file: its place there, its number and tablet where those could be read."""

    place: int
    number: int | None
    tablet: str | None
    status: str  # stored, duplicate, conflict, rejected; held: somebody must decide
    code: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """What became of a file, form by form."""

    brought: tuple[Brought, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many of each status: stored, duplicate, conflict, held, rejected."""
        return Counter(one.status for one in self.brought)

    @property
    def odd(self) -> tuple[Brought, ...]:
        """Those that somebody should know of, one by one."""
        return tuple(one for one in self.brought if one.status not in ("stored", "duplicate"))


def read_file(content: bytes) -> Sequence[object]:
    """The forms of a file, as they stand there. Raises Refused where it is no file of a tablet."""
    try:
        said: Any = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refused("forms_file.not_understood") from None
    is_ours = isinstance(said, dict) and said.get("protocol") == PROTOCOL and said.get("kind") == KIND
    items = said.get("items") if is_ours else None
    if not isinstance(items, list) or not items:
        raise Refused("forms_file.not_understood")
    if len(items) > MOST:
        raise Refused("forms_file.too_many", {"most": str(MOST)})
    return items


def bring(
    session: Session,
    items: Sequence[object],
    reach: Reach,
    *,
    known_keys: Collection[str],
    actor: str,
    now: datetime,
) -> Account:
    """Take in the forms of a file, in the caller's transaction: those of the tablets within reach."""
    query = select(Device).where(reach.limit(Device.property_id))
    tablets = {device.id: device for device in session.scalars(query)}
    ended = {device.id for device in tablets.values() if device.revoked_at is not None}
    read = [read_item(item) for item in items]
    told: dict[int, Acknowledged] = {}
    for device_id, places in _by_tablet(read, tablets).items():
        device = tablets[device_id]
        skew = timedelta(seconds=device.skew_seconds)  # as it last said: the file may be days old
        for part in range(0, len(places), MOST_ITEMS):
            chosen = places[part : part + MOST_ITEMS]
            answers = take_in(
                session,
                [replace(read[place], skew=skew) for place in chosen],
                known_keys=known_keys,
                held_of=ended,
                now=now,
            )
            told |= dict(zip(chosen, answers, strict=True))
        house, forms = device.property_id, len(places)
        note(session, actor, "sealed.brought", device.subject, now=now, property_id=house, forms=forms)
    held = _held(session, {one.id for place, one in enumerate(read) if place in told}, now=now)
    brought = (_brought(place, one, told.get(place), tablets, held) for place, one in enumerate(read))
    return Account(tuple(brought))


def _by_tablet(read: Sequence[Handed], tablets: Mapping[int, Device]) -> dict[int, list[int]]:
    """The places of the forms that could be read, by the tablet within reach that sealed them."""
    found: dict[int, list[int]] = defaultdict(list)
    for place, one in enumerate(read):
        if one.envelope is not None and not one.fault and one.envelope.device in tablets:
            found[one.envelope.device].append(place)
    return found


def _held(session: Session, ids: Collection[str], *, now: datetime) -> set[tuple[str, str]]:
    """Which of some forms wait for a decision, by id and digest; each stands as a problem, once."""
    found = set()
    for part in parts(sorted(ids)):
        query = select(SealedForm).where(SealedForm.capture_id.in_(part), SealedForm.state == "held")
        for row in session.scalars(query):
            set_aside(session, row, HELD, release=None, now=now)
            row.state = "held"
            found.add((row.capture_id, row.digest.hex()))
    return found


def _brought(
    place: int,
    one: Handed,
    told: Acknowledged | None,
    tablets: Mapping[int, Device],
    held: Collection[tuple[str, str]],
) -> Brought:
    seq = one.envelope.seq if one.envelope is not None else None
    if told is None:
        return Brought(place + 1, seq, None, "rejected", one.fault or "item.unknown_device")
    name = tablets[one.envelope.device].name if one.envelope is not None else None
    status = "held" if (one.id, one.digest) in held else told.status
    return Brought(place + 1, seq, name, status, told.code)
