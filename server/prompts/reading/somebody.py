""" "I'm not John", "this is not Mr Smith": who a reply says that its writer is not."""

from __future__ import annotations

import re
from functools import cache

from server.cleaning.lists import words as listed
from server.prompts.reading.vocabulary import fold, phrases

SENTENCE = re.compile(r"[.!?;\n]+")
_CAPITALISED = re.compile(r"[^\W\d_]+")
_ARTICLES = frozenset(("o", "a", "el", "la", "der", "die", "il", "de", "le"))
# fmt: off
_TITLES = frozenset((
    "mr", "mrs", "ms", "miss", "sir", "madam", "herr", "frau", "m", "mme", "mlle", "monsieur",
    "madame", "señor", "señora", "sr", "sra", "don", "doña", "signor", "signore", "signora", "sig",
    "dhr", "mevrouw", "mevr", "de", "heer", "senhor", "senhora", "pan", "pani", "panem", "panią",
    "г", "н",
))
# fmt: on


# Dutch and German may put their not behind the name
_NOT_BEHIND = re.compile(
    r"(?<!\w)(?:ik ben|ich bin|dit is|das ist) ([^\W\d_]+) (?:niet|nicht)(?!\w)", re.IGNORECASE
)


def is_somebody_else(rest: str) -> bool:
    """ "I'm not John": the words that deny it, and then a name; "I'm not sure" and "not French" are none."""
    for sentence in SENTENCE.split(rest):
        behind = _NOT_BEHIND.search(sentence)
        if behind is not None and _is_name(behind[1], is_last=True):
            return True
        words = _CAPITALISED.findall(sentence)
        folded = [fold(word) for word in words]
        for at, first in enumerate(folded):
            for denial in phrases("not_being").spaced.get(first, ()):
                if tuple(folded[at : at + len(denial)]) != denial:
                    continue
                after = words[at + len(denial) :]
                after = after[1:] if after and fold(after[0]) in _ARTICLES else after
                if after and (fold(after[0]) in _TITLES or _is_name(after[0], is_last=len(after) == 1)):
                    return True
    return False


def _is_name(word: str, *, is_last: bool) -> bool:
    if "\u0400" <= word[0] <= "\u04ff":
        return word[0].isupper()
    return (word[0].isupper() or is_last) and fold(word) in _given_names()


@cache
def _given_names() -> frozenset[str]:
    return frozenset(fold(name) for name in listed("given_names"))
