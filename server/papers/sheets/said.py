"""What is written on a sheet: our words in two languages, and what people typed, literally, within bounds.

Nothing here is markup: the templates escape every text, and set each typed one apart in a direction of its
own.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_skeleton

from server.papers.texts import Texts, texts_of
from server.registration.dates import PartialDate
from server.registration.output import House
from server.registration.states import country_of
from server.wording import SOURCE_LANGUAGE, direction

LONGEST = 250
"""Letters of one typed value; what is longer is cut, and the cut is shown."""
MOST_MARKS = 4
"""Marks over and under one letter; no script of a name needs more, and a flood of them buries the page."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A text in the two languages of a sheet; `also` is empty where it would say the same again."""

    own: str
    also: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a sheet: first the language of the authority, then another that the guest reads."""

    own: Texts
    also: Texts | None = None

    def say(self, key: str) -> Pair:
        """A text of ours, without parameters."""
        return _pair(self.own.words[key], self.also.words[key] if self.also else "")

    def fill(self, key: str, **given: str | Pair) -> Pair:
        """A text of ours with typed values in it, or with texts in both languages."""
        pairs = {name: Pair(value) if isinstance(value, str) else value for name, value in given.items()}
        own = {name: literal(pair.own) for name, pair in pairs.items()}
        also = {name: literal(pair.also or pair.own) for name, pair in pairs.items()}
        return _pair(
            self.own.words[key].format(**own), self.also.words[key].format(**also) if self.also else ""
        )

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self.own.words

    def state(self, code: str) -> Pair:
        """A state's name, or what a person without one is; the code itself where it means nothing to us."""
        if self.has(f"state.{code}"):
            return self.say(f"state.{code}")
        country = country_of(code)
        if country is None:
            return Pair(literal(code))
        own = self.own.locale.territories.get(country, code)
        return _pair(own, self.also.locale.territories.get(country, code) if self.also else "")

    def day(self, day: date | PartialDate) -> str:
        """A day in the language of the authority: 3 février 1990; what is unknown of it is left out."""
        if isinstance(day, PartialDate):
            if day.month is None:
                return f"{day.year:04d}"
            if day.day is None:
                return format_skeleton("yMMMM", day.first, locale=self.own.locale)
            day = day.first
        return format_date(day, "d MMMM y", locale=self.own.locale)

    def moment(self, at: datetime, zone: str) -> Pair:
        """A moment as the house's clock shows it."""
        own, also = (
            format_datetime(at, "d MMMM y, HH:mm", tzinfo=ZoneInfo(zone), locale=texts.locale)
            for texts in (self.own, self.also or self.own)
        )
        return _pair(own, also)

    @property
    def direction(self) -> str:
        """Of the second language."""
        return direction(self.also.language) if self.also else "ltr"


def words_in(languages: tuple[str, str]) -> Words:
    """The words in the language of the authority and of the guest. A language that the sheets are not written
    in is English; where both are one, English stands beside it."""
    written = texts_of("police")
    own, also = (written.get(language, written[SOURCE_LANGUAGE]) for language in languages)
    if own is also:
        also = written[SOURCE_LANGUAGE]
    return Words(own, None if own is also else also)


def literal(text: str) -> str:
    """What somebody typed, fit for a page: each sign as it is, less those that no page shows, that turn its
    writing around, or that pile up on one letter; cut where it has no end."""
    kept: list[str] = []
    marks = 0
    for sign in text[: 4 * LONGEST]:
        kind = unicodedata.category(sign)
        if sign in "\t\n\v\f\r\u2028\u2029":
            sign, kind = " ", "Zs"
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if marks > MOST_MARKS or _turns(sign):
            continue
        kept.append("\ufffd" if kind in ("Cc", "Cs", "Cn", "Co") else sign)
    found = "".join(kept).strip()
    cut = len(found) > LONGEST or len(text) > 4 * LONGEST
    return f"{found[:LONGEST]} […]" if cut else found


def address_of(words: Words, house: House) -> str:
    """Where a house is, in one line."""
    city = " ".join(filter(None, (house.postcode, house.city)))
    country = words.own.locale.territories.get(house.country, house.country)
    return ", ".join(literal(part) for part in (house.line, city, country, house.phone) if part)


def set_apart(text: str) -> str:
    """A text that holds writing from right to left, in a direction of its own; others as they are.

    The typesetter does not turn a bdi in the middle of a line, so the signs of UAX 9 for it stand here:
    `literal` took out those that were typed.
    """
    turns = any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text)
    return f"\u2068{text}\u2069" if turns else text


def hour(at: time) -> str:
    """An hour of the day."""
    return f"{at:%H:%M}"


def _turns(sign: str) -> bool:
    """Whether a sign bends the direction of what follows, or is part of a hidden text."""
    return (
        "\u202a" <= sign <= "\u202e"
        or "\u2066" <= sign <= "\u206f"
        or sign in "\u200e\u200f\u061c\ufeff\u00ad\u2060"
        or "\ufff9" <= sign <= "\ufffb"
        or "\U000e0000" <= sign <= "\U000e0fff"
    )


def _pair(own: str, also: str) -> Pair:
    return Pair(own, "" if also == own else also)
