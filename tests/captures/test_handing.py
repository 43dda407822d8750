"""A stay is handed over to a tablet once, within ten minutes; the form begun with it is that stay's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from server.captures.attaching import waiting_walk_ins
from server.captures.binding import attach_handed
from server.captures.handing import LIFE, IssuedHandover, claim, hand_over, take, take_back, waiting_for
from server.captures.identifiers import new_capture_id
from server.captures.links import issue_link
from server.captures.models import Capture, Handover
from server.captures.prefilling import OF_THE_GUEST, handed_names
from server.captures.receiving import receive
from server.db import reading, writing
from server.devices.enrolling import CODE_SIGNS, revoke_device
from server.devices.models import Device
from server.forms.definition import find_form
from server.guests.linking import link_waiting
from server.guests.models import Deed
from server.guests.undoing import undo
from server.intake import open_forms, read_capture
from server.privacy.check import check
from server.privacy.erasing import erase
from server.properties.models import Property
from server.properties.reach import EVERYWHERE
from server.properties.setup import default_property
from server.records.models import SourceRecord
from server.refusal import Refused
from tests.builders import guests_by_key, make_source, take_in
from tests.captures import tablet as tablets
from tests.captures.tablet import KEY, SECRET, Tablet, new_tablet

EVENING = datetime(2026, 6, 2, 19, tzinfo=UTC)
LATER = EVENING + timedelta(minutes=1)
ROW = {
    "key": "A1",
    "first_name": "Maria",
    "last_name": "de la Cruz",
    "email": "maria.cruz@posteo.example",
    "mobile": "+34 612 34 56 78",
    "birth_date": "1980-05-04",
    "reference": "BK-77",
    "language": "es",
    "stay_from": "2026-06-02",
    "stay_to": "2026-06-04",
    "status": "booked",
}
ANSWERS = {
    "staying": "self",
    "given_name": "Maria",
    "family_name": "de la Cruz",
    "email": "new@posteo.example",
}


@pytest.fixture(autouse=True)
def evening(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("server.intake", "server.guests.linking"):
        monkeypatch.setattr(f"{module}.clock", lambda: EVENING)


@pytest.fixture
def tablet(engine: Engine) -> Tablet:
    make_source(engine)
    with writing(engine) as session:
        default_property(session).languages = ["en", "es", "de"]
    return new_tablet(engine, now=EVENING)


def expect(engine: Engine, **changed: str) -> int:
    """The reservation system tells of a stay; its record."""
    take_in(engine, ROW | changed, stay_kind="stay")
    link_waiting(engine)
    with reading(engine) as session:
        of_key = SourceRecord.key == (ROW | changed)["key"]
        return session.scalars(select(SourceRecord.id).where(of_key)).one()


def give(engine: Engine, record: int, to: Tablet | None = None, *, at: datetime = EVENING) -> IssuedHandover:
    with writing(engine) as session:
        device = session.get_one(Device, to.device) if to else None
        of = session.get_one(SourceRecord, record)
        return hand_over(session, of, device, secret=SECRET, actor="staff:7", now=at)


def type_code(engine: Engine, on: Tablet, text: str, *, at: datetime = LATER) -> int:
    with writing(engine) as session:
        return claim(session, session.get_one(Device, on.device), text, secret=SECRET, now=at).id


def open_stay(
    engine: Engine, on: Tablet, number: int, capture: str = "", *, at: datetime = LATER
) -> dict[str, str]:
    with writing(engine) as session:
        device = session.get_one(Device, on.device)
        return take(session, device, number, capture or new_capture_id(at), now=at)


def test_only_the_hash_of_a_code_is_kept_and_it_can_be_read_out(engine: Engine, tablet: Tablet) -> None:
    issued = give(engine, expect(engine), tablet)

    assert len(issued.text) == 6
    assert set(issued.text) <= set(CODE_SIGNS)
    assert issued.row.code_hash is not None
    assert issued.text.encode() not in issued.row.code_hash


def test_the_tablet_that_was_named_is_told_of_it_and_no_other(engine: Engine, tablet: Tablet) -> None:
    other = new_tablet(engine, now=EVENING)
    issued = give(engine, expect(engine), tablet)

    with reading(engine) as session:
        waits = waiting_for(session, session.get_one(Device, tablet.device), now=LATER)
        assert waits is not None
        assert (waits.id, waits.form, waits.language) == (issued.row.id, "pre_check_in", "es")
        assert waiting_for(session, session.get_one(Device, other.device), now=LATER) is None
    with pytest.raises(Refused, match=r"handover\.none"):
        open_stay(engine, other, issued.row.id)
    assert open_stay(engine, tablet, issued.row.id)["family_name"] == "de la Cruz"


def test_a_code_is_typed_as_people_type_and_opens_once(engine: Engine, tablet: Tablet) -> None:
    other = new_tablet(engine, now=EVENING)
    code = give(engine, expect(engine)).text

    number = type_code(engine, tablet, f" {code[:3].lower()}-{code[3:]} ")

    for on in (tablet, other):
        with pytest.raises(Refused, match=r"handover\.code_wrong"):
            type_code(engine, on, code)
    assert open_stay(engine, tablet, number)["given_name"] == "Maria"
    with pytest.raises(Refused, match=r"handover\.none"):
        open_stay(engine, tablet, number)


def test_the_same_form_may_ask_again_as_an_answer_can_get_lost(engine: Engine, tablet: Tablet) -> None:
    number = give(engine, expect(engine), tablet).row.id
    capture = new_capture_id(EVENING)

    first, again = (open_stay(engine, tablet, number, capture) for _ in range(2))

    assert first == again
    with pytest.raises(Refused, match=r"handover\.none"):
        open_stay(engine, tablet, number, capture, at=EVENING + LIFE)


@pytest.mark.parametrize("late", [LIFE, LIFE + timedelta(seconds=1), timedelta(days=2)])
def test_after_ten_minutes_neither_code_nor_tablet_opens_it(
    engine: Engine, tablet: Tablet, late: timedelta
) -> None:
    issued = give(engine, expect(engine), tablet)

    with pytest.raises(Refused, match=r"handover\.code_wrong"):
        type_code(engine, tablet, issued.text, at=EVENING + late)
    with pytest.raises(Refused, match=r"handover\.none"):
        open_stay(engine, tablet, issued.row.id, at=EVENING + late)


def test_a_tablet_of_another_house_opens_nothing(engine: Engine, tablet: Tablet) -> None:
    record = expect(engine)
    with writing(engine) as session:
        here = default_property(session)
        there = Property(
            legal_entity_id=here.legal_entity_id,
            code="annex",
            name="Annex",
            kind="hotel",
            country="ES",
            zone="Europe/Madrid",
            currency="EUR",
        )
        session.add(there)
        session.flush()
        session.get_one(Device, tablet.device).property_id = there.id

    with pytest.raises(Refused, match=r"handover\.no_tablet"):
        give(engine, record, tablet)
    issued = give(engine, record)
    with pytest.raises(Refused, match=r"handover\.code_wrong"):
        type_code(engine, tablet, issued.text)
    with pytest.raises(Refused, match=r"handover\.none"):
        open_stay(engine, tablet, issued.row.id)


def test_nothing_is_handed_to_an_ended_tablet(engine: Engine, tablet: Tablet) -> None:
    record = expect(engine)
    with writing(engine) as session:
        revoke_device(session, tablet.device, actor="staff:7", now=EVENING)

    with pytest.raises(Refused, match=r"handover\.no_tablet"):
        give(engine, record, tablet)


@pytest.mark.parametrize(
    "changed",
    [{"status": "cancelled"}, {"status": "left"}, {"stay_from": "2026-05-01", "stay_to": "2026-05-03"}],
)
def test_a_stay_that_nobody_can_check_in_to_is_not_handed_over(
    engine: Engine, tablet: Tablet, changed: dict[str, str]
) -> None:
    record = expect(engine, **changed)

    with pytest.raises(Refused, match=r"handover\.no_stay"):
        give(engine, record, tablet)


def test_the_next_stay_for_a_tablet_takes_the_place_of_the_one_before(engine: Engine, tablet: Tablet) -> None:
    first = give(engine, expect(engine), tablet)
    give(engine, expect(engine, key="B1", last_name="Berg", reference="BK-78"), tablet)

    with pytest.raises(Refused, match=r"handover\.none"):
        open_stay(engine, tablet, first.row.id)
    with pytest.raises(Refused, match=r"handover\.code_wrong"):
        type_code(engine, tablet, first.text)


def test_what_was_handed_over_by_mistake_is_taken_back(engine: Engine, tablet: Tablet) -> None:
    issued = give(engine, expect(engine), tablet)
    with writing(engine) as session:
        take_back(session, session.get_one(Handover, issued.row.id), actor="staff:7", now=EVENING)

    with pytest.raises(Refused, match=r"handover\.none"):
        open_stay(engine, tablet, issued.row.id)


def test_of_many_that_ask_at_once_one_gets_the_stay(engine: Engine, tablet: Tablet) -> None:
    number = give(engine, expect(engine), tablet).row.id

    def ask(_: int) -> bool:
        try:
            return bool(open_stay(engine, tablet, number))
        except Refused:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(ask, range(4))) == [False, False, False, True]


def test_only_the_named_fields_of_this_stay_leave_for_the_tablet(engine: Engine, tablet: Tablet) -> None:
    before = {"stay_from": "2025-01-02", "stay_to": "2025-01-05", "reference": "BK-1"}
    expect(engine, **before, key="OLD", email="old@posteo.example")
    record = expect(engine)

    told = open_stay(engine, tablet, give(engine, record, tablet).row.id)

    assert told == {
        "given_name": "Maria",
        "family_name": "de la Cruz",
        "arrives": "today",
        "reference": "BK-77",
        "email": "maria.cruz@posteo.example",
        "mobile_country": "ES",
        "mobile": "612 34 56 78",
    }


def test_the_list_of_what_may_leave_is_closed() -> None:
    form = find_form("pre_check_in")
    assert form is not None

    names = handed_names(form)

    assert set(OF_THE_GUEST) <= names
    assert names - set(OF_THE_GUEST) == {
        f"companion_{number}{part}"
        for number in range(1, 9)
        for part in ("", "_given_name", "_family_name", "_reach")
    }
    assert not names & {"news", "wish", "staying", "arrival_time", "companion_1_email", "booker_name"}


def test_an_address_of_a_booking_site_stays_in_the_house(engine: Engine, tablet: Tablet) -> None:
    record = expect(engine, email="x.1@guest.booking.com")

    assert "email" not in open_stay(engine, tablet, give(engine, record, tablet).row.id)


def from_home(engine: Engine, record: int, **answers: str) -> str:
    """The guest fills in the form at home, through the link; the form's id."""
    with writing(engine) as session:
        link = issue_link(session, session.get_one(SourceRecord, record), actor="test", now=EVENING).link
        capture_id = new_capture_id(EVENING)
        receive(
            session,
            id=capture_id,
            form="pre_check_in",
            version=2,
            language="de",
            surface="phone",
            proof="booking-bound",
            property_id=link.property_id,
            answers=ANSWERS | answers,
            guest_link=link,
            now=EVENING,
        )
    read_capture(engine, capture_id)
    return capture_id


