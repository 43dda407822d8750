"""Every sentence that a code stands for, gathered from the rooms that use the codes.

A room keeps its sentences beside its code, as SENTENCES in its sentences.py: code -> English text with
{named} parameters, marked for translation by wording.N_. Codes and parameters are what is stored; the words
are made here, at the edge, so a reason can be read in any language, later too.

Codes that are counted over many records also have a line in the room's SUMMARIES: singular and plural, with
{count} as their one parameter, marked by wording.NN_.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from server.wording import translations

ROOMS = (
    "properties",
    "staff",
    "sources",
    "cleaning",
    "matching",
    "importing",
    "devices",
    "feeds",
    "prompts",
    "records",
    "guests",
    "captures",
    "registration",
    "reporting",
    "journal",
    "papers",
)


@cache
def summaries() -> Mapping[str, tuple[str, str]]:
    """All codes that are counted, with what is said of one record and of many."""
    found: dict[str, tuple[str, str]] = {}
    for room in ROOMS:
        if find_spec(f"server.{room}.sentences") is not None:
            found |= getattr(import_module(f"server.{room}.sentences"), "SUMMARIES", {})
    return found


class _Named(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


@cache
def sentences() -> Mapping[str, str]:
    """All codes with their English sentence; a code stands in one room only."""
    found: dict[str, str] = {}
    for room in ROOMS:
        if find_spec(f"server.{room}.sentences") is None:
            continue
        for code, text in import_module(f"server.{room}.sentences").SENTENCES.items():
            if code in found:
                raise ValueError(f"{code} has a sentence in two rooms; one is server/{room}")
            found[code] = text
    return found


def say(code: str, params: Mapping[str, str] | None = None, language: str = "en") -> str:
    """The sentence of a code, filled with its parameters, in a language; the code itself if unknown."""
    text = sentences().get(code)
    if text is None:
        return code
    return translations(language).gettext(text).format_map(_Named(params or {}))


def summary(code: str, count: int, language: str = "en") -> str:
    """What a code says of so many records, with {count} still to be filled in; the code itself if unknown."""
    forms = summaries().get(code)
    if forms is None:
        return "{count} " + code
    return translations(language).ngettext(*forms, count)
