"""The parts of a name as the matcher compares them: folded, without particles.

A *part* is what a source calls first or last name; it may hold several words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from string import ascii_letters, digits

from anyascii import anyascii

from server.matching.columns import ONE_BY_ONE

# Words that come and go in front of a surname; folded. Dutch, German, French, Spanish, Portuguese, Italian,
# Arabic, Hebrew, Irish, Scottish, Greek.
PARTICLES = frozenset(
    [
        "de",
        "del",
        "della",
        "delle",
        "dei",
        "degli",
        "di",
        "da",
        "das",
        "do",
        "dos",
        "du",
        "des",
        "d",
        "la",
        "las",
        "le",
        "les",
        "lo",
        "los",
        "l",
        "van",
        "von",
        "vom",
        "vander",
        "vanden",
        "der",
        "den",
        "ter",
        "ten",
        "te",
        "zu",
        "zum",
        "zur",
        "op",
        "het",
        "t",
        "y",
        "e",
        "i",
        "al",
        "el",
        "ul",
        "bin",
        "ben",
        "ibn",
        "bint",
        "bnt",
        "abu",
        "abou",
        "ould",
        "ait",
        "o",
        "mac",
        "mc",
        "st",
        "saint",
        "san",
        "santa",
        "af",
        "av",
    ]
)

GLUED = frozenset(
    {"ben", "ibn", "bin", "el", "al", "van", "vander", "vanden", "von", "vonder", "de", "dela", "delos"}
    | {"da", "di", "della", "mac", "mc", "o"}
)
"""Particles that are also written together with the name: BenGhamdi, ElZahrani, VanDijk, vonderHeide."""

LONGEST_GLUED = max(map(len, GLUED))

JOINING = frozenset(
    ["nee", "ne", "geb", "geborene", "geborener", "born", "ep", "epouse", "epse", "veuve", "vve", "in", "vda",
     "viuda", "nata", "nacida", "nascida", "geboren", "verh", "verheiratet", "z", "domu", "fodt", "fodd"]
)  # fmt: skip
"""Words between a married and a maiden name, folded: Martin née Dupont, Schmidt geb. Kern, Dupont ép. Martin,
Nowak z domu Lis, Rossi in Bianchi."""

_GREEK = (("ου", "ou"), ("ού", "ou"), ("Ου", "Ou"), ("ΟΥ", "OU"), ("Μπ", "B"), ("ΜΠ", "B"), ("Ντ", "D"))

_WORD = re.compile(r"[a-z0-9?]+")


@lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Lower-case ASCII words with one space between; '?' stands for a lost letter.

    Umlauts lose their dots (Müller, Muller); the spelling Mueller is made one with it by `one_name`.
    """
    if not text.isascii():
        text = text.replace("\ufffd", "?")
        for written, heard in _GREEK:
            text = text.replace(written, heard)
    plain = anyascii(text).casefold()
    plain = plain.replace("'", " " if plain[1:2] == "'" else "").replace("`", "")
    return " ".join(_WORD.findall(plain))


_ASCII_LETTERS = dict.fromkeys(range(128), " ") | {
    ord(letter): letter.lower() for letter in f"{ascii_letters}{digits}?\n"
} | {ord("`"): None}  # fmt: skip


class _Ascii(dict[int, str]):
    """What each letter is in ASCII, looked up once."""

    def __missing__(self, code: int) -> str:
        self[code] = anyascii(chr(code))
        return self[code]


_ASCII = _Ascii()


def folds(texts: Sequence[str]) -> list[str]:
    """`fold` of each text, in one text of all; one by one only a few, and those with an apostrophe."""
    lines = len(texts) - 1
    if lines < ONE_BY_ONE or "\n".join(texts).count("\n") != lines:  # few, or one of several lines
        return list(map(fold, texts))
    plain = list(texts)
    foreign = [at for at, text in enumerate(texts) if not text.isascii()]
    together = "\n".join([texts[at] for at in foreign]).replace("\ufffd", "?")
    for written, heard in _GREEK:
        together = together.replace(written, heard)
    for at, text in zip(foreign, together.split("\n"), strict=bool(foreign)):
        plain[at] = text.translate(_ASCII)
    whole = "\n".join(plain)
    if whole.count("\n") != lines:
        return list(map(fold, texts))
    words = whole.translate(_ASCII_LETTERS).split("\n")
    return [
        fold(text) if "'" in said else " ".join(line.split()) if " " in line else line
        for text, said, line in zip(texts, plain, words, strict=True)
    ]


@lru_cache(maxsize=100_000)
def telling_words(folded: str) -> tuple[str, ...]:
    """The words of a part without particles and without what joins a maiden name: `martin nee dupont`."""
    words = folded.split()
    inner = [word for k, word in enumerate(words) if not (word in JOINING and 0 < k < len(words) - 1)]
    return tuple(word for word in inner if word not in PARTICLES)


def core(folded: str) -> str:
    """The part without its particles and spaces: `de la cruz` is `cruz`, `al bakkali` is `bakkali`."""
    if " " not in folded:
        return folded
    return "".join(telling_words(folded)) or folded.replace(" ", "")


def is_glued(longer: str, shorter: str) -> bool:
    """Whether the one is the other with a particle in front: elzahrani, zahrani."""
    return longer.endswith(shorter) and longer[: -len(shorter)] in GLUED


def fits_lost_letters(damaged: str, other: str) -> bool:
    """Whether a name with lost letters ('?') can be the other name, letter by letter."""
    return len(damaged) == len(other) and all(
        a in ("?", b) or b == "?" for a, b in zip(damaged, other, strict=True)
    )


_DIGITS = re.compile(r"\d+")
_ALPHA = re.compile(r"[a-z]+")


def mailbox_words(address: str) -> list[str]:
    """The words of the part before the @, without digits and +tags: `a.benali+resto77` -> [a, benali]."""
    local = fold(
        address.partition("@")[0].partition("+")[0].replace("_", " ").replace(".", " ").replace("-", " ")
    )
    return _ALPHA.findall(_DIGITS.sub(" ", local))
