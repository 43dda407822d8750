"""The same by e-mail through the booking site's address, where the house switched that on after a warning."""

from __future__ import annotations

from datetime import timedelta

from server.prompts.chances import Chance, Plan, Span
from server.prompts.hours import local
from server.wording import N_

PURPOSE, CHANNEL, ORDER = "email", "email", 2
DAYS = (5, 1, 14)
IS_ON, ASKS_ADDRESS = False, True
KEEPS_SUNDAYS = False
TITLE = N_("Ask for the e-mail through the booking site's address")
ABOUT = N_("Guests whom no text reaches, by an e-mail to the address the booking site gave.")
DAYS_LABEL = N_("Days before arrival")


def plan(chance: Chance, days: timedelta) -> Plan:
    """At ten in the morning so many days before arrival; until they leave."""
    if chance.has_address:
        return "known"
    if not chance.has_alias:
        return "no_alias"
    if "email" in chance.opted_out:
        return "opted_out"
    return Span(local(chance.arrives - days, 10, chance.hours), local(chance.departs, 11, chance.hours))
