"""A batch of the table `records` as the engine's columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from server.matching import Records
from server.matching.columns import Ints, Longs
from server.spark.carried import unpack

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Batch:
    """Records, and by position the `rows` they have in the table."""

    records: Records
    rows: Longs

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Batch:
        """Columns of the records that stand in a batch with row, id, source and carried."""
        frame = frame.sort_values("row")
        ids = frame["id"].tolist()
        records = Records.of(
            [unpack(line) for line in frame["carried"]], ids, frame["source"].tolist(), ["source"] * len(ids)
        )
        return cls(records, frame["row"].to_numpy(np.int64))

    def positions(self, rows: Any) -> Ints:
        """The positions of records by their rows in the table; all must be of this batch."""
        return np.searchsorted(self.rows, np.asarray(rows, dtype=np.int64)).astype(np.int32)