def test_a_family_that_filled_it_in_at_home_finds_all_of_it_at_the_tablet(
    engine: Engine, tablet: Tablet
) -> None:
    record = expect(engine)
    family = {"companion_1": "yes", "companion_1_given_name": "Luc", "companion_1_reach": "same"}
    family |= {"companion_2": "yes", "companion_2_given_name": "Zoe", "companion_2_reach": "child"}
    family |= {"companion_3": "yes", "companion_3_given_name": "Ana", "companion_3_reach": "own"}
    family |= {"companion_3_email": "ana@posteo.example", "news": "yes", "wish": "a cot", "arrives": "later"}
    from_home(engine, record, **family)

    issued = give(engine, record, tablet)
    told = open_stay(engine, tablet, issued.row.id)

    assert issued.row.language == "de"
    assert {name for name in family if name in told} == {
        *("companion_1", "companion_1_given_name", "companion_1_reach"),
        *("companion_2", "companion_2_given_name", "companion_2_reach"),
        *("companion_3", "companion_3_given_name", "arrives"),
    }
    assert (told["email"], told["arrives"]) == ("new@posteo.example", "today")


@pytest.mark.parametrize("reference", ["BK-77", ""])
def test_a_family_that_confirms_at_the_tablet_is_no_second_family(
    engine: Engine, tablet: Tablet, reference: str
) -> None:
    record = expect(engine, reference=reference)
    family = {"companion_1": "yes", "companion_1_given_name": "Luc", "companion_1_reach": "same"}
    family |= {"companion_2": "yes", "companion_2_given_name": "Zoe", "companion_2_reach": "child"}
    at_home = from_home(engine, record, **family)
    at_tablet = fill_in(engine, tablet, record, family, version=2)

    guests = guests_by_key(engine)
    for person in ("", "/companion_1", "/companion_2"):
        assert guests[at_home + person] == guests[at_tablet + person], person
    assert len(set(guests.values())) == 3


