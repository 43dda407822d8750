"""Pre-check-in: one record for the guest, one for each who travels along."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, select

from server.captures.models import Capture, Wish
from server.captures.wishes import wishes_of, wishes_within
from server.clock import clock
from server.consents.models import Consent
from server.db import reading, writing
from server.guests.models import Link
from server.privacy.erasing import erase, record_of_source
from server.properties.reach import EVERYWHERE
from server.records.models import CleanRow, Problem, Source, SourceRecord
from tests.flows.forms import EVENING, FAMILY, send


def records(engine: Engine) -> dict[str, tuple[SourceRecord, CleanRow]]:
    """By what tells one person of the form from the other."""
    with reading(engine) as session:
        found = session.execute(
            select(SourceRecord, CleanRow)
            .join(CleanRow, CleanRow.record_id == SourceRecord.id)
            .join(Source, Source.id == SourceRecord.source_id)
            .where(Source.kind == "tablet")
        )
        return {record.key.partition("/")[2]: (record, clean) for record, clean in found}


def test_each_who_travels_along_becomes_a_record_of_their_own(engine: Engine) -> None:
    send(engine, "pre_check_in", 2, FAMILY)

    found = records(engine)
    names = {part: (clean.first_name, clean.last_name) for part, (_, clean) in found.items()}
    assert names == {
        "": ("Anna", "Rossi"),
        "companion_1": ("Luca", "Rossi"),
        "companion_2": ("Mia", "Bianchi"),
        "companion_4": ("Leo", "Rossi"),
    }
    assert {record.proof for record, _ in found.values()} == {"typed"}
    assert all(clean.rest["references"] == ["BK-2040"] for _, clean in found.values())
    assert all(clean.rest["stay_from"] == "2026-05-04" for _, clean in found.values())


def test_only_those_who_gave_a_contact_can_be_reached(engine: Engine) -> None:
    send(engine, "pre_check_in", 2, FAMILY)

    reached = {part: (clean.email, clean.mobile, clean.phone) for part, (_, clean) in records(engine).items()}
    assert reached == {
        "": ("anna.rossi@gmail.com", "+33652527272", None),
        "companion_1": (None, None, None),
        "companion_2": ("mia.bianchi@gmail.com", None, None),
        "companion_4": (None, None, None),
    }
    with reading(engine) as session:
        consents = session.scalars(select(Consent)).all()
    assert [(one.record_id, one.given, one.text_version) for one in consents] == [
        (records(engine)[""][0].id, True, "pre_check_in.v2.it")
    ]


def test_who_is_reached_through_the_main_guest_has_that_contact_as_the_stays(engine: Engine) -> None:
    send(engine, "pre_check_in", 2, FAMILY)

    rest = {part: clean.rest for part, (_, clean) in records(engine).items()}
    assert rest["companion_1"]["booker_email"] == "anna.rossi@gmail.com"
    assert rest["companion_1"]["booker_name"] == "Anna Rossi"
    assert "booker_email" not in {name for name, said in rest["companion_4"].items() if said}


def test_the_records_of_one_form_are_never_one_guest(engine: Engine) -> None:
    twins = FAMILY | {"companion_1_given_name": "Anna", "companion_4_given_name": "anna"}
    send(engine, "pre_check_in", 2, twins)

    with reading(engine) as session:
        guests = session.scalars(select(Link.guest_id)).all()
    assert len(guests) == len(set(guests)) == 4


def test_whoever_booked_for_somebody_is_a_contact_and_no_guest(engine: Engine) -> None:
    answers = {
        "staying": "other",
        "booker_name": "Clara Weber",
        "guest_given_name": "Otto",
        "guest_family_name": "Weber",
        "given_name": "typed before",
        "email": "clara@gmail.com",
        "news": "yes",
    }
    send(engine, "pre_check_in", 2, answers)

    (_, clean) = records(engine)[""]
    assert (clean.first_name, clean.last_name, clean.email) == ("Otto", "Weber", None)
    assert (clean.rest["booker_name"], clean.rest["booker_email"]) == ("Clara Weber", "clara@gmail.com")
    with reading(engine) as session:
        assert session.scalars(select(Consent)).all() == []  # nobody agrees for somebody else


def test_the_first_version_is_read_for_ever(engine: Engine) -> None:
    answers = {"given_name": "Anna", "family_name": "Rossi", "email": "anna@gmail.com", "arrival_day": "4"}
    answers |= {"arrival_month": "5", "arrival_year": "2026", "birth_date_year": "1985"}
    send(engine, "pre_check_in", 1, answers)

    (_, clean) = records(engine)[""]
    assert (clean.first_name, clean.email, clean.rest["stay_from"]) == (
        "Anna",
        "anna@gmail.com",
        "2026-05-04",
    )


def test_a_wish_and_the_hour_wait_for_the_reception(engine: Engine) -> None:
    send(engine, "pre_check_in", 2, FAMILY)

    today = EVENING.date()
    with reading(engine) as session:
        (shown,) = wishes_within(session, EVERYWHERE, since=today, until=today)
        assert (
            wishes_within(session, EVERYWHERE, since=today.replace(day=5), until=today.replace(day=9)) == []
        )
        assert [wish.note for wish in wishes_of(session, [shown.wish.record_id])] == ["A quiet room, please"]
    assert (shown.name, shown.wish.arrival_time, shown.wish.note) == (
        "Anna Rossi",
        "18:30",
        "A quiet room, please",
    )
    assert shown.guest_id is not None


def test_a_form_without_wishes_leaves_none(engine: Engine) -> None:
    send(engine, "pre_check_in", 2, {"staying": "self", "given_name": "Anna", "arrival_time": "unknown"})

    with reading(engine) as session:
        assert session.scalars(select(Wish)).all() == []


def test_a_card_number_in_a_wish_is_never_stored(engine: Engine) -> None:
    send(engine, "pre_check_in", 2, FAMILY | {"wish": "Charge 4111 1111 1111 1111, please"})

    with reading(engine) as session:
        note = session.scalars(select(Wish.note)).one()
    assert "4111" not in str(note)


def test_a_version_that_nobody_published_becomes_a_problem(engine: Engine) -> None:
    send(engine, "pre_check_in", 77, FAMILY)

    with reading(engine) as session:
        assert session.scalars(select(Problem.code)).all() == ["capture.unknown_form"]


def everything_kept(engine: Engine) -> str:
    with reading(engine) as session:
        kept: list[Any] = [capture.answers for capture in session.scalars(select(Capture))]
        kept += [clean.first_name for clean in session.scalars(select(CleanRow))]
        kept += [wish.note for wish in session.scalars(select(Wish))]
        return str(kept)


def test_erasing_a_companion_takes_them_out_of_the_main_guests_form(engine: Engine) -> None:
    capture_id = send(engine, "pre_check_in", 2, FAMILY)
    with writing(engine) as session:
        source = session.scalars(select(Source.name).where(Source.kind == "tablet")).one()
        child = record_of_source(session, source, f"{capture_id}/companion_4")
        erase(session, [child], actor="staff:1", now=clock())

    kept = everything_kept(engine)
    assert "Leo" not in kept
    assert "companion_4" not in kept
    assert "Luca" in kept


def test_erasing_the_guest_takes_their_wishes_along(engine: Engine) -> None:
    send(engine, "pre_check_in", 2, FAMILY)
    with writing(engine) as session:
        ids = list(session.scalars(select(SourceRecord.id)))
        erase(session, ids, actor="staff:1", now=clock())

    kept = everything_kept(engine)
    assert not any(word in kept for word in ("Anna", "Leo", "Luca", "Mia", "quiet"))
