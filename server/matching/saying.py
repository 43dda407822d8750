"""What a record says: one number for all that is compared of it."""

from __future__ import annotations

import numpy as np

from server.matching.columns import Longs, digests, gather, mix
from server.matching.records import Records


def contents(records: Records) -> Longs:
    """A digest of all that is compared of each record, by position; the same in any batch of records.

    Two unlike records with one digest would be taken for equal: once in 50 million houses of a million.
    """

    def build() -> Longs:
        parts = records.parts
        names = digests(f"{value}\x1f{text}" for value, text in zip(parts.values, parts.texts, strict=True))
        flags = (
            records.typed.astype(np.int64)
            + 2 * records.named_by_mailbox.astype(np.int64)
            + 4 * records.order_sure
            + 8
        ) * 4 + records.gender.astype(np.int64)
        stay = (records.stay_from.astype(np.int64) << 32) + records.stay_to
        columns = (
            records.email,
            records.alias,
            records.street,
            records.postal,
            records.city,
            records.nationality,
            records.document,
            records.loyalty,
            records.company,
            records.card,
            records.room,
            records.place,
        )
        said = [
            gather(names, records.first, 1),
            gather(names, records.last, 1),
            *(gather(column.digests, column.codes, 1) for column in columns),
            *(gather(records.phone.digests, records.phones[:, side], 1) for side in (0, 1)),
            _references(records),
            records.birth.astype(np.int64) + 2,
            stay,
            records.amount + 2,
        ]
        return mix(flags, *said)

    return records.once("contents", build)


def _references(records: Records) -> Longs:
    """A number for the references of each record, whatever their order; never 0."""
    summed = np.zeros(len(records), dtype=np.uint64)
    spread = mix(records.reference.keys(), 1).view(np.uint64)
    np.add.at(summed, records.reference_rows, spread)
    summed[summed == 0] = 1
    return summed.view(np.int64)
