"""Which words of a name are the first name: initials, capitals, patronymics, particles, known given names."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from nameparser import HumanName

from server.cleaning.lists import rows, words
from server.cleaning.spelling import PARTICLES_LOW, is_caps
from server.cleaning.text import plain

ONE_INITIAL = re.compile(r"[^\W\d_]\.?")


_INITIALS = re.compile(r"[^\W\d_](?:\.-?|-)[^\W\d_]\.?|[BCDFGHJKLMPRST]{2}")
"""Two given names by their letters: J.-P., J.P., J-P, JP."""

_ARTICLES = frozenset(("la", "las", "los", "le", "l", "el"))

_PATRONYMIC = re.compile(r"\w+(?:ович|евич|ьич|овна|евна|ична|ovich|evich|ovna|evna|ichna)", re.I)


@cache
def _given() -> dict[str, str]:
    return {plain(row[0]): row[1] for row in rows("given_names")}


@cache
def _either() -> frozenset[str]:
    return frozenset(plain(word) for word in words("surnames_like_given_names"))


def looks_exchanged(first: str, last: str) -> bool:
    """The last-name column holds a known given name, and the first-name column holds none."""
    if says_given(last) and not says_given(first, either=True):
        return True
    return " " in first and first.split()[0].lower() in ("van", "von", "de", "der", "el", "al", "ben")


@lru_cache(maxsize=20_000)
def says_given(text: str, *, either: bool = False) -> bool:
    words_ = plain(text).split()
    if not words_ or len(words_[0]) < 2:
        return either  # an initial stands for a given name
    return words_[0] in _given() and (either or not any(word in _either() for word in words_))


def is_particle(word: str) -> bool:
    return word.casefold().strip(".") in PARTICLES_LOW


def told_apart(parts: list[str], ends_with_title: bool) -> tuple[str, str, bool]:
    """First and last name of two or more words, and whether that order is sure."""
    if len(parts[0]) < 3 and ONE_INITIAL.fullmatch(parts[0]) and len(parts) > 1:
        count = 1
        while count < len(parts) - 1 and ONE_INITIAL.fullmatch(parts[count]):
            count += 1
        return " ".join(parts[:count]), " ".join(parts[count:]), True
    if _INITIALS.fullmatch(parts[0]) and not is_caps(" ".join(parts[1:])):
        return parts[0], " ".join(parts[1:]), True
    if len(parts[-1]) < 3 and ONE_INITIAL.fullmatch(parts[-1]):
        head = " ".join(parts[:-1])
        if len(parts) == 2 and says_given(head):
            return head, parts[-1], False  # "Renate H.": as restaurants and reviews write it
        return parts[-1], head, False
    if len(parts) == 3 and _PATRONYMIC.fullmatch(parts[2]):
        return f"{parts[1]} {parts[2]}", parts[0], True
    if len(parts) == 3 and _PATRONYMIC.fullmatch(parts[1]):
        return f"{parts[0]} {parts[1]}", parts[2], True
    capital = [is_caps(word) and len(word.strip(".")) > 1 for word in parts]
    particle = [is_particle(word) for word in parts]
    named = [i for i in range(len(parts)) if not (particle[i] and not capital[i])]
    if named and any(capital[i] for i in named) and not all(capital[i] for i in named):
        last_at = [i for i in named if capital[i]]
        if last_at == list(range(last_at[0], last_at[-1] + 1)) or len(last_at) == 1:
            start, end = last_at[0], last_at[-1]
            while start > 0 and particle[start - 1]:
                start -= 1
            if start == 0 or end == len(parts) - 1:
                first = parts[end + 1 :] if start == 0 else parts[:start]
                last = parts[start : end + 1]
                if first and looks_exchanged(" ".join(first), " ".join(last)):
                    return " ".join(last), " ".join(first), False
                return " ".join(first), " ".join(last), True
    if ends_with_title:  # "DUPONT JEAN MR"
        return " ".join(parts[1:]), parts[0], True
    if particle[0] or parts[0].casefold() in ("el", "al", "ben", "ibn", "le", "la"):
        end = 1
        while end < len(parts) - 1 and (is_particle(parts[end]) or parts[end].casefold() in _ARTICLES):
            end += 1
        start = len(parts)
        while start > end + 1 and _known(parts[start - 1]):
            start -= 1
        if start < len(parts):  # DE LA FUENTE PEREZ JUAN CARLOS
            return " ".join(parts[start:]), " ".join(parts[:start]), False
        if end + 1 < len(parts):
            return " ".join(parts[end + 1 :]), " ".join(parts[: end + 1]), False
    return _by_given_names(parts)


def _by_given_names(parts: list[str]) -> tuple[str, str, bool]:
    known = [_known(word) for word in parts]
    either = [_known_either(word) for word in parts]
    if len(parts) == 2:
        if known[0] and not known[1]:
            return parts[0], parts[1], not either[0]
        if known[1] and not known[0] and not either[1]:
            return parts[1], parts[0], True
        if known[0] and known[1] and either[0] and not either[1]:
            return parts[1], parts[0], False
        return parts[0], parts[1], False
    if known[0]:
        return _western(parts, not either[0])
    if known[-1] and not known[0]:
        return parts[-1], " ".join(parts[:-1]), not either[-1]
    return _western(parts, False)


@lru_cache(maxsize=20_000)
def _known(word: str) -> bool:
    pieces = plain(word).split()
    return bool(pieces) and all(piece in _given() for piece in pieces)


@lru_cache(maxsize=20_000)
def _known_either(word: str) -> bool:
    return plain(word) in _either()


def _western(parts: list[str], sure: bool) -> tuple[str, str, bool]:
    """First name first: nameparser knows the particles and the places of middle names."""
    for index, word in enumerate(parts[1:], 1):
        if is_particle(word) or word.casefold() in ("el", "al", "ben", "ibn", "le", "la"):
            return " ".join(parts[:index]), " ".join(parts[index:]), sure
    double = len(parts) > 2 and all(plain(word) in _given() for word in parts[:2])
    if len(parts) == 3 and not double:
        return parts[0], " ".join(parts[1:]), sure  # two surnames (Spain, Portugal) before a middle name
    parsed = HumanName(" ".join(parts))
    first = f"{parsed.first} {parsed.middle}".strip()
    last = str(parsed.last)
    if not first or not last:
        return parts[0], " ".join(parts[1:]), sure
    if len(parts) >= 4:
        return " ".join(parts[:2]) if double else parts[0], " ".join(parts[2:] if double else parts[1:]), sure
    return first, last, sure
