"""What a guest gave through their link stays, whatever the booking site sends next; on both stores."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from server.captures.links import issue_link, record_of_reference
from server.captures.models import Capture, GuestLink
from server.captures.receiving import receive
from server.db import reading, writing
from server.guests.finding import GuestSeen, see_guest
from server.guests.history import history_of
from server.guests.linking import link_waiting
from server.guests.models import GuestValue, Pin, ValueChange
from server.guests.pinning import pin_value
from server.guests.undoing import undo
from server.intake import read_capture
from server.privacy.check import check
from server.privacy.dump import dump
from server.properties.reach import EVERYWHERE
from server.records.models import SourceRecord
from server.refusal import Refused
from tests.builders import NOON, PATRICK, guests_by_key, take_in

BOOKING = {
    "key": "o1",
    "first_name": "Patrik",
    "last_name": "Martin",
    "birth_date": "1956-12-28",
    "mobile": "+33 6 52 52 72 70",
    "email": "pmarti.347203@guest.booking.com",
    "reference": "BK-2040",
    "stay_from": "2126-06-01",
    "stay_to": "2126-06-03",
    "created_at": "2026-05-01 10:00:00",
}
ANSWERS = {
    "given_name": "Patrick",
    "family_name": "Martin",
    "email": "patrick.martin@orange.fr",
    "mobile": "06 52 52 72 72",
    "mobile_country": "FR",
    "birth_date_year": "1956",
    "birth_date_month": "12",
    "birth_date_day": "28",
}
NEXT = {
    "first_name": "PATRIC",
    "mobile": "+33 6 52 52 72 79",
    "updated_at": "2026-12-01 10:00:00",
}


def from_the_booking_site(engine: Engine, **changed: str) -> None:
    take_in(engine, BOOKING | changed, source="ota", kind="channel", stay_kind="stay")
    link_waiting(engine)


def answer_through_the_link(engine: Engine) -> str:
    """The guest fills the form behind the booking's link; the capture's id, which is its record's key."""
    with writing(engine) as session:
        issued = issue_link(session, record_of_reference(session, "BK-2040"), actor="test", now=NOON)
        capture_id = "0190f0c2-a1b4-7c3e-8d5f-6a7b8c9d0e1f"
        receive(
            session,
            id=capture_id,
            form="pre_check_in",
            version=1,
            language="fr",
            surface="phone",
            proof="booking-bound",
            property_id=issued.link.property_id,
            guest_link=issued.link,
            answers=ANSWERS,
            now=NOON,
        )
    read_capture(engine, capture_id)
    return capture_id


def known(session: Session, guest_id: str) -> dict[str, str]:
    values = session.scalars(select(GuestValue).where(GuestValue.guest_id == guest_id))
    return {value.field: value.value for value in values}


def seen_guest(session: Session, key: str, engine: Engine) -> GuestSeen:
    seen = see_guest(session, guests_by_key(engine)[key], reach=EVERYWHERE)
    assert seen is not None
    return seen


@pytest.mark.parametrize(
    "sends",
    [
        {"email": "pmarti.999999@guest.booking.com"},
        {"email": "patrice.martin@somewhere.example"},
        {"email": ""},
    ],
    ids=["another alias", "an address of its own", "no address"],
)
def test_what_the_guest_gave_stays_when_the_booking_site_sends_its_next_change(
    engine: Engine, sends: dict[str, str]
) -> None:
    from_the_booking_site(engine)
    form = answer_through_the_link(engine)
    assert guests_by_key(engine)[form] == guests_by_key(engine)["o1"]

    from_the_booking_site(engine, **NEXT, **sends)

    with reading(engine) as session:
        values = known(session, guests_by_key(engine)[form])
        assert guests_by_key(engine)[form] == guests_by_key(engine)["o1"]
        assert values["email"] == "patrick.martin@orange.fr"
        assert values["mobile"] == "+33652527272"
        assert (values["first_name"], values["last_name"]) == ("Patrick", "Martin")
        assert check(session) == []


def test_everything_ever_told_is_kept_with_when_it_was_told(engine: Engine) -> None:
    from_the_booking_site(engine)
    answer_through_the_link(engine)
    from_the_booking_site(engine, **NEXT, email="pmarti.999999@guest.booking.com")

    with reading(engine) as session:
        seen = seen_guest(session, "o1", engine)
        email, mobile = history_of(session, seen, "email"), history_of(session, seen, "mobile")

    assert [(told.value, told.is_best, told.is_told_still) for told in email.told] == [
        ("patrick.martin@orange.fr", True, True),
        ("pmarti.999999@guest.booking.com", False, True),
        ("pmarti.347203@guest.booking.com", False, False),
    ]
    assert email.best is not None
    assert email.best.rule == "class"
    assert [(c.was.source if c.was else "", c.record.source, c.rule) for c in email.changes if c.record] == [
        ("ota", "link@main", "class")
    ]
    assert mobile.told[0].value == "+33652527272"
    assert len(mobile.told) == 3


