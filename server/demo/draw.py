"""Chance that can be repeated: the same seed draws the same things in every process, on every machine."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Draw:
    """Draws made only from `random()`, whose sequence Python promises to keep between its versions."""

    __slots__ = ("unit",)

    def __init__(self, seed: int) -> None:
        # S311 would have a secret here; a demo wants the opposite: the same draws again.
        self.unit = random.Random(seed).random  # noqa: S311

    def chance(self, share: float) -> bool:
        """True in `share` of the draws."""
        return self.unit() < share

    def below(self, end: int) -> int:
        """A whole number, 0 to end - 1."""
        return int(self.unit() * end)

    def between(self, first: int, last: int) -> int:
        """A whole number, both ends included."""
        return first + int(self.unit() * (last - first + 1))

    def pick(self, things: Sequence[T]) -> T:
        """One of the things; one that stands there twice comes twice as often."""
        return things[int(self.unit() * len(things))]

    def digits(self, count: int) -> str:
        """`count` digits, the first not 0."""
        low: int = 10 ** (count - 1)
        return str(low + int(self.unit() * 9 * low))

    def letters(self, count: int) -> str:
        """`count` small letters."""
        return "".join(LETTERS[int(self.unit() * 26)] for _ in range(count))

    def fill(self, pattern: str) -> str:
        """A pattern with its # drawn as digits (69## -> 6941)."""
        if "#" not in pattern:
            return pattern
        return "".join(str(int(self.unit() * 10)) if sign == "#" else sign for sign in pattern)
