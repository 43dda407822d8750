"""A guest's link: what opens it, what closes it."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.captures.links import find_link, issue_link, name_key, open_link, record_of_reference, revoke_link
from server.captures.models import GuestLink
from server.db import make_engine, writing
from server.records.models import CleanRow, SourceRecord
from server.refusal import Refused
from server.stays.models import Stay
from tests.house import NOON, Expected, expect_guest


@pytest.fixture
def expected(engine: Engine) -> Expected:
    return expect_guest(engine, now=NOON)


def the_link(session: Session, expected: Expected) -> GuestLink:
    return session.get_one(GuestLink, expected.link_id)


def test_only_the_hash_of_a_token_is_kept(session: Session, expected: Expected) -> None:
    link = the_link(session, expected)

    assert len(expected.token) >= 32
    assert expected.token.encode() not in link.token_hash
    assert find_link(session, expected.token, now=NOON) is link


def test_a_link_dies_a_day_after_departure(session: Session, expected: Expected) -> None:
    link = the_link(session, expected)

    assert link.expires_at.date() == expected.arrives + timedelta(days=3)
    assert find_link(session, expected.token, now=link.expires_at) is None


def test_no_link_lives_longer_than_sixty_days(engine: Engine, session: Session) -> None:
    far = expect_guest(engine, now=NOON, arrives=date(2026, 12, 1))

    assert the_link(session, far).expires_at == NOON + timedelta(days=60)


def test_a_new_link_kills_the_older_one(session: Session, expected: Expected) -> None:
    record = session.get_one(SourceRecord, expected.record_id)

    newer = issue_link(session, record, actor="test", now=NOON)

    session.expire_all()
    assert find_link(session, expected.token, now=NOON) is None
    assert find_link(session, newer.token, now=NOON) is not None


def test_a_revoked_link_is_as_good_as_none(session: Session, expected: Expected) -> None:
    revoke_link(session, expected.link_id, actor="test", now=NOON)

    assert find_link(session, expected.token, now=NOON) is None
    with pytest.raises(Refused, match=r"link\.unknown"):
        revoke_link(session, expected.link_id, actor="test", now=NOON)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Dupont", "dupont"),
        ("DUPONT ", "dupont"),
        ("de la Cruz Gómez", "cruzgomez"),
        ("Cruz Gomez", "cruzgomez"),
        ("O'Neill", "oneill"),
        ("O’ Neill", "oneill"),
        ("Müller-Lüdenscheidt", "mullerludenscheidt"),
        ("van der Berg", "berg"),
        ("Иванова", "ivanova"),
        ("Do", "do"),  # a name that is also a particle
        ("", ""),
    ],
)
def test_a_surname_is_compared_as_a_guest_types_it(name: str, key: str) -> None:
    assert name_key(name) == key


@pytest.mark.parametrize("typed", ["de la Cruz Gómez", "CRUZ GOMEZ", "cruz-gomez", " De La  Cruz Gomez "])
def test_the_surname_and_the_day_open_the_link(session: Session, expected: Expected, typed: str) -> None:
    link = the_link(session, expected)

    assert open_link(session, link, last_name=typed, arrives=expected.arrives, now=NOON) == "opened"


@pytest.mark.parametrize("typed", ["", "Cruz", "%", "Gómez", "de la", "*"])
def test_half_a_name_opens_nothing(session: Session, expected: Expected, typed: str) -> None:
    link = the_link(session, expected)

    assert open_link(session, link, last_name=typed, arrives=expected.arrives, now=NOON) == "wrong"


def test_five_wrong_answers_lock_and_ten_revoke(session: Session, expected: Expected) -> None:
    link = the_link(session, expected)

    def guess(minutes: int) -> str:
        now = NOON + timedelta(minutes=minutes)
        return open_link(session, link, last_name="Smith", arrives=expected.arrives, now=now)

    assert [guess(0) for _ in range(5)] == ["wrong"] * 4 + ["locked"]
    right = open_link(session, link, last_name=expected.last_name, arrives=expected.arrives, now=NOON)
    assert right == "locked"
    assert [guess(16) for _ in range(5)] == ["wrong"] * 4 + ["dead"]
    assert find_link(session, expected.token, now=NOON + timedelta(minutes=16)) is None


def test_many_wrong_answers_at_once_are_each_counted(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    expected = expect_guest(engine, now=NOON)
    all_are_here = threading.Barrier(6)

    def guess() -> None:
        with writing(engine) as session:
            link = find_link(session, expected.token, now=NOON)
            assert link is not None
            all_are_here.wait(10)
            open_link(session, link, last_name="Smith", arrives=expected.arrives, now=NOON)

    guests = [threading.Thread(target=guess) for _ in range(6)]
    for guest in guests:
        guest.start()
    for guest in guests:
        guest.join(30)

    with writing(engine) as session:
        link = session.get_one(GuestLink, expected.link_id)
        assert (link.wrong_answers, link.locked_until is None) == (5, False)  # the sixth found it locked
    engine.dispose()


def test_a_link_is_refused_without_what_the_guest_would_be_asked(
    session: Session, expected: Expected
) -> None:
    record = session.get_one(SourceRecord, expected.record_id)
    session.get_one(CleanRow, record.id).last_name = None
    with pytest.raises(Refused, match=r"link\.needs_name"):
        issue_link(session, record, actor="test", now=NOON)

    session.get_one(CleanRow, record.id).last_name = "Rossi"
    session.scalars(select(Stay)).one().arrives = None
    with pytest.raises(Refused, match=r"link\.needs_arrival"):
        issue_link(session, record, actor="test", now=NOON)


def test_no_link_for_a_stay_that_is_over(session: Session, expected: Expected) -> None:
    record = session.get_one(SourceRecord, expected.record_id)

    with pytest.raises(Refused, match=r"link\.stay_is_over"):
        issue_link(session, record, actor="test", now=NOON + timedelta(days=30))


def test_a_booking_reference_names_one_stay_or_is_refused(engine: Engine, session: Session) -> None:
    with pytest.raises(Refused, match=r"link\.no_reference"):
        record_of_reference(session, "BK-2040")
    session.rollback()
    one = expect_guest(engine, now=NOON)
    assert record_of_reference(session, "BK-2040").id == one.record_id
    session.rollback()
    expect_guest(engine, now=NOON, last_name="Rossi")
    with writing(engine) as other, pytest.raises(Refused, match=r"link\.many_references"):
        record_of_reference(other, "BK-2040")
