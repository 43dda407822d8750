"""What a tablet hands over is stored once, opened once, and never lost."""

from __future__ import annotations

import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from server.captures import opening
from server.captures.identifiers import new_capture_id
from server.captures.models import Capture, SealedForm
from server.captures.opening import drop_read
from server.captures.receiving import keep
from server.captures.syncing import LARGEST_SEALED, Acknowledged
from server.db import reading, writing
from server.devices.models import Device
from server.guests.models import Link
from server.intake import open_forms
from server.jobs.models import Job
from server.privacy.check import check
from server.privacy.erasing import erase
from server.records.models import CleanRow, Problem
from tests.captures.tablet import ANNA, KEY, NOON, hand_over, new_tablet

BEN = {"given_name": "Ben", "family_name": "Okri", "email": "ben.okri@posteo.example"}


def statuses(*told: Acknowledged) -> list[str]:
    return [one.status + (f": {one.code}" if one.code else "") for one in told]


def states(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return list(session.scalars(select(SealedForm.state).order_by(SealedForm.id)))


def test_a_sealed_form_becomes_a_guest(engine: Engine) -> None:
    tablet = new_tablet(engine)

    told = hand_over(engine, tablet, tablet.item(), tablet.item(BEN))

    assert statuses(*told) == ["stored", "stored"]
    with reading(engine) as session:
        assert session.scalars(select(Job.kind)).all() == ["open_forms"]
    assert open_forms(engine, [KEY], 50) == 2
    assert open_forms(engine, [KEY], 50) == 0
    with reading(engine) as session:
        assert set(session.scalars(select(CleanRow.email))) == {ANNA["email"], BEN["email"]}
        assert session.scalar(select(func.count()).select_from(Link)) == 2
        capture = session.scalars(select(Capture).order_by(Capture.id)).first()
        assert capture is not None
        assert (capture.device_id, capture.language, capture.captured_at) == (tablet.device, "de", NOON)
        assert check(session) == []


def test_a_tick_at_a_question_that_was_taken_back_is_no_consent(engine: Engine) -> None:
    tablet = new_tablet(engine)
    ticked_then_declined = BEN | {"news": "yes", "email_way_out": "declined", "csrf_token": "not asked"}

    hand_over(engine, tablet, tablet.item(ticked_then_declined))
    open_forms(engine, [KEY], 50)

    with reading(engine) as session:
        assert session.scalars(select(Capture.answers)).one() == {
            "given_name": "Ben",
            "family_name": "Okri",
            "email_way_out": "declined",
        }


def test_a_form_is_acknowledged_again_however_often_it_comes(engine: Engine) -> None:
    tablet = new_tablet(engine)
    item = tablet.item()

    told = [hand_over(engine, tablet, item) for _ in range(2)]
    open_forms(engine, [KEY], 50)
    told.append(hand_over(engine, tablet, item, item))

    assert [statuses(*one) for one in told] == [["stored"], ["duplicate"], ["duplicate", "duplicate"]]
    assert states(engine) == ["opened"]


def test_another_form_under_a_known_number_is_kept_beside_it(engine: Engine) -> None:
    tablet = new_tablet(engine)
    first = tablet.item()
    hand_over(engine, tablet, first)
    other = tablet.item(BEN, id=first["id"])

    told = [statuses(*hand_over(engine, tablet, other)) for _ in range(2)]
    open_forms(engine, [KEY], 50)

    assert told == [["conflict"], ["conflict"]]
    assert states(engine) == ["opened", "conflict"]
    with reading(engine) as session:
        assert session.get_one(Capture, first["id"]).answers == ANNA
        assert session.scalars(select(Problem.code)).all() == ["capture.second_copy"]
        assert check(session) == []


def test_copies_that_come_at_once_are_stored_once(engine: Engine) -> None:
    tablet = new_tablet(engine)
    items = [tablet.item() for _ in range(5)]
    together = threading.Barrier(4)

    def send(_: int) -> list[str]:
        together.wait()
        return statuses(*hand_over(engine, tablet, *items))

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(send, range(4)))

    assert sorted(status for one in told for status in one) == ["duplicate"] * 15 + ["stored"] * 5


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"id": "17"}, "item.not_understood"),
        ({"seq": 0}, "item.not_understood"),
        ({"seq": True}, "item.not_understood"),
        ({"version": 10**12}, "item.not_understood"),
        ({"form": "x" * 41}, "item.not_understood"),
        ({"form": "a\nb"}, "item.not_understood"),
        ({"sha256": "0" * 64}, "item.damaged"),
        ({"sha256": "Ä" * 64}, "item.damaged"),
        ({"sealed": "no base 64"}, "item.damaged"),
        ({"sealed": base64.b64encode(bytes(LARGEST_SEALED + 1)).decode()}, "item.too_large"),
        ({"device": 999}, "item.unknown_device"),
    ],
)
def test_what_cannot_be_stored_is_refused_and_holds_up_no_other(
    engine: Engine, changed: dict[str, object], code: str
) -> None:
    tablet = new_tablet(engine)

    told = hand_over(engine, tablet, tablet.item() | changed, "rubbish", tablet.item(BEN))

    assert statuses(*told) == [f"rejected: {code}", "rejected: item.not_understood", "stored"]


