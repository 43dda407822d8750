"""Columns of coded values: every distinct value is kept, hashed and compared once.

A code is a position in the column's vocabulary; -1 stands for "the record does not say". Digests are signed
64-bit numbers that are the same in every process and on every machine, so they can be stored as keys; 0 is
kept for "no key".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from itertools import count, islice
from typing import cast

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bits = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Levels = npt.NDArray[np.int8]
Texts = npt.NDArray[np.object_]

NO_KEY = 0

# the two multipliers of splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


_START = np.uint64(0xCBF29CE484222325)
LONGEST_AT_ONCE = 64
"""Characters up to which texts are digested together, letter by letter; longer ones are few."""

AT_ONCE = 32_768
"""Texts digested together; bounds memory, not results."""


ONE_BY_ONE = 32
"""Values up to which each is looked at by itself: below, arrays cost more than what stands in them."""

_WHOLE = 2**64 - 1


@lru_cache(maxsize=65_536)
def digest(text: str) -> int:
    """A signed 64-bit digest of a text, never 0; the same as among many (`digests`)."""
    if len(text) > LONGEST_AT_ONCE:
        whole = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        return int.from_bytes(whole, "big", signed=True) or 1
    state, first = int(_START), int(_FIRST)
    for letter in text:
        if letter != "\0":  # never a letter of a digest
            state = ((state ^ ord(letter)) * first) & _WHOLE
            state ^= state >> 29
    state = ((state ^ (state >> 27)) * int(_SECOND)) & _WHOLE
    state ^= state >> 31
    return (state - (1 << 64) if state >> 63 else state) or 1


def digests(texts: Iterable[str]) -> Longs:
    """The digest of each text: splitmix64's steps over its letters, for many texts at a time.

    A digest is a look-up key and the name of a count, not a seal: two texts with one digest are compared in
    vain and counted as one value. Of whole records alone is an equal one taken for equal (`saying.contents`).
    """
    wanted = texts if isinstance(texts, list | tuple) else list(texts)
    if len(wanted) <= ONE_BY_ONE:
        return np.fromiter(map(digest, wanted), dtype=np.int64, count=len(wanted))
    found = np.empty(len(wanted), dtype=np.int64)
    for at in range(0, len(wanted), AT_ONCE):
        found[at : at + AT_ONCE] = _digests_at_once(wanted[at : at + AT_ONCE])
    return found


def _digests_at_once(texts: Sequence[str]) -> Longs:
    size = len(texts)
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=size)
    long = places_of(lengths > LONGEST_AT_ONCE)
    short = list(texts)
    for at in long.tolist():
        short[at] = ""
    joined = "".join(short)
    if "\0" in joined:  # never a letter of a digest
        short = [text.replace("\0", "") for text in short]
        joined = "".join(short)
        lengths = np.fromiter(map(len, short), dtype=np.int64, count=size)
    lengths[long] = 0
    letters: npt.NDArray[np.unsignedinteger] = (
        np.frombuffer(joined.encode("ascii"), dtype=np.uint8)
        if joined.isascii()
        else np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    )
    # the longest first, so that those that still have a letter are always the first ones
    order = np.argsort(-lengths, kind="stable")
    starts = (np.cumsum(lengths) - lengths)[order]
    longer_than = size - np.cumsum(np.bincount(lengths, minlength=1))
    ordered = np.full(size, _START, dtype=np.uint64)
    for nth, many in enumerate(longer_than[:-1].tolist()):
        step = letters[starts[:many] + nth].astype(np.uint64)
        step ^= ordered[:many]
        step *= _FIRST
        step ^= step >> np.uint64(29)
        ordered[:many] = step
    state = np.empty(size, dtype=np.uint64)
    state[order] = ordered
    state = (state ^ (state >> np.uint64(27))) * _SECOND
    state ^= state >> np.uint64(31)
    for at in long.tolist():
        whole = blake2b(texts[at].encode("utf-8", "surrogatepass"), digest_size=8).digest()
        state[at] = int.from_bytes(whole, "big")
    state[state == 0] = 1
    return state.view(np.int64)


def mix(first: Longs, *others: Longs | int) -> Longs:
    """One key out of several, row by row; no key where any part has none. Order of the parts matters."""
    mixed = first.view(np.uint64).copy()
    absent = first == NO_KEY
    for other in others:
        part = np.asarray(other, dtype=np.int64)
        absent = absent | (part == NO_KEY)
        mixed = (mixed + _GOLDEN) ^ part.view(np.uint64)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
        mixed = mixed ^ (mixed >> np.uint64(31))
    mixed[mixed == 0] = 1
    keys: Longs = mixed.view(np.int64)
    keys[absent] = NO_KEY
    return keys


def number_key(numbers: npt.NDArray[np.integer]) -> Longs:
    """Whole numbers (dates, weeks) as parts of a key; negative ones are no key."""
    wide = numbers.astype(np.int64)
    return np.where(wide < 0, NO_KEY, wide + 1)


@dataclass(frozen=True, slots=True)
class Column:
    """One field of all records: `codes` (int32, one per record, -1 absent) into `values`."""

    codes: Ints
    values: tuple[str, ...]
    digests: Longs
    texts: Texts = field(init=False, repr=False, compare=False)  # the values, for `pick`

    def __post_init__(self) -> None:
        object.__setattr__(self, "texts", texts_of(self.values))

    @classmethod
    def of(cls, texts: Iterable[str | None]) -> Column:
        """Code the texts of one field, values in the order of their first appearance."""
        codes, values = coded(texts)
        return cls(codes, values, digests(values))

    @classmethod
    def ordered(cls, codes: Ints, values: Sequence[str]) -> Column:
        """A column of codes into any values: those that stand nowhere left out, the others as they appear."""
        codes, kept = in_order(codes, len(values))
        told = tuple(map(values.__getitem__, kept.tolist()))
        return cls(codes, told, digests(told))

    def take(self, rows: Ints) -> Column:
        """The column of some of the records; it keeps all values."""
        taken = object.__new__(Column)
        for name in ("values", "digests", "texts"):
            object.__setattr__(taken, name, getattr(self, name))
        object.__setattr__(taken, "codes", self.codes[rows])
        return taken

    def keys(self) -> Longs:
        """The digest of each record's value; NO_KEY where absent."""
        return gather(self.digests, self.codes, NO_KEY)

    def counts(self) -> Longs:
        """How many records bear each value."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values)).astype(np.int64)


def coded(texts: Iterable[str | None]) -> tuple[Ints, tuple[str, ...]]:
    """The texts as codes, -1 for none, and the distinct ones in the order of their first appearance."""
    all_texts = texts if isinstance(texts, list | tuple) else list(texts)
    place: defaultdict[str | None, int] = defaultdict(count().__next__)  # one look at each text
    place[None] = place[""] = -1
    codes = np.fromiter(map(place.__getitem__, all_texts), dtype=np.int32, count=len(all_texts))
    return codes, tuple(cast("Iterator[str]", islice(place, 2, None)))


def in_order(codes: Ints, size: int) -> tuple[Ints, Longs]:
    """Codes below `size` numbered anew as they appear, -1 staying; and the old number of each new one."""
    if len(codes) <= ONE_BY_ONE:
        few = codes.tolist()
        places = {code: place for place, code in enumerate(dict.fromkeys(c for c in few if c >= 0))}
        numbered = np.array([places.get(code, -1) for code in few], dtype=np.int32)
        return numbered, np.array(list(places), dtype=np.int64)
    first = np.full(size + 1, len(codes), dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)  # of several the last written stays: the first
    first[size] = len(codes)
    kept = np.argsort(first, kind="stable")[: int((first < len(codes)).sum())]
    anew = np.full(size + 1, -1, dtype=np.int32)
    anew[kept] = np.arange(len(kept))
    return anew[codes], kept.astype(np.int64)


def texts_of(values: Sequence[str]) -> Texts:
    """Texts as an array, of which many are picked in a quarter of the time that a tuple takes."""
    return np.fromiter(values, dtype=np.object_, count=len(values))


def gather(table: Longs, codes: Ints, absent: int) -> Longs:
    """The table's number for each code; `absent` for -1."""
    if not len(table):
        return np.full(codes.shape, absent, dtype=np.int64)
    return np.where(codes >= 0, table[codes], absent)


