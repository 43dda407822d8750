"""The parts of a name as the matcher compares them: folded, without particles, by sound, by nickname.

A *part* is what a source calls first or last name; it may hold several words.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from itertools import pairwise

from anyascii import anyascii

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

GLUED = frozenset({"ben", "ibn", "bin", "el", "al", "van", "de", "da", "di", "mac", "mc", "o"})
"""Particles that are also written together with the name: BenGhamdi, ElZahrani, VanDijk."""

_WORD = re.compile(r"[a-z0-9?]+")
_SOUNDS: tuple[tuple[str, str], ...] = (
    ("tsch", "c"), ("tch", "c"), ("sch", "s"), ("cz", "c"), ("ch", "c"), ("sh", "s"), ("ph", "f"),
    ("kh", "k"), ("gh", "g"), ("dh", "d"), ("th", "t"), ("dj", "j"), ("zh", "j"), ("ck", "k"), ("qu", "k"), ("gn", "n"),
    ("mp", "b"), ("nt", "d"), ("ou", "u"), ("oo", "u"), ("ee", "i"), ("ie", "i"), ("ei", "i"), ("ai", "e"),
    ("ae", "e"), ("oe", "o"), ("ue", "u"),
)  # fmt: skip
_LETTERS = str.maketrans({"q": "k", "w": "v", "z": "s", "y": "i", "x": "s", "j": "j", "h": None})


@cache
def fold(text: str) -> str:
    """Lower-case ASCII words with one space between; '?' stands for a lost letter.

    Umlauts lose their dots (Müller, Muller); the spelling Mueller is found by its sound.
    """
    plain = anyascii(text.replace("�", "?")).casefold().replace("'", "" if "'" not in text[1:2] else " ")
    return " ".join(_WORD.findall(plain.replace("`", "")))


def core(folded: str) -> str:
    """The part without its particles and spaces: `de la cruz` is `cruz`, `al bakkali` is `bakkali`."""
    words = [word for word in folded.split() if word not in PARTICLES]
    return "".join(words) or folded.replace(" ", "")


def is_glued(longer: str, shorter: str) -> bool:
    """Whether the one is the other with a particle in front: elzahrani, zahrani."""
    return longer.endswith(shorter) and longer[: -len(shorter)] in GLUED


def sound(letters: str) -> str:
    """The consonants by sound after the first letter, doubles once: mohamed, muhammad -> mmd."""
    if not letters:
        return ""
    for written, spoken in _SOUNDS:
        if written in letters:
            letters = letters.replace(written, spoken)
    spoken_letters = letters.translate(_LETTERS)
    if not spoken_letters:
        return letters[0]
    head = spoken_letters[0].replace("c", "k")
    kept = [head]
    for before, letter in pairwise(spoken_letters):
        if letter in "aeiou" or letter == before:
            continue
        kept.append("k" if letter == "c" else letter)
    return "".join(kept)


@cache
def nickname_groups() -> dict[str, frozenset[int]]:
    """Folded first name -> the groups of names it can stand for, from data/nicknames.txt."""
    found: dict[str, set[int]] = {}
    text = files("server.matching").joinpath("data/nicknames.txt").read_text("utf-8")
    for number, line in enumerate(line for line in text.splitlines() if line and not line.startswith("#")):
        for name in line.split(","):
            found.setdefault(fold(name).replace(" ", ""), set()).add(number)
    return {name: frozenset(groups) for name, groups in found.items()}


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
