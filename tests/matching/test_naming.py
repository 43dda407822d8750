"""Names read by distinct spelling are those that each record alone would give."""

from __future__ import annotations

from random import Random

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from server.matching.columns import ONE_BY_ONE
from server.matching.names import fold, folds
from server.matching.naming import name_of, named
from server.record import CleanRecord

WRITTEN = st.sampled_from(
    [
        None,
        "Maria",
        "maría",
        "M.",
        "M",
        "ROSSI",
        "O'Brien",
        "d'Arc",
        "N`Dour",
        "Иванов",
        "山田",
        "Yamada",
        "'",
        "Mar?a",
    ]
)
ADDRESSES = st.sampled_from([None, "maria.rossi@example.com", "m.rossi@example.com", "rossi@example.com"])
RECORDS = st.builds(
    CleanRecord,
    first_name=WRITTEN,
    last_name=WRITTEN,
    name_order_sure=st.booleans(),
    is_person=st.sampled_from([True, True, True, False]),
    email=ADDRESSES,
    email_class=st.sampled_from(["real", "alias"]),
)


@settings(max_examples=120)
@given(st.lists(RECORDS, max_size=8), st.sampled_from([1, ONE_BY_ONE]), st.randoms())
def test_a_guest_has_the_same_name_in_any_company(
    records: list[CleanRecord], times: int, shuffled: Random
) -> None:
    records = records * times
    order = list(range(len(records)))
    shuffled.shuffle(order)

    found = named(records, np.array(order, dtype=np.int32))

    values = [*found.values, None]
    assert [
        (values[first], values[last], by_mailbox, sure)
        for first, last, by_mailbox, sure in zip(
            found.first.tolist(),
            found.last.tolist(),
            found.by_mailbox.tolist(),
            found.order_sure.tolist(),
            strict=True,
        )
    ] == [name_of(records[row]) for row in order]
    assert len(set(found.values)) == len(found.values)


@settings(max_examples=120)
@given(
    st.lists(st.text(alphabet="aAzZ09 '`?-.\n\tñй", max_size=8), max_size=6),
    st.sampled_from([0, ONE_BY_ONE]),
)
@example([], 0)
@example(["\n"], ONE_BY_ONE)
def test_texts_folded_together_are_those_folded_one_by_one(texts: list[str], others: int) -> None:
    texts = texts + [f"guest {number}" for number in range(others)]

    assert folds(texts) == [fold(text) for text in texts]
