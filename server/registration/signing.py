"""A signature as it was drawn: strokes of points, bound to the exact text that stood above it.

The text is kept with it, word for word as it was shown, so that a sheet which was changed since is seen to be
another one. Strokes are whole numbers within the pad, so that a signature can be drawn again at any size.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise
from math import dist
from typing import Any, Literal

WIDEST = 4_000
"""Units of the pad's longer side at most."""
MOST_STROKES, MOST_POINTS = 400, 6_000
SHORTEST = 0.05
"""Of the pad's width: what is drawn less long is a slip of the finger and no signature."""

Signer = Literal["self", "guardian", "leader"]
Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Strokes:
    """Lines of points within a pad of so many units."""

    width: int
    height: int
    lines: tuple[tuple[Point, ...], ...]

    @property
    def is_drawn(self) -> bool:
        """Whether it is more than a dot."""
        return sum(_length(line) for line in self.lines) >= self.width * SHORTEST

    @property
    def path(self) -> str:
        """The lines as an SVG path: `M1 2L3 4`; digits, blanks and the two letters, nothing else."""
        return "".join(
            "".join(f"{'L' if at else 'M'}{x} {y}" for at, (x, y) in enumerate(_visible(line)))
            for line in self.lines
        )


def _visible(line: Sequence[Point]) -> Sequence[Point]:
    """A dot is a line of no length, which a round pen shows."""
    return (*line, *line) if len(line) == 1 else line


def _length(line: Sequence[Point]) -> float:
    return sum(dist(one, other) for one, other in pairwise(line))


def read_strokes(text: str) -> Strokes:
    """The strokes of a form's answer, `{"w":600,"h":200,"s":[[x,y,x,y],[x,y]]}`; raises ValueError when it is
    none, or more than a hand draws."""
    try:
        said: Any = json.loads(text)
        width, height, drawn = said["w"], said["h"], said["s"]
        flat = [_whole(line) for line in drawn]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError("no strokes") from None
    sound = (
        all(isinstance(side, int) and 0 < side <= WIDEST for side in (width, height))
        and 0 < len(flat) <= MOST_STROKES
        and sum(map(len, flat)) <= 2 * MOST_POINTS
        and all(line and len(line) % 2 == 0 for line in flat)
    )
    if not sound:
        raise ValueError("no strokes")
    lines = tuple(tuple(zip(line[::2], line[1::2], strict=True)) for line in flat)
    if any(not (0 <= x <= width and 0 <= y <= height) for line in lines for x, y in line):
        raise ValueError("strokes outside the pad")
    return Strokes(width, height, lines)


def _whole(line: Any) -> list[int]:
    if not isinstance(line, list) or any(type(one) is not int for one in line):
        raise ValueError("no strokes")
    return line


@dataclass(frozen=True, slots=True)
class Signature:
    """What was signed, how, and when. `text` is what was shown, `strokes` the form's answer as it came; empty
    where the guest cannot sign and a colleague, `witness`, saw them."""

    text: str
    form: str
    language: str
    signed_at: datetime
    strokes: str = ""
    signer: Signer = "self"
    witness: str | None = None  # the actor, as in the journal

    def is_of(self, text: str) -> bool:
        """Whether it stands under this very text."""
        return self.text == text

    def to_bytes(self) -> bytes:
        """As the vault seals it."""
        said = asdict(self) | {"signed_at": self.signed_at.isoformat()}
        return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def signature_from(content: bytes) -> Signature:
    """The signature that `to_bytes` wrote."""
    said: Any = json.loads(content)
    return Signature(**said | {"signed_at": datetime.fromisoformat(said["signed_at"])})
