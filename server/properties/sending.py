"""Whether a house sends anything to its guests. Whatever sends asks here first, and nowhere else."""

from __future__ import annotations

from server.properties.models import Property

WAITS = ("sending.no_sender", "sending.no_test", "sending.plan_unseen")
"""What sending may wait for, in the order in which a house comes to it; each has a sentence."""


def sending_waits_for(house: Property) -> list[str]:
    """What is missing before the first message may leave; an empty list: nothing.

    A sender must be set, a test must have reached one of ours, and somebody must have seen the plan of who
    would be asked what and when (a first import may hold thousands of guests).
    """
    met = (bool(_senders(house)), house.test_arrived_at is not None, house.plan_seen_at is not None)
    return [code for code, is_met in zip(WAITS, met, strict=True) if not is_met]


def _senders(house: Property) -> dict[str, str]:
    """The senders that are set, such as sms."""
    return {kind: name for kind, name in house.senders.items() if name}
