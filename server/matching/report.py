"""What a match reports of itself, in figures that hold no guest's data: for people who judge the result."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from server.matching.columns import Bits, Flags, Ints, Longs
from server.matching.counting import contacts_of
from server.matching.model import Model
from server.matching.records import Records
from server.matching.scoring import log_odds, probabilities

BINS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.99, 0.999, 1.0)
"""Edges of the probabilities that pairs are counted by; pairs below the first are two persons'."""

LARGEST = 10
"""Groups whose sizes are told."""

EXAMPLES = 5
"""Shared values of a kind that are told, by their last characters."""

SHOWN = 3
"""Last characters of a shared value: enough to recognise one's own desk's number, not enough to use it."""


def calibration(bits: Bits, joined: Flags) -> list[dict[str, float | int]]:
    """Pairs by probability: how many, how many of them in one group, what share is expected to be right.

    `bits` are those after rivals were heeded; `joined` says whether a pair ended in one group. A bin holds
    its lower edge. Where the expected share is about the share that proves right, the engine is calibrated.
    """
    likely = np.flatnonzero(bits >= log_odds(BINS[0]))
    found, together = probabilities(bits[likely]).astype(np.float64), joined[likely]
    at = np.clip(np.searchsorted(BINS, found, side="right") - 1, 0, len(BINS) - 2)
    pairs = np.bincount(at, minlength=len(BINS) - 1)
    expected = np.bincount(at, weights=found, minlength=len(BINS) - 1)
    inside = np.bincount(at[together], minlength=len(BINS) - 1)
    return [
        {
            "from": BINS[k],
            "to": BINS[k + 1],
            "pairs": int(pairs[k]),
            "in one group": int(inside[k]),
            "expected right": round(float(expected[k] / pairs[k]), 4) if pairs[k] else 0.0,
        }
        for k in range(len(BINS) - 1)
    ]


def largest_groups(label: Longs) -> list[int]:
    """The sizes of the largest groups, falling; `label` names each record's group."""
    sizes = np.bincount(label) if len(label) else np.zeros(0, dtype=np.int64)
    return [int(size) for size in np.sort(sizes)[::-1][:LARGEST] if size > 0]


def of_match(label: Longs, left: Ints, right: Ints, bits: Bits) -> dict[str, object]:
    """What the groups and pairs of a match tell of it; cheap enough for every match."""
    likely = np.flatnonzero(bits >= log_odds(BINS[0]))  # few of all pairs; the others are in no bin
    return {
        "calibration": calibration(bits[likely], label[left[likely]] == label[right[likely]]),
        "largest groups": largest_groups(label),
    }


def of_model(records: Records, model: Model) -> dict[str, object]:
    """What the model learnt of the house: cuts, priors, noise and namesakes with the pairs they rest on."""
    return {
        "cuts": {"link": model.link_cut, "ask": BINS[0]},
        "prior": {"bits": round(model.prior, 2), "persons": model.persons, "records": model.records},
        "noise": {
            what: {"bits": bits, "pairs": model.met.get(what, 0)}
            for what, bits in sorted(model.noise.items())
        },
        "namesakes": {"bits": round(model.namesakes, 2), "pairs": model.met.get("namesakes", 0)},
        "shared values by kind": shared_values(records, model),
    }


def shared_values(records: Records, model: Model) -> Mapping[str, dict[str, object]]:
    """The values that were found to be nobody's own: how many of each kind, and the ends of the commonest."""
    vocabulary = {
        "email bearers": records.email,
        "phone bearers": records.phone,
        "document bearers": records.document,
        "loyalty bearers": records.loyalty,
    }
    found: dict[str, dict[str, object]] = {}
    for table, _, values in contacts_of(records):
        distinct, times = np.unique(values[(values != 0) & model.is_shared(values)], return_counts=True)
        column = vocabulary[table]
        texts = dict(zip(column.digests.tolist(), column.values, strict=True)) if len(distinct) else {}
        commonest = np.lexsort((distinct, -times))[:EXAMPLES]
        found[table.removesuffix(" bearers")] = {
            "values": len(distinct),
            "records": int(times.sum()),
            "ends": [_end(texts[value]) for value in distinct[commonest].tolist()],
        }
    return found


def _end(value: str) -> str:
    """The last characters; of an address those before the @, since behind it stands a provider."""
    mailbox, at, _ = value.partition("@")
    return "…" + mailbox[-SHOWN:] + at
