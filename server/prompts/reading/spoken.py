"""Signs that were said or spelled: "jean point dupont arobase gmail point com", "(at)", "[dot]"."""

from __future__ import annotations

import re
from functools import cache

from server.prompts.reading.vocabulary import fold, listed

DOT, DASH, UNDERSCORE, WEAK_AT = "\ue001", "\ue002", "\ue003", "\ue000"
"""Where a sign was said: no text holds them (plain.py takes them out). `at` alone is a word first."""

SIGNS = {DOT: ".", DASH: "-", UNDERSCORE: "_"}

_IN_BRACKETS_AT = re.compile(
    r"[ \n]?[\[({<] ?(?:at|a|@|ät|arobase|arroba|chiocciola) ?[\])}>][ \n]?", re.IGNORECASE
)
_IN_BRACKETS_DOT = re.compile(
    r"[ \n]?[\[({<] ?(?:dot|punkt|point|punto|ponto|punt|kropka|точка|\.) ?[\])}>][ \n]?", re.IGNORECASE
)
_MAYBE = re.compile(r"[^\W_] (?:at|AT|At) [^\W_]")
# `at` before a domain, and not before an address: "write to me at h.ford@sky.com"
_WEAK = re.compile(
    rf"(?<=[\w.]) at (?=[\w-]{{1,63}}(?:[.{DOT}][\w-]{{1,63}})+(?![\w.@{DOT}{DASH}{UNDERSCORE}-]))", re.I
)


def with_signs(text: str) -> str:
    """The text with its said signs put as signs of our own, where it holds an address at all."""
    text = _IN_BRACKETS_AT.sub("@", text)
    text = _said("at").sub("@", text)
    weak = _MAYBE.search(text) is not None
    if "@" not in text and not weak:
        return text
    text = _IN_BRACKETS_DOT.sub(DOT, text)
    text = _said("underscore").sub(UNDERSCORE, text)
    text = _said("dot").sub(DOT, text)
    text = _said("dash").sub(DASH, text)
    return _WEAK.sub(WEAK_AT, text) if weak else text


@cache
def _said(kind: str) -> re.Pattern[str]:
    words = {form for word in listed(kind) for form in (word.casefold(), fold(word))} - {"at"}  # of "ät"
    spaced = [word for word in words if word.isascii() or not _is_unspaced(word)]
    unspaced = [word for word in words if word not in spaced]
    in_words = "|".join(map(re.escape, sorted(spaced, key=lambda one: (-len(one), one))))
    forms = [  # a word that written signs join to an address is a part of it: "att-marie@…"
        rf"(?<!\w)(?<![\w@][._+-])(?:{in_words})(?!\w|[._+-]\w)",
        rf"(?<=[A-Za-z0-9 ])(?:{'|'.join(map(re.escape, sorted(unspaced, key=lambda it: (-len(it), it))))})"
        r"(?=[A-Za-z0-9 ])",
    ]
    return re.compile(rf"[ \n]?(?:{'|'.join(forms)})[ \n]?", re.IGNORECASE)


def _is_unspaced(word: str) -> bool:
    return any("\u3040" <= sign <= "\u9fff" for sign in word)
