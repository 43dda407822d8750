"""Equal records cost and decide like one."""

from __future__ import annotations

import numpy as np
import pytest

from server.matching import Decisions, Records, make_model, match
from server.matching.saying import contents
from server.matching.units import Units
from server.record import CleanRecord, Proof
from tests.matching.builders import columns, person, resolve

ORSOLYA = person("Orsolya", "Vadkerti", email="o@mail.example", mobile="+33612345678", born="1980-02-03")
COPIES = 4_000


def test_four_thousand_copies_of_a_guest_are_one_person_at_the_price_of_one() -> None:
    desk = resolve(*[ORSOLYA] * COPIES)

    assert desk.persons == 1
    assert desk.partition.report["pairs"] == 0
    assert desk.partition.report["rounds"] == 0
    assert desk.partition.nearest.tolist() == [1] + [0] * (COPIES - 1)
    assert desk.partition.probability.min() > 0.99


@pytest.mark.parametrize(
    "row",
    [
        person("Maria"),
        person("Patrick", "Martin", city="Besançon"),
        person(),
        person("Eva", born="1980-02-03"),
    ],
    ids=["a first name", "a name and a town", "nothing", "a first name and a day"],
)
def test_copies_of_too_little_to_know_a_person_by_are_nobody(row: CleanRecord) -> None:
    assert resolve(*[row] * 50).persons == 50


def test_two_copies_that_may_be_one_guest_are_asked_about() -> None:
    patrick = person("Patrick", "Vadkerti", city="Besançon", nationality="FR")
    crowd = [person(f"Name{n}", f"Family{n}") for n in range(100)]
    desk = resolve(patrick, patrick, *crowd)

    assert desk.persons == 102
    assert desk.asks(0, 1)


def test_copies_join_whom_their_twin_joins() -> None:
    initial = person("O", "Vadkerti", mobile="+33612345678")
    desk = resolve(ORSOLYA, initial, ORSOLYA, initial)

    assert desk.together(0, 1, 2, 3)


def test_a_copy_goes_where_the_one_that_speaks_for_it_went() -> None:
    units = Units(
        speaker=np.array([0, 0, 2, 2, 4], dtype=np.int32),
        copies=np.array([1, 3], dtype=np.int32),
        bits=np.array([0.5, 0.5], dtype=np.float32),
    )
    one_with_another = np.array([0, 1, 2, 3, 0])

    assert units.told(one_with_another, cut=2.5).tolist() == [0, 0, 2, 3, 0]
    assert units.told(one_with_another, cut=0.5).tolist() == [0, 0, 2, 2, 0]


def test_what_staff_said_of_one_copy_holds_for_it_alone() -> None:
    names = [f"pms\x1f{number:05d}" for number in range(4)]
    desk = resolve(*[ORSOLYA] * 4, decisions=Decisions(apart=[(names[0], names[2])]))

    assert not desk.together(0, 2)
    assert desk.persons == 2


def test_copies_of_two_houses_never_meet() -> None:
    made = columns([ORSOLYA] * 6)
    circles = np.array([1, 1, 2, 2, 1, 2], dtype=np.int32)

    labels = match(made, make_model(made), circles=circles).labels

    assert labels.tolist() == [0, 0, 2, 2, 0, 2]


CHANGES: list[CleanRecord] = [
    person("Orsolya", "Vadkerti", email="o@mail.example", mobile="+33612345678", born="1980-02-04"),
    person("Vadkerti", "Orsolya", email="o@mail.example", mobile="+33612345678", born="1980-02-03"),
    person("Orsolya", "Vadkerti", email="o@mail.example", phone="+33612345678", phone_class="mobile",
           mobile="+33612345679", born="1980-02-03"),
    person("Orsolya", "Vadkerti", email="o@mail.example", mobile="+33612345678", born="1980-02-03", room="1"),
    person("Orsolya", "Vadkerti", email="o@mail.example", mobile="+33612345678", born="1980-02-03",
           references=("1", "2")),
    person("Orsolya", "Vadkerti", email="o@mail.example", mobile="+33612345678", born="1980-02-03",
           gender="f"),
    person("Orsolya", "Vadkerti", email="o@mail.example", mobile="+33612345678", born="1980-02-03",
           place="mare"),
    person("Orsolya", "Vadkerti", email="o@mail.example", mobile="+33612345678", born="1980-02-03",
           stay=("2026-05-01", "2026-05-02")),
    person("Оршоля", "Vadkerti", email="o@mail.example", mobile="+33612345678", born="1980-02-03"),
]  # fmt: skip


def test_whatever_differs_makes_another_content() -> None:
    everyone = [ORSOLYA, *CHANGES]
    proofs: list[Proof] = ["source" for _ in everyone]
    typed: list[Proof] = ["typed", *proofs[1:]]

    assert len(set(contents(columns(everyone)).tolist())) == len(everyone)
    assert contents(columns([ORSOLYA], ["typed"])) != contents(columns([ORSOLYA]))
    assert contents(columns(everyone, typed))[1:].tolist() == contents(columns(everyone))[1:].tolist()


def test_a_record_has_one_content_in_any_batch_and_whatever_the_order_of_its_references() -> None:
    turned = person("Orsolya", "Vadkerti", email="o@mail.example", mobile="+33612345678", born="1980-02-03",
                    references=("2", "1"))  # fmt: skip
    whole = contents(columns([*CHANGES, turned]))
    alone = [int(contents(Records.of([row], ["x"], ["s"], ["source"]))[0]) for row in (*CHANGES, turned)]

    assert whole.tolist() == alone
    assert whole[4] == whole[-1]
