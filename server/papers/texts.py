"""The words of the papers: one file for each paper and language, `languages/<paper>.<language>.toml`.

They are not in the desk's catalogues, because a guest reads a notice in languages that no colleague's desk
speaks. English is the source; a file with other keys or parameters than the English one stops the start.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.units import format_unit
from markupsafe import Markup, escape

from server.properties.retention import Keeping
from server.wording import PSEUDO, SOURCE_LANGUAGE, pseudo

FOLDER = Path(__file__).parent / "languages"

_PARAMETER = re.compile(r"\{([a-z_]+)\}")
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class BrokenTexts(ValueError):
    """A file of texts cannot work; the message names it and what is wrong."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one paper in one language."""

    language: str
    words: Mapping[str, str]

    def say(self, key: str, **given: str) -> Markup:
        """A text with its parameters, each shown literally and kept apart from the writing around it."""
        return Markup(  # noqa: S704  # the file's words are ours and escaped as well; values by `value`
            _PARAMETER.sub(lambda found: str(value(given[found[1]])), str(escape(self.words[key])))
        )

    def keeping(self, keeping: Keeping) -> Markup:
        """How long a class of data is kept, and from when: 3 years after the end of your last stay."""
        number, unit = (keeping.days, "day") if keeping.days else (keeping.months, "month")
        if unit == "month" and number % 12 == 0:
            number, unit = number // 12, "year"
        period = format_unit(number, f"duration-{unit}", length="long", locale=self.locale)
        return self.say("kept", period=escape(period), start=self.say(f"start.{keeping.starts}"))

    def day(self, day: date) -> str:
        """A day in full, such as 3 February 2027."""
        return format_date(day, "d MMMM y", locale=self.locale)

    @property
    def locale(self) -> Locale:
        """For days and numbers; the pseudo-locale counts as English."""
        return Locale.parse(SOURCE_LANGUAGE if self.language == PSEUDO else self.language)


def value(text: str) -> Markup:
    """Something given, such as a name: literally, less what no page can show, in a direction of its own."""
    if isinstance(text, Markup):
        return text
    return Markup("<bdi>{}</bdi>").format(_UNSHOWABLE.sub("\ufffd", text))


def together(*texts: str, by: str = ", ") -> Markup:
    """Given texts in a row, without the empty ones."""
    return Markup(escape(by)).join(value(text) for text in texts if text)  # noqa: S704  # escaped


@cache
def texts_of(paper: str) -> Mapping[str, Texts]:
    """Every language that a paper is written in; raises BrokenTexts naming what a file lacks."""
    found = {
        path.name.split(".")[1]: tomllib.loads(path.read_text("utf-8"))
        for path in sorted(FOLDER.glob(f"{paper}.*.toml"))
    }
    source = found[SOURCE_LANGUAGE]
    for language, words in found.items():
        wrong = sorted(source.keys() ^ words.keys()) or [
            key for key in source if _parameters(source[key]) != _parameters(words[key])
        ]
        if wrong:
            raise BrokenTexts(
                f"{paper}.{language}.toml differs from the English texts in: {', '.join(wrong)}"
            )
    return {language: Texts(language, words) for language, words in found.items()}


def pseudo_texts(paper: str) -> Texts:
    """The texts of a paper in the pseudo-locale, for whoever looks whether a page bears longer words."""
    source = texts_of(paper)[SOURCE_LANGUAGE]
    return Texts(PSEUDO, {key: pseudo(text) for key, text in source.words.items()})


def _parameters(text: str) -> set[str]:
    return set(_PARAMETER.findall(text))
