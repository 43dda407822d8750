"""How a name is written: capitals and small letters turned into the proper case, particles small."""

from __future__ import annotations

import re
from functools import lru_cache

from server.cleaning.lists import rows

PARTICLES_LOW = frozenset(row[0] for row in rows("particles") if row[1] == "low")
_BETWEEN = frozenset(row[0] for row in rows("particles") if row[1] == "in")
_AS_WRITTEN = re.compile(r"[A-Z][a-z]+(?:[ -][A-Z][a-z]+)*")
_PIECE = re.compile(r"[^\W\d_]+|[\W\d_]+")


@lru_cache(maxsize=20_000)
def is_caps(word: str) -> bool:
    """Whether a word shouts: all capitals, or all but letters that damage made small (`VALLéE`)."""
    letters = [ch for ch in word if ch.isalpha()]
    if not letters:
        return False
    if all(ch.isupper() for ch in letters):
        return True
    return (
        len(letters) > 2
        and letters[0].isupper()
        and all(ch.isupper() or not ch.isascii() for ch in letters[1:])
        and (sum(ch.isupper() for ch in letters) > 1)
    )


def _is_small(word: str) -> bool:
    return word.islower()


@lru_cache(maxsize=40_000)
def proper(text: str | None, given: bool = False) -> str:
    """A name in its proper case: `DE LA CRUZ` -> `de la Cruz`, `o'neill` -> `O'Neill`, `JEAN-PIERRE` ->
    `Jean-Pierre`.

    Words in mixed case are left as the source wrote them (`BenGhamdi`, `van Soest`). `given`: a first name,
    in which no word is a particle at the start.
    """
    if not text:
        return ""
    if text.isalpha() and text.isascii() and not text.startswith(("Mc", "MC", "mc")):
        return text.capitalize() if text.isupper() or text.islower() else text
    if not (text.isupper() or text.islower()) and _AS_WRITTEN.fullmatch(text):
        return text
    words = text.split()
    shout = all(is_caps(word) or word.casefold() in PARTICLES_LOW for word in words)
    small = all(_is_small(word) for word in words)
    out = []
    for index, word in enumerate(words):
        if not (is_caps(word) or (_is_small(word) and (small or shout))):
            out.append(word)
            continue
        key = word.casefold().strip(".")
        alone = len(words) == 1
        if (
            (key in PARTICLES_LOW and not alone and index < len(words) - 1 and not (given and index == 0))
            or (key in ("la", "las", "los", "le", "l") and out and out[-1] in ("de", "van", "von"))
            or (key in _BETWEEN and 0 < index < len(words) - 1)
        ):
            out.append(word.casefold())
        else:
            out.append(_cased(word))
    return " ".join(out)


def _cased(word: str) -> str:
    out = []
    for piece in _PIECE.findall(word.lower()):
        out.append(piece[:1].upper() + piece[1:] if piece[0].isalpha() else piece)
    text = "".join(out)
    if text.startswith("Mc") and len(text) > 3 and text[2].isalpha():
        text = "Mc" + text[2].upper() + text[3:]
    # 's after a name is an ending, a letter and an apostrophe before a name is O' or D'
    return re.sub(r"(?<=\w{2})(['’])S\b", r"\1s", text)
