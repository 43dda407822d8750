"""Grouping the scored pairs again is the same as matching again."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.ablation import kinds, without
from benchmarks.cuts import Compared, at_cut
from server.cleaning import clean
from server.matching import Decisions, Records, make_model, match
from server.record import Context

FIRST = ("Ingrid", "Tom", "Lucy", "Marta", "Jonas", "Aiko", "Priya", "Luis")
LAST = ("Solberg", "Baker", "Kowalska", "Weber", "Tanaka", "Nair", "Ortega")


def a_house(seed: int) -> Records:
    """The records of a small house: guests who come back, couples on one phone, initials."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(60):
        first, last = FIRST[number % len(FIRST)], LAST[number % len(LAST)]
        for _ in range(int(rng.integers(1, 4))):
            row = {"first_name": first if rng.random() < 0.8 else first[0], "last_name": last}
            if rng.random() < 0.6:
                row["email"] = f"{first}.{last}{number}@fjordpost.no".lower()
            if rng.random() < 0.5:
                row["mobile"] = f"+44 7911 1{number // 2:05d}"
            if rng.random() < 0.4:
                row["birth_date"] = f"19{50 + number % 40}-0{1 + number % 9}-1{number % 9}"
            rows.append(row)
    ids = [f"r{number:03d}" for number in rng.permutation(len(rows))]
    cleaned = [clean(row, Context(country="GB")) for row in rows]
    return Records.of(cleaned, ids, [""] * len(rows), ["source"] * len(rows))


@pytest.mark.parametrize("seed", range(3))
def test_at_the_own_cut_the_groups_are_those_of_the_match(seed: int) -> None:
    records = a_house(seed)
    model = make_model(records)

    again = Compared.of(records, model).labels()

    assert again.tolist() == match(records, model).labels.tolist()


def test_answers_have_the_effect_that_they_have_in_a_match() -> None:
    records = a_house(1)
    model = make_model(records)
    together = match(records, model)
    ids = [records.ids[at] for at in records.position]
    joined = next(row for row in range(len(ids)) if together.nearest[row] >= 0)
    decided = Decisions([(ids[0], ids[-1])], [(ids[joined], ids[together.nearest[joined]])])

    again = Compared.of(records, model).labels(decisions=decided)

    assert again.tolist() == match(records, model, decided).labels.tolist()
    assert again.tolist() != together.labels.tolist()


def test_a_lower_cut_joins_no_fewer_and_a_higher_one_no_more() -> None:
    records = a_house(2)
    compared = Compared.of(records, make_model(records))

    groups = [len(set(compared.labels(cut).tolist())) for cut in (0.5, 0.85, 0.99999)]

    assert groups == sorted(groups)
    assert groups[0] < groups[-1]


def test_the_products_line_does_not_hold_a_trial_cut_up() -> None:
    model = make_model(a_house(0))

    assert at_cut(model, 0.5).link_cut == 0.5
    assert model.link_cut >= 0.85


def test_probabilities_are_of_rows_of_the_file() -> None:
    records = a_house(0)
    model = make_model(records)
    partition = match(records, model)

    left, right, p = Compared.of(records, model).probabilities()

    told = {
        frozenset(pair): value for *pair, value in zip(left.tolist(), right.tolist(), p.tolist(), strict=True)
    }
    joined = next(row for row in range(len(records)) if partition.nearest[row] >= 0)
    assert told[frozenset((joined, int(partition.nearest[joined])))] == pytest.approx(
        float(partition.probability[joined])
    )


@pytest.mark.parametrize("kind", ["email", "phone", "birth_date", "name"])
def test_a_silenced_kind_of_evidence_has_no_say_and_speaks_again_after(kind: str) -> None:
    records = a_house(1)
    model = make_model(records)
    before = match(records, model)

    with without(kind):
        silenced = match(records, model)
    after = match(records, model)

    assert kind in kinds()
    assert not np.array_equal(silenced.probability, before.probability)
    assert np.array_equal(after.probability, before.probability)
    assert np.array_equal(after.labels, before.labels)
