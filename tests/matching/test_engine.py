"""What must hold for any records: order, decisions, frozen models, keys, reasons."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.discovery import discover
from server.matching import Decisions, Model, Records, explain, keys_of, make_model, match
from server.matching.levels import REQUIRED
from server.matching.sentences import SENTENCES
from server.record import CleanRecord, Proof
from tests.drawing import drawn
from tests.matching.builders import columns, person, resolve

FIRSTS = st.sampled_from(
    [None, "Marie", "Michel", "M", "Patrick", "P", "Pat", "Maria", "Mar?a", "Jean Pierre"]
)
LASTS = st.sampled_from([None, "Martin", "Rossi", "M", "de la Cruz", "Cruz", "Al Zahrani", "李"])
EMAILS = st.sampled_from([None, "maria@rossi.it", "p.martin@free.fr", "pmartin@free.fr", "info@agency.com"])
MOBILES = st.sampled_from([None, "+33652527272", "+33652527273", "+393331234590"])
BORN = st.sampled_from([None, "1956-12-28", "1956-12-29", "1990-01-02"])
STAYS = st.sampled_from([None, ("2026-05-01", "2026-05-03"), ("2026-05-02", "2026-05-02")])
PERSONS = st.builds(
    lambda f, s, e, m, b, stay, room: person(f, s, email=e, mobile=m, born=b, stay=stay, room=room),
    FIRSTS, LASTS, EMAILS, MOBILES, BORN, STAYS, st.sampled_from([None, "101", "102"]),
)  # fmt: skip
HOUSES = st.lists(PERSONS, min_size=1, max_size=14)


def groups(
    records: Records, labels: np.ndarray[tuple[int], np.dtype[np.int32]], ids: list[str]
) -> set[frozenset[str]]:
    """The partition as sets of ids."""
    found: dict[int, set[str]] = {}
    for own, label in zip(ids, labels.tolist(), strict=True):
        found.setdefault(label, set()).add(own)
    return {frozenset(members) for members in found.values()}


@drawn(60)
@given(HOUSES, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(house: list[CleanRecord], random: Random) -> None:
    ids = [f"r{number:03d}" for number in range(len(house))]
    order = list(range(len(house)))
    random.shuffle(order)
    found = []
    for rows in (list(range(len(house))), order):
        own = [ids[k] for k in rows]
        records = Records.of([house[k] for k in rows], own, ["s"] * len(rows), ["source"] * len(rows))
        partition = match(records, make_model(records))
        asked = {(frozenset((own[i], own[j])), p) for i, j, p in partition.questions}
        found.append((groups(records, partition.labels, own), asked, partition.model.version))

    assert found[0] == found[1]


@drawn(60)
@given(HOUSES, st.data())
def test_what_people_decided_always_holds(house: list[CleanRecord], data: st.DataObject) -> None:
    pairs = [(i, j) for i in range(len(house)) for j in range(i + 1, len(house))]
    chosen = data.draw(st.lists(st.sampled_from(pairs), max_size=4, unique=True)) if pairs else []
    apart, same = chosen[::2], chosen[1::2]
    names = [f"pms\x1f{number:05d}" for number in range(len(house))]
    decisions = Decisions(
        same=[(names[i], names[j]) for i, j in same], apart=[(names[i], names[j]) for i, j in apart]
    )
    desk = resolve(*house, decisions=decisions)

    assert all(not desk.together(i, j) for i, j in apart)
    if not desk.partition.report["decisions in conflict"]:
        assert all(desk.together(i, j) for i, j in same)


def test_two_whom_a_person_called_the_same_keep_their_own_records() -> None:
    mobile, mail = "+33652527272", "s.keller@mail.example"
    records = [
        person("Marie", "Dupont", mobile=mobile, born="1970-05-01", document_number="AB1234567"),
        person("Marie", "Dupont", mobile=mobile, born="1970-05-01"),
        person("Solange", "Keller", email=mail, born="1982-03-03", document_number="XK998877"),
        person("Solange", "Keller", email=mail, born="1982-03-03"),
    ]
    told = Decisions(same=[("pms\x1f00000", "pms\x1f00002")])

    assert resolve(*records).partition.labels.tolist() == [0, 0, 2, 2]
    assert resolve(*records, decisions=told).partition.labels.tolist() == [0, 0, 0, 0]


def at_peters(first: str, last: str, **more: Any) -> CleanRecord:
    """A record with Peter's address and number."""
    return person(first, last, email="peter.hallstrom@telia.example", mobile="+46701234567", **more)


