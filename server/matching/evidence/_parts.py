"""How two name parts compare: each distinct pair of spellings is judged once."""

from __future__ import annotations

import numpy as np
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from server.matching.columns import Flags, Ints, Levels, distinct_pairs, pick
from server.matching.names import PARTICLES, fits_lost_letters, is_glued
from server.matching.records import Parts

ABSENT, UNLIKE, KNOWN_NEAR, NEAR, INITIAL, NICKNAME, COMPOUND, SLIP, EQUAL = range(9)


def compare_parts(parts: Parts, left: Ints, right: Ints, known: Flags) -> Levels:
    """The level of each pair of part codes. `known`: spellings that are established names of their own.

    Two established names one letter apart (Julie, Julien) are two names; the same distance from a spelling
    that nobody else bears is a slip.
    """
    level = np.zeros(len(left), dtype=np.int8)
    level[(left >= 0) & (left == right)] = EQUAL
    pairs = distinct_pairs(left, right, len(parts.values))
    if not len(pairs.left):
        return level
    a, b = pairs.left, pairs.right
    found = np.full(len(a), UNLIKE, dtype=np.int8)
    x, y = pick(parts.cores, a), pick(parts.cores, b)
    slips = cpdist(x, y, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)
    close = cpdist(x, y, scorer=JaroWinkler.similarity, score_cutoff=0.8, dtype=np.float32)
    shortest = np.minimum(_lengths(x), _lengths(y))
    same_sound = (parts.sounds[a] == parts.sounds[b]) & (shortest >= 3)
    slip = ((slips == 1) & (shortest >= 4)) | ((slips == 2) & (shortest >= 8)) | (same_sound & (close >= 0.8))
    found[close >= 0.87] = NEAR
    found[slip] = SLIP
    found[(close >= 0.87) & known[a] & known[b] & (slips > 0)] = KNOWN_NEAR
    found[slip & known[a] & known[b]] = KNOWN_NEAR
    begins = parts.initials[a] == parts.initials[b]
    short = parts.initial_only[a] | parts.initial_only[b]
    worded = parts.several[a] | parts.several[b]
    for k in np.flatnonzero(worded & ~short).tolist():
        found[k] = max(int(found[k]), _words_alike(parts.values[a[k]], parts.values[b[k]]))
    has_nickname = np.array([bool(group) for group in parts.nicknames], dtype=np.bool_)
    for k in np.flatnonzero(has_nickname[a] & has_nickname[b]).tolist():
        if not parts.nicknames[a[k]].isdisjoint(parts.nicknames[b[k]]):
            found[k] = max(int(found[k]), NICKNAME)
    for k in np.flatnonzero(~short & (shortest >= 3) & (found < INITIAL)).tolist():
        longer, shorter = (x[k], y[k]) if len(x[k]) > len(y[k]) else (y[k], x[k])
        if longer.startswith(shorter):
            found[k] = KNOWN_NEAR if known[a[k]] and known[b[k]] else NICKNAME
        elif len(shorter) >= 4 and is_glued(longer, shorter):
            found[k] = SLIP
    for k in np.flatnonzero(parts.damaged[a] | parts.damaged[b]).tolist():
        if fits_lost_letters(x[k], y[k]) or slips[k] <= x[k].count("?") + y[k].count("?"):
            found[k] = SLIP
    found[short] = UNLIKE
    found[short & begins] = INITIAL
    for k in np.flatnonzero(short & ~begins & worded).tolist():
        if _initials_fit(parts.values[a[k]], parts.values[b[k]]):
            found[k] = INITIAL
    found[parts.core_codes[a] == parts.core_codes[b]] = EQUAL
    pairs.spread(found, level)
    return level


def _lengths(texts: list[str]) -> Ints:
    return np.fromiter(map(len, texts), dtype=np.int32, count=len(texts))


def _words_alike(a: str, b: str) -> int:
    """COMPOUND when one holds all full words of the other (Garcia Lopez, Garcia; Jean Pierre, Jean)."""
    one, two = ({w for w in text.split() if w not in PARTICLES} for text in (a, b))
    if not one or not two:
        return UNLIKE
    joined_one, joined_two = ("".join(sorted(words)) for words in (one, two))
    if joined_one == joined_two:
        return EQUAL
    shared = {w for w in one & two if len(w) > 1}
    if shared:
        return COMPOUND
    for some, whole in ((one, two), (two, one)):
        for word in some:
            if len(word) >= 5 and any(OSA.distance(word, w, score_cutoff=1) <= 1 for w in whole):
                return COMPOUND
    return UNLIKE


def _initials_fit(a: str, b: str) -> bool:
    """Whether the initials of one are among the first letters of the other's words."""
    one, two = ({word[0] for word in text.split()} for text in (a, b))
    return one <= two or two <= one
