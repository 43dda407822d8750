"""Own addresses: a house's reception is told from a family, an agency, a provider; what is said is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.db import reading, writing
from server.discovery import discover
from server.guests.linking import link_waiting
from server.jobs.models import Job
from server.jobs.worker import run_due
from server.journal.models import JournalEntry
from server.privacy.dump import dump
from server.properties.checking import LIST
from server.properties.models import Property
from server.records.models import CleanRow
from server.refusal import Refused
from server.reporting.own_addresses import (
    Borne,
    Known,
    accept_own,
    judge,
    refuse_own,
    suggest_own,
    take_own_back,
)
from server.sentences import sentences
from tests.builders import NOON, take_in
from tests.house import make_settings

HOUSE = Known("Hôtel des Arcades")
SURNAMES = ("Martin", "Rossi", "Ivanova", "Smith", "Müller", "García", "Nowak", "Silva", "Okafor", "Chang")


def borne(
    value: str, names: int, *, kind: str = "email", value_class: str = "real", guests: int = 0
) -> Borne:
    bearers = frozenset(f"g{n}" for n in range(guests or names))
    return Borne(kind, value, value_class, bearers, frozenset(f"name{n}" for n in range(names)))  # type: ignore[arg-type]  # one of Kind


@pytest.mark.parametrize(
    ("value", "names", "suggested"),
    [
        ("welcome@arcades.example", 2, ["domain", "email"]),  # the house's name: two strangers are enough
        ("welcome@arcades.example", 1, []),  # a guest who owns the place
        ("hotel.arcades@gmail.com", 2, ["email"]),  # never the provider's domain
        ("reception@hda-lyon.example", 5, ["email"]),  # a word for a desk
        ("reception@hda-lyon.example", 4, []),  # perhaps a company's
        ("anna.rossi@gmail.com", 3, []),  # a family, or whoever booked for friends
        ("anna.rossi@gmail.com", 8, ["email"]),  # nobody has eight names
        ("info@expediamail.com", 40, []),  # an alias of a booking site is known already
        ("someone@arcades-lyon.example", 3, ["domain", "email"]),
        ("someone@arcadia.example", 3, []),  # not the name
    ],
)
def test_an_address_looks_like_the_houses_by_its_name_its_word_or_its_many_bearers(
    value: str, names: int, suggested: list[str]
) -> None:
    value_class = "alias" if "expediamail" in value else "real"

    found = judge([borne(value, names, value_class=value_class)], HOUSE)

    assert [one.kind for one in found] == suggested


@pytest.mark.parametrize(
    ("value", "value_class", "names", "suggested"),
    [
        ("+33472102030", "landline", 5, True),
        ("+33472102030", "landline", 4, False),
        ("+33652527272", "mobile", 7, False),
        ("+33652527272", "mobile", 8, True),
        ("+33472102030", "placeholder", 50, False),
    ],
)
def test_a_number_needs_more_bearers_than_an_office_has(
    value: str, value_class: str, names: int, suggested: bool
) -> None:
    found = judge([borne(value, names, kind="phone", value_class=value_class)], HOUSE)

    assert bool(found) == suggested


def test_what_the_settings_know_needs_two_bearers_only() -> None:
    house = Known("Au Lion", reply_to="hello@lion-dor.example", reception_phone="+33472102030")

    found = judge(
        [
            borne("marie@lion-dor.example", 2),
            borne("+33472102030", 2, kind="phone", value_class="landline"),
        ],
        house,
    )

    assert {(one.kind, one.reasons[0]) for one in found} == {
        ("domain", "own.reply_to"),
        ("email", "own.reply_to"),
        ("phone", "own.reception_phone"),
    }


def test_an_agencys_desk_that_is_nobodys_already_is_left_alone() -> None:
    assert judge([borne("groupes@voyages.example", 40, value_class="shared")], HOUSE) == []


def test_a_reply_address_at_a_free_provider_does_not_make_the_provider_ours() -> None:
    house = Known("Au Lion", reply_to="aulion@orange.fr")

    assert (
        judge([borne("anna@orange.fr", 5), borne("aulion@orange.fr", 2)], house)[0].value
        == "aulion@orange.fr"
    )
    assert len(judge([borne("anna@orange.fr", 5), borne("aulion@orange.fr", 2)], house)) == 1


def test_the_surest_comes_first_and_a_domain_before_its_addresses() -> None:
    found = judge(
        [
            borne("reception@agence.example", 9, value_class="shared"),
            borne("info@arcades.example", 6, value_class="shared"),
            borne("booking@arcades.example", 3, value_class="shared"),
        ],
        HOUSE,
    )

    assert [one.value for one in found] == [
        "arcades.example",
        "info@arcades.example",
        "reception@agence.example",
        "booking@arcades.example",
    ]


def test_what_was_said_to_be_a_guests_and_what_is_ours_already_is_not_suggested() -> None:
    address = borne("welcome@arcades.example", 9)
    said = Known(HOUSE.name, not_own=frozenset({("email", address.value), ("domain", "arcades.example")}))

    assert judge([address], said) == []
    assert judge([address], Known(HOUSE.name, own_domains=frozenset({"arcades.example"}))) == []
    assert judge([address], Known(HOUSE.name, own_emails=frozenset({address.value}))) == []
    other = borne("anna@arcades.example", 9)
    assert [one.value for one in judge([address, other], said)] == [other.value]


@given(st.lists(st.tuples(st.text(max_size=20), st.integers(0, 60)), max_size=5), st.text(max_size=20))
@settings(max_examples=60, deadline=None)
def test_whatever_stands_in_a_cell_or_a_name_nothing_breaks_and_every_reason_has_a_sentence(
    cells: list[tuple[str, int]], name: str
) -> None:
    found = judge([borne(text, count) for text, count in cells], Known(name))

    assert all(code in sentences() for one in found for code in one.reasons)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


@given(st.integers(0, 30))
@settings(max_examples=31, deadline=None)
def test_more_bearers_never_make_an_address_less_suspect(names: int) -> None:
    fewer = {one.value for one in judge([borne("reception@x.example", names)], HOUSE)}
    more = {one.value for one in judge([borne("reception@x.example", names + 1)], HOUSE)}

    assert fewer <= more


@pytest.fixture
def house(engine: Engine) -> Engine:
    """Ten guests whom the desk gave its own address, a family of three, a couple's landline."""
    own = {"email": "desk@arcades.example", "phone": "+33 4 72 10 20 30"}
    people = [
        {"key": f"A{n}", "first_name": "Ada", "last_name": name} | own for n, name in enumerate(SURNAMES)
    ]
    family = [
        {"key": f"F{n}", "first_name": first, "last_name": "Chang", "email": "chang@posteo.de"}
        for n, first in enumerate(("Li", "Wei", "Mei"))
    ]
    take_in(engine, *people, *family)
    link_waiting(engine)
    with writing(engine) as session:
        place_of(session).name = "Hôtel des Arcades"
    return engine


