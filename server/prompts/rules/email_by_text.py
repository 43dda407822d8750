"""A guest without an own address, whose mobile is known, is asked for one by text before they come."""

from __future__ import annotations

from datetime import timedelta

from server.prompts.chances import Chance, Plan, Span
from server.prompts.hours import local
from server.prompts.senders import why_refused
from server.wording import N_

PURPOSE, CHANNEL, ORDER = "email", "sms", 1
DAYS = (3, 0, 14)
IS_ON = ASKS_ADDRESS = True
KEEPS_SUNDAYS = False
TITLE = N_("Ask for the e-mail by text")
ABOUT = N_("Guests of whom you have no address of their own, but a mobile. One text; until they leave.")
DAYS_LABEL = N_("Days before arrival")


def plan(chance: Chance, days: timedelta) -> Plan:
    """At ten in the morning so many days before arrival, else at once; until the morning of departure."""
    if chance.has_address:
        return "known"
    if chance.mobile is None or "sms" in chance.dead:
        return "no_mobile"
    if not chance.is_mobile:
        return "not_mobile"
    if chance.is_shared_number:
        return "shared_number"
    if "sms" in chance.opted_out:
        return "opted_out"
    if chance.mode == "nothing":
        return "country_closed"
    if chance.sender is not None:
        refused = why_refused(chance.sender, chance.mode, chance.mobile_country or "")
        if refused is not None:
            return refused
    return Span(local(chance.arrives - days, 10, chance.hours), local(chance.departs, 11, chance.hours))