def test_a_correct_link_that_a_person_confirmed_still_says_what_it_said() -> None:
    peters = [
        at_peters("Peter", "Hallström", born="1950-03-02"),
        at_peters("Peter", "Hallström"),
        at_peters("Peter", "Hallström", born="1981-09-17"),
    ]
    told = Decisions(same=[("pms\x1f00000", "pms\x1f00001")])

    assert resolve(*peters).partition.labels.tolist() == [0, 0, 2]
    assert resolve(*peters, decisions=told).partition.labels.tolist() == [0, 0, 2]


@drawn(12)
@given(st.permutations(range(31)))
def test_a_regular_of_thirty_stays_is_judged_by_what_is_said_not_by_the_ids(order: list[int]) -> None:
    stays = [
        (f"2026-{1 + k % 12:02}-{1 + k // 12:02}", f"2026-{1 + k % 12:02}-{9 + k // 12:02}")
        for k in range(31)
    ]
    born = ["1950-03-02"] * 4 + [None] * 26 + ["1981-09-17"]
    peters = [
        at_peters("Peter", "Hallström", born=day, stay=stay) for day, stay in zip(born, stays, strict=True)
    ]
    records = Records.of(peters, [f"r{at:02}" for at in order], ["pms"] * 31, ["source"] * 31)

    labels = match(records, make_model(records)).labels

    assert labels[0] != labels[30], "two birth dates are two persons"
    assert len(set(labels[:4].tolist())) == 1


def test_made_up_names_at_the_tablet_do_not_take_a_guests_address_from_them() -> None:
    mine = [at_peters("Mathilde", "Ekberg") for _ in range(2)]
    typed = [
        at_peters(*name.split()) for name in ("Ada Roth", "Bo Kim", "Cleo Ivanov", "Dan Osei", "Eva Lund")
    ]
    proofs: list[Proof] = ["source", "source", "typed", "typed", "typed", "typed", "typed"]

    assert len(make_model(columns([*mine, *typed])).shared), "records of a system would"
    assert not len(make_model(columns([*mine, *typed], proofs)).shared)


TEXTS = st.none() | st.text(max_size=12)


@drawn(80)
@given(
    st.lists(
        st.builds(
            CleanRecord, first_name=TEXTS, last_name=TEXTS, email=TEXTS, 
            email_class=st.sampled_from(["real", "alias"]),
            mobile=TEXTS, mobile_class=st.just("mobile"), birth_date=st.none() | st.dates(), street=TEXTS,
            city=TEXTS, postal_code=TEXTS, document_number=TEXTS, loyalty_id=TEXTS, room=TEXTS, company=TEXTS,
            stay_from=st.none() | st.dates(), stay_to=st.none() | st.dates(), card_digits=TEXTS,
            references=st.lists(st.text(max_size=6), max_size=3).map(tuple),
        ),
        max_size=8,
    )
)  # fmt: skip
def test_no_record_stops_the_engine(records: list[CleanRecord]) -> None:
    made = columns(records + records)
    partition = match(made, make_model(made))

    assert len(partition.labels) == len(partition.nearest) == 2 * len(records)
    for row in range(len(records)):
        assert all(code in SENTENCES for code, _, _ in partition.evidence(row))


def test_no_records_are_no_groups() -> None:
    made = columns([])
    assert match(made, make_model(made)).labels.tolist() == []
    assert keys_of(made)[0].tolist() == []


