"""The words of names, and whether two names of several words share one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from server.matching.columns import (
    Flags,
    Ints,
    Longs,
    Texts,
    coded,
    distinct_pairs,
    pick,
    places_of,
    texts_of,
)
from server.matching.names import PARTICLES, telling_words

LONG = 4
"""Letters from which a word may hold a slip and still be told."""

AT_ONCE = 1_000_000
"""Pairs of words held against each other together; bounds memory, not results."""


@dataclass(frozen=True, slots=True)
class Words:
    """The telling words of each part, each once: `codes` from `starts` on, `counts` of them.

    `joined`: two parts with one code have the same words, in any order; -1 where there is none. By word:
    `texts`, `lengths`, `begins` and `ends` (code of the first and of the last letter). `held`: of every word
    of every part, part x words + word, rising.
    """

    starts: Longs
    counts: Longs
    codes: Ints
    joined: Ints
    texts: Texts
    lengths: Ints
    begins: Ints
    ends: Ints
    held: Longs

    @classmethod
    def of(cls, parts: Sequence[str]) -> Words:
        """From folded names."""
        told = [
            sorted(set(telling_words(part))) if " " in part else [part] * (part not in PARTICLES)
            for part in parts
        ]
        counts = np.fromiter(map(len, told), dtype=np.int64, count=len(told))
        codes, values = coded([word for words in told for word in words])
        held = np.repeat(np.arange(len(told)), counts) * max(len(values), 1) + codes
        held.sort()
        return cls(
            starts=np.cumsum(counts) - counts,
            counts=counts,
            codes=codes,
            joined=coded("".join(words) for words in told)[0],
            texts=texts_of(values),
            lengths=np.fromiter(map(len, values), dtype=np.int32, count=len(values)),
            begins=np.fromiter((ord(word[0]) for word in values), dtype=np.int32, count=len(values)),
            ends=np.fromiter((ord(word[-1]) for word in values), dtype=np.int32, count=len(values)),
            held=held,
        )

    def same(self, a: Ints, b: Ints) -> Flags:
        """Which pairs of parts have all words in common, in any order."""
        return np.asarray((self.joined[a] == self.joined[b]) & (self.joined[a] >= 0), dtype=np.bool_)

    def share(self, a: Ints, b: Ints) -> Flags:
        """Which pairs have a full word in common, or a long one but for a slip."""
        found = self._share_exactly(a, b)
        open_ = places_of(~found)
        found[open_] = self._share_nearly(a[open_], b[open_])
        return found

    def _share_exactly(self, a: Ints, b: Ints) -> Flags:
        found = np.zeros(len(a), dtype=np.bool_)
        if not len(self.held):
            return found
        counts = self.counts[a]
        whose = np.arange(len(a)).repeat(counts)
        nth = np.arange(len(whose)) - (counts.cumsum() - counts).repeat(counts)
        word = self.codes[self.starts[a[whose]] + nth]
        wanted = b[whose].astype(np.int64) * max(len(self.texts), 1) + word
        at = np.minimum(np.searchsorted(self.held, wanted), len(self.held) - 1)
        found[whose[(self.held[at] == wanted) & (self.lengths[word] > 1)]] = True
        return found

    def _share_nearly(self, a: Ints, b: Ints) -> Flags:
        found = np.zeros(len(a), dtype=np.bool_)
        for begin, end in self._portions(self.counts[a] * self.counts[b]):
            x, y = a[begin:end], b[begin:end]
            many = self.counts[y]
            count = self.counts[x] * many
            whose = np.arange(len(x)).repeat(count)
            nth = np.arange(len(whose)) - (count.cumsum() - count).repeat(count)
            one = self.codes[self.starts[x][whose] + nth // many[whose]]
            two = self.codes[self.starts[y][whose] + nth % many[whose]]
            p, q = self.lengths[one], self.lengths[two]
            # one slip leaves the first letter of a long word or its last
            near = (np.maximum(p, q) >= LONG) & (np.abs(p - q) <= 1)
            near &= (self.begins[one] == self.begins[two]) | (self.ends[one] == self.ends[two])
            pairs = distinct_pairs(one[near], two[near], len(self.texts))
            slips = np.zeros(int(near.sum()), dtype=np.bool_)
            if len(pairs.left):
                words = pick(self.texts, pairs.left), pick(self.texts, pairs.right)
                apart = cpdist(*words, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8)
                pairs.spread(apart <= 1, slips)
            found[begin + whose[near][slips]] = True
        return found

    @staticmethod
    def _portions(counts: Longs) -> Iterator[tuple[int, int]]:
        """Stretches of pairs whose words make no more than AT_ONCE pairs, or of a single pair."""
        total = np.cumsum(counts)
        begin = 0
        while begin < len(counts):
            before = int(total[begin - 1]) if begin else 0
            end = max(begin + 1, int(np.searchsorted(total, before + AT_ONCE, side="right")))
            yield begin, end
            begin = end
