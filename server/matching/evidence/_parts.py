"""How two name parts compare: each distinct pair of spellings is judged once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from server.matching.columns import Flags, Ints, Levels, Texts, distinct_pairs, pick, places_of
from server.matching.names import LONGEST_GLUED, fits_lost_letters, is_glued
from server.matching.records import Parts

ABSENT, UNLIKE, KNOWN_NEAR, NEAR, INITIAL, NICKNAME, COMPOUND, SLIP, EQUAL = range(9)


FEMININE = frozenset(
    {"te", "tte", "ette", "ine", "ina", "elle", "ella", "ne", "na", "la", "le", "ie", "ia", "a"}
)
"""Endings that make a woman's name of a man's: Antoine, Antoinette; Paul, Pauline."""


class Side(NamedTuple):
    """Pairs of part codes that are compared as first names (`given`) or as any other.

    `known`: spellings that are established names of their own. Two of them one letter apart (Julie, Julien)
    are two names; the same distance from a spelling that nobody else bears is a slip.
    """

    left: Ints
    right: Ints
    known: Flags
    given: bool = False


def compare_parts(parts: Parts, one: Side, other: Side) -> tuple[Levels, Levels]:
    """The level of each pair, on two sides that are as long as each other: first and last names, at once."""
    size, count = len(parts.values), len(one.left)
    left, right = (
        np.concatenate([mine, np.where(theirs >= 0, theirs + np.int32(size), theirs)])
        for mine, theirs in ((one.left, other.left), (one.right, other.right))
    )
    level = np.zeros(2 * count, dtype=np.int8)
    level[(left >= 0) & (left == right)] = EQUAL
    pairs = distinct_pairs(left, right, 2 * size)
    if len(pairs.left):
        listed = parts.surnames.listed
        known = np.concatenate([side.known if side.given else side.known | listed for side in (one, other)])
        both_known = known[pairs.left] & known[pairs.right]
        is_other = pairs.left >= size
        given = np.where(is_other, other.given, one.given)
        a, b = (np.where(is_other, codes - size, codes) for codes in (pairs.left, pairs.right))
        pairs.spread(_judged(parts, a, b, both_known, given), level)
    return level[:count], level[count:]


def _judged(parts: Parts, a: Ints, b: Ints, both_known: Flags, given: Flags) -> Levels:
    """The level of pairs of unequal parts."""
    found = np.full(len(a), UNLIKE, dtype=np.int8)
    one_alphabet = parts.alphabets[a] == parts.alphabets[b]
    strict = one_alphabet & parts.unalike[a]
    x, y = _texts(parts, a, b, one_alphabet & (parts.alphabets[a] > 0))
    slips = cpdist(x, y, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)
    close = cpdist(x, y, scorer=JaroWinkler.similarity, score_cutoff=0.8, dtype=np.float32)
    p, q = parts.lengths[a], parts.lengths[b]
    own = places_of(one_alphabet & (parts.alphabets[a] > 0))
    if len(own):
        p[own], q[own] = _lengths([x[k] for k in own.tolist()]), _lengths([y[k] for k in own.tolist()])
    shortest = np.minimum(p, q)
    same_sound = (parts.sounds[a] == parts.sounds[b]) & (shortest >= 3) & ~strict
    slip = ((slips == 1) & (shortest >= 4)) | ((slips == 2) & (shortest >= 8)) | (same_sound & (close >= 0.8))
    near = close >= 0.87
    found[near] = NEAR
    found[slip] = SLIP
    found[both_known & (slip | (near & (slips > 0)))] = KNOWN_NEAR
    heard = (parts.spoken[a] == parts.spoken[b]) & (shortest >= 4)
    both_listed = parts.established[a] & parts.established[b]
    found[heard & ~both_listed] = SLIP
    begins = parts.initials[a] == parts.initials[b]
    short = parts.initial_only[a] | parts.initial_only[b]
    worded = (parts.several[a] | parts.several[b]) & ~strict
    compound = places_of(worded & ~short)
    if len(compound):
        found[compound] = np.maximum(found[compound], _words_alike(parts, a[compound], b[compound]))
    found[parts.nicks.meet(a, b) & (found < NICKNAME)] = NICKNAME
    plain = ~short & ~strict & (shortest >= 3) & (found < INITIAL)
    # a beginning or an end in common, as far as it can be seen of many at a time
    one_begin = parts.heads[a] == parts.heads[b]
    one_end = (parts.tails[a] == parts.tails[b]) & (p != q) & (np.abs(p - q) <= LONGEST_GLUED)
    one_begin[own] = True
    for k in places_of(plain & (one_end | one_begin)).tolist():
        longer, shorter = (x[k], y[k]) if len(x[k]) > len(y[k]) else (y[k], x[k])
        if longer.startswith(shorter):
            other = both_known[k] or (given[k] and longer[len(shorter) :] in FEMININE)
            found[k] = KNOWN_NEAR if other else NICKNAME
        elif (
            given[k] and longer[: len(shorter) - 1] == shorter[:-1] and longer[len(shorter) - 1 :] in FEMININE
        ):
            found[k] = KNOWN_NEAR
        elif len(shorter) >= 4 and is_glued(longer, shorter):
            found[k] = SLIP
    for k in places_of(parts.damaged[a] | parts.damaged[b]).tolist():
        if fits_lost_letters(x[k], y[k]) or slips[k] <= x[k].count("?") + y[k].count("?"):
            found[k] = SLIP
    woman_s = both_listed & given
    if woman_s.any():
        woman_s &= (parts.bases[a] == parts.bases[b]) & (parts.adds_a[a] != parts.adds_a[b])
        found[woman_s & (found >= NEAR) & (found != NICKNAME)] = KNOWN_NEAR
    surnames = ~given
    if surnames.any():
        found[surnames & _one_family(parts, a, b) & (found < NICKNAME)] = NICKNAME
        romanised = surnames & ~parts.unalike[a] & ~parts.unalike[b] & parts.surnames.meet(a, b)
        found[romanised & (found < NEAR)] = NEAR
    if strict.any():
        found[strict] = np.where((slips == 1) & (shortest >= 4), NEAR, UNLIKE)[strict]
        found[strict & (parts.latin_codes[a] == parts.latin_codes[b])] = KNOWN_NEAR
    _across_alphabets(parts, a, b, ~one_alphabet, found)
    if short.any():
        found[short] = UNLIKE
        found[short & begins] = INITIAL
        for k in places_of(short & ~begins & worded).tolist():
            if _initials_fit(parts.values[a[k]], parts.values[b[k]]):
                found[k] = INITIAL
    found[parts.core_codes[a] == parts.core_codes[b]] = EQUAL
    return found


def _texts(parts: Parts, a: Ints, b: Ints, own: Flags) -> tuple[Texts, Texts]:
    """The spellings to compare: in Latin letters, or where both have one (`own`) in their own alphabet."""
    x, y = pick(parts.core_texts, a), pick(parts.core_texts, b)
    for k in places_of(own).tolist():
        x[k], y[k] = parts.texts[a[k]], parts.texts[b[k]]
    return x, y


def _one_family(parts: Parts, a: Ints, b: Ints) -> Flags:
    """Surnames that a man and a woman of one family bear: Ivanov and Ivanova, Novák and Nováková."""
    czech = (parts.czech[a] == parts.czech[b]) & (parts.adds_ova[a] != parts.adds_ova[b])
    return np.asarray((parts.families[a] == parts.families[b]) | czech, dtype=np.bool_)


def _across_alphabets(parts: Parts, a: Ints, b: Ints, across: Flags, found: Levels) -> None:
    """Judge pairs of two alphabets by transliteration; characters whose reading is unknown deny little."""
    if not across.any():
        return
    consonants = (parts.vowelless[a] | parts.vowelless[b]) & (parts.skeletons[a] == parts.skeletons[b])
    consonants &= ~(parts.spelled[a] & parts.spelled[b])
    read = parts.readings.meet(a, b) | parts.surnames.meet(a, b)
    found[across & (consonants | read) & (found < SLIP)] = SLIP
    unread = parts.characters[a] | parts.characters[b]
    found[across & unread & (found == UNLIKE)] = KNOWN_NEAR
    found[across & (parts.latin_codes[a] == parts.latin_codes[b])] = EQUAL


def _lengths(texts: list[str]) -> Ints:
    return np.fromiter(map(len, texts), dtype=np.int32, count=len(texts))


def _words_alike(parts: Parts, a: Ints, b: Ints) -> Levels:
    """COMPOUND when one holds a full word of the other (Garcia Lopez, Garcia; Jean Pierre, Jean)."""
    found = np.where(parts.words.share(a, b), COMPOUND, UNLIKE).astype(np.int8)
    found[parts.words.same(a, b)] = EQUAL
    return found


def _initials_fit(a: str, b: str) -> bool:
    """Whether the initials of one are among the first letters of the other's words."""
    one, two = ({word[0] for word in text.split()} for text in (a, b))
    return one <= two or two <= one
