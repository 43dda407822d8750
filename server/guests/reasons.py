"""A colleague's reason for a word on a guest, where there must be one."""

from __future__ import annotations

from server.journal.entries import tidy_reason
from server.refusal import Refused

SHORTEST = 3


def given_reason(text: str) -> str:
    """The reason as it is kept, without addresses and longer numbers. Raises Refused where none was given."""
    kept = tidy_reason(text)
    if kept is None or len(kept) < SHORTEST:
        raise Refused("reason.needed")
    return kept
