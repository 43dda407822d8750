"""First and last name together: either order, initials, nicknames, compounds, slips of the pen.

Level = 10 x first + last, each one of ABSENT .. EQUAL; swapped names are judged by what they compare to.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from server.matching.columns import Bits, Flags, Ints, Levels, Longs, gather, mix, places_of
from server.matching.evidence._parts import (
    ABSENT,
    COMPOUND,
    EQUAL,
    INITIAL,
    KNOWN_NEAR,
    NEAR,
    NICKNAME,
    SLIP,
    UNLIKE,
    Side,
    compare_parts,
)  # fmt: skip
from server.matching.levels import Compared, Keyed, Level
from server.matching.model import Model
from server.matching.records import Parts, Records

GROUP = "person"
WITNESS = None

FIRST = {ABSENT: (0, 0), UNLIKE: (-6, -8), KNOWN_NEAR: (-5, -6), NEAR: (-1, -1.5), INITIAL: (3, 2.8),
         NICKNAME: (-3, 2.5), COMPOUND: (-2.5, 2.5), SLIP: (-3.5, 3), EQUAL: (-0.5, 4)}  # fmt: skip
LAST = {ABSENT: (0, 0), UNLIKE: (-5, -2.5), KNOWN_NEAR: (-3, -1.5), NEAR: (-1, -0.5), INITIAL: (2.5, 0),
        NICKNAME: (-3, 0), COMPOUND: (-3, 0), SLIP: (-3.5, 0.5), EQUAL: (-0.5, 0.5)}  # fmt: skip
"""(stranger, kin) bits; from NICKNAME up the rarity of the name comes on top for strangers."""


def _code(first: int, last: int) -> str:
    """The sentence of a level: what is least alike decides."""
    if first in (UNLIKE, KNOWN_NEAR) and last in (UNLIKE, KNOWN_NEAR):
        return "name_unlike"
    if first in (UNLIKE, KNOWN_NEAR):
        return "name_first_unlike"
    if last in (UNLIKE, KNOWN_NEAR):
        return "name_last_unlike"
    if ABSENT in (first, last):
        return "name_absent" if first == last else "name_one_known"
    by_least = {NEAR: "near", INITIAL: "initial", NICKNAME: "nickname", COMPOUND: "compound", SLIP: "slip"}
    return f"name_{by_least.get(min(first, last), 'same')}"


def _level(number: int) -> Level:
    first, last = divmod(number, 10)
    if first not in FIRST or last not in LAST:
        return Level("name_absent")
    return Level(_code(first, last), FIRST[first][0] + LAST[last][0], FIRST[first][1] + LAST[last][1])


LEVELS = tuple(_level(number) for number in range(10 * EQUAL + EQUAL + 1))

_SHIPPED = np.array([(level.stranger, level.kin) for level in LEVELS], dtype=np.float32)
_OF_FIRST = np.array([FIRST[k] for k in range(EQUAL + 1)], dtype=np.float32)
_OF_LAST = np.array([LAST[k] for k in range(EQUAL + 1)], dtype=np.float32)
"""The same as arrays: of levels, and of first and last name by themselves, x (stranger, kin)."""

RAREST_FIRST, RAREST_LAST = 10.0, 13.0
COMMON_FIRST, COMMON_LAST = 1 / 100, 1 / 200
"""What is believed of a name before it is counted (census lists: the commonest are near one in 80)."""


def keys(records: Records) -> Iterator[Keyed]:
    """The name in either order, and its sound with a birth date, a town, a postal code."""
    parts = records.parts
    first = gather(parts.sounds, records.first, 0)
    last = gather(parts.sounds, records.last, 0)
    full = (first != 0) & (last != 0)
    either = np.where(full, mix(np.minimum(first, last), np.maximum(first, last)), 0)
    yield Keyed.of("name", either)
    initial = gather(parts.initials, records.first, 0)
    yield Keyed.of("surname, initial, town", mix(last, initial, records.city.keys()))
    yield Keyed.of("surname, nationality, initial", mix(last, initial, records.nationality.keys()))


def compare(records: Records, model: Model, left: Ints, right: Ints) -> Compared:
    """Judge names in the written order and, where that fits badly, the other way round."""
    parts = records.parts
    seen_first, seen_last, known_first, known_last = records.once(
        "name, seen", lambda: _seen(parts, model), model
    )
    fl, fr, sl, sr = records.first[left], records.first[right], records.last[left], records.last[right]
    first, last = compare_parts(parts, Side(fl, fr, known_first, given=True), Side(sl, sr, known_last))
    straight_s, straight_k = _weigh(records, model, first, last, fl, fr, sl, sr)
    sure = records.order_sure[left] & records.order_sure[right]
    crossed = np.zeros(len(left), dtype=np.bool_)
    doubtful = places_of(((first < INITIAL) | (last < INITIAL)) & ((fl >= 0) | (sl >= 0)))
    if len(doubtful):
        a, b, c, d = fl[doubtful], fr[doubtful], sl[doubtful], sr[doubtful]
        turn = _right_is_reference(records, left[doubtful], right[doubtful])
        a, b, c, d = np.where(turn, c, a), np.where(turn, d, b), np.where(turn, a, c), np.where(turn, b, d)
        sides = Side(a, d, known_first), Side(c, b, known_last)
        crossed_first, crossed_last = compare_parts(parts, *sides)
        s, k = _weigh(records, model, crossed_first, crossed_last, a, d, c, b)
        whole = (crossed_first >= INITIAL) & (crossed_last >= INITIAL)
        s = s - np.where(sure[doubtful], np.where(whole, 2.5, 5), 0.5)
        k = k - np.where(sure[doubtful], np.where(whole, 1, 4), 0.3)
        better = s + k > straight_s[doubtful] + straight_k[doubtful]
        at = doubtful[better]
        first[at], last[at] = crossed_first[better], crossed_last[better]
        straight_s[at], straight_k[at] = s[better], k[better]
        fl[at], fr[at], sl[at], sr[at] = a[better], d[better], c[better], b[better]
        crossed[at] = True
    doubted = ~(records.order_sure[left] | records.order_sure[right])
    parted = (fl, fr, sl, sr)
    turned = _turned(records, (seen_first, seen_last), (first, last), parted, sure, crossed, doubted)
    if len(turned):
        fl, fr, sl, sr = fl[turned], fr[turned], sl[turned], sr[turned]
        sides = Side(sl, sr, known_first, given=True), Side(fl, fr, known_last)
        first[turned], last[turned] = compare_parts(parts, *sides)
        s, k = _weigh(records, model, first[turned], last[turned], sl, sr, fl, fr)
        straight_s[turned], straight_k[turned] = s, k
    level = (first * 10 + last).astype(np.int8)
    derived = records.named_by_mailbox[left] | records.named_by_mailbox[right]
    straight_s = np.where(derived, np.where(straight_s > 0, straight_s * 0.8, straight_s * 0.5), straight_s)
    straight_k = np.where(derived & (straight_k < 0), straight_k * 0.5, straight_k)
    return Compared(level, straight_s - _SHIPPED[level, 0], straight_k - _SHIPPED[level, 1])


def _right_is_reference(records: Records, left: Ints, right: Ints) -> Flags:
    """Of two names told in other orders, whether the right one's is believed: the sure one, else by spelling.

    Whichever of two records stands left, they are compared alike.
    """
    spelling = records.once("name, spelling", lambda: _spelling(records))
    one, two = records.order_sure[left], records.order_sure[right]
    return np.asarray(np.where(one == two, spelling[left] > spelling[right], two), dtype=np.bool_)


def _spelling(records: Records) -> Longs:
    """A number for what each record calls first and last name, one of which may be missing."""
    first, last = (gather(records.parts.digests, codes, 1) for codes in (records.first, records.last))
    return mix(first, last)


def _seen(parts: Parts, model: Model) -> tuple[Ints | None, Ints | None, Flags, Flags]:
    """How often each spelling is a first and a last name; whether it is one: listed, or several persons'."""
    first, last = parts.established.copy(), np.zeros(len(parts.values), dtype=np.bool_)
    if "first" not in model.tables or "last" not in model.tables:
        return None, None, first, last
    seen_first, seen_last = (model.tables[name].count(parts.digests) for name in ("first", "last"))
    return seen_first, seen_last, first | (seen_first >= 4), last | (seen_last >= 4)


