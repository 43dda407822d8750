"""What a guest needs for the arrival, with the link to check in before, by e-mail while an address lives."""

from __future__ import annotations

from datetime import timedelta

from server.prompts.chances import Chance, Plan, Span
from server.prompts.hours import local
from server.wording import N_

PURPOSE, CHANNEL, ORDER = "stay_info", "email", 3
DAYS = (3, 1, 14)
IS_ON, ASKS_ADDRESS = True, False
KEEPS_SUNDAYS = False
TITLE = N_("Stay information with pre-check-in")
ABOUT = N_("By e-mail before arrival, also to a booking site's address while it still forwards.")
DAYS_LABEL = N_("Days before arrival")


def plan(chance: Chance, days: timedelta) -> Plan:
    """At ten in the morning so many days before arrival; until the evening of arrival."""
    if chance.is_checked_in:
        return "checked_in"
    if not (chance.has_address or chance.has_alias):
        return "no_email"
    if "email" in chance.opted_out:
        return "opted_out"
    return Span(local(chance.arrives - days, 10, chance.hours), local(chance.arrives, 20, chance.hours))
