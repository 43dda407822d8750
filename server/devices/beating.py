"""What a tablet says of itself each minute: what waits on it, how it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from server.devices.models import Device

TOLD: Mapping[str, type] = {
    "build": str,  # of the tablet's scripts
    "browser": str,
    "forms": list,  # keys of the form versions that it holds
    "persisted": bool,  # whether the browser promised not to throw its storage away
    "used": int,  # bytes of storage
    "quota": int,
    "battery": int,  # percent
    "charging": bool,
    "trouble": str,  # code of what keeps it from working, if anything does
}
"""What else a beat may say, and as what; the rest is not kept."""
LONGEST_TOLD = 200
LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Beat:
    """One beat, as far as it could be understood. `sent_at` is the tablet's own clock."""

    sent_at: datetime | None = None
    last_number: int = 0
    is_counted: bool = False  # whether it could look at what waits: its store may be closed
    waiting: int = 0
    parked: int = 0
    waiting_since: datetime | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


def read_beat(content: Mapping[str, Any]) -> Beat:
    """A beat out of what a tablet sent; what makes no sense in it counts as not said."""
    return Beat(
        sent_at=moment(content.get("sent_at")),
        last_number=_count(content.get("last_number")),
        is_counted="waiting" in content,
        waiting=_count(content.get("waiting")),
        parked=_count(content.get("parked")),
        waiting_since=moment(content.get("waiting_since")),
        told={
            name: _shortened(value)
            for name, kind in TOLD.items()
            if type(value := content.get(name)) is kind and _fits(value)
        },
    )


def note_beat(device: Device, beat: Beat, *, now: datetime) -> None:
    """Keep what a tablet said of itself. Its number never falls: a wiped tablet begins as another device."""
    skew = skew_of(beat.sent_at, now=now)
    device.seen_at = now
    device.last_number = max(device.last_number, beat.last_number)
    if beat.is_counted:
        device.waiting, device.parked = beat.waiting, beat.parked
        device.waiting_since = _in_our_time(beat.waiting_since, skew, now=now)
    device.skew_seconds = int(skew.total_seconds())
    device.told = dict(beat.told)


def skew_of(sent_at: datetime | None, *, now: datetime) -> timedelta:
    """Our clock less the tablet's; nothing where it does not say what it reads."""
    return timedelta(0) if sent_at is None else timedelta(seconds=round((now - sent_at).total_seconds()))


def moment(text: object) -> datetime | None:
    """A moment with its zone out of ISO 8601; None for anything else."""
    if not isinstance(text, str) or len(text) > 40:
        return None
    try:
        read = datetime.fromisoformat(text)
        return None if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def in_our_time(theirs: datetime | None, sent_at: datetime | None, *, now: datetime) -> datetime:
    """A moment of a tablet's clock by ours, going by what it reads as it sends; never after now.

    The clock of a tablet may be wrong by years. Where it says nothing of use, the moment is now.
    """
    return _in_our_time(theirs, skew_of(sent_at, now=now), now=now) or now


def _in_our_time(theirs: datetime | None, skew: timedelta, *, now: datetime) -> datetime | None:
    if theirs is None:
        return None
    try:
        ours = theirs + skew
    except OverflowError:
        return None
    return min(ours, now) if ours > now - OLDEST else None


OLDEST = timedelta(days=400)
"""A form is not older than that; a clock that was set while it waited on the tablet would say so."""


def _count(value: object) -> int:
    return value if type(value) is int and 0 <= value <= LARGEST else 0


def _fits(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) <= 50 and all(isinstance(one, str) for one in value)
    return not isinstance(value, int) or 0 <= value <= 2**53


def _shortened(value: Any) -> Any:
    if isinstance(value, list):
        return [one[:LONGEST_TOLD] for one in value]
    return value[:LONGEST_TOLD] if isinstance(value, str) else value
