"""The ledger: each chance counted once in every cut, by the words of its formula and nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select

from server.captures.models import Bound, Capture, GuestLink
from server.db import reading, writing
from server.devices.models import Device
from server.prompts.contacts import contact_key
from server.prompts.disowning import withhold
from server.prompts.models import AddressProof, DeadContact, Message, Prompt, Reply
from server.properties.models import Property
from server.properties.reach import EVERYWHERE, Reach
from server.properties.setup import default_property
from server.records.models import SourceRecord
from server.reporting.chances import Chance, chances
from server.reporting.ledger import COUNTS, CUTS, Ledger, Row, behind, ledger
from server.reporting.ledger_numbers import LEDGER_NUMBERS
from server.reporting.worth import Compared, Later, compare, later_stays
from tests.builders import NOON
from tests.prompts.asked import ask, book, came, guest

MAY = date(2026, 5, 1), date(2026, 5, 31)
STAY = {"stay_from": "2026-05-06", "stay_to": "2026-05-08"}
SECRET = b"s" * 32
LATER = NOON + timedelta(days=200)
PEOPLE = ("Anna Rossi", "Berta Klein", "Clara Gross", "Dora Mittel", "Emma Lang", "Fanny Kurz")
SHOWN = tuple(
    name
    for name in ("chances", "held_back", "not_asked", "sent", "delivered", "answered", "given", "declined")
)


def booked(engine: Engine, *names: str, house: str = "main", **changed: str) -> None:
    book(engine, *(guest(name) | STAY | {"key": name} | changed for name in names), house=house)


def counted(engine: Engine, reach: Reach = EVERYWHERE, since_until: tuple[date, date] = MAY) -> Ledger:
    with reading(engine) as session:
        return ledger(session, reach, *since_until, now=LATER)


def of_may(engine: Engine) -> list[Chance]:
    with reading(engine) as session:
        return chances(session, EVERYWHERE, *MAY, now=LATER)


def numbers(row: Row) -> dict[str, int]:
    return {name: getattr(row, name) for name in SHOWN if getattr(row, name)}


@pytest.mark.parametrize(
    ("state", "how", "expected"),
    [
        ("planned", {}, {"chances": 1}),
        ("held_back", {}, {"held_back": 1}),
        ("closed", {"was_asked": False}, {"not_asked": 1}),
        ("closed", {}, {"chances": 1, "sent": 1, "delivered": 1}),
        ("asked", {}, {"chances": 1, "sent": 1, "delivered": 1}),
        ("asked", {"message": "ready"}, {"chances": 1}),
        ("asked", {"message": "failed"}, {"chances": 1, "sent": 1}),
        ("asked", {"message": "unknown"}, {"chances": 1, "sent": 1}),
        ("asked", {"message": "dropped"}, {"chances": 1}),
        ("asked", {"channel": "email", "message": "sent"}, {"chances": 1, "sent": 1, "delivered": 1}),
        ("answered", {}, {"chances": 1, "sent": 1, "delivered": 1, "answered": 1}),
        ("given", {}, {"chances": 1, "sent": 1, "delivered": 1, "answered": 1, "given": 1}),
        ("declined", {}, {"chances": 1, "sent": 1, "delivered": 1, "answered": 1, "declined": 1}),
    ],
)
def test_a_question_counts_by_what_became_of_it(
    engine: Engine, state: str, how: dict[str, Any], expected: dict[str, int]
) -> None:
    booked(engine, "Anna Rossi")
    ask(engine, "Anna Rossi", state, **how)

    assert numbers(counted(engine).whole) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"email": "anna@posteo.de"}, {"chances": 1, "answered": 1, "given": 1}),
        ({"email": ""}, {"chances": 1, "answered": 1}),
        ({"email": "anna.12@guest.booking.com"}, {"chances": 1, "answered": 1}),
    ],
)
def test_a_form_without_a_question_is_a_chance_too(
    engine: Engine, given: dict[str, str], expected: dict[str, int]
) -> None:
    came(engine, guest("Anna Rossi") | given)

    assert numbers(counted(engine).whole) == expected


@pytest.mark.parametrize(
    ("answers", "declined"),
    [({"email_way_out": "declined"}, 1), ({"email_way_out": "none"}, 1), ({"email_way_out": "skipped"}, 0)],
)
def test_a_no_at_the_tablet_is_counted_as_one(engine: Engine, answers: dict[str, str], declined: int) -> None:
    came(engine, guest("Anna Rossi"), answers=answers)

    assert counted(engine).whole.declined == declined


def test_a_form_that_asks_for_no_address_is_no_chance(engine: Engine) -> None:
    came(engine, guest("Anna Rossi"), form="nobody knows it")

    assert counted(engine).whole.chances == 0


def test_the_answer_to_a_question_is_not_counted_beside_it(engine: Engine) -> None:
    booked(engine, "Anna Rossi")
    prompt = ask(engine, "Anna Rossi", "given")
    came(engine, guest("Anna Rossi") | {"email": "anna@posteo.de"}, surface="phone", prompt_id=prompt)

    assert numbers(counted(engine).whole)["chances"] == 1


def test_the_click_that_proves_an_address_is_no_chance_of_its_own(engine: Engine) -> None:
    booked(engine, "Anna Rossi")
    prompt, own = ask(engine, "Anna Rossi", "given"), guest("Anna Rossi") | {"email": "anna@posteo.de"}
    answer = came(engine, own, surface="phone", prompt_id=prompt)

    click = came(engine, own, surface="email", form="your_email", form_version=1, proof="verified")
    with writing(engine) as session:
        record = session.scalars(select(SourceRecord.id).where(SourceRecord.key == answer)).one()
        session.add(AddressProof(record_id=record, contact_key=b"k", state="verified", made_at=NOON))
        session.add(Bound(capture_id=click, record_id=record))

    whole = counted(engine).whole
    assert (whole.chances, whole.given, whole.verified) == (1, 1, 1)


def test_whatever_comes_back_to_a_question_is_an_answer(engine: Engine) -> None:
    booked(engine, "Anna Rossi")
    prompt = ask(engine, "Anna Rossi", "asked")
    with writing(engine) as session:
        stop = Reply(channel="sms", provider_id="SM1", from_key=b"k", state="settled", received_at=NOON)
        stop.prompt_id = prompt
        session.add(stop)

    assert counted(engine).whole.answered == 1


@pytest.mark.parametrize(("email", "given"), [("anna@posteo.de", 1), ("", 0)])
def test_a_pre_check_in_gives_a_contact_only_with_an_address(engine: Engine, email: str, given: int) -> None:
    booked(engine, "Anna Rossi")
    prompt = ask(engine, "Anna Rossi", "given", rule="stay_info", purpose="stay_info", mode="link")
    form = came(engine, guest("Anna Rossi") | {"email": email}, surface="phone")
    with writing(engine) as session:
        capture = session.get_one(Capture, form)
        link = GuestLink(
            token_hash=b"1" * 32,
            property_id=capture.property_id,
            record_id=capture.record_id,
            last_name_key="rossi",
            created_at=NOON,
            expires_at=LATER,
        )
        session.add(link)
        session.flush()
        capture.guest_link_id = session.get_one(Prompt, prompt).guest_link_id = link.id

    whole = counted(engine).whole
    assert (whole.chances, whole.answered, whole.given) == (1, 1, given)


def test_a_survey_asks_for_no_address_and_stands_in_no_share(engine: Engine) -> None:
    booked(engine, "Anna Rossi", "Berta Klein")
    ask(engine, "Anna Rossi", "given", rule="survey", purpose="survey", mode="link")
    ask(engine, "Berta Klein", "given")

    whole = counted(engine).whole
    assert (whole.chances, whole.answered, whole.given, whole.rate) == (2, 2, 1, 1.0)


@pytest.mark.parametrize("number", list(COUNTS))
def test_behind_a_number_stand_as_many_as_it_counts(engine: Engine, number: str) -> None:
    booked(engine, *PEOPLE[:4])
    ask(engine, PEOPLE[0], "given")
    ask(engine, PEOPLE[1], "held_back")
    ask(engine, PEOPLE[2], "closed", was_asked=False)
    ask(engine, PEOPLE[3], "declined", rule="survey", purpose="survey")
    came(engine, guest("Hanna Grob") | {"email": "hanna@posteo.de"})

    found, whole = of_may(engine), counted(engine)

    assert len(behind(found, "", (), number)) == getattr(whole.whole, number)
    for cut in CUTS:
        for row in whole.cuts[cut]:
            assert len(behind(found, cut, row.name, number)) == getattr(row, number)


def test_every_cut_adds_up_to_the_whole(engine: Engine) -> None:
    booked(engine, *PEOPLE[:4])
    booked(engine, *PEOPLE[4:], house="lake")
    with writing(engine) as session:
        place = default_property(session).id
        tablet = Device(
            property_id=place, name="Bar", token_hash=b"1" * 32, enrolled_at=NOON, enrolled_by="staff:1"
        )
        session.add(tablet)
        session.flush()
        device = tablet.id
    ask(engine, PEOPLE[0], "given", cost=Decimal("0.0700"))
    ask(engine, PEOPLE[1], "asked", mode="link", rule="survey", source_channel=None)
    ask(engine, PEOPLE[2], "held_back")
    ask(engine, PEOPLE[3], "declined", channel="email", mode="link", cost=Decimal("0"))
    ask(engine, PEOPLE[4], "closed", was_asked=False)
    came(engine, guest("Gerda Fein") | {"email": "gerda@posteo.de"}, device_id=device)
    came(engine, guest("Hanna Grob"), device_id=device, at=NOON + timedelta(hours=8))
    came(engine, guest("Ida Neu") | {"email": "ida@posteo.de"}, surface="phone")
    came(engine, guest("Jana Alt") | {"email": "jana@posteo.de"}, surface="desk")

    found = counted(engine)

    for cut in CUTS:
        rows = found.cuts[cut]
        for name in (*SHOWN, "verified", "old", "kept", "unpriced", "by_question"):
            assert sum(getattr(row, name) for row in rows) == getattr(found.whole, name), (cut, name)
        assert sum((row.cost.get("EUR", Decimal(0)) for row in rows), Decimal(0)) == Decimal("0.07")
    assert [row.name[0] for row in found.cuts["way"]] == [
        "sms",
        "sms_link",
        "email_link",
        "link",
        "tablet",
        "desk",
    ]
    assert [row.name for row in found.cuts["team"]] == [
        ("at ", "late"),
        ("at Bar", "late"),
        ("at Bar", "night"),
        ("message", ""),
    ]
    assert {row.name[0] for row in found.cuts["source"]} == {"", "booking.com"}


def test_a_form_stands_with_the_booking_site_of_its_stay(engine: Engine) -> None:
    booked(engine, "Anna Rossi", channel="expedia.com")
    took = guest("Anna Rossi") | {"email": "anna@posteo.de"}
    id_ = came(engine, took, surface="phone")
    with writing(engine) as session:
        record = session.scalars(select(SourceRecord.id).where(SourceRecord.key == "Anna Rossi")).one()
        session.add(Bound(capture_id=id_, record_id=record))

    assert [row.name for row in counted(engine).cuts["source"]] == [("expedia.com",)]


@pytest.mark.parametrize(
    ("at", "zone", "is_in_may"),
    [
        ("2026-04-30T22:30:00+00:00", "Europe/Paris", True),
        ("2026-04-30T22:30:00+00:00", "Europe/London", False),
        ("2026-05-31T23:30:00+00:00", "Europe/Paris", False),
        ("2026-06-01T05:30:00+00:00", "America/Los_Angeles", True),
    ],
)
def test_the_day_is_each_houses_own(engine: Engine, at: str, zone: str, is_in_may: bool) -> None:
    booked(engine, "Anna Rossi")
    ask(engine, "Anna Rossi", at=NOON.fromisoformat(at))
    with writing(engine) as session:
        default_property(session).zone = zone

    assert counted(engine).whole.chances == is_in_may


@pytest.mark.parametrize(
    ("house", "expected"), [("main", {"main": 1}), ("lake", {"lake": 1}), (None, {"main": 1, "lake": 1})]
)
def test_a_house_sees_its_own_figures_only(
    engine: Engine, house: str | None, expected: dict[str, int]
) -> None:
    booked(engine, "Anna Rossi")
    booked(engine, "Otto Lang", house="lake")
    ask(engine, "Anna Rossi", "given")
    ask(engine, "Otto Lang", "given")
    with reading(engine) as session:
        ids = dict(session.execute(select(Property.code, Property.id)).all())

    found = counted(engine, Reach(frozenset({ids[house]})) if house else EVERYWHERE)

    by_house = {row.name[0]: row.given for row in found.cuts["property"]}
    assert by_house == {str(ids[code]): given for code, given in expected.items()}


def test_costs_are_summed_by_currency_and_what_has_no_price_yet_is_said(engine: Engine) -> None:
    booked(engine, *PEOPLE[:3])
    ask(engine, PEOPLE[0], cost=Decimal("0.0750"))
    ask(engine, PEOPLE[1], cost=Decimal("0.0751"))
    ask(engine, PEOPLE[2])
    with writing(engine) as session:
        session.scalars(select(Message).order_by(Message.id)).first().currency = "USD"  # type: ignore[union-attr]  # there are three

    whole = counted(engine).whole

    assert whole.cost == {"EUR": Decimal("0.0751"), "USD": Decimal("0.0750")}
    assert whole.unpriced == 1


@pytest.mark.parametrize(
    ("proof", "verified", "kept"),
    [(None, 0, 1), ("claimed", 0, 1), ("verified", 1, 1), ("bounced", 0, 0), ("undone", 0, 0)],
)
def test_a_contact_is_verified_by_its_guest_and_kept_while_it_works(
    engine: Engine, proof: str | None, verified: int, kept: int
) -> None:
    booked(engine, "Anna Rossi")
    prompt = ask(engine, "Anna Rossi", "given")
    id_ = came(engine, guest("Anna Rossi") | {"email": "anna@posteo.de"}, surface="phone", prompt_id=prompt)
    with writing(engine) as session:
        record = session.scalars(select(SourceRecord.id).where(SourceRecord.key == id_)).one()
        if proof:
            session.add(AddressProof(record_id=record, contact_key=b"k", state=proof, made_at=NOON))

    whole = counted(engine).whole

    assert (whole.given, whole.verified, whole.old, whole.kept) == (1, verified, 1, kept)


@pytest.mark.parametrize(("how", "kept"), [("bounced", 0), ("not_me", 1)])
def test_an_address_that_bounces_for_good_is_reachable_no_more(engine: Engine, how: str, kept: int) -> None:
    id_ = came(engine, guest("Anna Rossi") | {"email": "anna@posteo.de"})
    with writing(engine) as session:
        record = session.scalars(select(SourceRecord.id).where(SourceRecord.key == id_)).one()
        session.add(DeadContact(record_id=record, contact_key=b"k", at=NOON, how=how))

    assert counted(engine).whole.kept == kept


def test_what_reads_as_bounced_was_given_and_is_kept_no_more(engine: Engine) -> None:
    id_ = came(engine, guest("Anna Rossi") | {"email": "anna@posteo.de"})
    with writing(engine) as session:
        record = session.scalars(select(SourceRecord.id).where(SourceRecord.key == id_)).one()
        dead = contact_key(SECRET, "email", "anna@posteo.de")
        session.add(DeadContact(record_id=record, contact_key=dead, at=NOON, how="bounced"))
        session.flush()
        withhold(session, [record], secret=SECRET, now=NOON)

    whole = counted(engine).whole

    assert (whole.given, whole.old, whole.kept) == (1, 1, 0)


def test_before_ninety_days_nobody_is_called_still_reachable(engine: Engine) -> None:
    came(engine, guest("Anna Rossi") | {"email": "anna@posteo.de"})

    with reading(engine) as session:
        whole = ledger(session, EVERYWHERE, *MAY, now=NOON + timedelta(days=89)).whole

    assert (whole.given, whole.old, whole.kept) == (1, 0, 0)


def later(engine: Engine) -> Later:
    found = of_may(engine)
    with reading(engine) as session:
        return later_stays(session, found, EVERYWHERE, now=LATER)


@pytest.mark.parametrize(
    ("days", "status", "counts"),
    [
        (("2026-07-01", "2026-07-03"), "left", True),
        (("2026-11-15", "2026-11-20"), "left", True),
        (("2026-11-15", "2026-12-24"), "booked", False),  # not over yet
        (("2026-07-01", "2026-07-03"), "cancelled", False),
        (("2026-03-01", "2026-03-03"), "left", False),
        (("2026-05-08", "2026-05-10"), "left", False),  # they stayed on
    ],
)
def test_later_stays_are_of_those_guests_and_after_the_stay_they_were_asked_about(
    engine: Engine, days: tuple[str, str], status: str, counts: bool
) -> None:
    booked(engine, "Anna Rossi", "Berta Klein", amount="100")
    ask(engine, "Anna Rossi", "given")
    ask(engine, "Berta Klein", "asked")
    again = {"stay_from": days[0], "stay_to": days[1], "status": status, "amount": "250.50"}
    book(engine, guest("Anna Rossi") | again | {"key": "A2"}, guest("Berta Klein") | again | {"key": "B2"})

    found = later(engine)

    expected = (1, 1, {"EUR": Decimal("250.50")}) if counts else (0, 0, {})
    assert (found.guests, found.stays, found.revenue) == expected


def test_a_later_stay_counts_once_however_often_the_contact_was_given(engine: Engine) -> None:
    booked(engine, "Anna Rossi")
    ask(engine, "Anna Rossi", "given")
    came(engine, guest("Anna Rossi") | {"email": "anna@posteo.de"})
    came(engine, guest("Anna Rossi") | {"email": "anna@posteo.de"})
    again = {"stay_from": "2026-07-01", "stay_to": "2026-07-03", "amount": "90", "key": "A2"}
    book(engine, guest("Anna Rossi") | again)

    assert later(engine).revenue == {"EUR": Decimal(90)}


def compared(engine: Engine) -> Compared:
    found = of_may(engine)
    with reading(engine) as session:
        return compare(session, found, now=LATER)


def test_those_asked_are_set_beside_those_held_back(engine: Engine) -> None:
    booked(engine, *PEOPLE)
    for name, state in zip(
        PEOPLE, ("given", "asked", "closed", "held_back", "held_back", "held_back"), strict=True
    ):
        ask(engine, name, state)
    for name, days in ((PEOPLE[0], 1), (PEOPLE[3], 29), (PEOPLE[4], 31), (PEOPLE[5], -1)):
        mail = f"{name.partition(' ')[0].lower()}@posteo.de"
        came(engine, guest(name) | {"email": mail}, at=NOON + timedelta(days=days))

    found = compared(engine)

    assert (found.asked.part, found.asked.whole) == (1, 3)
    assert (found.held_back.part, found.held_back.whole) == (1, 2), "one was known before"
    assert not found.is_enough


def test_every_number_says_its_formula() -> None:
    for number in LEDGER_NUMBERS.values():
        assert len(number.formula) > 20, number.code
    assert set(LEDGER_NUMBERS) - {"cost"} <= set(Row.__slots__)