def test_the_history_holds_no_value_and_goes_on_without_an_erased_record(engine: Engine) -> None:
    from_the_booking_site(engine)
    answer_through_the_link(engine)

    with writing(engine) as session:
        for change in session.scalars(select(ValueChange)):
            assert "@" not in str(vars(change))
        session.execute(update(Capture).values(guest_link_id=None))
        session.execute(delete(GuestLink))
        session.execute(delete(SourceRecord).where(SourceRecord.key == "o1"))
    with reading(engine) as session:
        change = session.scalars(select(ValueChange).where(ValueChange.field == "email")).one()
        assert change.was_record_id is None


def pin(engine: Engine, key: str, field: str, value: str) -> int:
    """What a colleague does on the guest's page."""
    with writing(engine) as session:
        seen = seen_guest(session, key, engine)
        told = next(t for t in history_of(session, seen, field).told if t.value == value)
        why = "said so at the desk"
        made = pin_value(session, seen, field, told.record.id, told.n, author="staff:1", reason=why, now=NOON)
        return made.id


def undo_deed(engine: Engine, number: int) -> None:
    with writing(engine) as session:
        undo(session, number, author="staff:2", now=NOON)


def value_now(engine: Engine, key: str, field: str) -> tuple[str, str]:
    with reading(engine) as session:
        found = session.get_one(GuestValue, (guests_by_key(engine)[key], field))
        return found.value, found.rule


def test_what_a_colleague_pins_survives_what_the_source_sends_next_and_a_new_model(engine: Engine) -> None:
    take_in(engine, PATRICK | {"key": "A1"})
    take_in(engine, PATRICK | {"key": "n1", "email": "p.martin@free.fr"}, source="news", kind="newsletter")
    link_waiting(engine)
    assert value_now(engine, "A1", "email") == ("p.martin@free.fr", "proof")

    pin(engine, "A1", "email", "patrick.martin@orange.fr")
    assert value_now(engine, "A1", "email") == ("patrick.martin@orange.fr", "pinned")

    take_in(engine, PATRICK | {"key": "A1", "email": "pm.1@guest.booking.com"})
    link_waiting(engine)
    link_waiting(engine, bulk=True)
    assert value_now(engine, "A1", "email") == ("patrick.martin@orange.fr", "pinned")
    with reading(engine) as session:
        assert check(session) == []
        assert any('"type":"pin"' in line for line in dump(session))


def test_a_pin_goes_with_its_record_when_the_guest_is_split(engine: Engine) -> None:
    take_in(engine, PATRICK | {"key": "A1"}, PATRICK | {"key": "A2", "first_name": "Patrik"})
    link_waiting(engine)
    assert guests_by_key(engine)["A1"] == guests_by_key(engine)["A2"]
    pin(engine, "A2", "first_name", "Patrik")
    other = {"first_name": "Olga", "last_name": "Ivanova", "birth_date": "1980-02-03"}

    take_in(engine, {"key": "A2", "email": "olga@mail.ru"} | other)
    link_waiting(engine)

    guests = guests_by_key(engine)
    assert guests["A1"] != guests["A2"]
    assert value_now(engine, "A1", "first_name")[0] == "Patrick"
    assert value_now(engine, "A2", "first_name") == ("Patrik", "pinned")


def test_choices_are_undone_in_any_order_and_the_state_is_as_it_was(engine: Engine) -> None:
    from_the_booking_site(engine)
    answer_through_the_link(engine)
    with reading(engine) as session:
        before = dump(session)

    first = pin(engine, "o1", "first_name", "Patrik")
    second = pin(engine, "o1", "first_name", "Patrick")
    undo_deed(engine, first)
    assert value_now(engine, "o1", "first_name") == ("Patrick", "pinned")
    undo_deed(engine, second)

    with reading(engine) as session:
        assert check(session) == []
        assert dump(session) == before


@pytest.mark.parametrize(("n", "reason"), [(1, ""), (1, "  "), (1, "ok"), (99, "said so at the desk")])
def test_a_pin_without_a_reason_or_without_a_value_is_refused(engine: Engine, n: int, reason: str) -> None:
    take_in(engine, PATRICK | {"key": "A1"})
    link_waiting(engine)

    with writing(engine) as session:
        seen = seen_guest(session, "A1", engine)
        record = seen.records[0].id
        with pytest.raises(Refused):
            pin_value(session, seen, "email", record, n, author="staff:1", reason=reason, now=NOON)
        assert session.scalars(select(Pin)).all() == []


def test_somebody_elses_record_cannot_be_pinned_to_a_guest(engine: Engine) -> None:
    take_in(engine, PATRICK | {"key": "A1"}, {"key": "s1", "first_name": "Olga", "email": "olga@mail.ru"})
    link_waiting(engine)

    with writing(engine) as session:
        mine, theirs = seen_guest(session, "A1", engine), seen_guest(session, "s1", engine)
        number = theirs.records[0].id
        when = datetime(2026, 5, 5, tzinfo=UTC)
        with pytest.raises(Refused):
            pin_value(session, mine, "email", number, 1, author="staff:1", reason="a slip", now=when)