def test_what_was_sealed_to_a_key_we_do_not_have_waits_for_it(engine: Engine) -> None:
    tablet = new_tablet(engine)
    tablet.key = replace(KEY, id="sealing-9", secret=b"9" * 32)
    item = tablet.item()

    before = hand_over(engine, tablet, item)
    open_forms(engine, [KEY], 50)
    still = hand_over(engine, tablet, item)
    open_forms(engine, [KEY, tablet.key], 50)
    after = hand_over(engine, tablet, item)

    assert statuses(*before, *still) == ["rejected: item.unknown_key"] * 2
    assert statuses(*after) == ["duplicate"]
    assert states(engine) == ["opened"]


@pytest.mark.parametrize(
    "plain",
    [
        b"\xff",
        b"[]",
        b"null",
        b'{"answers": {}}',
        b'{"answers": [], "language": "fr"}',
        b'{"answers": {"email": 7}, "language": "fr"}',
        b'{"answers": {}, "language": "very long"}',
        json.dumps({"answers": {"a": "x" * 20_001}, "language": "fr"}).encode(),
        b"[" * 100_000,
    ],
)
def test_what_a_tablet_of_ours_never_seals_becomes_a_problem(engine: Engine, plain: bytes) -> None:
    tablet = new_tablet(engine)
    hand_over(engine, tablet, tablet.item(plain=plain), tablet.item(BEN))

    open_forms(engine, [KEY], 50)

    assert states(engine) == ["problem", "opened"]
    with reading(engine) as session:
        problem = session.scalars(select(Problem)).one()
        assert (problem.code, problem.params["number"]) == ("sealed.not_understood", "1")
        assert check(session) == []


def test_sealed_bytes_under_another_number_do_not_open(engine: Engine) -> None:
    tablet = new_tablet(engine)
    hand_over(engine, tablet, tablet.item() | {"seq": 7})

    open_forms(engine, [KEY], 50)

    with reading(engine) as session:
        assert session.scalars(select(Problem.code)).all() == ["sealed.cannot_open"]


@pytest.mark.parametrize("years", [-10, 10])
def test_a_tablet_whose_clock_is_years_off_tells_the_right_moment(engine: Engine, years: int) -> None:
    tablet = new_tablet(engine)
    tablet.clock_is_off = timedelta(days=365 * years)
    hand_over(engine, tablet, tablet.item(at=NOON - timedelta(hours=2)), now=NOON)

    open_forms(engine, [KEY], 50)

    with reading(engine) as session:
        assert session.scalars(select(Capture.captured_at)).one() == NOON - timedelta(hours=2)


def test_two_forms_under_one_count_tell_of_a_copied_tablet(engine: Engine) -> None:
    tablet = new_tablet(engine)
    hand_over(engine, tablet, tablet.item())
    tablet.number = 0
    hand_over(engine, tablet, tablet.item(BEN))

    with reading(engine) as session:
        assert session.get_one(Device, tablet.device).is_cloned


def test_the_sealed_bytes_go_once_a_form_was_read_and_its_digest_stays(engine: Engine) -> None:
    tablet = new_tablet(engine)
    item = tablet.item()
    hand_over(engine, tablet, item)
    open_forms(engine, [KEY], 50)

    with writing(engine) as session:
        drop_read(session, now=NOON)

    with reading(engine) as session:
        assert session.scalars(select(SealedForm.sealed)).all() == [None]
    assert statuses(*hand_over(engine, tablet, item)) == ["duplicate"]


def test_a_form_of_an_erased_guest_that_comes_again_revives_nobody(engine: Engine) -> None:
    tablet = new_tablet(engine)
    item = tablet.item()
    hand_over(engine, tablet, item)
    open_forms(engine, [KEY], 50)
    with writing(engine) as session:
        erase(session, session.scalars(select(CleanRow.record_id)).all(), actor="staff:1", now=NOON)

    told = hand_over(engine, tablet, item, tablet.item(BEN, id=item["id"]))
    open_forms(engine, [KEY], 50)

    assert statuses(*told) == ["duplicate", "conflict"]
    with reading(engine) as session:
        assert session.scalars(select(Capture)).all() == []
        assert session.scalars(select(Problem)).all() == []
        assert check(session) == []


def test_a_form_that_cannot_be_read_holds_up_no_other(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:

    tablet = new_tablet(engine)
    bad = new_capture_id(NOON)
    hand_over(engine, tablet, tablet.item(), tablet.item(id=bad), tablet.item(BEN))

    def fails(session: object, **said: object) -> object:
        if said["id"] == bad:
            raise RuntimeError("nobody foresaw this")
        return keep(session, **said)  # type: ignore[arg-type]  # hands through what it was given

    monkeypatch.setattr(opening, "keep", fails)

    while open_forms(engine, [KEY], 50):
        pass

    assert states(engine) == ["opened", "problem", "opened"]
