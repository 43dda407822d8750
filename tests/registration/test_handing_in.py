"""What is due by when, the file that is made of it, and what the authority answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine, select

from server.db import reading, writing
from server.journal.models import JournalEntry
from server.properties.reach import EVERYWHERE
from server.properties.setup import default_property
from server.refusal import Refused
from server.registration.answering import Request, sheets_of_period
from server.registration.due import due_of, lists_missing, overdue, queues
from server.registration.handing_in import (
    file_of,
    find_lacks,
    hand_in,
    read_pasted,
    say_handed_in,
    say_results,
)
from server.registration.houses import house_that_keeps, ids_asked, set_house
from server.registration.keeping import Origin, correct_sheet
from server.registration.loading_lists import load_list
from server.registration.models import HandIn, KeptSheet
from server.registration.output import Codes, File, Filed, House, Lack, Lacking, Row, refuse_lacking
from server.registration.profile import Deadline
from server.registration.results import Result
from tests.registration.sheets import ARRIVES, NOON, SHEET, VAULT, keep

DAY = Deadline(hours=24, hours_of_short_stay=6)


def check(house: House, filed: Sequence[Filed], codes: Codes, *, now: datetime) -> list[Lack]:
    lacks = [] if house.ids.get("portal") else [Lack("registration.house_number", "house", field="portal")]
    missing = Lack("registration.list_missing", "house", params=(("name", "Places"),))
    return lacks if codes.get("Places") else [*lacks, missing]


def build(house: House, filed: Sequence[Filed], codes: Codes, *, now: datetime) -> list[File]:
    refuse_lacking(check(house, filed, codes, now=now))
    lines = "\n".join(f"{house.ids['portal']} {one.sheet.main.family_name}" for one in filed)
    rows = tuple(Row(one.id, 0) for one in filed)
    return [File(f"it_{now:%Y%m%d}.txt", "text/plain", lines.encode(), rows)]


def read_results(text: str, rows: int, codes: Codes) -> list[Result]:
    return [Result(at, line == "ok", None if line == "ok" else line) for at, line in enumerate(text.split())]


SMALL = SimpleNamespace(COUNTRY="IT", KIND="arrival", check=check, build=build, read_results=read_results)


@pytest.fixture(autouse=True)
def _a_small_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of Italy's with a number of the house, one list and no more."""
    for module in ("due", "handing_in", "houses"):
        monkeypatch.setattr(f"server.registration.{module}.outputs", lambda: {"it_alloggiati": SMALL})


def set_up(engine: Engine, *, number: str = "H1", has_list: bool = True) -> None:
    """The house is in Italy, and keeps its sheets here."""
    with writing(engine) as session:
        default_property(session).country = "IT"
        session.flush()
        keeps = house_that_keeps(session, default_property(session).id, EVERYWHERE)
        assert keeps is not None
        ids = {"portal": number} if number else {}
        set_house(session, keeps, is_on=True, ids=ids, actor="staff:1", now=NOON)
        if has_list:
            content = b"Codice;Descrizione\n1;Roma\n"
            load_list(
                session,
                "IT",
                "Places",
                content,
                property_id=keeps.place.id,
                actor="staff:1",
                now=NOON,
            )


