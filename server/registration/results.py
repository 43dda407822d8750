"""What an authority answers, row by row: taken or refused, and by which of its codes.

Pasted by a person, typed from a receipt, or the XML of its service. Its texts may repeat what the guest
said, so only codes are kept; a file of `outputs/` whose authority answers has a `read_results`. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from server.refusal import Refused
from server.registration.output import Row

T = TypeVar("T")
LONGEST = 1_000_000
"""Characters of an answer; no receipt comes near."""


@dataclass(frozen=True, slots=True)
class Result:
    """Of one row of a file, or of those that share an answer: `row` is its place, from 0. `code` is the
    authority's, where it gave one: of a row that was taken, a remark (Czechia: handed in late), or the number
    by which it is known there (Spain)."""

    row: int
    is_taken: bool
    code: str | None = None


_NUMBERED = re.compile(r"(?:riga|řádek|row|line|n\.?)?\s*(\d{1,4})\s*[:.)\t;|\-]\s*(.*)", re.IGNORECASE)


def said_lines(text: str, rows: int) -> list[tuple[int, str]]:
    """(place of the row, what is said of it) of a pasted text: each line bears its row's number (`3: ...`),
    or none does and there are as many lines as rows, in order. Raises Refused."""
    if len(text) > LONGEST:
        raise Refused("registration.results_unreadable")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    numbered = [_NUMBERED.fullmatch(line) for line in lines]
    if lines and all(numbered):
        found = [(int(one[1]) - 1, one[2]) for one in numbered if one is not None]
        if any(not 0 <= row < rows for row, _said in found):
            raise Refused("registration.results_no_such_row", {"rows": str(rows)})
        if len({row for row, _said in found}) < len(found):
            raise Refused("registration.results_twice")
        return found
    return list(enumerate(in_order(lines, rows)))


def answers_of(rows: Sequence[Row]) -> list[int]:
    """For each row of a file the place of its answer: its own, or the one that it shares."""
    return [at if row.answer is None else row.answer for at, row in enumerate(rows)]


def in_order(said: Iterable[T], rows: int) -> list[T]:
    """As many answers as rows; raises Refused when they are not, since nobody can tell which is missing."""
    found = list(said)
    if len(found) != rows:
        raise Refused("registration.results_count", {"rows": str(rows), "found": str(len(found))})
    return found
