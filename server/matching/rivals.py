"""A third way to be wrong: an initial, or no first name, that fits two people equally well."""

from __future__ import annotations

import numpy as np

from server.matching.columns import Bits, Flags, Ints, places_of
from server.matching.model import Model
from server.matching.records import Records
from server.matching.scoring import log_odds, weigh


def heed_rivals(records: Records, model: Model, left: Ints, right: Ints, bits: Bits) -> Bits:
    """Lower the odds of pairs whose unsure side (no full first name) fits another person about as well.

    M. Dupont shares the e-mail of Marie and of Michel: each is then about even. Only pairs above the cut are
    looked at, so the work grows with what would link.
    """
    unsure = unsure_of(records)
    strong = places_of((bits >= log_odds(model.link_cut)) & (unsure[left] != unsure[right]))
    if not len(strong):
        return bits
    turned = unsure[right[strong]]
    own = np.where(turned, right[strong], left[strong])
    other = np.where(turned, left[strong], right[strong])
    order = np.lexsort((other, -bits[strong], own))
    strong, own, other = strong[order], own[order], other[order]
    starts = places_of(np.concatenate([[True], own[1:] != own[:-1]]))
    best = np.repeat(starts, np.diff(np.append(starts, len(own))))
    between = weigh(records, model, other[best], other)
    # two records that are one person by themselves (one of them misnamed) are no rivals
    rival = (between.outcomes["name"].kin < 0) & (between.bits < log_odds(model.link_cut))
    if not rival.any():
        return bits
    heeded = bits.copy()
    # the strongest rival of the best is the first of the row's rivals; the best is the rival of all others
    rivals = places_of(rival)
    first_rival = rivals[np.concatenate([[True], best[rivals][1:] != best[rivals][:-1]])]
    for mine, against in (
        (strong[best[first_rival]], strong[first_rival]),
        (strong[rivals], strong[best[rivals]]),
    ):
        heeded[mine] = -np.logaddexp2(-bits[mine], -(bits[mine] - bits[against]))
    agreeing = places_of(~rival & np.isin(best, best[first_rival]))
    where = np.searchsorted(best[first_rival], best[agreeing])
    against = strong[first_rival[where]]
    mine = strong[agreeing]
    heeded[mine] = -np.logaddexp2(-bits[mine], -(bits[mine] - bits[against]))
    return heeded


def unsure_of(records: Records) -> Flags:
    """Which records, by position, have no full first name, so that they may fit several people."""
    short = np.append(records.parts.initial_only, True)
    return np.asarray(short[records.first], dtype=np.bool_)
