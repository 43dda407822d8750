"""How many examples Hypothesis draws of what is dear to judge: a few in every run, many with --soak."""

from __future__ import annotations

from hypothesis import settings

SOAK = "soak"
LONGER = 20

settings.register_profile(SOAK)


def drawn(few: int) -> settings:
    """So many examples, however long each takes; twenty times as many in the long runs."""
    soaked = settings.get_current_profile_name() == SOAK
    return settings(max_examples=few * (LONGER if soaked else 1), deadline=None)
