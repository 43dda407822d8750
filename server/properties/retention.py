"""How long each class of data is kept: the one table that notices print and the purge obeys.

The periods are those of the GDPR's storage limitation (Art. 5(1)(e)) as authorities read it for hotels: the
police form as its law says, three years after the last stay or the last sign of the guest for the rest (the
CNIL's reference for customer relations), days for what only passes through. A property may change how many
months and from when; it may not touch what a law fixes.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from server.properties.models import Property
from server.wording import N_

LONGEST = 120
"""Months that a property may set at most; longer is surely a slip of the hand."""

STARTS = {
    "arrival": N_("arrival"),
    "signature": N_("signature"),
    "departure": N_("departure"),
    "last_stay": N_("end of the last stay"),
    "last_contact": N_("last contact that came from the guest"),
    "objection": N_("day of the objection"),
    "arrival_here": N_("day it arrived here"),
    "act": N_("day of the act"),
    "leaving": N_("colleague's last day"),
}
"""From when a period runs, by its code."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """One class of data: what it is, and how long after what it is deleted.

    Either `months` (of the calendar) or `days`. `countries`: only there; None is everywhere. `fixed`: a law
    says how long, and a property can only say from when.
    """

    code: str
    name: str
    starts: str
    months: int = 0
    days: int = 0
    countries: frozenset[str] | None = None
    fixed: bool = False

    def last_day(self, start: date) -> date:
        """The last day on which what began on a day is there: so many calendar months on, or the end of a
        month that lacks the day; or so many days on.

        >>> Keeping("police", "", "arrival", months=6).last_day(date(2026, 8, 31))
        datetime.date(2027, 2, 28)
        """
        if self.days:
            return start + timedelta(days=self.days)
        year, month = divmod(start.year * 12 + start.month - 1 + self.months, 12)
        return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


TABLE = (
    Keeping("stay", N_("Guests and their stays"), "last_stay", months=36),
    Keeping("marketing", N_("News and offers"), "last_contact", months=36),
    Keeping("objections", N_("Objections to being contacted"), "objection", months=36),
    Keeping("messages", N_("Texts of messages"), "arrival_here", days=30),
    Keeping("surveys", N_("Answers to surveys"), "arrival_here", months=12),
    Keeping("imports", N_("Files as other systems gave them"), "arrival_here", days=30),
    Keeping("journal", N_("Journal of who did what"), "act", months=12),
    Keeping("staff", N_("Colleagues' accounts"), "leaving", months=12),
    # CESEDA R. 814-1 to R. 814-3 with the arrêté of 1 October 2015: six months; from when it does not say
    Keeping("police", N_("Police form"), "arrival", months=6, countries=frozenset({"FR"}), fixed=True),
    # BMG § 30 (4): twelve months from arrival, destroyed within the three that follow
    Keeping("police", N_("Police form"), "arrival", months=12, countries=frozenset({"DE"}), fixed=True),
    # MeldeG § 10 with MeldeV § 19: seven years from the entry
    Keeping("police", N_("Police form"), "signature", months=84, countries=frozenset({"AT"}), fixed=True),
    # Immigration (Hotel Records) Order 1972: twelve months
    Keeping("police", N_("Police form"), "arrival", months=12, countries=frozenset({"GB"}), fixed=True),
    # what was read gives no period: the house chooses
    Keeping("police", N_("Police form"), "arrival", months=12, countries=frozenset({"NL", "IT"})),
    # Act 326/1999: the house book six years
    Keeping("police", N_("Police form"), "departure", months=72, countries=frozenset({"CZ"}), fixed=True),
    # Real Decreto 933/2021: three years
    Keeping("police", N_("Police form"), "departure", months=36, countries=frozenset({"ES"}), fixed=True),
)


def keepings(place: Property) -> dict[str, Keeping]:
    """The classes of a property by code, with its own periods where it set some that can be."""
    own = place.retention or {}
    return {k.code: _as_set(k, own.get(k.code)) for k in usual_keepings(place.country)}


def usual_keepings(country: str) -> list[Keeping]:
    """The classes that there are in a country, with their usual periods."""
    return [keeping for keeping in TABLE if keeping.countries is None or country in keeping.countries]


def _as_set(keeping: Keeping, own: Any) -> Keeping:
    if not isinstance(own, dict):
        return keeping
    starts, months = own.get("starts"), own.get("months")
    if starts in STARTS:
        keeping = replace(keeping, starts=starts)
    if keeping.fixed or not isinstance(months, int) or isinstance(months, bool):
        return keeping
    if 1 <= months <= LONGEST:
        keeping = replace(keeping, months=months, days=0)
    return keeping
