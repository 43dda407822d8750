"""The survey by text, to whom no e-mail reaches."""

from __future__ import annotations

from datetime import timedelta

from server.prompts.chances import Chance, Plan, Span
from server.prompts.hours import local
from server.prompts.rules.survey import LASTS
from server.prompts.senders import why_refused
from server.wording import N_

PURPOSE, CHANNEL, ORDER = "survey", "sms", 5
DAYS = (1, 1, 14)
IS_ON, ASKS_ADDRESS = True, False
KEEPS_SUNDAYS = True
TITLE = N_("Survey by text")
ABOUT = N_("To guests whom no e-mail reaches; never on Sundays and public holidays.")
DAYS_LABEL = N_("Days after departure")


def plan(chance: Chance, days: timedelta) -> Plan:
    """As by e-mail, with a link: a survey is not answered in one text."""
    if chance.mobile is None or not chance.is_mobile or "sms" in chance.dead:
        return "no_mobile"
    if chance.is_shared_number:
        return "shared_number"
    if chance.opted_out:  # who wants none by e-mail is not written to by another way instead
        return "opted_out"
    if chance.said_no:
        return "said_no"
    if chance.mode == "nothing":
        return "country_closed"
    if chance.sender is not None:
        refused = why_refused(chance.sender, "link", chance.mobile_country or "")
        if refused is not None:
            return refused
    first = chance.departs + days
    return Span(local(first, 11, chance.hours), local(first + LASTS, 20, chance.hours))
