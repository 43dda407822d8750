"""E-mail address: the same, the same mailbox at another provider, one slip apart."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from server.matching.columns import Bits, Flags, Ints, coded, distinct_pairs, gather, mix, pick
from server.matching.levels import Compared, Keyed, Level, nothing_told
from server.matching.model import Model
from server.matching.records import Records

GROUP = "contact"
WITNESS = "contact"
LEVELS = (
    Level("email_absent"),
    Level("email_unlike", -0.5, -0.5),
    Level("email_of_many", 0.0, 0.0),
    Level("email_mailbox", 11.0, 2.5),
    Level("email_slip", 12.0, 2.5),
    Level("email_same", 24.0, 4.5, strong=True),
)
HARDLY_SEEN = 4
"""Addresses at a domain, up to which it may be a slip of a provider's name."""
ABSENT, UNLIKE, SHARED, MAILBOX, SLIP, SAME = range(6)


def keys(records: Records) -> Iterator[Keyed]:
    """The address; the address with the surname's sound (for addresses of many); the mailbox name."""
    address = records.email.keys()
    yield Keyed.of("email", address)
    yield Keyed.of("email, surname", mix(address, gather(records.parts.sounds, records.last, 0)))
    yield Keyed.of("mailbox", records.mailbox.keys())


def compare(records: Records, model: Model, left: Ints, right: Ints) -> Compared:
    """Equal addresses weigh by how many unlike persons bear them; those of nobody or a desk nothing."""
    column = records.email
    if not column.values:
        return nothing_told(len(left))
    a, b = column.codes[left], column.codes[right]
    level = np.where((a >= 0) & (b >= 0), UNLIKE, ABSENT).astype(np.int8)
    pairs = distinct_pairs(a, b, len(column.values))
    if len(pairs.left):
        x, y = pick(column.texts, pairs.left), pick(column.texts, pairs.right)
        apart = cpdist(x, y, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8)
        bare = records.once("email, bare", lambda: coded(map(_bare, column.values))[0])
        slips = (apart <= 1) & (bare[pairs.left] != bare[pairs.right])
        found = np.where(slips, SLIP, UNLIKE).astype(np.int8)
        pairs.spread(found, level)
    mail = records.mailbox.codes
    same_box = (mail[left] >= 0) & (mail[left] == mail[right]) & (level == UNLIKE)
    level[same_box & _domain_slips(records, model, left, right)] = SLIP
    plain = records.mailbox_plain[left] | records.mailbox_plain[right]
    level[same_box & (level == UNLIKE) & ~plain] = MAILBOX
    same = (a >= 0) & (a == b)
    level[same] = SAME
    nobodys, many_of = records.once("email, bearers", lambda: _bearers(records, model), model)
    level[(level > SHARED) & (nobodys[left] | nobodys[right])] = SHARED
    level[(level > SHARED) & (records.desk[left] | records.desk[right])] = SHARED
    stranger = np.zeros(len(left), dtype=np.float32)
    kin = np.zeros(len(left), dtype=np.float32)
    many = many_of[left]
    stranger[level == SAME] = -many[level == SAME]
    kin[level == SAME] = -1.7 * many[level == SAME]
    box = level == MAILBOX
    if box.any():
        often = records.once(
            "mailbox, bearers", lambda: np.log2(model.bearers("mailbox", records.mailbox.keys())), model
        )
        stranger[box] = -2 * np.maximum(often[left[box]] - 1, 0)
    return Compared(level, stranger, kin)


def _bearers(records: Records, model: Model) -> tuple[Flags, Bits]:
    """Of each record's address: whether it is nobody's, and log2 of how many unlike persons bear it."""
    values = records.email.keys()
    return model.is_shared(values), np.log2(model.bearers("email bearers", values)).astype(np.float32)


def _bare(address: str) -> str:
    """The address without its separators: sylvie.martin and sylviemartin are two people's, not a slip."""
    return address.replace(".", "").replace("-", "").replace("_", "")


def _domain_slips(records: Records, model: Model, left: Ints, right: Ints) -> Flags:
    """Whether the two domains are one with a slip: two letters apart at most, and one of them hardly seen."""
    column = records.domain
    a, b = column.codes[left], column.codes[right]
    found = np.zeros(len(left), dtype=np.bool_)
    pairs = distinct_pairs(a, b, len(column.values))
    if len(pairs.left):
        x, y = pick(column.texts, pairs.left), pick(column.texts, pairs.right)
        apart = cpdist(x, y, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8) <= 2
        name = records.once(
            "domain, name", lambda: coded(value.partition(".")[0] for value in column.values)[0]
        )
        names = name[pairs.left] == name[pairs.right]
        seen = records.once(
            "domain, seen",
            lambda: model.tables["domain"].count(column.digests) if "domain" in model.tables else None,
            model,
        )
        rare = np.ones(len(x), dtype=np.bool_)
        if seen is not None:
            rare = np.minimum(seen[pairs.left], seen[pairs.right]) <= HARDLY_SEEN
        pairs.spread((apart | names) & rare, found)
    return found


def params(records: Records, i: int, j: int) -> dict[str, str]:
    """Both addresses."""
    codes, values = records.email.codes, records.email.values
    return {k: values[codes[n]] if codes[n] >= 0 else "—" for k, n in (("email", i), ("other", j))}
