"""What is derived of one written name by itself, whoever else is here; kept for names that come again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from server.matching.alphabets import LATIN, UNALIKE
from server.matching.columns import ONE_BY_ONE
from server.matching.names import core
from server.matching.naming import OWN_ALPHABET
from server.matching.one_name import (
    czech_stem,
    full_given_names,
    is_listed,
    man_s_surname,
    nickname_groups,
    one_spelling,
    surname_groups,
)
from server.matching.sounds import sounds, spokens

MOST_KEPT = 20_000
"""Written names that are kept, of some 2 KB each; those who come to one house share most first names."""


class Spellings(NamedTuple):
    """Of each written name: see `Parts`, whose columns these become."""

    values: Sequence[str]
    alphabets: Sequence[str]
    cores: Sequence[str]
    texts: Sequence[str]
    latin: Sequence[str]  # the core in its one spelling
    sounds: Sequence[str]
    spoken: Sequence[str]
    families: Sequence[str]
    czech: Sequence[str]
    initials: Sequence[str]
    initial_only: Sequence[bool]
    nicks: Sequence[frozenset[int]]
    established: Sequence[bool]
    surnames: Sequence[frozenset[int]]
    spelled: Sequence[bool]


_kept: dict[str, tuple[Any, ...]] = {}


def spellings_of(written: Sequence[str]) -> Spellings:
    """Derive everything from the spellings that `Records` hands over.

    Of a few, those that came before are not derived again: one record that arrives meets a handful of others.
    """
    if not 0 < len(written) <= ONE_BY_ONE:
        return _derived(written)
    found = {text: _kept[text] for text in written if text in _kept}
    new = [text for text in written if text not in found]
    if new:
        fresh = dict(zip(new, zip(*_derived(new), strict=True), strict=True))
        if len(_kept) + len(fresh) > MOST_KEPT:
            _kept.clear()
        _kept.update(fresh)
        found |= fresh
    return Spellings(*zip(*map(found.__getitem__, written), strict=True))


def _derived(written: Sequence[str]) -> Spellings:
    groups, families, established = nickname_groups(), surname_groups(), full_given_names()
    split = [text.split(OWN_ALPHABET) for text in written]
    values = [parts[0] for parts in split]
    alphabets = [parts[1] if len(parts) > 1 else LATIN for parts in split]
    cores = list(map(core, values))
    texts = [parts[2] if len(parts) > 2 else own for parts, own in zip(split, cores, strict=True)]
    latin = list(map(one_spelling, cores))
    bare = [value.replace(" ", "") for value in values]
    whole = [
        one if own == text else one_spelling(text) for own, one, text in zip(cores, latin, bare, strict=True)
    ]
    return Spellings(
        values=values,
        alphabets=alphabets,
        cores=cores,
        texts=texts,
        latin=latin,
        sounds=sounds([part.replace("?", "") for part in cores]),
        spoken=[heard or part for heard, part in zip(spokens(cores), cores, strict=True)],
        families=list(map(man_s_surname, latin)),
        czech=list(map(czech_stem, latin)),
        initials=[text[:1] for text in bare],
        initial_only=[
            name not in UNALIKE and (_is_initials(text) or len(text) == value.count(" ") + 1)
            for text, value, name in zip(bare, values, alphabets, strict=True)
        ],
        nicks=[groups.get(text, frozenset()) for text in whole],
        established=[text in established for text in whole],
        surnames=[
            families.get(text if name in UNALIKE else one, frozenset())
            for text, one, name in zip(texts, cores, alphabets, strict=True)
        ],
        spelled=list(map(is_listed, cores)),
    )


def _is_initials(text: str) -> bool:
    """One letter, or two consonants (JP for Jean-Pierre) that are no name themselves (Ng)."""
    return len(text) == 1 or (len(text) == 2 and text not in ("ng", "md") and not set(text) & set("aeiouy?"))
