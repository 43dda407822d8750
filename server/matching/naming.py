"""What a record calls its guest: first and last name, each in its place and in its own alphabet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from server.matching.alphabets import LATIN, alphabet_of, native
from server.matching.columns import ONE_BY_ONE, Flags, Ints, coded, in_order
from server.matching.names import fold, folds, mailbox_words
from server.matching.one_name import full_given_names, nickname_groups, one_spelling
from server.record import CleanRecord

OWN_ALPHABET = "\x1f"
"""Between the Latin letters of a name, its alphabet and its own letters; no reading of a record holds it."""

Name = tuple[str | None, str | None, bool, bool]
"""First and last name as Parts takes them, whether the mailbox gave one, whether their order is sure."""


@dataclass(frozen=True, slots=True)
class Named:
    """The names of all records: `first` and `last` are codes into `values`, in order of appearance."""

    values: tuple[str, ...]
    first: Ints
    last: Ints
    by_mailbox: Flags
    order_sure: Flags


def named(clean: Sequence[CleanRecord], order: Ints) -> Named:
    """The names of the records, in the given order of rows; every distinct spelling is read once.

    Only rows in which something has to be decided (a name is missing, or the two may be exchanged) are looked
    at one by one; a few rows all are.
    """
    if len(clean) <= ONE_BY_ONE:
        told = [name_of(clean[row]) for row in order.tolist()]
        codes, values = coded([name for given, family, _, _ in told for name in (given, family)])
        by_mailbox, sure = (np.array([of[k] for of in told], dtype=np.bool_) for k in (2, 3))
        return Named(values, codes[0::2].copy(), codes[1::2].copy(), by_mailbox, sure)
    place: defaultdict[str, int] = defaultdict(count().__next__)
    first, first_plain, first_length = _read([row.first_name for row in clean], place)
    last, last_plain, last_length = _read([row.last_name for row in clean], place)
    person = np.array([row.is_person for row in clean], dtype=np.bool_)
    sure = np.array([row.name_order_sure for row in clean], dtype=np.bool_)
    full = (first >= 0) & (last >= 0)
    exchanged = full & ~sure & (last_length == 1) & (first_length > 1)
    of_two_alphabets = full & (first_plain == last_plain) & (first != last)
    one_by_one = person & (~full | exchanged | of_two_alphabets)
    first[~person] = last[~person] = -1
    sure |= ~person
    by_mailbox = np.zeros(len(clean), dtype=np.bool_)
    for row in np.flatnonzero(one_by_one).tolist():
        given, family, by_mailbox[row], sure[row] = name_of(clean[row])
        first[row] = place[given] if given else -1
        last[row] = place[family] if family else -1
    both, kept = in_order(np.stack([first[order], last[order]], axis=1).ravel(), len(place))
    written = list(place)
    values = tuple(map(written.__getitem__, kept.tolist()))
    return Named(values, both[0::2].copy(), both[1::2].copy(), by_mailbox[order], sure[order])


def _read(texts: list[str | None], place: defaultdict[str, int]) -> tuple[Ints, Ints, Ints]:
    """For each row: the place of the name as Parts takes it, the place of its Latin letters, their number."""
    codes, values = coded(texts)
    plain = folds(values)
    latin = [place[letters] if letters else -1 for letters in plain]
    own = [
        place[_with_own_alphabet(letters, text)] if letters and not text.isascii() else at
        for letters, text, at in zip(plain, values, latin, strict=True)
    ]
    at, at_latin, length = (
        np.array([*of_value, of_none], dtype=np.int32)[codes]
        for of_value, of_none in ((own, -1), (latin, -1), (map(len, plain), 0))
    )
    return at, at_latin, length


def name_of(row: CleanRecord) -> Name:
    """The name of one record."""
    if not row.is_person:
        return None, None, False, True
    first, last = (fold(text) if text else "" for text in (row.first_name, row.last_name))
    given, family, by_mailbox, sure = _placed(first, last, row)
    if (row.first_name or "").isascii() and (row.last_name or "").isascii():
        return given, family, by_mailbox, sure
    own = {first: _with_own_alphabet(first, row.first_name), last: _with_own_alphabet(last, row.last_name)}
    return own.get(given or "", given) or None, own.get(family or "", family) or None, by_mailbox, sure


def _with_own_alphabet(folded: str, text: str | None) -> str:
    alphabet = alphabet_of(text) if text else LATIN
    if alphabet == LATIN or not text or not folded:
        return folded
    return OWN_ALPHABET.join((folded, alphabet, native(text) or folded))


def _placed(first: str, last: str, row: CleanRecord) -> tuple[str | None, str | None, bool, bool]:
    """Both names put in their places, a missing one taken from a mailbox that fits the other."""
    sure = row.name_order_sure
    if first and last:
        known = one_spelling(first.replace(" ", "")) in nickname_groups()
        if not sure and len(last) == 1 and len(first) > 1 and not known:
            return last, first, False, False
        return first, last, False, sure
    words = mailbox_words(row.email) if row.email and row.email_class in ("real", "bounced") else []
    if len(words) != 2:
        return first or None, last or None, False, sure
    full = full_given_names()
    given = (first or last).replace(" ", "")
    spellings = dict(zip(words, map(one_spelling, words), strict=True))
    for word, other in (words, words[::-1]):
        if len(other) < 3:
            continue
        if given and (word == given or (len(word) == 1 and given.startswith(word))):
            return (first or other), (last or other), True, sure
        if not given and (len(word) == 1 or (spellings[word] in full and spellings[other] not in full)):
            return word, other, True, sure
    if not given and all(spellings[word] in full for word in words):
        return words[0], words[1], True, False
    return first or None, last or None, False, sure
