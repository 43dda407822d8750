"""Why two records stand together or apart, once groups, rivals and people are heard."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.matching import Decisions, make_model, match
from server.matching.standing import Standing, standing
from server.record import CleanRecord
from tests.matching.builders import columns, person

MOBILE = "+33652527272"
HOME = "moreau.famille@orange.fr"


def stand(records: list[CleanRecord], i: int, j: int, decisions: Decisions | None = None) -> Standing:
    made = columns(records)
    model = make_model(made)
    labels = match(made, model, decisions).labels
    return standing(made, model, labels, i, j, decisions)


def codes(found: Standing) -> list[str]:
    return [reason.code for reason in found.apart]


def decide(*pairs: tuple[int, int], apart: bool = False) -> Decisions:
    named = [tuple(f"pms\x1f{row:05d}" for row in pair) for pair in pairs]
    said = [(one, two) for one, two in named]
    return Decisions(apart=said) if apart else Decisions(same=said)


PATRICKS = [
    person("P", "Martin", mobile=MOBILE),
    person("Patrick", "Martin", mobile=MOBILE, born="1956-12-28"),
    person("Patrick", "Martin", email="patrick.martin@orange.fr", born="1956-12-28"),
]


def test_two_who_share_nothing_are_together_by_the_one_between_them() -> None:
    found = stand(PATRICKS, 0, 2)

    assert found.is_together
    assert found.chain == [0, 1, 2]
    assert found.verdict != "same", "the two alone would not be"
    assert found.apart == []


def test_a_group_tells_who_came_in_by_whom_and_why() -> None:
    joins = stand(PATRICKS, 0, 1).joins

    assert {joins[0].row, joins[0].by} == {0, 1}
    assert "phone_same" in [code for code, _, _ in joins[0].evidence]
    assert (joins[1].row, joins[1].by) == (2, 1)
    assert "birth_same" in [code for code, _, _ in joins[1].evidence]
    assert min(joined.probability for joined in joins) >= 0.85


def test_every_member_of_a_group_but_the_first_comes_in_once() -> None:
    records = [
        person("Eva", "Kern", email="eva@kern.example", mobile=f"+4917012345{n:02d}") for n in range(12)
    ]

    found = stand(records, 3, 9)

    came = [joined.row for joined in found.joins]
    assert len(came) == len(set(came)) == 11
    assert found.chain[0] == 3
    assert found.chain[-1] == 9


def test_two_with_nothing_in_common_were_never_compared() -> None:
    found = stand([PATRICKS[0], person("Olga", "Ivanova", email="olga@mail.example")], 0, 1)

    assert codes(found) == ["why_no_key"]


def test_two_namesakes_lack_bits_and_are_told_what_speaks_against() -> None:
    found = stand([PATRICKS[1], person("Patrick", "Martin", born="1990-03-03")], 0, 1)

    below = found.apart[0]
    assert below.code == "why_below"
    assert float(below.params["bits"]) > 0
    assert [code for code, _, bits in below.evidence if bits < 0] == ["birth_unlike"]


def test_an_initial_that_fits_two_brothers_is_kept_from_both_and_told_why() -> None:
    family = [person(first, "Moreau", email=HOME, mobile="+33670809010") for first in ("Marc", "Michel")]

    found = stand([*family, person("M", "Moreau", email=HOME)], 2, 0)

    assert not found.is_together
    assert [reason.code for reason in found.lowered] == ["why_rival"]
    assert found.lowered[0].params["rival"].endswith("00001")
    assert found.probability < found.pair.probability


def test_what_a_person_decided_is_the_only_reason_given() -> None:
    found = stand(PATRICKS[:2], 0, 1, decide((0, 1), apart=True))

    assert codes(found) == ["why_decided_apart"]


def test_a_join_that_a_person_decided_says_so() -> None:
    olga = person("Olga", "Ivanova", email="olga@mail.example")

    found = stand([PATRICKS[1], olga], 0, 1, decide((0, 1)))

    assert found.is_together
    assert [joined.is_decided for joined in found.joins] == [True]
    assert found.chain == [0, 1]


def test_a_pair_that_its_groups_refuse_names_who_contradicts() -> None:
    father = [
        person("Jean", "Dupont", mobile="+33611111111", born="1950-01-17", document_number="11AA11111"),
        person("Jean", "Dupont", mobile="+33611111111", born="1950-01-17", document_number="11AA11111"),
    ]
    son = [
        person(
            "Jean", "Dupont", email="jean.dupont84@free.fr", born="1984-06-05", document_number="22BB22222"
        ),
        person(
            "Jean", "Dupont", email="jean.dupont84@free.fr", born="1984-06-05", document_number="22BB22222"
        ),
    ]
    between = person("Jean", "Dupont", mobile="+33611111111", email="jean.dupont84@free.fr")

    found = stand([*father, *son, between], 4, 2)
    other = stand([*father, *son, between], 4, 0)

    refused = found if not found.is_together else other
    assert "why_refused" in codes(refused)
    contradiction = refused.apart[-1]
    assert contradiction.code == "why_contradicts"
    assert {code for code, _, _ in contradiction.evidence} >= {"birth_unlike"}


def test_two_in_a_crowd_of_equal_keys_were_passed_over() -> None:
    crowd = [person("Jean", "Dupont", city="lyon", references=(f"B{n}",)) for n in range(400)]
    made = columns(crowd)
    model = make_model(made)
    labels = match(made, model).labels

    found = standing(made, model, labels, 0, 399)

    assert codes(found)[0] == "why_crowded"
    assert "name" in found.apart[0].params["keys"]


def test_copies_of_a_record_are_with_it_and_know_the_group_by_it() -> None:
    found = stand([*PATRICKS, PATRICKS[0], PATRICKS[0]], 4, 2)

    assert found.is_together
    assert found.chain == [4, 1, 2]
    assert len({joined.row for joined in found.joins}) == len(found.joins) == 4


def test_two_copies_of_too_little_are_apart_for_what_they_lack() -> None:
    found = stand([person("Maria", None)] * 3, 2, 1)

    assert codes(found) == ["why_too_little"]


def test_it_does_not_matter_which_of_the_two_is_named_first() -> None:
    one, other = stand(PATRICKS, 0, 2), stand(PATRICKS, 2, 0)

    assert one.chain == other.chain[::-1]
    assert one.joins == other.joins
    assert one.probability == pytest.approx(other.probability)


GUESTS = st.lists(
    st.builds(
        person,
        st.sampled_from(["Eva", "E", "Olga", None]),
        st.sampled_from(["Kern", "Ivanova", None]),
        email=st.sampled_from(["eva@kern.example", "olga@mail.example", None]),
        mobile=st.sampled_from([MOBILE, "+33611223344", None]),
        born=st.sampled_from(["1980-02-01", "1956-12-28", None]),
    ),
    min_size=2,
    max_size=9,
)


@settings(max_examples=40, deadline=None)
@given(GUESTS, st.data())
def test_whoever_they_are_the_explanation_fits_the_groups(
    house: list[CleanRecord], data: st.DataObject
) -> None:
    i, j = data.draw(st.permutations(range(len(house))))[:2]
    made = columns(house)
    model = make_model(made)
    labels = match(made, model).labels

    found = standing(made, model, labels, i, j)

    assert found.is_together == (labels[i] == labels[j]) == (not found.apart)
    sizes = [int((labels == label).sum()) for label in {int(labels[i]), int(labels[j])}]
    assert len(found.joins) == sum(size - 1 for size in sizes)
    assert {joined.group for joined in found.joins} <= {int(labels[i]), int(labels[j])}
    assert [found.chain[0], found.chain[-1]] == [i, j] if found.is_together else not found.chain
    assert all(labels[joined.row] == labels[joined.by] == joined.group for joined in found.joins)


def test_a_household_says_how_common_its_values_are() -> None:
    family = [person(first, "Moreau", email=HOME, mobile="+33670809010") for first in ("Marc", "Julie")]

    said = {kind.kind: kind for kind in stand(family, 0, 1).pair.kinds}

    assert [code for code, _ in said["email"].rarity] == ["rarity_bearers"]
    assert said["email"].rarity[0][1]["count"] == "2"
    assert said["name"].kin < 0


def test_a_careless_house_says_how_much_less_its_contradictions_weigh() -> None:
    careless = [
        person(first, f"Kern{n}", document_number=f"X{n:07d}", born=f"19{60 + n % 40}-03-{1 + n % 28:02d}")
        for n in range(60)
        for first in ("Eva", "Adalbert")
    ]

    kinds = {kind.kind: kind for kind in stand(careless, 0, 1).pair.kinds}

    assert kinds["name"].level == "name_first_unlike"
    assert kinds["name"].softened > 0
    assert kinds["document"].softened == 0
