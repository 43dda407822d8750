"""Forms of a tablet that cannot deliver come in a file: each once, and none of an ended tablet by itself."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from server.captures.again import find_problem, try_again
from server.captures.bringing import KIND, MOST, PROTOCOL, Account, bring, read_file
from server.captures.models import Capture, SealedForm
from server.captures.syncing import read_item
from server.db import reading, writing
from server.devices.enrolling import revoke_device
from server.intake import open_forms
from server.privacy.check import check
from server.properties.reach import EVERYWHERE, Reach
from server.records.models import Problem
from server.records.problems import Visible
from server.refusal import Refused
from tests.captures.tablet import ANNA, KEY, NOON, Tablet, hand_over, new_tablet

LATER = NOON + timedelta(days=2)


@pytest.fixture
def tablet(engine: Engine) -> Tablet:
    return new_tablet(engine)


def file_of(*items: object, **changed: object) -> bytes:
    return json.dumps({"protocol": PROTOCOL, "kind": KIND, "items": list(items)} | changed).encode()


def bring_in(engine: Engine, *items: object, reach: Reach = EVERYWHERE) -> Account:
    with writing(engine) as session:
        forms = read_file(file_of(*items))
        return bring(session, forms, reach, known_keys={KEY.id}, actor="staff:1", now=LATER)


def end(engine: Engine, tablet: Tablet) -> None:
    with writing(engine) as session:
        revoke_device(session, tablet.device, actor="staff:1", now=NOON)


def states(engine: Engine) -> list[str]:
    with reading(engine) as session:
        assert check(session) == []
        return list(session.scalars(select(SealedForm.state).order_by(SealedForm.id)))


def problems(engine: Engine) -> list[tuple[str, str]]:
    with reading(engine) as session:
        return [(one.code, one.state) for one in session.scalars(select(Problem).order_by(Problem.id))]


def test_a_file_is_taken_in_form_by_form_and_twice_changes_nothing(engine: Engine, tablet: Tablet) -> None:
    items = [tablet.item() for _ in range(45)]  # more than a tablet hands over at once
    hand_over(engine, tablet, items[0])

    first = bring_in(engine, *items)
    open_forms(engine, [KEY], 50)
    before = states(engine)
    again = bring_in(engine, *items)

    assert dict(first.counts) == {"duplicate": 1, "stored": 44}
    assert dict(again.counts) == {"duplicate": 45}
    assert states(engine) == before == ["opened"] * 45


def test_what_cannot_be_taken_is_told_one_by_one_and_holds_up_no_other(
    engine: Engine, tablet: Tablet
) -> None:
    good, other = tablet.item(), tablet.item()
    hand_over(engine, tablet, tablet.item(id=good["id"]))
    damaged = other | {"sealed": other["sealed"][:-8] + "AAAAAAA="}

    strange = tablet.item() | {"device": 999}
    account = bring_in(engine, good, damaged, "rubbish", None, 7, strange, tablet.item())

    assert [(one.place, one.status, one.code) for one in account.brought] == [
        (1, "conflict", ""),
        (2, "rejected", "item.damaged"),
        (3, "rejected", "item.not_understood"),
        (4, "rejected", "item.not_understood"),
        (5, "rejected", "item.not_understood"),
        (6, "rejected", "item.unknown_device"),
        (7, "stored", ""),
    ]
    assert len(account.odd) == 6


def test_forms_of_an_ended_tablet_wait_for_a_decision_and_are_never_trusted_silently(
    engine: Engine, tablet: Tablet
) -> None:
    items = [tablet.item(), tablet.item()]
    end(engine, tablet)

    accounts = [bring_in(engine, *items) for _ in range(2)]
    open_forms(engine, [KEY], 50)

    assert [dict(one.counts) for one in accounts] == [{"held": 2}] * 2
    assert states(engine) == ["held", "held"]
    assert problems(engine) == [("sealed.ended_tablet", "waiting")] * 2
    with reading(engine) as session:
        assert session.scalars(select(Capture.id)).all() == []


def test_an_ended_tablets_form_is_read_once_a_colleague_takes_it_in(engine: Engine, tablet: Tablet) -> None:
    item = tablet.item()
    end(engine, tablet)
    bring_in(engine, item)
    with writing(engine) as session:
        number = session.scalars(select(Problem.id)).one()
        problem = find_problem(session, number, Visible(EVERYWHERE))
        assert problem is not None
        try_again(session, problem, actor="staff:1", now=LATER)

    open_forms(engine, [KEY], 50)

    assert states(engine) == ["opened"]
    assert problems(engine) == [("sealed.ended_tablet", "settled")]
    with reading(engine) as session:
        assert session.scalars(select(Capture.answers)).one() == ANNA


def test_an_ended_tablets_form_is_not_trusted_for_its_key_that_came_back(
    engine: Engine, tablet: Tablet
) -> None:
    tablet.key = replace(KEY, id="sealing-9", secret=b"9" * 32)
    item = tablet.item()
    end(engine, tablet)
    bring_in(engine, item)

    open_forms(engine, [KEY, tablet.key], 50)

    assert states(engine) == ["held"]


def test_a_colleague_brings_forms_of_their_own_houses_only(engine: Engine, tablet: Tablet) -> None:
    account = bring_in(engine, tablet.item(), reach=Reach(frozenset({999})))

    assert [one.code for one in account.brought] == ["item.unknown_device"]
    assert states(engine) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"[" * 200_000,
        b'{"protocol": "oneguest-1"}',
        file_of(),
        file_of(kind="other"),
        file_of(protocol="oneguest-2"),
        file_of(items={"a": 1}),
        b'{"protocol": "oneguest-1", "kind": "sealed forms", "items": ' + b"9" * 5000 + b"}",
        b"PK\x03\x04 a spreadsheet",
    ],
)
def test_what_is_no_file_of_a_tablet_is_refused_with_its_reason(content: bytes) -> None:
    with pytest.raises(Refused, match=r"forms_file\.not_understood"):
        read_file(content)


def test_a_file_of_endless_forms_is_refused() -> None:
    with pytest.raises(Refused, match=r"forms_file\.too_many"):
        read_file(file_of(*[0] * (MOST + 1)))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
NAMES = st.sampled_from(["id", "sha256", "seq", "device", "form", "version", "key", "sealed"])


@given(st.lists(st.dictionaries(NAMES, VALUES) | VALUES, min_size=1, max_size=4))
def test_no_file_is_an_exception(items: list[object]) -> None:
    try:
        forms = read_file(json.dumps({"protocol": PROTOCOL, "kind": KIND, "items": items}).encode())
    except Refused:
        return
    assert all(read_item(form).fault for form in forms)
