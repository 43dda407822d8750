"""Words in every language: gettext catalogues read straight from .po files, and a pseudo-locale.

English is the language of the source texts. A catalogue is `server/catalogues/<language>.po`; it is compiled
in memory when first needed, so no compiled file can be stale. Languages that only guests' pages speak have
theirs in `guests/`, with what a guest can see and nothing of the desk. The pseudo-locale `qps` lengthens and
accents every text by rule: whatever stays plain on a page did not go through gettext.
"""

from __future__ import annotations

import gettext
import io
import re
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

CATALOGUES = Path(__file__).parent / "catalogues"
GUESTS = "guests"
SOURCE_LANGUAGE = "en"
PSEUDO = "qps"
RIGHT_TO_LEFT = frozenset({"ar"})

_ACCENTED = str.maketrans("aeiouyAEIOUYcnsz", "åéîöûýÅÉÎÖÛÝçñšž")
_PLACEHOLDER = re.compile(r"(\{[^{}]*\}|%\([a-z_]+\)[sd]|<[^<>]*>|&[a-z]+;)")


def N_(text: str) -> str:  # the name is gettext's custom
    """Mark a text for translation where it is written; it is translated where it is shown."""
    return text


def NN_(one: str, many: str) -> tuple[str, str]:
    """Mark a text and its plural for translation; which of them is said, the place that shows it decides."""
    return one, many


class PseudoTranslations(gettext.NullTranslations):
    """Every text accented and a third longer, between brackets; parameters and markup untouched."""

    def gettext(self, message: str) -> str:
        """The pseudo form of one text."""
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The pseudo form of the singular or the plural, by the English rule."""
        return pseudo(msgid1 if n == 1 else msgid2)


def pseudo(text: str) -> str:
    """Accent and lengthen a text as a demanding language would."""
    parts = _PLACEHOLDER.split(text)
    shown = "".join(part if i % 2 else part.translate(_ACCENTED) for i, part in enumerate(parts))
    return f"[{shown}{'·' * (len(text) // 3)}]"


@cache
def translations(language: str, tone: str = "") -> gettext.NullTranslations:
    """The catalogue of a language; the source language for one that has no catalogue.

    With the tone `familiar`, what `familiar/<language>.po` says otherwise comes first.
    """
    if language == PSEUDO:
        return PseudoTranslations()
    if tone == "familiar" and (CATALOGUES / tone / f"{language}.po").is_file():
        familiar = _read(CATALOGUES / tone / f"{language}.po", language)
        familiar.add_fallback(translations(language))
        return familiar
    path = CATALOGUES / f"{language}.po"
    if not path.is_file():
        path = CATALOGUES / GUESTS / f"{language}.po"
    if language == SOURCE_LANGUAGE or not path.is_file():
        return gettext.NullTranslations()
    return _read(path, language)


def _read(path: Path, language: str) -> gettext.GNUTranslations:
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def direction(language: str) -> str:
    """`rtl` or `ltr`, for the page's dir attribute."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"