def _turned(
    records: Records,
    seen: tuple[Ints | None, Ints | None],
    levels: tuple[Levels, Levels],
    parts: tuple[Ints, Ints, Ints, Ints],
    sure: Flags,
    crossed: Flags,
    doubted: Flags,
) -> Longs:
    """Pairs whose columns are exchanged in both records, told by the one part that they share.

    Two of one family, exchanged, would pass for one person who married: where the order is not `sure`, an
    equal first name must be a known one; elsewhere, other records or two known first names must contradict.
    One who did marry would pass for two of a family: both readers must have `doubted` the order, and the
    shared part alone be a known first name. `seen`: how often each part stands as first and as last name;
    `parts`: first and first, last and last.
    """
    fl, fr, sl, sr = parts
    first, last = levels
    known = records.parts.established
    # read the other way round, the shared part may be written in two alphabets: 山田, Yamada
    shared = ((fl == fr) & (first == EQUAL)) | (crossed & (first >= SLIP) & (last < INITIAL))
    family = places_of(shared & (last > ABSENT) & (last < EQUAL))
    married = places_of(doubted & (sl == sr) & (last == EQUAL) & (first > ABSENT) & (first < INITIAL))
    if not len(family) and not len(married):
        return family
    one = np.ones(len(known), dtype=np.int32)
    as_first, as_last = (one if counts is None else counts for counts in seen)
    equal, a, b = fl[family], sl[family], sr[family]
    given = known | ((as_first >= 3) & (as_first > as_last))
    surname = ~known & (as_last >= 3) & (as_last > 3 * as_first)
    contradicted = (surname[equal] & (given[a] | given[b])) | (~known[equal] & known[a] & known[b])
    listed = records.parts.nicks.listed[equal] | records.parts.nicks.listed[fr[family]]
    unknown = ~listed & (as_first[equal] <= 2 * as_last[equal])
    family = family[np.where((sure & ~crossed)[family], contradicted, unknown)]
    married = married[known[sl[married]] & ~known[fl[married]] & ~known[fr[married]]]
    return np.concatenate([family, married])