def place_of(session: Session) -> Property:
    return session.scalars(select(Property)).one()


def let_the_worker_work(engine: Engine, folder: Path) -> None:
    kinds = discover("server.work", ("run",))
    run_due(engine, make_settings(folder, "sqlite://"), kinds, once=True, stop=threading.Event())


def test_the_houses_own_are_found_among_its_guests(house: Engine) -> None:
    with reading(house) as session:
        found = suggest_own(session, place_of(session))

    assert [(one.kind, one.value, one.guests, one.names) for one in found] == [
        ("domain", "arcades.example", 10, 10),
        ("email", "desk@arcades.example", 10, 10),
        ("phone", "+33472102030", 10, 10),
    ]


def test_another_propertys_guests_say_nothing_of_this_one(house: Engine) -> None:
    with writing(house) as session:
        here = place_of(session)
        other = Property(code="lake", name="Hôtel des Arcades", legal_entity_id=here.legal_entity_id)
        session.add(other)
        session.flush()
        assert suggest_own(session, other) == []


def test_taking_an_address_reads_its_records_again_and_taking_it_back_restores_everything(
    house: Engine, tmp_path: Path
) -> None:
    with reading(house) as session:
        before = dump(session)

    with writing(house) as session:
        accept_own(session, place_of(session), "domain", "arcades.example", actor="staff:1", now=NOON)
    let_the_worker_work(house, tmp_path)
    with reading(house) as session:
        classes = set(session.scalars(select(CleanRow.email_class).where(CleanRow.email.contains("arcades"))))
        suggested = suggest_own(session, place_of(session))

    assert classes == {"shared"}
    assert [one.kind for one in suggested] == ["phone"]
    with writing(house) as session:
        take_own_back(session, place_of(session), "domain", "arcades.example", actor="staff:1", now=NOON)
    let_the_worker_work(house, tmp_path)
    with reading(house) as session:
        assert dump(session) == before