def states(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return [due.state for queue in queues(session, EVERYWHERE, now=NOON) for due in queue.dues]


def make(engine: Engine) -> int:
    with writing(engine) as session:
        queue = queues(session, EVERYWHERE, now=NOON)[0]
        return hand_in(session, VAULT, queue, actor="staff:1", now=NOON)[0].id


def answer(engine: Engine, made: int, text: str) -> None:
    with writing(engine) as session:
        file = session.get_one(HandIn, made)
        found = read_pasted(session, file, text, "IT")
        say_results(session, file, found, actor="staff:1", now=NOON)


def fetch(engine: Engine, made: int) -> bytes:
    with writing(engine) as session:
        keeps = house_that_keeps(session, default_property(session).id, EVERYWHERE)
        assert keeps is not None
        file = session.get_one(HandIn, made)
        return file_of(session, VAULT, file, keeps, actor="staff:1", now=NOON).content


def test_a_sheet_is_due_until_it_was_taken_and_the_file_is_the_same_each_time(engine: Engine) -> None:
    keep(engine, country="IT")
    set_up(engine)
    assert states(engine) == ["due"]

    made = make(engine)
    assert states(engine) == ["waiting"]
    assert fetch(engine, made) == "H1 Öztürk".encode()
    with writing(engine) as session:
        file = session.get_one(HandIn, made)
        say_handed_in(session, file, receipt=" R-77 ", actor="staff:1", now=NOON)
        assert (file.receipt, file.handed_in_by) == ("R-77", "staff:1")
    answer(engine, made, "ok")

    assert states(engine) == ["accepted"]
    with pytest.raises(Refused, match="nothing_due"):
        make(engine)


def test_what_the_authority_refused_is_due_again_with_its_code(engine: Engine) -> None:
    keep(engine, country="IT")
    set_up(engine)

    answer(engine, make(engine), "E42")

    with reading(engine) as session:
        due = queues(session, EVERYWHERE, now=NOON)[0].dues[0]
    assert (due.state, due.refused) == ("refused", ("E42",))
    answer(engine, make(engine), "ok")
    assert states(engine) == ["accepted"]


def test_a_sheet_that_was_corrected_is_due_anew_and_the_former_file_stays_what_it_was(engine: Engine) -> None:
    keep(engine, country="IT")
    set_up(engine)
    made = make(engine)
    answer(engine, made, "ok")

    with writing(engine) as session:
        kept = session.scalars(select(KeptSheet)).one()
        desk = Origin("desk", "desk.v1", "it", "staff:1")
        correct_sheet(session, VAULT, kept, SHEET, desk, reason="again", now=NOON)

    assert states(engine) == ["due"]
    assert fetch(engine, made) == "H1 Öztürk".encode()


def test_what_is_missing_is_a_question_and_no_file_is_made(engine: Engine) -> None:
    keep(engine, country="IT")
    set_up(engine, number="", has_list=False)

    with pytest.raises(Lacking):
        make(engine)

    with writing(engine) as session:
        queue = queues(session, EVERYWHERE, now=NOON)[0]
        lacks = find_lacks(session, VAULT, queue, actor="staff:1", now=NOON)
        assert [lack.whom for lack in lacks] == ["house", "house"]
        assert lists_missing(session, queue.keeps, now=NOON) == ("Places",)
        assert ids_asked(queue.keeps.profile, now=NOON) == ("portal",)
    assert states(engine) == ["due"]


def test_a_file_that_would_be_another_one_now_is_not_given_out(engine: Engine) -> None:
    keep(engine, country="IT")
    set_up(engine)
    made = make(engine)

    set_up(engine, number="H2")

    with pytest.raises(Refused, match="file_changed"):
        fetch(engine, made)


def test_an_authority_gets_the_sheets_of_its_days_and_the_journal_tells_which(engine: Engine) -> None:
    keep(engine, "in-time", country="IT")
    set_up(engine)
    asked = Request(ARRIVES, ARRIVES, "Questura di Roma", "art. 109 TULPS")
    with writing(engine) as session:
        keeps = house_that_keeps(session, default_property(session).id, EVERYWHERE)
        assert keeps is not None

        found, _ = sheets_of_period(session, VAULT, keeps, asked, actor="staff:1", now=NOON)

        assert [one.sheet.main.family_name for one in found] == ["Öztürk"]
    with reading(engine) as session:
        entries = session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()[-2:]
    assert [one.act for one in entries] == ["sheet.opened", "sheets.requested"]
    assert entries[0].subject == "sheet:in-time"
    assert entries[1].reason == "Questura di Roma: art. 109 TULPS"
    assert "Öztürk" not in str([vars(one) for one in entries])


def test_a_request_is_complete_or_it_is_told_what_lacks() -> None:
    later = ARRIVES + timedelta(days=400)

    assert Request(ARRIVES, ARRIVES, "Police", "L. 814").lacking == {}
    assert set(Request(ARRIVES, later, " ", "x" * 200).lacking) == {"last", "authority", "basis"}
    assert "last" in Request(later, ARRIVES, "Police", "L. 814").lacking


def at(day: int, hour: int) -> datetime:
    return NOON.replace(day=day, hour=hour)


@pytest.mark.parametrize(
    ("deadline", "departs", "received", "due"),
    [
        (DAY, 6, at(4, 12), at(5, 12)),  # on the day
        (DAY, 5, at(4, 12), at(4, 18)),  # one night: six hours
        (DAY, 6, at(1, 12), at(4, 22)),  # filled in at home: from midnight in Rome
        (DAY, 6, at(9, 12), at(5, 22)),  # a day late already
        (Deadline(working_days=3), 6, at(4, 12), at(7, 22)),  # Monday: until the end of Thursday
        (Deadline(), 6, at(4, 12), None),
    ],
)
def test_by_when_a_sheet_is_handed_in(
    deadline: Deadline, departs: int, received: datetime, due: datetime | None
) -> None:
    found = due_of(deadline, ARRIVES, date(2026, 5, departs), received, "Europe/Rome", "IT")

    assert found == due


def test_working_days_leave_out_sundays_and_holidays() -> None:
    friday = date(2026, 5, 29)  # 2 June is a holiday in Italy

    found = due_of(Deadline(working_days=2), friday, None, NOON, "Europe/Rome", "IT")

    assert found is not None
    assert found.date() == date(2026, 6, 4)  # Monday, Wednesday; until the end of that


@pytest.mark.parametrize(
    ("deadline", "arrives", "country", "zone", "due"),
    [
        # the clock goes back on 25 October and forward on 29 March: 24 hours stay 24 hours
        (DAY, date(2026, 10, 24), "IT", "Europe/Rome", "2026-10-25T21:00+00:00"),
        (DAY, date(2026, 3, 28), "IT", "Europe/Rome", "2026-03-29T21:00+00:00"),
        # three working days over the year's end: 31 December, 4 and 5 January 2027
        (Deadline(working_days=3), date(2026, 12, 30), "CZ", "Europe/Prague", "2027-01-05T23:00+00:00"),
        # over Czech Christmas, 24 to 26 December, and a weekend
        (Deadline(working_days=3), date(2026, 12, 22), "CZ", "Europe/Prague", "2026-12-29T23:00+00:00"),
        # over Easter: Good Friday and Monday are holidays there
        (Deadline(working_days=3), date(2026, 4, 2), "CZ", "Europe/Prague", "2026-04-09T22:00+00:00"),
    ],
)
def test_deadlines_pass_a_change_of_the_clock_holidays_and_the_years_end(
    deadline: Deadline, arrives: date, country: str, zone: str, due: str
) -> None:
    came = datetime.combine(arrives, NOON.timetz()).replace(hour=21)

    found = due_of(deadline, arrives, arrives + timedelta(days=3), came, zone, country)

    assert found == datetime.fromisoformat(due)


def test_a_form_that_nobody_handed_in_is_overdue_until_it_is_in_a_file(engine: Engine) -> None:
    keep(engine, country="IT")
    set_up(engine)
    late = NOON + timedelta(hours=25)
    with reading(engine) as session:
        assert overdue(session, EVERYWHERE, now=NOON) == 0
        assert overdue(session, EVERYWHERE, now=late) == 1
        due = queues(session, EVERYWHERE, now=NOON)[0].dues[0]
        assert (due.hours_left(NOON), due.hours_left(late)) == (24, -1)

    make(engine)

    with reading(engine) as session:
        assert overdue(session, EVERYWHERE, now=late) == 0
