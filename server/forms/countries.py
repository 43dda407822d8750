"""The countries of phone numbers, named in the guest's language."""

from __future__ import annotations

from functools import cache

from anyascii import anyascii
from babel import Locale
from phonenumbers import country_code_for_region

from server.forms.rules import COUNTRIES
from server.wording import PSEUDO, SOURCE_LANGUAGE, direction, pseudo

LEFT_TO_RIGHT = "\u200e"
"""Keeps the plus before its digits in a line that runs from right to left."""


@cache
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """ISO 3166 code and name with prefix, such as ("FR", "France +33"), in alphabetical order."""
    names = Locale.parse(SOURCE_LANGUAGE if language == PSEUDO else language).territories
    found = [(code, names.get(code, code)) for code in COUNTRIES]
    found.sort(key=lambda item: anyascii(item[1]).casefold())
    mark = LEFT_TO_RIGHT if direction(language) == "rtl" else ""
    return tuple(
        (code, f"{pseudo(name) if language == PSEUDO else name} {mark}+{country_code_for_region(code)}")
        for code, name in found
    )
