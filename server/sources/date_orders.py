"""The order of day and month, told from all values of a column: 03/04/2021 says nothing, 25/04/2021 does."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from server.record import DateOrder

Verdict = Literal["dmy", "mdy", "ymd", "undecidable", "conflicting"]

MAX_SEEN = 40_000
"""Different beginnings of a column's values held at once; then they are counted and forgotten."""
STRAY = 0.01
"""Up to this share of values may contradict the order of the rest: typing errors, not a second order."""

_NUMERIC = re.compile(r"\s*(\d{1,4})([./ -])(\d{1,2})\2(\d{4}|\d{2})?")


class DateOrders:
    """Watches every column of a file and names the order of those that hold dates."""

    def __init__(self, width: int) -> None:
        self._seen: list[set[str]] = [set() for _ in range(width)]
        self._counts = [[0, 0, 0, 0] for _ in range(width)]  # day first, month first, year first, either
        self._filled = [0] * width
        self._watched = tuple(range(width))
        self._rows = 0

    def watch(self, cells: Sequence[str]) -> None:
        """Take one row into account. In time, only columns that ever held a date are watched."""
        for at in self._watched:
            cell = cells[at]
            if cell and ("0" <= cell.lstrip()[:1] <= "9"):
                seen = self._seen[at]
                seen.add(cell[:11])
                if len(seen) > MAX_SEEN:
                    self._count(at)
            if cell:
                self._filled[at] += 1
        self._rows += 1
        if self._rows % 2_000 == 0:
            self._drop_others()

    def _drop_others(self) -> None:
        for at in self._watched:
            self._count(at)
        self._watched = tuple(at for at in self._watched if sum(self._counts[at]) or self._filled[at] < 20)

    def _count(self, at: int) -> None:
        counts = self._counts[at]
        for value in self._seen[at]:
            match = _NUMERIC.match(value)
            if match is None:
                continue
            first, second = int(match[1]), int(match[3])
            if len(match[1]) == 4:
                counts[2] += 1
            elif len(match[1]) == 3 or match[4] is None or not (1 <= first <= 31 and 1 <= second <= 31):
                continue
            elif first > 12 >= second:
                counts[0] += 1
            elif second > 12 >= first:
                counts[1] += 1
            elif first <= 12:
                counts[3] += 1
        self._seen[at].clear()

    def verdicts(self, header: Sequence[str]) -> dict[str, Verdict]:
        """The order of every column in which numeric dates stand; other columns are absent."""
        for at in self._watched:
            self._count(at)
        found: dict[str, Verdict] = {}
        for name, (day, month, year, either) in zip(header, self._counts, strict=True):
            total = day + month + year + either
            if total:
                found[name] = _verdict(day, month, year, total)
        return found


def _verdict(day: int, month: int, year: int, total: int) -> Verdict:
    telling = (("dmy", day), ("mdy", month), ("ymd", year))
    order, most = max(telling, key=lambda pair: pair[1])
    if not most:
        return "undecidable"
    against = day + month + year - most
    if against > STRAY * total:
        return "conflicting"
    return _ORDERS[order]


_ORDERS: Mapping[str, DateOrder] = {"dmy": "dmy", "mdy": "mdy", "ymd": "ymd"}


def settle(verdicts: Mapping[str, Verdict]) -> dict[str, DateOrder]:
    """The orders to read by: an undecidable column follows the file's others when those agree."""
    sure = {name: _ORDERS[v] for name, v in verdicts.items() if v in _ORDERS}
    agreed = set(sure.values()) - {"ymd"}
    if len(agreed) == 1:
        (order,) = agreed
        return {name: sure.get(name, order) for name, v in verdicts.items() if v != "conflicting"}
    return sure
