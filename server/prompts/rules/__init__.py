"""One file for each rule of who is asked what and when; the file's name is the rule's.

PURPOSE and CHANNEL: what the question is for, and by what it goes. ORDER: of several rules for one purpose
the first that finds something to ask asks. DAYS: how many days before arrival, or after departure, as usual,
at least and at most. plan: what the rule makes of a chance. IS_ON: unless the house says otherwise.
ASKS_ADDRESS: whether it asks for the guest's address, so that a share is held back to compare with.
KEEPS_SUNDAYS: nothing on Sundays and public holidays. TITLE and ABOUT: what the desk says of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from types import ModuleType
from typing import Any

from server.discovery import discover
from server.prompts.chances import Chance, Plan
from server.prompts.models import Asking

NAMES = (
    *("PURPOSE", "CHANNEL", "ORDER", "DAYS", "plan", "IS_ON", "ASKS_ADDRESS", "KEEPS_SUNDAYS"),
    *("TITLE", "ABOUT", "DAYS_LABEL"),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A rule as a house has it."""

    name: str
    rule: ModuleType
    is_on: bool
    days: int

    def plan(self, chance: Chance) -> Plan:
        """What it makes of a chance."""
        if not self.is_on:
            return "rule_off"
        made: Plan = self.rule.plan(chance, timedelta(days=self.days))
        return made


@cache
def all_rules() -> Mapping[str, ModuleType]:
    """Every rule by its name, those that are asked first at the front."""
    found = discover("server.prompts.rules", NAMES)
    return dict(sorted(found.items(), key=lambda item: (item[1].ORDER, item[0])))


def settings_of(asking: Asking | None) -> tuple[Setting, ...]:
    """The rules as a house set them, in their order; through a booking site's address only where that was
    switched on after its warning."""
    said: Mapping[str, Mapping[str, Any]] = asking.rules if asking is not None else {}
    through = asking is not None and asking.asks_through_alias
    return tuple(_setting(name, rule, said.get(name, {}), through) for name, rule in all_rules().items())


def _setting(name: str, rule: ModuleType, said: Mapping[str, Any], through: bool) -> Setting:
    usual, least, most = rule.DAYS
    days = said.get("days", usual)
    is_on = bool(said.get("on", rule.IS_ON))
    if name == "email_through_alias":
        is_on = through
    return Setting(name, rule, is_on, days if isinstance(days, int) and least <= days <= most else usual)
