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
_NAMES = frozenset({"first_name", "last_name", "full_name", "title"})
_NUMBERS = frozenset({"amount", "party", "loyalty_id", "document_number"})
_YEAR = re.compile(r"\s*(?:(\d{4})-|\d{1,2}[./-]\d{1,2}[./-](\d{4}|\d{2}))")
MOSTLY = 0.8
"""Share of a column's values that must agree before they tell its kind."""
BEFORE_SYSTEMS = 1995
"""Few systems whose exports we see hold a booking or a record of before that year."""
LIFETIMES, STILL_BORN = 15, 2008
"""Birth dates lie many years apart; what a house notes down lies within the few years it used a system. A
column that starts lifetimes apart is one of births unless most of it is younger than that year."""


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
    offers: list[tuple[float, int, int, str]] = []
    for at, name in enumerate(header):
        values = [row[at] for row in rows if row[at].strip()]
        shape = _shape(values)
        for place, (field, words) in enumerate(_FLAT.items()):
            score = _score(flat(name), words, field, shape)
            if score >= ENOUGH:
                offers.append((score, at, place, field))
    chosen: dict[int, tuple[str, float]] = {}
    taken: set[str] = set()
    for score, at, _, field in sorted(offers, key=lambda offer: (-offer[0], *offer[1:])):
        if at not in chosen and field not in taken:
            chosen[at] = (field, round(score, 2))
            taken.add(field)
    _share_out_names(chosen, rows)
    return {header[at]: chosen[at] for at in sorted(chosen)}


def _share_out_names(chosen: dict[int, tuple[str, float]], rows: Sequence[Sequence[str]]) -> None:
    """A column called `Guest` or `Name` is the family name where the first name stands in a column of its
    own, and the whole name where none does; so is `Nom` when it stands alone over names of two words."""
    columns = {field: at for at, (field, _) in chosen.items()}
    first, last, full = (columns.get(field) for field in ("first_name", "last_name", "full_name"))
    if full is not None and first is not None and last is None:
        pairs = [(_words(row[first]), _words(row[full])) for row in rows if row[first].strip()]
        repeated = sum(given <= whole for given, whole in pairs)
        if 2 * repeated < len(pairs) or not pairs:
            chosen[full] = ("last_name", min(0.85, chosen[full][1]))
    elif last is not None and first is None and full is None:
        names = [row[last] for row in rows if row[last].strip()]
        if names and sum(len(_words(name)) > 1 for name in names) >= MOSTLY * len(names):
            chosen[last] = ("full_name", min(0.75, chosen[last][1]))


def _words(name: str) -> set[str]:
    return set(flat(name).split())


def _shape(values: Sequence[str]) -> str | None:
    """The kind of value that fills a column when nearly all agree, `other` when not, None for no values.

    Dates in which people may be born are `birth`; text is `words` without digits, `coded` with them.
    """
    if not values:
        return None
    enough = MOSTLY * len(values)
    for kind, pattern in _PATTERNS.items():
        if sum(pattern.fullmatch(value) is not None for value in values) >= enough:
            return "birth" if kind == "date" and _are_births(values) else kind
    digits = sum(any(sign.isdigit() for sign in value) for value in values)
    if digits >= enough:
        return "coded"
    return "words" if len(values) - digits >= enough else "other"


def _are_births(dates: Sequence[str]) -> bool:
    years = sorted(_year(match) for date in dates if (match := _YEAR.match(date)))
    if not years:
        return False
    median, margin = years[len(years) // 2], len(years) // 10
    apart = years[-1 - margin] - years[margin]
    return median < BEFORE_SYSTEMS or (apart >= LIFETIMES and median < STILL_BORN)


def _year(match: re.Match[str]) -> int:
    text = match[1] or match[2]
    year = int(text)
    return year if len(text) == 4 else year + (1900 if year >= 40 else 2000)


def _score(name: str, words: Sequence[str], field: str, shape: str | None) -> float:
    """How well a column's name and values fit a field; values of another kind speak against it."""
    likeness = max((_likeness(name, word) for word in words), default=0.0)
    kind = "phone" if field in ("phone", "mobile") else "date" if field in DATE_FIELDS else field
    if shape is None:
        return likeness
    if shape == "other":
        return likeness * 0.9 if kind in _SHAPED else likeness
    if shape in ("words", "coded"):
        strange = kind in _SHAPED | _NUMBERS if shape == "words" else kind in _SHAPED | _NAMES
        return likeness * ((0.75 if likeness > 0.95 else 0.6) if strange else 1)
    if shape in ("date", "birth") and kind == "date":
        return _score_date(likeness, field, births=shape == "birth")
    if shape == kind:
        return max(0.65 if field in ("email", "phone") else 0.0, 0.5 * likeness + 0.5)
    return likeness * (0.5 if kind in _PATTERNS or shape in ("email", "date", "birth") else 0.85)


def _score_date(likeness: float, field: str, *, births: bool) -> float:
    """How well a column of dates fits: the years speak, and only the very name speaks louder."""
    score = 0.5 * likeness + 0.5 if likeness >= 0.6 else likeness
    if field == "birth_date":
        return max(0.65, score) if births else score * (0.95 if likeness > 0.95 else 0.5)
    return score * 0.8 if births else score


def _likeness(name: str, word: str) -> float:
    if name == word or name.replace(" ", "") == word.replace(" ", ""):
        return 1.0
    if len(name) >= 3 and word.startswith(name):  # `Geb.` for `Geburtsdatum`
        return max(0.75, fuzz.ratio(name, word) / 100)
    if min(len(name), len(word)) < 4:
        return 0.75 if word in name.split() else 0.0
    return max(fuzz.ratio(name, word), 0.85 * fuzz.token_set_ratio(name, word)) / 100