HOUSE = [
    person("Patrick", "Martin", mobile="+33652527272", born="1956-12-28"),
    person("P", "Martin", mobile="+33652527272"),
    person("Eva", "Kern", email="eva@kern.de"),
    person(
        "Eva", "Kern", email="eva@kern.de", references=("4711", "4712"), stay=("2026-05-01", "2026-05-03")
    ),
]


def test_a_few_records_under_a_frozen_model_are_judged_as_in_the_whole_house() -> None:
    crowd = [person(f"Name{n}", f"Family{n}", mobile=f"+3365252{n:04d}") for n in range(200)]
    whole = columns([*HOUSE, *crowd])
    model = make_model(whole)
    alone = columns(HOUSE)

    for i in range(len(HOUSE)):
        for j in range(i):
            assert explain(alone, model, i, j).bits == pytest.approx(
                explain(whole, model, i, j).bits, abs=1e-4
            )
    assert match(alone, model).labels.tolist() == match(whole, model).labels[: len(HOUSE)].tolist()


def test_a_model_survives_json_and_keeps_its_version() -> None:
    model = make_model(columns(HOUSE))
    again = Model.from_json(model.to_json())

    assert again.version == model.version
    assert match(columns(HOUSE), again).labels.tolist() == match(columns(HOUSE), model).labels.tolist()


def test_a_model_of_another_engine_is_refused() -> None:
    data = json.loads(make_model(columns(HOUSE)).to_json()) | {"engine": "0"}

    with pytest.raises(ValueError, match="engine 0"):
        Model.from_json(json.dumps(data))


def test_two_records_that_link_share_a_stored_key() -> None:
    rows, keys = keys_of(columns(HOUSE))
    by_row = [set(keys[rows == row].tolist()) for row in range(len(HOUSE))]

    assert by_row[0] & by_row[1]
    assert by_row[2] & by_row[3]
    assert not by_row[0] & by_row[2]


def test_keys_are_the_same_in_another_process() -> None:
    program = (
        "from server.matching import Records, keys_of; from server.record import CleanRecord;"
        "r = Records.of([CleanRecord(first_name='Eva', last_name='Kern', mobile='+4915112345678',"
        "mobile_class='mobile')], ['a'], ['pms'], ['source']); print(sorted(keys_of(r)[1].tolist()))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7"},
    )
    here = keys_of(Records.of([person("Eva", "Kern", mobile="+4915112345678")], ["a"], ["pms"], ["source"]))

    assert told.stdout.strip() == str(sorted(here[1].tolist()))


def test_every_level_has_its_sentence() -> None:
    for kind in discover("server.matching.evidence", REQUIRED).values():
        assert all(level.code in SENTENCES or level.code.endswith("_absent") for level in kind.LEVELS)


def test_a_link_says_why() -> None:
    desk = resolve(*HOUSE)
    codes = [code for code, _, _ in desk.partition.evidence(1)]

    assert codes[0] == "phone_same"
    assert "name_initial" in codes
    assert desk.partition.nearest.tolist()[:2] == [1, 0]


def test_a_name_on_everyone_is_capped_and_reported() -> None:
    crowd = [
        person("Jean", "Martin", city="Paris", nationality="FR", references=(f"B{number}",))
        for number in range(3_000)
    ]
    made = columns(crowd)
    partition = match(made, make_model(made))

    assert partition.report["keys capped"]
    assert int(str(partition.report["pairs"])) < 40 * len(crowd)
    assert len(set(partition.labels.tolist())) == len(crowd)
    assert len(partition.questions) <= 1.5 * len(crowd)


def test_rows_that_do_not_fit_together_are_a_programmer_s_error() -> None:
    with pytest.raises(ValueError, match="equally many"):
        Records.of([CleanRecord()], [], [], [])
    with pytest.raises(ValueError, match="id of its own"):
        Records.of([CleanRecord(birth_date=date(1980, 1, 1))] * 2, ["a", "a"], ["s"] * 2, ["source"] * 2)
