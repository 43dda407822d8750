"""Which papers there are, in which languages a house should have each, and what holds one up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from server.discovery import discover
from server.papers.document import Document, Lack
from server.papers.facts import Facts
from server.papers.texts import pseudo_texts, texts_of
from server.refusal import Refused
from server.wording import PSEUDO

FOR_GUESTS = frozenset({"privacy_notice"})
"""Papers that guests read: wanted in every language the house speaks to them."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as the desk lists it."""

    code: str
    title: str  # to be translated
    about: str
    languages: Sequence[str]  # it can be had in
    wanted: Sequence[str]  # languages of the house that it is not written in yet
    lacks: Sequence[Lack]

    @property
    def is_stopped(self) -> bool:
        """Whether the paper would be untrue without a setting."""
        return any(lack.stops for lack in self.lacks)


@cache
def kinds() -> Mapping[str, ModuleType]:
    """Every paper by its code."""
    return discover("server.papers.kinds", ("TITLE", "ABOUT", "lacks", "build"))


def shelf(facts: Facts) -> list[Paper]:
    """Every paper of a house."""
    return [_paper(code, kind, facts) for code, kind in kinds().items()]


def _paper(code: str, kind: ModuleType, facts: Facts) -> Paper:
    written = texts_of(code)
    spoken = facts.languages if code in FOR_GUESTS else ()
    return Paper(
        code=code,
        title=kind.TITLE,
        about=kind.ABOUT,
        languages=tuple(written),
        wanted=tuple(language for language in spoken if language not in written),
        lacks=kind.lacks(facts),
    )


def write(code: str, facts: Facts, language: str) -> Document | None:
    """A paper of a house in a language; None when there is no such paper or it is not written in it.

    Raises Refused while a setting is missing without which it would be untrue.
    """
    kind = kinds().get(code)
    if kind is None or (language not in texts_of(code) and language != PSEUDO):
        return None
    if any(lack.stops for lack in kind.lacks(facts)):
        raise Refused("paper.stopped")
    texts = pseudo_texts(code) if language == PSEUDO else texts_of(code)[language]
    document: Document = kind.build(facts, texts)
    return document