def test_who_booked_for_the_guest_is_not_handed_to_the_guest(engine: Engine, tablet: Tablet) -> None:
    record = expect(engine, email="")
    other = {"staying": "other", "booker_name": "Bo", "guest_given_name": "Maria", "given_name": ""}
    from_home(engine, record, **other, email="bo@posteo.example")

    told = open_stay(engine, tablet, give(engine, record, tablet).row.id)

    assert "bo@posteo.example" not in told.values()
    assert told["given_name"] == "Maria"


def fill_in(
    engine: Engine,
    tablet: Tablet,
    record: int,
    answers: dict[str, str],
    *,
    hours: int = 0,
    version: int = 1,
) -> str:
    """The guest fills in what was handed over; the form arrives so many hours later."""
    capture = new_capture_id(EVENING)
    open_stay(engine, tablet, give(engine, record, tablet).row.id, capture)
    item = tablet.item(ANSWERS | answers, id=capture, at=LATER, version=version)
    tablets.hand_over(engine, tablet, item, now=EVENING + timedelta(hours=hours))
    open_forms(engine, [KEY], 50)
    return capture


@pytest.mark.parametrize("reference", ["BK-77", ""])
def test_the_form_is_the_stays_whatever_else_was_typed(
    engine: Engine, tablet: Tablet, reference: str
) -> None:
    record = expect(engine, reference=reference)

    form = fill_in(engine, tablet, record, {"family_name": "Cruz Ortega"}, hours=9)

    guests = guests_by_key(engine)
    assert guests[form] == guests["A1"]
    with reading(engine) as session:
        assert session.get_one(Capture, form).proof == "booking-bound"
        assert check(session) == []


