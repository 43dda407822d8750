"""The last digits of a payment card, which a till gives: evidence only beside a name."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from server.matching.columns import Ints, first_true, gather, mix
from server.matching.levels import Compared, Keyed, Level, nothing_told
from server.matching.model import Model
from server.matching.records import Records

GROUP = "person"
WITNESS = "card"
LEVELS = (Level("card_absent"), Level("card_unlike", -0.3, -0.3), Level("card_same", 12.0, 2.0))


def keys(records: Records) -> Iterator[Keyed]:
    """The digits with either name's sound."""
    digits = records.card.keys()
    yield Keyed.of("card, surname", mix(digits, gather(records.parts.sounds, records.last, 0)))
    yield Keyed.of("card, first name", mix(digits, gather(records.parts.sounds, records.first, 0)))


def compare(records: Records, model: Model, left: Ints, right: Ints) -> Compared:
    """Equal or not."""
    if not records.card.values:
        return nothing_told(len(left))
    a, b = records.card.codes[left], records.card.codes[right]
    level = first_true(len(a), (((a < 0) | (b < 0), 0), (a == b, 2)), 1)
    nothing = np.zeros(len(left), dtype=np.float32)
    return Compared(level, nothing, nothing)


def params(records: Records, i: int, j: int) -> dict[str, str]:
    """The digits of the first."""
    code = int(records.card.codes[i])
    return {"digits": records.card.values[code] if code >= 0 else "—"}