@dataclass(frozen=True, slots=True)
class DistinctPairs:
    """The different unequal pairs of values among many pairs: positions, and where each finds its own."""

    where: Longs  # positions of the pairs that hold two unequal values
    left: Ints
    right: Ints
    inverse: Longs

    def spread(self, found: npt.NDArray[np.generic], onto: npt.NDArray[np.generic]) -> None:
        """Write what was found for each distinct pair onto all pairs that hold it."""
        if len(self.where):
            onto[self.where] = found[self.inverse]


def distinct_pairs(left: Ints, right: Ints, size: int) -> DistinctPairs:
    """Each unordered pair of unequal codes once. `size` is the length of the vocabulary."""
    if len(left) <= ONE_BY_ONE:
        return _distinct_few(left.tolist(), right.tolist())
    where = places_of((left >= 0) & (right >= 0) & (left != right))
    a, b = left[where].astype(np.int64), right[where].astype(np.int64)
    joint = np.minimum(a, b) * max(size, 1) + np.maximum(a, b)
    unique, inverse = np.unique(joint, return_inverse=True)
    return DistinctPairs(
        where.astype(np.int64),
        (unique // max(size, 1)).astype(np.int32),
        (unique % max(size, 1)).astype(np.int32),
        inverse.astype(np.int64),
    )


def _distinct_few(left: list[int], right: list[int]) -> DistinctPairs:
    number: dict[tuple[int, int], int] = {}
    where, inverse = [], []
    for place, (a, b) in enumerate(zip(left, right, strict=True)):
        if a >= 0 and b >= 0 and a != b:
            where.append(place)
            inverse.append(number.setdefault((a, b) if a < b else (b, a), len(number)))
    sides = np.array(list(number), dtype=np.int32).reshape(-1, 2)
    return DistinctPairs(
        np.array(where, dtype=np.int64), sides[:, 0], sides[:, 1], np.array(inverse, dtype=np.int64)
    )


def places_of(flags: Flags) -> Longs:
    """Where the flags are set: of a few, np.flatnonzero takes twelve times as long."""
    return flags.nonzero()[0]


def first_true(size: int, cases: Sequence[tuple[Flags, int]], otherwise: int) -> Levels:
    """For each place the level of the first of the cases that holds there.

    What np.select does, at a tenth of its time for a few places.
    """
    found = np.full(size, otherwise, dtype=np.int8)
    for holds, level in reversed(cases):
        found[holds] = level
    return found


def pick(texts: Texts, codes: Ints) -> Texts:
    """The texts of the codes."""
    return texts[codes]