def test_the_colleagues_word_stands_under_their_name_and_can_be_undone(
    engine: Engine, tablet: Tablet
) -> None:
    mariela = {"given_name": "Mariela", "email": "m@posteo.example"}
    form = fill_in(engine, tablet, expect(engine, reference=""), mariela)
    with writing(engine) as session:
        deed = session.scalars(select(Deed)).one()
        assert (deed.author, deed.kind) == ("staff:7", "decide")

        undo(session, deed.id, author="staff:1", now=LATER)

    guests = guests_by_key(engine)
    assert guests[form] != guests["A1"]
    with writing(engine) as session:
        assert attach_handed(session, now=LATER) == 0, "it is not said again"


def test_somebody_of_another_name_who_took_the_tablet_becomes_nobody_else(
    engine: Engine, tablet: Tablet
) -> None:
    john = {"given_name": "John", "family_name": "Smith", "email": "john@posteo.example"}
    form = fill_in(engine, tablet, expect(engine, reference=""), john)

    guests = guests_by_key(engine)
    assert guests[form] != guests["A1"]
    with reading(engine) as session:
        (waits,) = waiting_walk_ins(session, EVERYWHERE, now=EVENING)
        (offer,) = waits.offers
    assert (waits.name, offer.name) == ("John Smith", "Maria de la Cruz")


def test_a_form_of_who_was_handed_the_stay_waits_for_nobody(engine: Engine, tablet: Tablet) -> None:
    fill_in(engine, tablet, expect(engine, reference=""), ANSWERS)

    with reading(engine) as session:
        assert waiting_walk_ins(session, EVERYWHERE, now=EVENING) == []


def test_a_form_without_a_stay_is_as_it_was(engine: Engine, tablet: Tablet) -> None:
    record = expect(engine)
    give(engine, record, tablet)
    item = tablet.item(ANSWERS)
    tablets.hand_over(engine, tablet, item, now=EVENING)
    open_forms(engine, [KEY], 50)

    with reading(engine) as session:
        assert session.scalars(select(Capture.proof)).all() == ["typed"]


def test_an_erased_guest_is_handed_to_nobody(engine: Engine, tablet: Tablet) -> None:
    record = expect(engine)
    number = give(engine, record, tablet).row.id
    with writing(engine) as session:
        erase(session, [record], actor="staff:7", now=EVENING)

    with pytest.raises(Refused, match=r"handover\.none"):
        open_stay(engine, tablet, number)
