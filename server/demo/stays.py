"""When guests come: stays over the last fourteen months, in house, arriving today, tomorrow and later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from server.demo.draw import Draw
from server.demo.emails import alias

PAST_DAYS = 425
SHORT_PAST = 20_000
"""Up to so many records the past is fourteen months; more records need a hotel with a longer one."""
LONG_PAST_DAYS = 3_650
NEAR_UP_TO = 3_000
"""Up to so many records the days around today keep their share; a hotel has only so many rooms."""
HIGH_SEASON = frozenset((1, 2, 6, 7, 8, 12))

SHARES = {"booking": 40, "expedia": 12, "agoda": 6, "trip": 4, "direct": 22, "telephone": 10, "agency": 6}
CHANNELS = tuple(channel for channel, share in SHARES.items() for _ in range(share))
ONLINE = frozenset(("booking", "expedia", "agoda", "trip"))
"""Booking sites that keep the guest's address: 57 stays in a hundred (members book directly)."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One visit to a hotel, as its PMS knows it."""

    arrival: date
    departure: date
    created: datetime
    channel: str
    reference: str
    alias: str
    room: str
    amount: float
    ended: str


class Calendar:
    """Draws stays and visits around one day, the demo's today."""

    def __init__(self, draw: Draw, today: date, records: int) -> None:
        self._draw = draw
        self._today = today
        self._past = PAST_DAYS if records <= SHORT_PAST else LONG_PAST_DAYS
        self._near = min(1.0, NEAR_UP_TO / records)

    def stay(self, *, member: bool = False) -> Stay:
        """A stay; a member of the loyalty programme books without a booking site."""
        draw = self._draw
        nights = draw.pick((1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 5, 7))
        arrival = self._arrival(nights)
        channel = "direct" if member else draw.pick(CHANNELS)
        lead = draw.between(1, 20) if draw.chance(0.6) else draw.between(15, 120)
        booked = min(arrival - timedelta(days=lead), self._today - timedelta(days=1))
        ended = ""
        if arrival < self._today:
            how = draw.unit()
            ended = "no show" if how < 0.012 else "annulé" if how < 0.03 else ""
        return Stay(
            arrival=arrival,
            departure=arrival + timedelta(days=nights),
            created=self.moment(booked),
            channel=channel,
            reference=reference(channel, draw),
            alias=alias(channel, draw) if channel in ONLINE else "",
            room=f"{draw.between(1, 5)}{draw.between(1, 24):02d}",
            amount=0.0 if ended else nights * draw.between(11_000, 31_000) / 100,
            ended=ended,
        )

    def past_day(self) -> date:
        """A day on which an outlet was visited."""
        return self._season_day()

    def moment(self, day: date) -> datetime:
        """A time of that day at which somebody types or books."""
        second = self._draw.between(6 * 3600, 23 * 3600)
        return datetime.combine(day, time(second // 3600, second // 60 % 60, second % 60))

    def _arrival(self, nights: int) -> date:
        draw = self._draw
        when = draw.unit() / self._near
        if when < 0.018:
            return self._today
        if when < 0.034:
            return self._today + timedelta(days=1)
        if when < 0.085:
            return self._today + timedelta(days=draw.between(2, 40))
        if when < 0.115 and nights > 1:
            return self._today - timedelta(days=draw.between(1, nights - 1))
        return self._season_day()

    def _season_day(self) -> date:
        day = self._today - timedelta(days=self._draw.between(1, self._past))
        if day.month not in HIGH_SEASON and self._draw.chance(0.4):
            day = self._today - timedelta(days=self._draw.between(1, self._past))
        return day


def reference(channel: str, draw: Draw) -> str:
    """The booking site's number as the PMS keeps it among the notes; none for the house's own bookings."""
    if channel == "booking":
        return f"BKG {draw.digits(10)}"
    if channel == "expedia":
        return f"EXP {draw.digits(9)}"
    if channel == "agoda":
        return f"AGO {draw.digits(9)}"
    if channel == "trip":
        return f"TRIP {draw.digits(12)}"
    return ""
