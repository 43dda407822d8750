"""Dates and moments as sources write them, by strict formats and the order found over the whole column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache, lru_cache
from typing import NamedTuple

from babel import Locale

from server.cleaning.country import LANGUAGES
from server.cleaning.lists import words
from server.cleaning.text import plain
from server.record import DateOrder

OLDEST_AGE = 115
"""The oldest guest we believe in; the oldest person ever died at 122."""

_CENTURY_PIVOT = 30
"""Two digits below it are 20xx when no date of the row or the house tells better."""

_NUMERIC = re.compile(r"(\d{1,4})\s?[-/.\s]\s?(\d{1,2})\s?[-/.\s]\s?(\d{1,4})(?!\d)\.?")
_EAST_ASIAN = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号]?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DAY_MONTH = re.compile(r"(\d{1,2})\s?[-/.]\s?(\d{1,2})\.?")
_TIME = re.compile(
    r"^[\sT,à]*(?:at|um|à|h)?\s*(\d{1,2})[:.h](\d{2})(?:[:.](\d{2}))?(?:[.,]\d{1,9})?\s*([ap])?\.?(?:m\.?)?"
    r"\s*(z|utc|gmt|[+-]\d{2}:?\d{2}|[+-]\d{2})?$",
    re.I,
)
_SERIAL = re.compile(r"\d{4,5}(?:[.,]\d+)?")
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")
_FOUR_DIGITS = re.compile(r"\d{4}")
_WORDED = re.compile(r"[^\W\d_]+|\d+")


class Date(NamedTuple):
    """A date as read, its moment in UTC when a time stood with it, or the code of why there is none."""

    value: date | None = None
    moment: datetime | None = None
    code: str | None = None

    def at_midnight(self) -> Date:
        """The same date, its moment the first of that day."""
        if self.value is None:
            return self
        return self._replace(moment=datetime.combine(self.value, time(), UTC))


def find_date_order(values: Iterable[str]) -> DateOrder | None:
    """The order of day, month and year that a whole column is written in.

    `ymd` when the year leads, `dmy` when some first number exceeds 12, `mdy` when some second one does, the
    more frequent one when slips contradict each other. None when no date was seen or each could be read
    both ways: the caller must show that, and `parse` then takes day first.
    """
    counts = {"dmy": 0, "mdy": 0, "ymd": 0}
    for value in values:
        text = _western_digits(value.strip()[:60])
        match = _NUMERIC.match(text) or _DAY_MONTH.match(text)
        if match is None:
            continue
        first, second = match[1], match[2]
        if len(first) == 4:
            counts["ymd"] += 1
        elif len(first) <= 2:
            if 12 < int(first) <= 31 and int(second) <= 12:
                counts["dmy"] += 1
            elif int(first) <= 12 < int(second) <= 31:
                counts["mdy"] += 1
    if not any(counts.values()):
        return None
    orders: tuple[DateOrder, ...] = ("dmy", "mdy", "ymd")
    return max(orders, key=lambda order: counts[order])


@cache
def _months() -> dict[str, int]:
    """Month names, wide and short, in the twelve languages, folded."""
    found: dict[str, int] = {}
    for language in LANGUAGES:
        months = Locale(language).months
        for kind in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[kind][width].items():
                    key = plain(name).replace(" ", "")
                    if key and not key.isdigit() and not key[0].isdigit():
                        found.setdefault(key, number)
    for name, number in (
        ("sept", 9),
        ("jun", 6),
        ("jul", 7),
        ("fev", 2),
        ("aout", 8),
        ("maerz", 3),
        ("dez", 12),
    ):
        found.setdefault(name, number)
    return found


def _western_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.digit(ch)) if not ch.isascii() and unicodedata.digit(ch, None) is not None else ch
        for ch in text
    )


def parse(text: str, order: DateOrder | None = None, today: date | None = None) -> Date:
    """Read a date or a moment; never fails.

    `order` is the column's; None means day first. A leading four-digit year is always a year. A two-digit
    year is of the century that `today` makes likely (a date at most ten years ahead). Also read:
    `20240131`, spreadsheet serial numbers, Unix seconds, month names in twelve languages. A moment without
    an offset is taken for UTC.
    """
    if len(text) == 19 and text[4] == text[7] == "-" and text.isascii():
        try:  # what most systems write, hardly ever twice
            moment = datetime.fromisoformat(text + "+00:00")
        except ValueError:
            pass
        else:
            return Date(moment.date(), moment)
    return _parse(text if len(text) < 40 else text.strip()[:80], order, None if today is None else today.year)


@lru_cache(maxsize=50_000)
def _parse(text: str, order: DateOrder | None, year_now: int | None) -> Date:
    text = _western_digits(text.strip())
    if not text:
        return Date()
    if not any(ch.isdigit() for ch in text):
        return Date(code="date_unreadable")
    match = _EAST_ASIAN.match(text) or _NUMERIC.match(text)
    if match is not None:
        return _with_time(_numeric(match[1], match[2], match[3], order, year_now), text[match.end() :])
    compact = _COMPACT.match(text)
    if compact is not None and (len(text) == 8 or not text[8].isdigit()):
        read = _day(int(compact[1]), int(compact[2]), int(compact[3]))
        if read.value is None and len(text) == 8:
            read = _numeric(text[:2], text[2:4], text[4:], order, year_now)
        return _with_time(read, text[8:])
    if _SERIAL.fullmatch(text):
        return _serial(text)
    if _EPOCH.fullmatch(text):
        moment = datetime.fromtimestamp(int(text[:10]), UTC)
        return Date(moment.date(), moment)
    if _DAY_MONTH.fullmatch(text):
        return Date(code="date_without_year")
    return _worded(text, year_now)


def _numeric(first: str, second: str, third: str, order: DateOrder | None, year_now: int | None) -> Date:
    if len(first) >= 3:
        year, month, day = int(first), int(second), int(third)
        if len(third) > 2:
            return Date(code="date_unreadable")
        return _day(year, month, day) if len(first) == 4 else Date(code="date_unreadable")
    if len(third) == 3:
        return Date(code="date_unreadable")
    if order == "ymd" and len(third) <= 2:
        return _day(_full_year(first, year_now), int(second), int(third))
    year = _full_year(third, year_now)
    day, month = (int(second), int(first)) if order == "mdy" else (int(first), int(second))
    if month > 12 >= day:  # the column's order cannot be meant: 04/28/1980 among day-first dates
        read = _day(year, day, month)
        return read._replace(code="date_order_turned") if read.value else read
    return _day(year, month, day)


def _full_year(text: str, year_now: int | None) -> int:
    if len(text) > 2:
        return int(text)
    year = 2000 + int(text)
    limit = year_now + 10 if year_now is not None else 2000 + _CENTURY_PIVOT - 1
    return year - 100 if year > limit else year


def _day(year: int, month: int, day: int) -> Date:
    try:
        return Date(date(year, month, day))
    except ValueError:
        return Date(code="date_does_not_exist")


def _with_time(read: Date, rest: str) -> Date:
    if read.value is None or not rest.strip():
        return read
    match = _TIME.match(rest)
    if match is None:
        return read
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[4]:
        hour = hour % 12 + (12 if match[4].lower() == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return read
    moment = datetime.combine(read.value, time(hour, minute, second), _zone(match[5]))
    try:
        return read._replace(moment=moment.astimezone(UTC))
    except OverflowError:
        return read


def _zone(text: str | None) -> timezone:
    if not text or text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset >= timedelta(hours=24):
        return UTC
    return timezone(-offset if text[0] == "-" else offset)


def _serial(text: str) -> Date:
    """A spreadsheet's day number: 1 is 1900-01-01, with a 29 February 1900 that never was."""
    number = float(text.replace(",", "."))
    if not 60 < number < 80_000:
        return Date(code="date_unreadable")
    if number < 3_000 and "." not in text and "," not in text:
        return Date(code="date_unreadable")  # a bare year
    moment = datetime(1899, 12, 30, tzinfo=UTC) + timedelta(days=number)
    moment = moment.replace(microsecond=0)
    return Date(moment.date(), moment if number % 1 else None)


