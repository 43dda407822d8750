"""Titles of many languages, told from names, and taken out of them wherever they stand."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Literal, NamedTuple, cast

from server.cleaning.lists import rows
from server.cleaning.name_order import says_given
from server.cleaning.text import plain

Gender = Literal["f", "m"]
Found = list[tuple[str, str, str]]
"""What was noticed: code, field, value."""


class Title(NamedTuple):
    title: str
    gender: Gender | None


# titles that are names, or pieces of names, as well
_DOUBTFUL = frozenset(
    [
        "don",
        "doña",
        "dona",
        "donna",
        "fr",
        "sir",
        "lady",
        "pan",
        "pani",
        "panna",
        "mast",
        "ing",
        "ir",
        "me",
        "med",
        "maitre",
        "maître",
        "mej",
        "fam",
        "avv",
        "couple",
    ]
)


COUPLE = re.compile(
    r"\b(?:mr|m|herr|hr|sr|señor|sig|signor|dhr|monsieur)\.?\s*(?:[&/+]|et|and|und|y|e|en)?\s*"
    r"(?:mrs|mme|madame|frau|fr|sra|señora|sig\.?ra|signora|mevr|mevrouw|mw)\b\.?"
    r"|^(?:familie|famille|family|famiglia|familia|família|rodzina|fam\.)\s(?=\w)",
    re.I,
)


@cache
def titles() -> dict[str, Title]:
    return {row[0]: Title(row[1], None if row[2] == "-" else cast(Gender, row[2])) for row in rows("titles")}


# the only title of two words, the first of which is a particle too
DE_HEER = re.compile(r"^de heer(?= \w)", re.I)
# "Mme.Bernard"
_GLUED = re.compile(r"(mme|mlle|mrs|mr|dr|sra|sr|sig)\.(\w{2,})", re.I)


@lru_cache(maxsize=10_000)
def title_of(text: str) -> Title | None:
    """The title a text is, whole: `Sig.ra` -> mrs, f; None when it is none."""
    key = text.casefold().strip(" .,")
    return (
        titles().get(key) or titles().get(key.replace(".", "").replace(" ", "")) or titles().get(plain(key))
    )


@lru_cache(maxsize=10_000)
def word_title(word: str) -> Title | None:
    """A word of a name that can only be a title there: `Mme`, `Sig.ra`, `Dr.`; not `M`, `Don` or `Fr`."""
    key = word.casefold().rstrip(".")
    if len(key) < 2 or key in _DOUBTFUL:
        return None
    return titles().get(key) or titles().get(key.replace(".", ""))


NAMES_TOO = frozenset(("med", "maitre", "maître"))
"""Titles that are names as well (Med is short for Mohamed in Tunisia, Maître a surname): alone they are."""


def take_titles(
    text: str, said: Title | None, found: Found, *, whole: bool = False
) -> tuple[str, Title | None]:
    """Take titles out of a name part: `Mme Bernard` -> `Bernard`, mrs. `M alain` -> `alain`, mr.

    `whole`: the text is a whole name, as a till reads it off a card. Before a name that is a surname too,
    its `M.` is an initial (`M. Richard`) unless another title is known.
    """
    if " " not in text and "." not in text:
        return text, said
    kept: list[str] = []
    parts = text.split()
    taken: Title | None = None
    index = 0
    while index < len(parts):
        word = word_title(parts[index])
        glued = _GLUED.fullmatch(parts[index]) if "." in parts[index] else None
        if word is not None and len(parts) > 1:
            taken = taken if taken and taken.title in ("dr", "prof") else word
        elif glued and word_title(parts[index]) is None:
            taken = title_of(glued[1])
            kept.append(glued[2])
        elif index == 0 and parts[index].casefold().rstrip(".") in ("m", "mons") and len(parts) > 1 and (
            len(parts) > 2 or says_given(parts[1], either=not whole or said is not None)
        ):  # fmt: skip
            taken = Title("mr", "m")
        elif index == 0 and parts[0].casefold() in ("maître", "maitre") and len(parts) > 1 and (
            len(parts) > 2 or not says_given(parts[1], either=True)
        ):  # fmt: skip
            taken = title_of(parts[0])
        elif index == 0 and parts[0] in ("Fr.", "FR.") and len(parts) > 1:
            taken = Title("mrs", "f")  # Frau, before a surname
        elif (
            index == 0
            and parts[index].casefold() in ("don", "doña", "dona", "donna", "ing.", "avv.", "me.")
            and (len(parts) > 2)
        ):
            taken = title_of(parts[index])
        elif index == 0 and parts[0].casefold() in ("pan", "pani") and len(parts) > 2 and (
            says_given(parts[1], either=True)  # Pan is a Chinese surname too
        ):  # fmt: skip
            taken = title_of(parts[0])
        else:
            kept.append(parts[index])
        index += 1
    if said is None or (said.gender is None and taken is not None and said.title not in ("dr", "prof")):
        said = taken
    return " ".join(kept), said


def column_title(title: str, found: Found) -> Title | None:
    if not title:
        return None
    said = title_of(title) or next((t for t in map(title_of, title.split()) if t), None)
    if said is None and title.casefold().strip(" .") in ("m", "mons"):
        said = Title("mr", "m")
    if said is None and title.casefold().strip(" .") in ("f", "w"):
        said = Title("mrs", "f")
    if said is None and any(ch.isalpha() for ch in title):
        found.append(("title_unknown", "title", title[:40]))
    if said is not None and said.title == "couple":
        found.append(("name_of_a_couple", "title", title[:40]))
    return said
