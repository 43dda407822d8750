"""How it was, the day after departure: by e-mail, by text to whom no e-mail reaches."""

from __future__ import annotations

from datetime import timedelta

from server.prompts.chances import Chance, Plan, Span
from server.prompts.hours import local
from server.wording import N_

PURPOSE, CHANNEL, ORDER = "survey", "email", 4
DAYS = (1, 1, 14)
IS_ON, ASKS_ADDRESS = True, False
KEEPS_SUNDAYS = True
TITLE = N_("Survey after the stay")
ABOUT = N_("By e-mail; never on Sundays and public holidays.")
DAYS_LABEL = N_("Days after departure")

LASTS = timedelta(days=10)
"""After that nobody remembers the breakfast."""


def plan(chance: Chance, days: timedelta) -> Plan:
    """At eleven so many days after departure, for ten days."""
    if not (chance.has_address or chance.has_alias):
        return "no_email"
    if "email" in chance.opted_out:
        return "opted_out"
    if "email" in chance.said_no:
        return "said_no"
    first = chance.departs + days
    return Span(local(first, 11, chance.hours), local(first + LASTS, 20, chance.hours))
