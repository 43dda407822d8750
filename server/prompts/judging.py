"""What is to be asked about one stay, or why not: everybody's rules before those of a purpose. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from server.prompts.chances import Chance
from server.prompts.hours import next_open
from server.prompts.rules import Setting

BEFORE_THEY_LEAVE = frozenset({"email", "stay_info"})
"""Purposes that make no sense once a guest has left."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question that is to be asked: by which rule, when, until when."""

    setting: Setting
    mode: str
    due_at: datetime
    until_at: datetime


def purposes(settings: Iterable[Setting]) -> list[str]:
    """All that questions can be for, each once, in the order of the rules."""
    return list(dict.fromkeys(setting.rule.PURPOSE for setting in settings))


def judge(chance: Chance, settings: Iterable[Setting], purpose: str, *, since: datetime) -> Wanted | str:
    """What is to be asked for one purpose, or the code of why not. `since`: when that was first seen; no
    question is due before. Of several rules the first that finds something to ask asks."""
    why = never(chance, purpose)
    if why is not None:
        return why
    first: str | None = None
    for setting in settings:
        if purpose != setting.rule.PURPOSE:
            continue
        span = setting.plan(chance)
        if not isinstance(span, str):
            due = next_open(max(span.first, since), chance.hours, keeps_sundays=setting.rule.KEEPS_SUNDAYS)
            if due is not None and due < span.last:
                mode = chance.mode if setting.rule.CHANNEL == "sms" and purpose == "email" else "link"
                if setting.rule.CHANNEL == "email" and purpose == "email":
                    mode = "reply"
                return Wanted(setting, mode, due, span.last)
            span = "too_late"
        if first is None or first == "rule_off":
            first = span
    return first or "rule_off"


def never(chance: Chance, purpose: str) -> str | None:
    """Why this guest is not asked about this stay whatever a rule says; None: they may be."""
    if chance.status in ("cancelled", "no_show"):
        return chance.status
    if chance.departs <= chance.arrives:
        return "day_use"
    if not chance.is_person:
        return "no_person"
    if chance.is_group_member:
        return "group_member"
    if purpose in chance.declined:
        return "declined"
    if purpose in BEFORE_THEY_LEAVE and chance.status == "left":
        return "has_left"
    return None


def is_held_back(guest_id: str, percent: int, *, secret: bytes) -> bool:
    """Whether a guest is of the share that is never asked, to compare with: the same at every stay, and
    nobody's choice."""
    digest = hmac.new(secret, f"held back\n{guest_id}".encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big") % 100 < percent
