"""Which guest a group of records is: ids stay with the larger part."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.guests.assigning import assign, contested, mint_id


def test_a_group_of_new_records_is_a_new_guest() -> None:
    result = assign([[1, 2]], {})

    assert result.guests[0] in result.minted
    assert not result.merged


def test_a_guest_keeps_its_id_when_a_record_joins() -> None:
    assert assign([[1, 2, 3]], {1: "a", 2: "a"}).guests == ("a",)


def test_two_guests_that_are_one_keep_the_id_of_the_one_with_more_records() -> None:
    result = assign([[1, 2, 3]], {1: "young", 2: "old", 3: "old"})

    assert result.guests == ("old",)
    assert result.merged == {"young": "old"}


def test_of_two_equal_guests_the_older_id_stays() -> None:
    assert assign([[1, 2]], {1: "b", 2: "a"}).guests == ("a",)


def test_a_guest_that_is_split_keeps_its_id_in_the_larger_part() -> None:
    result = assign([[1], [2, 3]], {1: "a", 2: "a", 3: "a"})

    assert result.guests[1] == "a"
    assert result.minted == {result.guests[0]: "a"}
    assert not result.merged


def test_a_part_that_was_a_guest_of_its_own_takes_its_id_back() -> None:
    result = assign([[1], [2, 3]], {1: "a", 2: "a", 3: "a"}, {1: {"b"}})

    assert result.guests == ("b", "a")
    assert result.revived == {"b"}
    assert not result.minted


def test_an_id_is_taken_back_by_one_part_only() -> None:
    result = assign([[1, 4], [5], [2, 3, 6]], dict.fromkeys(range(1, 7), "a"), {1: {"b"}, 4: {"b"}, 5: {"b"}})

    assert (result.guests[0], result.guests[2]) == ("b", "a")
    assert result.minted == {result.guests[1]: "a"}


def test_only_records_of_a_guest_that_is_split_are_looked_at_for_ids_to_take_back() -> None:
    assert contested([[1, 9], [2], [3]], {1: "a", 2: "a", 3: "c"}) == {1, 2, 9}


def test_a_guest_does_not_follow_a_record_that_now_speaks_of_somebody_else() -> None:
    result = assign([[1], [2]], {1: "a", 2: "a"}, changed={1})

    assert result.guests[1] == "a"


def test_minted_ids_sort_by_age() -> None:
    first = mint_id()
    later = mint_id()

    assert len(first) == 32
    assert first[:12] <= later[:12]


@given(
    st.lists(st.integers(0, 40), unique=True, max_size=30).flatmap(
        lambda records: st.tuples(
            st.just(records),
            st.lists(st.integers(0, 5), min_size=len(records), max_size=len(records)),
            st.lists(st.sampled_from("abcdef"), min_size=len(records), max_size=len(records)),
        )
    )
)
def test_every_group_is_one_guest_and_every_guest_one_group(
    drawn: tuple[list[int], list[int], list[str]],
) -> None:
    records, places, guests = drawn
    groups: dict[int, list[int]] = {}
    for record, place in zip(records, places, strict=True):
        groups.setdefault(place, []).append(record)
    before = dict(zip(records, guests, strict=True))

    result = assign(list(groups.values()), before)

    assert len(set(result.guests)) == len(result.guests) == len(groups)
    assert set(before.values()) <= set(result.guests) | set(result.merged)
    assert not set(result.merged) & set(result.guests)
