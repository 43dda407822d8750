"""What the columns of a header nobody knows may mean: a suggestion with a score, for a person to correct."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from rapidfuzz import fuzz

from server.record import DATE_FIELDS


def _read_words() -> dict[str, tuple[str, ...]]:
    """column_words.txt: a field's name, then, indented, the column names that mean it, between commas."""
    said: dict[str, str] = {}
    field = ""
    for line in Path(__file__).with_name("column_words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):
            said[field] += line
        elif line and not line.startswith("#"):
            field = line.strip()
            said[field] = ""
    return {
        field: tuple(" ".join(word.split()) for word in words.split(",")) for field, words in said.items()
    }


WORDS: Mapping[str, tuple[str, ...]] = _read_words()
ENOUGH = 0.62
"""Below this a column is left for the person, without a suggestion."""

# dates before phones: 01/01/1960 is made of what phone numbers are made of
_PATTERNS: Mapping[str, re.Pattern[str]] = {
    "email": re.compile(r"\s*[^\s@;,]+@[^\s@;,]+\.[A-Za-z]{2,}\s*"),
    "date": re.compile(r"\s*(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2})(?:[ T].{4,})?"),
    "phone": re.compile(r"\s*(?:\+|00|0|\(\+?)[\d\s().\-/]{7,20}"),
    "amount": re.compile(r"\s*[€$£]?\s*-?\d{1,3}(?:[ ,.]?\d{3})*[.,]\d{2}\s*[€$£]?"),
}
_SHAPED = frozenset({"email", "phone", "date"})


def flat(name: str) -> str:
    """A header as lower-case ASCII words: `Check-in_Date` -> `check in date`."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    plain = unicodedata.normalize("NFKD", spaced.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", " ", plain).strip()


_FLAT: Mapping[str, tuple[str, ...]] = {field: tuple(map(flat, words)) for field, words in WORDS.items()}
EVERYDAY = frozenset(word.replace(" ", "") for words in _FLAT.values() for word in words)
"""Column names that any system may use, without spaces: they tell nothing about whose file it is."""


def suggest(header: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, tuple[str, float]]:
    """For every column that can be guessed: its field and a score from 0 to 1. Each field once."""
    offers: list[tuple[float, int, str]] = []
    for at, name in enumerate(header):
        values = [row[at] for row in rows if row[at].strip()]
        shape = _shape(values)
        for field, words in _FLAT.items():
            score = _score(flat(name), words, field, shape)
            if score >= ENOUGH:
                offers.append((score, at, field))
    chosen: dict[int, tuple[str, float]] = {}
    taken: set[str] = set()
    for score, at, field in sorted(offers, key=lambda offer: (-offer[0], offer[1], offer[2])):
        if at not in chosen and field not in taken:
            chosen[at] = (field, round(score, 2))
            taken.add(field)
    return {header[at]: chosen[at] for at in sorted(chosen)}


def _shape(values: Sequence[str]) -> str | None:
    """The kind of value that fills a column when nearly all agree, `other` when not, None for no values."""
    if not values:
        return None
    for kind, pattern in _PATTERNS.items():
        if sum(pattern.fullmatch(value) is not None for value in values) >= 0.8 * len(values):
            return kind
    return "other"


def _score(name: str, words: Sequence[str], field: str, shape: str | None) -> float:
    """How well a column's name and values fit a field; values of another kind speak against it."""
    likeness = max((_likeness(name, word) for word in words), default=0.0)
    kind = "phone" if field in ("phone", "mobile") else "date" if field in DATE_FIELDS else field
    if shape is None:
        return likeness
    if shape == "other":
        return likeness * 0.9 if kind in _SHAPED else likeness
    if shape == kind:
        return max(0.65 if field in ("email", "phone") else 0.0, 0.5 * likeness + 0.5)
    return likeness * (0.5 if kind in _PATTERNS or shape in ("email", "date") else 0.85)


def _likeness(name: str, word: str) -> float:
    if name == word or name.replace(" ", "") == word.replace(" ", ""):
        return 1.0
    if min(len(name), len(word)) < 4:
        return 0.75 if word in name.split() else 0.0
    return max(fuzz.ratio(name, word), 0.85 * fuzz.token_set_ratio(name, word)) / 100
