"""What several tablets say at the same moment is heard in one transaction, as if each had spoken alone."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine, select

from server.captures.hearing import Heard, Word, hear
from server.captures.models import SealedForm
from server.captures.syncing import read_item
from server.db import reading, writing
from server.devices.beating import Beat
from server.devices.enrolling import revoke_device, rotate_token
from server.devices.models import Device
from tests.captures.tablet import KEY, NOON, SECRET, Tablet, new_tablet


def word(tablet: Tablet, *items: object, skew: timedelta = timedelta(0), **beat: object) -> Word:
    read = tuple(read_item(item, skew) for item in items)
    return Word(tablet.token, Beat(sent_at=NOON - skew, **beat), read, NOON)  # type: ignore[arg-type]


def say_at_once(engine: Engine, *words: Word) -> list[Heard]:
    with writing(engine) as session:
        heard = hear(session, words, known_keys={KEY.id}, secret=SECRET)
    assert all(isinstance(one, Heard) for one in heard)
    return [one for one in heard if isinstance(one, Heard)]


def told(heard: Heard) -> list[str]:
    return [one.status for one in heard.acknowledged]


def test_each_tablet_is_told_of_its_own_forms(engine: Engine) -> None:
    hall, bar, spa = new_tablet(engine), new_tablet(engine), new_tablet(engine)
    of_hall, of_bar = [hall.item(), hall.item()], bar.item()

    heard = say_at_once(
        engine,
        word(hall, *of_hall, last_number=2, is_counted=True, waiting=2),
        word(spa),
        word(bar, of_bar, {"id": "rubbish"}, skew=timedelta(hours=-3), last_number=1),
    )

    assert [told(one) for one in heard] == [["stored", "stored"], [], ["stored", "rejected"]]
    assert [[a.id for a in one.acknowledged][:1] for one in heard] == [[of_hall[0]["id"]], [], [of_bar["id"]]]
    with reading(engine) as session:
        skews = session.execute(select(SealedForm.device_id, SealedForm.skew_seconds).distinct()).all()
        assert sorted(map(tuple, skews)) == [(hall.device, 0), (bar.device, -3 * 3600)]
        told_of = {one.id: (one.last_number, one.waiting) for one in session.scalars(select(Device))}
        assert told_of == {hall.device: (2, 2), bar.device: (1, 0), spa.device: (0, 0)}


def test_copies_of_a_form_that_come_together_are_one(engine: Engine) -> None:
    hall, again = new_tablet(engine), new_tablet(engine)
    item = hall.item()

    heard = say_at_once(engine, word(hall, item), word(again, item, item))

    assert [told(one) for one in heard] == [["stored"], ["duplicate", "duplicate"]]


def test_two_forms_under_one_id_are_both_kept(engine: Engine) -> None:
    hall, copy = new_tablet(engine), new_tablet(engine)
    item = hall.item()
    other = copy.item() | {"id": item["id"]}

    heard = say_at_once(engine, word(hall, item), word(copy, other))

    assert [told(one)[0] for one in heard] == ["stored", "conflict"]
    with reading(engine) as session:
        assert session.scalars(select(SealedForm.state).order_by(SealedForm.copy)).all() == [
            "waiting",
            "conflict",
        ]


def test_a_newer_token_ends_the_one_before_once_its_tablet_was_heard(engine: Engine) -> None:
    hall, bar = new_tablet(engine), new_tablet(engine)
    with writing(engine) as session:
        newer = rotate_token(session, session.get_one(Device, hall.device), secret=SECRET, now=NOON)

    say_at_once(engine, word(bar), word(Tablet(hall.device, newer)))

    with reading(engine) as session:
        assert session.get_one(Device, hall.device).next_token_hash is None


def test_whose_token_is_no_tablets_is_not_heard_and_keeps_none_from_it(engine: Engine) -> None:
    hall, ended = new_tablet(engine), new_tablet(engine)
    with writing(engine) as session:
        revoke_device(session, ended.device, actor="staff:1", now=NOON)
    words = (
        word(ended, ended.item()),
        word(Tablet(hall.device, "guessed"), hall.item()),
        word(hall, hall.item()),
    )

    with writing(engine) as session:
        unknown_too = hear(session, words, known_keys={KEY.id}, secret=SECRET)

    assert unknown_too[:2] == ["device.revoked", "device.unknown"]
    assert isinstance(unknown_too[2], Heard)
    assert told(unknown_too[2]) == ["stored"]
    with reading(engine) as session:
        assert session.scalars(select(SealedForm.device_id)).all() == [hall.device]
        assert session.get_one(Device, ended.device).seen_at is None
