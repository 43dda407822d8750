"""One look of `doctor`: what was found, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: its name, what was found, and what to do (None when it is well)."""

    name: str
    found: str
    advice: str | None = None


def guarded(name: str, look: Callable[[], Check]) -> Check:
    """What a look found, or that it could not be taken: a doctor who faints helps nobody."""
    try:
        return look()
    except Exception as problem:
        said = str(problem).splitlines() or [type(problem).__name__]
        return Check(name, f"could not be looked at ({type(problem).__name__})", said[0])