def _worded(text: str, year_now: int | None) -> Date:
    """`3 mars 1980`, `March 3, 1980`, `12-Dec-75`, `1er mai 1990`, `3 de marzo de 1980`."""
    pieces = _WORDED.findall(text)
    months = _months()
    month = None
    numbers: list[str] = []
    rest = ""
    for index, piece in enumerate(pieces):
        if piece.isdigit():
            numbers.append(piece)
            if len(numbers) == 2 and month is not None:
                rest = text[_end_of(text, pieces, index) :]
                break
        elif month is None:
            month = months.get(plain(piece).replace(" ", ""))
    if month is None or len(numbers) < 2:
        return Date(code="date_unreadable" if month is None or not numbers else "date_without_year")
    first, second = numbers[0], numbers[1]
    if len(first) == 4:
        return _with_time(_day(int(first), month, int(second) if len(second) <= 2 else 0), rest)
    if len(first) > 2 or len(second) not in (2, 4):
        return Date(code="date_unreadable")
    return _with_time(_day(_full_year(second, year_now), month, int(first)), rest)


def _end_of(text: str, pieces: list[str], index: int) -> int:
    at = 0
    for piece in pieces[: index + 1]:
        at = text.index(piece, at) + len(piece)
    return at


@cache
def _placeholders() -> frozenset[str]:
    return words("placeholder_birth_dates")


def parse_birth(
    text: str, order: DateOrder | None = None, today: date | None = None, written: date | None = None
) -> Date:
    """Read a birth date: never in the future, never over OLDEST_AGE, never a system's default.

    `today` is the day of reading; `written`, when today is not known, a day on which the row was written,
    which only tells the century of a two-digit year. A placeholder (`01/01/1900`) gives no date and
    `birth_date_placeholder`.
    """
    now = today or written
    read = parse(text, order, now)
    if read.value is None:
        if read.code == "date_without_year":
            return Date(code="birth_year_missing")
        if _all_alike(text):
            return Date(code="birth_date_placeholder")
        return read
    value = read.value
    if value.isoformat() in _placeholders():
        return Date(code="birth_date_placeholder")
    if now is not None and value > now and not _FOUR_DIGITS.search(text):
        try:
            value = value.replace(year=value.year - 100)
        except ValueError:
            return Date(code="date_does_not_exist")
    if today is not None and value > today:
        return Date(code="birth_date_in_future")
    year_now = now.year if now is not None else 2000 + _CENTURY_PIVOT
    if value.year > year_now + OLDEST_AGE or year_now - value.year > OLDEST_AGE:
        return Date(code="birth_date_impossible_age")
    return Date(value, None, read.code)


def _all_alike(text: str) -> bool:
    digits = {ch for ch in text if ch.isdigit()}
    return len(digits) == 1
