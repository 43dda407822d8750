"""What a house does with guests' data, and which class of the retention table each activity obeys.

The notice to guests and the register for the authority tell the same activities, each in its own words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from server.papers.document import Lack
from server.papers.facts import Facts


@dataclass(frozen=True, slots=True)
class Activity:
    """One purpose; `code` names its texts, `keeping` its class of data."""

    code: str
    keeping: str
    people: Literal["guests", "staff", "both"] = "guests"


ALWAYS = (
    Activity("stay", "stay"),
    Activity("one_guest", "stay"),
    Activity("news", "marketing"),
)
MESSAGES = Activity("messages", "messages")
BEHIND = (Activity("imports", "imports"), Activity("journal", "journal", "both"))
STAFF = Activity("staff", "staff", "staff")


def activities(facts: Facts, *, staff: bool = False) -> tuple[Activity, ...]:
    """What this house does, messages only where a sender is set; with `staff`, also about colleagues."""
    return (
        *ALWAYS,
        *((MESSAGES,) if facts.sends else ()),
        *BEHIND,
        *((STAFF,) if staff else ()),
    )


def entity_lacks(facts: Facts, *, stops: bool) -> list[Lack]:
    """What is not set of those who answer for the data."""
    lacks = []
    if not facts.entity:
        lacks.append(Lack("paper.lacks_entity", stops))
    if not facts.entity_address:
        lacks.append(Lack("paper.lacks_address", stops))
    if not facts.privacy_contact:
        lacks.append(Lack("paper.lacks_privacy_contact", stops))
    if facts.authority is None:
        lacks.append(Lack("paper.lacks_authority", stops, (("country", facts.country),)))
    return lacks
