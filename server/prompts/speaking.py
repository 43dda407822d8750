"""Which language a guest is written in: their own choice before every guess."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from babel.languages import get_official_languages

from server.wording import CATALOGUES, GUESTS, SOURCE_LANGUAGE


@cache
def spoken() -> frozenset[str]:
    """The languages in which guests are written to: those that their pages speak."""
    found = [*CATALOGUES.glob("*.po"), *(CATALOGUES / GUESTS).glob("*.po")]
    return frozenset({SOURCE_LANGUAGE, *(path.stem for path in found)})


def language_for(
    chosen: str | None, reserved: str | None, phone_country: str | None, of_house: Sequence[str]
) -> str:
    """The language of the guest's last form; else of the reservation; else of the country their number is
    of, where it has one main language that we speak; else the first of the house."""
    for language in (chosen, reserved, _of_country(phone_country)):
        if language in spoken():
            return str(language)
    return next((language for language in of_house if language in spoken()), SOURCE_LANGUAGE)


@cache
def _of_country(country: str | None) -> str | None:
    if country is None:
        return None
    official = get_official_languages(country, de_facto=True)
    return official[0].split("_")[0] if official and country not in _SEVERAL else None


_SEVERAL = frozenset({"BE", "CH", "CA", "LU", "IN", "SG", "ZA", "CY", "MT"})
"""Countries whose number does not tell which of their languages somebody speaks."""
