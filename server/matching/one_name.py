"""Spellings that are one name whoever writes them, and names that may stand for each other.

The lists are in `data/`, each with its source; what a rule can say is here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain

import numpy as np
import numpy.typing as npt

from server.matching.alphabets import HAN, native
from server.matching.columns import Flags, Ints, places_of
from server.matching.names import core, fold

Groups = dict[str, frozenset[int]]
"""A name -> the numbers of the groups it belongs to."""

_ABD = re.compile(r"^abd(?:[aeiou]{1,2}[lrsn]?|ul|el)(?=[a-z]{3})")
"""Servant of ...: the article is written in as many ways as there are countries (Abdul, Abdel, Abder)."""

# what Müller, Jörg, Kjær, Åse become where there are no dots, rings and ligatures; Samuel, Chloe, Danae stay
_UMLAUT = re.compile(
    r"(?<=[bcdfghjklmnprstvwxz])([ou])e(?=[bcdfghjkmnprstvwxz]|l[a-z])"
    r"|(?<![aeiouy])(?:(a)e(?=[bcdfghjkmprstvwxz])|(o)e(?=[bcdfghjkmnprstvwxz]))"
)
_ENDINGS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<=sk|ck)(?:iy|ij|yj|ii|yi|yy|y)$"), "i"),
    (re.compile(r"(?<=sk|ck)(?:aya|aja|aia)$"), "a"),
    (re.compile(r"(?<=[a-z]{2}[oe])(?:ff|w)$"), "v"),
    (re.compile(r"(?<=[a-z]{2}[oe])(?:ff|w)a$"), "va"),
    (re.compile(r"(?<=[a-z]{2}[^aeou])(?:iy|ij|ii|yi|yy)$"), "i"),
    (re.compile(r"(?<=[a-z]{3})(?:iya|ija|iia)$"), "ia"),
)
"""Slavic endings in the spellings of several passports: Dostoevskiy, Dostojewskij, Smirnoff."""
_LAST_OF_ENDINGS = frozenset("yjiafw")

_SLAVIC = re.compile(r"(?:ski|cki|ska|cka|[oe]va?|enko|chuk)$")
_LAST_OF_SLAVIC = frozenset("iaveok")

_FEMININE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<=[a-z]{2}[oe]v)a$"), ""),  # Ivanova, Medvedeva
    (re.compile(r"(?<=[a-z]{2}[sc]k)[ai]$"), ""),  # Kowalska, Kowalski; Dostoevskaya
    (re.compile(r"(?<=opoul)ou$"), "os"),  # Papadopoulou
    (re.compile(r"(?<=[a-z]{2}id)ou$"), "is"),  # Georgiadou is of Georgiadis, Ioannidou of Ioannidis
    (re.compile(r"(?<=[a-z]{3}ad)ou$"), "is"),
)
_LAST_OF_FEMININE = frozenset("aiu")


@lru_cache(maxsize=50_000)
def one_spelling(letters: str) -> str:
    """One spelling for all that different alphabets, passports and typewriters make of a name.

    `letters`: a folded name without particles and spaces (see `names.core`). Mueller -> muller, Mohamed and
    Muhammad -> mohamed, Dmitriy -> dmitri, Smirnoff -> smirnov. Different names stay different.
    """
    listed = _spellings().get(letters)
    if listed is not None:
        return listed
    if len(letters) < 4:
        return letters
    if letters.startswith("abd"):
        letters = _ABD.sub("abd", letters)
    # what an expression needs is looked for first: most names hold none of it, at a twentieth of the cost
    if letters[-1] in _LAST_OF_ENDINGS:
        for ending, plain in _ENDINGS:
            letters = ending.sub(plain, letters)
    if letters[-1] in _LAST_OF_SLAVIC and _SLAVIC.search(letters):
        letters = letters.replace("w", "v").replace("oje", "oe").replace("oye", "oe").replace("tsch", "ch")
    if len(letters) > 4:
        if "ae" in letters or "oe" in letters or "ue" in letters:
            letters = _UMLAUT.sub(lambda match: match[1] or match[2] or match[3], letters)
        letters = letters.replace("aa", "a")
    return _spellings().get(letters, letters)


def is_listed(letters: str) -> bool:
    """Whether data/spellings.txt knows the name, so that what it is not is known as well."""
    return letters in _spellings()


@lru_cache(maxsize=50_000)
def man_s_surname(letters: str) -> str:
    """The surname that a man of the family bears: Ivanova -> ivanov, Kowalska -> kowalsk, Papadopoulou ->
    papadopoulos. Others as they are; Icelandic patronymics are no family names and stay."""
    if letters[-1:] in _LAST_OF_FEMININE:
        for ending, plain in _FEMININE:
            letters = ending.sub(plain, letters)
    return letters


def czech_stem(letters: str) -> str:
    """What Czech and Slovak women add -ová to: Nováková, Marková -> novak, mark; Novák, Marek -> the same."""
    if letters.endswith("ova") and len(letters) > 5:
        return letters[:-3]
    if len(letters) > 4 and letters[-2] == "e" and letters[-1] in "cklr" and letters[-3] not in "aeiouy":
        return letters[:-2] + letters[-1]
    return letters


def _lines(name: str) -> Iterator[list[str]]:
    text = files("server.matching").joinpath(f"data/{name}.txt").read_text("utf-8")
    return (line.split(",") for line in text.splitlines() if line and not line.startswith("#"))


@cache
def _spellings() -> dict[str, str]:
    found = {core(fold(name)): core(fold(names[0])) for names in spelling_lists() for name in names if name}
    for reading, *_ in _lines("japanese_surnames"):
        short = short_vowels(reading)
        for written in {reading, short, short.replace("o", "oh")} if short != reading else ():
            found.setdefault(written, short)
    return found


def spelling_lists() -> Iterator[list[str]]:
    """The lines of data/spellings.txt: the spellings of one name each."""
    return _lines("spellings")


def short_vowels(romaji: str) -> str:
    """Japanese long vowels as a passport writes them: satou, satoh -> sato; oono, ohno -> ono."""
    short = re.sub(r"oo|ou|oh(?![aeiou])", "o", romaji)
    return short.replace("uu", "u")


@cache
def nickname_groups() -> Groups:
    """First name, in one spelling -> the groups of names it can stand for, from data/nicknames*.txt.

    A double name stands for each of its halves, but its halves do not stand for each other.
    """
    groups = [
        group
        for full, *others in chain(_lines("nicknames"), _lines("nicknames_english"))
        for group in (
            [(full, other) for other in others] if " " in full or "-" in full else [(full, *others)]
        )
    ]
    return _numbered([[_one_word(name) for name in names] for names in groups])


def _one_word(name: str) -> str:
    return one_spelling(fold(name).replace(" ", ""))


@cache
def full_given_names() -> frozenset[str]:
    """First names in full, in one spelling: those that head a line of our own list, data/nicknames.txt.

    Two of them that look or sound alike are two names.
    """
    return frozenset(_one_word(head) for head, *_ in _lines("nicknames"))


@cache
def surname_groups() -> Groups:
    """East Asian surname -> the characters it may be; a character -> itself."""
    return _numbered([[native(sign), *map(fold, names)] for sign, *names in _lines("east_asian_surnames")])


@cache
def readings() -> Groups:
    """Japanese name in Latin letters (short vowels) or characters -> the readings it may have."""
    found: dict[str, set[int]] = {}
    numbers: dict[str, int] = {}
    for name in ("japanese_surnames", "japanese_given_names"):
        for romaji, *written in _lines(name):
            number = numbers.setdefault(short_vowels(romaji), len(numbers))
            for spelling in (short_vowels(romaji), *map(native, written)):
                found.setdefault(spelling, set()).add(number)
    return {name: frozenset(groups) for name, groups in found.items()}


def _numbered(groups: Iterable[Iterable[str]]) -> Groups:
    found: dict[str, set[int]] = {}
    for number, names in enumerate(groups):
        for name in names:
            found.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}


@dataclass(frozen=True, slots=True)
class Membership:
    """Which groups each part belongs to: `row` by part (-1: none), `bits` by row, one bit a group."""

    row: Ints
    bits: npt.NDArray[np.uint64]

    @classmethod
    def of(cls, groups: Sequence[frozenset[int]]) -> Membership:
        """From the group numbers of each part."""
        distinct = {found: k for k, found in enumerate(sorted({g for g in groups if g}, key=sorted))}
        highest = max((number for found in distinct for number in found), default=0)
        bits = np.zeros((len(distinct), highest // 64 + 1), dtype=np.uint64)
        for found, k in distinct.items():
            for number in found:
                bits[k, number // 64] |= np.uint64(1 << (number % 64))
        return cls(np.array([distinct.get(found, -1) for found in groups], dtype=np.int32), bits)

    @property
    def listed(self) -> Flags:
        """Which parts belong to any group."""
        return np.asarray(self.row >= 0, dtype=np.bool_)

    def meet(self, a: Ints, b: Ints) -> Flags:
        """Which pairs of parts share a group."""
        found = np.zeros(len(a), dtype=np.bool_)
        both = places_of((self.row[a] >= 0) & (self.row[b] >= 0))
        if not len(both):
            return found
        shared = self.bits[self.row[a[both]]] & self.bits[self.row[b[both]]]
        found[both] = shared.any(axis=1)
        return found


def reading_groups(texts: Sequence[str], letters: Sequence[str], alphabets: Sequence[str]) -> Membership:
    """The Japanese readings of each part; none at all where no part is written in characters.

    `texts` in their own alphabet, `letters` in Latin ones, `alphabets` as alphabet_of names them.
    """
    if HAN not in alphabets:
        return Membership.of([frozenset()] * len(texts))
    known = readings()
    return Membership.of(
        [
            known.get(text if alphabet == HAN else short_vowels(latin), frozenset())
            for text, latin, alphabet in zip(texts, letters, alphabets, strict=True)
        ]
    )
