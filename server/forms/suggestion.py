"""Did you mean x@gmail.com? A question to the guest, never a change."""

from __future__ import annotations

from functools import cache

from server.cleaning.email import read_email
from server.cleaning.lists import rows, words

SHORTEST = 6
"""Letters that a provider's name must have to be compared; shorter ones are near anything."""


def suggest_email(text: str) -> str | None:
    """The address that was likely meant, or None when nothing looks like a slip."""
    return read_email(text).suggestion


@cache
def known_providers() -> tuple[str, ...]:
    """The mail domains that a slip is compared with on the tablet, which asks without a network."""
    return tuple(sorted(words("known_providers")))


@cache
def known_slips() -> dict[str, str]:
    """Domains that are always a slip, with what was meant."""
    return {row[0]: row[1] for name in ("typo_domains", "wrong_endings") for row in rows(name)}
