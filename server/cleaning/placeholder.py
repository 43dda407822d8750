"""What stands where a name should be: placeholders, blocks, groups, companies."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Literal

from server.cleaning.lists import words
from server.cleaning.title import NAMES_TOO, Found, title_of, titles

NoPerson = Literal["none", "placeholder", "group", "company"]


_AND = re.compile(r"[\s&/+]+|\bet\b|\band\b|\bund\b")
_LETTER = re.compile(r"[^\W\d_]")


CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@cache
def _placeholders() -> frozenset[str]:
    return frozenset(_key(word) for word in words("placeholder_names"))


@cache
def _company_words() -> frozenset[str]:
    return frozenset(_key(word) for word in words("company_words"))


@cache
def _group_words() -> frozenset[str]:
    return frozenset(_key(word) for word in words("group_words"))


def _key(text: str) -> str:
    return " ".join(text.casefold().replace("-", " ").split()).strip(" .")


MAIDEN = ("née", "né", "nee", "geb", "geborene", "ép", "épouse", "epouse", "epse", "veuve", "domu", "nata",
          "nacida", "nascida")  # fmt: skip
"""Words after which another surname of the same person follows."""


@cache
def telling_words() -> frozenset[str]:
    """Every word that one of the lists of no-persons has: a name without any is a person's."""
    listed = (*words("placeholder_names"), *words("company_words"), *words("group_words"), *titles())
    joining = ("et", "and", "und", "y", "e", "en", "i", "ed", "og", "och", *MAIDEN)
    # "de" is of "de heer", where "heer" tells enough; alone it is a particle of many surnames
    return frozenset((*joining, *(piece for word in listed for piece in pieces(word)))) - {"de"}


def pieces(text: str) -> tuple[str, ...]:
    folded = text.casefold()
    for end in "&/+-":  # hardly any is there, and str.translate looks up each letter
        if end in folded:
            folded = folded.replace(end, " ")
    split = folded.split()
    if "." in text or "," in text:
        return tuple(word for piece in split if (word := piece.strip(" .,")))
    return tuple(split)


_PLAIN_PART = re.compile(r"[^\W\d_]{2,}(?:['’ -][^\W\d_]{2,})*")


@lru_cache(maxsize=20_000)
def is_plain(part: str) -> bool:
    """Words and nothing else, none of which could be a title, a placeholder or a company."""
    if part.isalpha():  # one word, as most parts are
        folded = part.casefold()
        return len(part) > 1 and folded not in telling_words() and len(set(folded)) > 1
    return (
        _PLAIN_PART.fullmatch(part) is not None
        and telling_words().isdisjoint(pieces(part))
        and len(set(part.casefold())) > 1
    )


_INITIAL = re.compile(r"[^\W\d_]\.?")


@lru_cache(maxsize=20_000)
def is_plain_given(part: str) -> bool:
    """`is_plain`, or an initial that is nothing else."""
    return is_plain(part) or (
        _INITIAL.fullmatch(part) is not None and telling_words().isdisjoint(pieces(part))
    )


_PLAIN_WHOLE = re.compile(r"[^\W\d_]+\.?(?:['’ -][^\W\d_]+\.?)+")


def is_plain_whole(text: str) -> bool:
    """A whole name of words, hyphens and initials, none of which could be a title or an `and`."""
    if not text.isascii() and CJK.search(text) is not None:
        return False
    return all(map(is_plain_given, text.split())) or (  # words repeat and are remembered, names do not
        _PLAIN_WHOLE.fullmatch(text) is not None and telling_words().isdisjoint(pieces(text))
    )


def _only_titles(key: str) -> bool:
    """`Mr Mrs`, `M. et Mme`: titles with nobody behind them."""
    if key in NAMES_TOO:
        return False
    if title_of(key) or title_of(key.replace("&", " ").replace("/", " ")):
        return True
    return all(title_of(word) for word in _AND.split(key) if word)


def not_a_person(text: str, found: Found, field: str) -> NoPerson | None:
    """A placeholder, a block or a company, told from the whole name; None for a person's name."""
    key = _key(text)
    if not key:
        return "none"
    if len(key) > 3 and key.isalpha() and key not in telling_words() and len(set(key)) > 1:
        return None
    if key[-1].isalpha() and telling_words().isdisjoint(pieces(key)) and len(set(key)) > 2:
        return None
    bare = key.rstrip(" 0123456789#").strip(" .")
    if key in _placeholders() or not bare or bare in _placeholders() or not _LETTER.search(text):
        found.append(("name_placeholder", field, text[:80]))
        return "placeholder"
    if len(key) > 2 and key not in ("don", "fr") and _only_titles(key):
        found.append(("name_placeholder", field, text[:80]))
        return "placeholder"
    parts = key.split()
    if len(parts) > 1 and parts[0] in _group_words():
        found.append(("name_is_a_group", field, text[:80]))
        return "group"
    if len(parts) > 1 and all(part in _placeholders() and len(part) > 1 for part in parts):
        found.append(("name_placeholder", field, text[:80]))
        return "placeholder"
    if len(set(key)) == 1 and len(key) > 1 and not CJK.search(key):
        found.append(("name_placeholder", field, text[:80]))
        return "placeholder"
    if len(parts) > 1 and (
        parts[-1] in _company_words() or any(len(p) > 4 and p in _company_words() for p in parts)
    ):
        found.append(("name_is_a_company", field, text[:80]))
        return "company"
    return None
