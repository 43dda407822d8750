"""The words by which a reply is told, in all languages at once: guests answer in their own.

One file a language in `words/`, all with the same keys. Words count without case, accents and apostrophes.
Chinese and Japanese put no spaces between words: theirs are looked for sign by sign.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

WORDS = Path(__file__).parent / "words"
KINDS = (
    "at", "dot", "dash", "underscore", "lead", "never_local", "polite", "thanks", "yes", "no", "declined",
    "declined_whole", "has_none", "none_whole", "not_me", "not_being", "stop", "stop_phrases", "start",
    "help", "not", "dead", "others", "insults", "corrections", "own", "away", "farewell", "days",
    "adverts", "not_me_whole",
)  # fmt: skip

_NE = re.compile(r"(?<=\w )(?:ne|n) |\A(?:ne|n) (?=\w+ (?:pas|plus|rien|jamais|aucune?)\b)")
"""French as it is spoken leaves out the half of its No: "je suis pas client"."""

_WORD = re.compile(r"[^\W_]+")
_E_MAIL = re.compile(r"(?<!\w)e[- ](?=mail)")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_CLAUSE = re.compile(r"[.!?,;:\n…。！？、，؛،؟()\"«»“”|/*]+|\s[-–—]+\s|[–—]")
_PLAIN_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "œ": "oe", "æ": "ae", "ـ": ""})


def fold(text: str) -> str:
    """Without case and accents."""
    apart = unicodedata.normalize("NFD", text.casefold())
    return "".join(sign for sign in apart if unicodedata.category(sign) != "Mn").translate(_PLAIN_LETTERS)


def _words(text: str) -> list[str]:
    """The words of a text; an e-mail is one, however it is written."""
    return _WORD.findall(_E_MAIL.sub("e", fold(text)))


@cache
def listed(kind: str) -> tuple[str, ...]:
    """The words of a kind as they are written, in all languages."""
    found = []
    for path in sorted(WORDS.glob("*.toml")):
        found += _read(path)[kind]
        if path.stem == "fr":
            found += [short for word in _read(path)[kind] if (short := _NE.sub("", word)) != word]
    return tuple(dict.fromkeys(found))


@cache
def _read(path: Path) -> dict[str, list[str]]:
    read: dict[str, list[str]] = tomllib.loads(path.read_text("utf-8"))
    if tuple(sorted(read)) != tuple(sorted(KINDS)):
        raise ValueError(f"{path.name}: other kinds of words than {', '.join(KINDS)}")
    return read


@dataclass(frozen=True)
class Phrases:
    """Words and phrases to be found in a wording."""

    spaced: dict[str, tuple[tuple[str, ...], ...]]  # by their first word, longest first
    unspaced: tuple[str, ...]  # longest first


@cache
def phrases(*kinds: str) -> Phrases:
    """The phrases of some kinds together."""
    spaced: dict[str, set[tuple[str, ...]]] = {}
    unspaced = set()
    for kind in kinds:
        for written in listed(kind):
            words = tuple(_words(written))
            if _UNSPACED.search(written):
                unspaced.add("".join(words))
            elif words:
                spaced.setdefault(words[0], set()).add(words)
    return Phrases(
        {first: tuple(sorted(all_, key=lambda one: (-len(one), one))) for first, all_ in spaced.items()},
        tuple(sorted(unspaced, key=lambda one: (-len(one), one))),
    )


@dataclass(frozen=True)
class Wording:
    """A text as its words."""

    text: str

    @cached_property
    def words(self) -> list[str]:
        return _words(self.text)

    @cached_property
    def run(self) -> str:
        """The words without spaces; empty where they stand with spaces."""
        return "".join(self.words) if _UNSPACED.search(self.text) else ""

    def has(self, *kinds: str) -> bool:
        """Whether a phrase of these kinds stands anywhere in it."""
        looked_for = phrases(*kinds)
        if self.run and any(one in self.run for one in looked_for.unspaced):
            return True
        return any(
            self.words[at : at + len(one)] == list(one)
            for at, word in enumerate(self.words)
            for one in looked_for.spaced.get(word, ())
        )

    def is_all(self, kind: str, *beside: str) -> bool:
        """Whether it is made of phrases of a kind, and of those beside, and of nothing else."""
        return bool(self.words) and self.has(kind) and self._covered(phrases(kind, *beside))

    def _covered(self, known: Phrases) -> bool:
        at = 0
        if self.run:
            both = (*known.unspaced, *("".join(one) for all_ in known.spaced.values() for one in all_))
            while at < len(self.run):
                step = max((len(one) for one in both if self.run.startswith(one, at)), default=0)
                if not step:
                    return False
                at += step
            return True
        while at < len(self.words):
            for one in known.spaced.get(self.words[at], ()):
                if self.words[at : at + len(one)] == list(one):
                    at += len(one)
                    break
            else:
                return False
        return True


def clauses(text: str) -> list[Wording]:
    """A text between its punctuation."""
    return [Wording(piece) for piece in _CLAUSE.split(text) if piece and piece.strip()]