def _weigh(
    records: Records, model: Model, first: Levels, last: Levels, fl: Ints, fr: Ints, sl: Ints, sr: Ints
) -> tuple[Bits, Bits]:
    """(stranger, kin) bits of the levels, with rarity where the names agree."""
    stranger = _OF_FIRST[first, 0] + _OF_LAST[last, 0]
    kin = _OF_FIRST[first, 1] + _OF_LAST[last, 1]
    stranger += _rare(records, model, "first", COMMON_FIRST, RAREST_FIRST, first, fl, fr)
    stranger += _rare(records, model, "last", COMMON_LAST, RAREST_LAST, last, sl, sr)
    return stranger, kin


def _rare(
    records: Records, model: Model, table: str, common: float, most: float, level: Levels, a: Ints, b: Ints
) -> Bits:
    agree = level >= NICKNAME
    bits = records.once(
        f"{table} name, rarity",
        lambda: np.minimum(model.rarity(table, records.parts.digests, common), most),
        model,
    )
    if not len(bits):
        return np.zeros(len(level), dtype=np.float32)
    return np.where(agree, np.minimum(bits[a], bits[b]), 0).astype(np.float32)


def params(records: Records, i: int, j: int) -> dict[str, str]:
    """The two names, as compared."""
    return {"first": shown(records, i), "second": shown(records, j)}


def shown(records: Records, i: int) -> str:
    """A record's name in one piece; a dash when it has none."""
    values = records.parts.values
    words = [values[code] for code in (int(records.first[i]), int(records.last[i])) if code >= 0]
    return " ".join(words).title() or "—"
