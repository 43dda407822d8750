"""How long an address that a booking site lends lives: no site says so, so every day here is an estimate.

Booking.com: about two months after check-out (a property manager's note of 2015). Airbnb: its guests'
addresses were switched off on 30 September 2023, its relayed numbers end 48 hours after check-out. Of all
others it is only known that they die after the stay.
"""

from __future__ import annotations

from datetime import date, timedelta

USUAL_DAYS = 30

DAYS: dict[str, int] = {"booking.com": 60, "airbnb.com": 2, "airbnbmail.com": 2}
"""Days after departure by the site's domain, or any under it; all others have USUAL_DAYS."""


def dies_on(alias: str, departs: date) -> date:
    """The day by which an alias is dead, as an estimate."""
    domain = alias.rpartition("@")[2].casefold()
    told = (days for site, days in DAYS.items() if domain == site or domain.endswith(f".{site}"))
    return departs + timedelta(days=next(told, USUAL_DAYS))
