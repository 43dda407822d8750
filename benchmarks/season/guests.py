"""The guests of a season: what each booked, and what they will do when they are asked.

All shares are assumed for the simulation; no house was measured with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

BEGINS = date(2026, 1, 1)
MONTH = timedelta(days=30)
MONTHS, SILENT_MONTHS = 3, 1

OWN_ADDRESS = 0.28
"""Guests whose own address comes with the booking; the others have a booking site's alias or none."""
NO_ALIAS = 0.3
"""Of those others, by telephone or at the door."""
HAS_MOBILE, CANCELS = 0.92, 0.04
PROVES = 0.6
"""Of those who gave an address, who click on what is sent there."""
AT_TABLET = 0.3
"""Guests without a known address who fill in the tablet on the day of arrival."""
TABLET_GIVEN, TABLET_DECLINED = 0.8, 0.1
CHECKS_IN_AHEAD = 0.15
"""Guests who fill in the pre-check-in that the information for the stay leads to."""


@dataclass(frozen=True, slots=True)
class Rates:
    """How guests who are asked for their address by one way respond; whoever is left ignores it.

    `slip`: they mistype it, are asked back and say yes. `slip_only`: they never say yes.
    """

    given: float
    slip: float
    slip_only: float
    declined: float
    has_none: float
    stop: float
    wrong_number: float


RATES: Mapping[str, Rates] = {
    "sms": Rates(0.45, 0.06, 0.02, 0.04, 0.01, 0.02, 0.01),
    "sms_link": Rates(0.42, 0.0, 0.0, 0.04, 0.01, 0.0, 0.0),
    "email": Rates(0.25, 0.03, 0.01, 0.03, 0.01, 0.02, 0.0),
}

_SOUNDS = ("ba", "ko", "li", "mar", "nu", "pe", "ri", "sta", "to", "ven", "za", "fro", "gil", "hen", "dus")


@dataclass(frozen=True, slots=True)
class Guest:
    """One guest with one stay."""

    number: int
    arrives: date
    nights: int
    lead: int
    has_own: bool
    has_alias: bool
    country: str  # of the mobile: GB can be answered by text, FR leads to a link; empty: there is none
    cancels: bool
    response: str  # a field of Rates, or ignored
    answers_after: timedelta
    proves: bool
    at_tablet: str  # given, declined, skipped, or empty: they pass by
    tablet_hour: int
    checks_in: bool

    @property
    def key(self) -> str:
        """The number in the reservation system."""
        return f"R{self.number:06d}"

    @property
    def departs(self) -> date:
        """The day they leave."""
        return self.arrives + timedelta(days=self.nights)

    @property
    def booked(self) -> date:
        """The day they booked."""
        return self.arrives - timedelta(days=self.lead)

    @property
    def cancelled(self) -> date | None:
        """The day they cancel, if they do: halfway to the arrival."""
        return self.booked + timedelta(days=self.lead // 2) if self.cancels and self.lead > 1 else None

    @property
    def name(self) -> tuple[str, str]:
        """First and last name."""
        return _name(self.number, 7), _name(self.number, 13)

    @property
    def mobile(self) -> str:
        """In international form; empty where there is none. Numbers of ranges that are mobiles."""
        by_country = {"GB": f"+4474{self.number * 7919 % 10**8:08d}", "FR": f"+336{self._block:08d}"}
        return by_country.get(self.country, "")

    @property
    def _block(self) -> int:
        """Below +33 6 39, where numbers are no mobiles: a house rightly asks nobody there."""
        return 10_000_000 + self.number * 7919 % 29_000_000

    @property
    def way(self) -> str:
        """The way in which they are asked for the address; empty where none leads to them."""
        by_text = {"GB": "sms", "FR": "sms_link"}.get(self.country, "")
        return by_text or ("email" if self.has_alias else "")

    @property
    def channel(self) -> str:
        """Where they booked."""
        return "booking.com" if self.has_alias else ""

    @property
    def own(self) -> str:
        """Their own address."""
        first, last = self.name
        return f"{first}.{last}.{self.number}@gmail.com".lower()

    @property
    def alias(self) -> str:
        """The booking site's address for this stay."""
        return f"g.{self.number}@guest.booking.com"

    def row(self, status: str) -> dict[str, str]:
        """What the reservation system exports of the stay."""
        first, last = self.name
        birth = date(1950, 1, 1) + timedelta(days=self.number * 37 % 15_000)
        return {
            "key": self.key,
            "reference": self.key,
            "first_name": first,
            "last_name": last,
            "birth_date": str(birth),
            "mobile": self.mobile,
            "email": self.own if self.has_own else self.alias if self.has_alias else "",
            "channel": self.channel,
            "status": status,
            "stay_from": str(self.arrives),
            "stay_to": str(self.departs),
            "amount": str(90 * self.nights),
        }


def _name(number: int, salt: int) -> str:
    chance = Random(number * 1_000 + salt)
    return "".join(chance.choice(_SOUNDS) for _ in range(4)).title()


def draw(stays: int, *, seed: int = 1, days: int = MONTHS * MONTH.days) -> list[Guest]:
    """The season's guests, evenly over its days."""
    return [
        _guest(number, BEGINS + timedelta(days=number * days // stays), Random(seed * 1_000_003 + number))
        for number in range(stays)
    ]


def _guest(number: int, arrives: date, chance: Random) -> Guest:
    has_own = chance.random() < OWN_ADDRESS
    has_alias = not has_own and chance.random() >= NO_ALIAS
    country = chance.choice(("GB", "FR")) if chance.random() < HAS_MOBILE else ""
    way = {"GB": "sms", "FR": "sms_link"}.get(country, "email")
    tablet = chance.random()
    at_tablet = (
        ""
        if chance.random() >= AT_TABLET
        else "given"
        if tablet < TABLET_GIVEN
        else "declined"
        if tablet < TABLET_GIVEN + TABLET_DECLINED
        else "skipped"
    )
    return Guest(
        number=number,
        arrives=arrives,
        nights=chance.randint(1, 5),
        lead=chance.choice((0, 1, 2, 5, 9, 14, 21, 30, 45)),
        has_own=has_own,
        has_alias=has_alias,
        country=country,
        cancels=chance.random() < CANCELS,
        response=_response(RATES[way], chance.random()),
        answers_after=timedelta(minutes=chance.choice((3, 10, 45, 180, 600, 1_200))),
        proves=chance.random() < PROVES,
        at_tablet=at_tablet,
        tablet_hour=chance.choice((15, 17, 19)),
        checks_in=chance.random() < CHECKS_IN_AHEAD,
    )


def _response(rates: Rates, said: float) -> str:
    for name in Rates.__slots__:
        said -= getattr(rates, name)
        if said < 0:
            return str(name)
    return "ignored"
