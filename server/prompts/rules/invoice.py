"""After departure the address is asked for the invoice: only where it is really sent by e-mail."""

from __future__ import annotations

from datetime import timedelta

from server.prompts.chances import Chance, Plan, Span
from server.prompts.hours import local
from server.prompts.rules import email_by_text
from server.wording import N_

PURPOSE, CHANNEL, ORDER = "invoice", "sms", 6
DAYS = (1, 0, 14)
IS_ON = ASKS_ADDRESS = True
KEEPS_SUNDAYS = False
TITLE = N_("Ask for the e-mail for the invoice")
ABOUT = N_("By text after departure, only where the house ticked that invoices are sent by e-mail.")
DAYS_LABEL = N_("Days after departure")

LASTS = timedelta(days=14)


def plan(chance: Chance, days: timedelta) -> Plan:
    """At two in the afternoon so many days after departure, for two weeks."""
    if "invoice" not in chance.reasons:
        return "not_true_here"
    if "email" in chance.declined:
        return "declined"
    made = email_by_text.plan(chance, timedelta())
    if isinstance(made, str):
        return made
    first = chance.departs + days
    return Span(local(first, 14, chance.hours), local(first + LASTS, 20, chance.hours))
