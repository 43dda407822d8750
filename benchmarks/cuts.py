"""The same scored pairs grouped again: at another cut, or with people's answers.

Comparing is most of a match and does not depend on the cut, so it is done once here and only the grouping
again. This is the one place of the benchmarks that knows the engine's steps; a test holds it to `match`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from server.matching import Decisions, Model, Records
from server.matching.columns import Bits, Ints
from server.matching.keys import candidates
from server.matching.partition import group
from server.matching.rivals import heed_rivals
from server.matching.scoring import probabilities, score


class ModelAtAnyCut(Model):
    """A model that links from its own cut, also below the product's line."""

    @property
    def link_cut(self) -> float:
        """The probability from which it links."""
        return self.cut


def at_cut(model: Model, cut: float) -> ModelAtAnyCut:
    """The same model with another cut."""
    held = {field.name: getattr(model, field.name) for field in fields(model)}
    return ModelAtAnyCut(**{**held, "cut": cut})


@dataclass(frozen=True)
class Compared:
    """All pairs that the engine proposes, with their bits before any cut is thought of."""

    records: Records
    model: Model
    left: Ints
    right: Ints
    bits: Bits

    @classmethod
    def of(cls, records: Records, model: Model) -> Compared:
        """Find the pairs and compare them."""
        found = candidates(records)
        return cls(records, model, found.left, found.right, score(records, model, found.left, found.right))

    def probabilities(self) -> tuple[Ints, Ints, Bits]:
        """The pairs, as rows of the file, with the probability that the engine gives each."""
        bits = heed_rivals(self.records, self.model, self.left, self.right, self.bits)
        order = self.records.order
        return order[self.left], order[self.right], probabilities(bits)

    def labels(self, cut: float | None = None, decisions: Decisions | None = None) -> Ints:
        """The groups, by row of the file, at the model's own cut or another."""
        model = self.model if cut is None else at_cut(self.model, cut)
        bits = heed_rivals(self.records, model, self.left, self.right, self.bits)
        state, _, _ = group(self.records, model, self.left, self.right, bits, decisions or Decisions())
        labels = np.empty(len(self.records), dtype=np.int32)
        labels[self.records.order] = self.records.order[state.label]
        return labels
