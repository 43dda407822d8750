"""The order in which a language names a day and a person: the year first in Japanese, the family name too.

Sources: the short date of each language and `nameOrderLocales` in Unicode's CLDR.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from babel import Locale, UnknownLocaleError

from server.forms.questions import DATE_PARTS, Field

FAMILY_NAME_FIRST = frozenset({"hu", "ja", "ko", "vi", "zh"})
GIVEN, FAMILY = "given_name", "family_name"
SIGNS = {"day": "d", "month": "M", "year": "y"}


@cache
def date_parts(language: str) -> tuple[str, ...]:
    """Day, month and year, in the order of a language; that of Britain where it is English or not known."""
    try:
        pattern = Locale.parse("en_GB" if language == "en" else language).date_formats["short"].pattern
    except (UnknownLocaleError, ValueError):
        return DATE_PARTS
    return tuple(sorted(DATE_PARTS, key=lambda part: pattern.index(SIGNS[part])))


def in_order(fields: Sequence[Field], language: str) -> tuple[Field, ...]:
    """The fields as a language asks for them: a family name before the given name that it belongs to."""
    found = list(fields)
    if language in FAMILY_NAME_FIRST:
        for place, (one, other) in enumerate(pairwise(fields)):
            if one.id.endswith(GIVEN) and other.id == one.id.removesuffix(GIVEN) + FAMILY:
                found[place], found[place + 1] = other, one
    return tuple(found)