def test_no_that_is_a_guest_is_remembered_for_ever(house: Engine) -> None:
    with writing(house) as session:
        refuse_own(session, place_of(session), "email", "desk@arcades.example", actor="staff:1", now=NOON)

    with reading(house) as session:
        assert [one.kind for one in suggest_own(session, place_of(session))] == ["phone"]
        assert session.scalars(select(Job.kind)).all() == []


@pytest.mark.parametrize("verb", [accept_own, refuse_own, take_own_back])
def test_only_what_is_suggested_or_kept_can_be_decided(house: Engine, verb: object) -> None:
    with writing(house) as session, pytest.raises(Refused) as refusal:
        verb(session, place_of(session), "email", "chang@posteo.de", actor="staff:1", now=NOON)  # type: ignore[operator]  # one of the three

    assert refusal.value.code == "own.not_suggested"


def test_an_accepted_address_is_a_change_that_a_settings_page_opened_before_does_not_undo(
    house: Engine,
) -> None:
    with writing(house) as session:
        accept_own(session, place_of(session), "phone", "+33472102030", actor="staff:1", now=NOON)
    with reading(house) as session:
        assert place_of(session).changes["own"] == {"by": "staff:1", "at": NOON.isoformat()}

    later = NOON + timedelta(minutes=1)
    with writing(house) as session:
        take_own_back(session, place_of(session), "phone", "+33472102030", actor="staff:2", now=later)
    with reading(house) as session:
        assert place_of(session).changes["own"] == {"by": "staff:2", "at": later.isoformat()}


def test_a_list_grows_no_longer_than_the_settings_page_can_save(house: Engine) -> None:
    full = [f"desk{n}@arcades-hotel.example" for n in range(LIST)]
    with writing(house) as session:
        place_of(session).own_emails = full

    with writing(house) as session, pytest.raises(Refused) as refusal:
        accept_own(session, place_of(session), "email", "desk@arcades.example", actor="staff:1", now=NOON)

    assert refusal.value.code == "own.list_full"
    with reading(house) as session:
        assert place_of(session).own_emails == full


@pytest.mark.parametrize("verb", [accept_own, refuse_own])
def test_a_button_pressed_twice_at_once_decides_once(house: Engine, verb: Callable[..., None]) -> None:
    both = threading.Barrier(2)

    def press() -> str:
        with writing(house) as session:
            place = place_of(session)
            if house.dialect.name == "postgresql":  # SQLite lets the second in when the first is done
                both.wait(10)
            try:
                verb(session, place, "email", "desk@arcades.example", actor="staff:1", now=NOON)
            except Refused as refusal:
                return refusal.code
            return ""

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pressed.result(30) for pressed in [pool.submit(press) for _ in range(2)])

    assert said == ["", "own.not_suggested"]
    with reading(house) as session:
        told = session.scalars(
            select(JournalEntry.act).where(JournalEntry.act.startswith("own_address."))
        ).all()
        assert len(told) == 1


def test_neither_journal_nor_queue_repeats_the_address(house: Engine) -> None:
    with writing(house) as session:
        accept_own(session, place_of(session), "email", "desk@arcades.example", actor="staff:1", now=NOON)

    with reading(house) as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.act == "own_address.taken")).one()
        assert (entry.actor, entry.detail) == ("staff:1", {"kind": "email"})
        assert [job.payload for job in session.scalars(select(Job))] == [{"property_id": 1, "why": "own"}]
