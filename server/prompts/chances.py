"""A chance: one stay as the rules see it, with all they may go by. Plain words, no tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from server.prompts.hours import Hours


@dataclass(frozen=True, slots=True)
class Chance:
    """A stay and its main guest.

    `email` and `mobile` are the best the guest's records tell, of whichever class; `dead` and `opted_out`
    name channels. `household` is the guest's id where they live in none.
    """

    stay_id: str
    property_id: int
    guest_id: str
    record_id: int
    status: str
    arrives: date
    departs: date
    source_channel: str | None
    hours: Hours
    is_person: bool = True
    email: str | None = None
    email_class: str = "missing"
    mobile: str | None = None
    is_mobile: bool = False
    mobile_country: str | None = None
    is_shared_number: bool = False
    language: str = "en"
    households: frozenset[str] = frozenset()
    is_group_member: bool = False
    declined: frozenset[str] = frozenset()  # purposes
    opted_out: frozenset[str] = frozenset()  # channels
    dead: frozenset[str] = frozenset()  # channels
    mode: str = "link"  # of texts to that number's country
    sender: str | None = None  # kind of what the house texts by to that country
    reasons: frozenset[str] = frozenset()  # for giving an e-mail, that are true at the house
    is_checked_in: bool = False  # a form about this stay came before
    said_no: frozenset[str] = frozenset()  # channels of a consent that was refused

    @property
    def has_address(self) -> bool:
        """Whether the guest can be written to for good: their own address, and it lives."""
        return self.email_class in ("real", "relay") and "email" not in self.dead

    @property
    def has_alias(self) -> bool:
        """Whether all there is is an address of a booking site that still forwards."""
        return self.email_class == "alias" and self.email is not None and "email" not in self.dead


class Span(NamedTuple):
    """When a question makes sense: from, in UTC, and until when. The hours that are kept come on top."""

    first: datetime
    last: datetime


Plan = Span | str
"""What a rule makes of a chance: when to ask, or the code of why not."""
