"""The demo in a browser: a plan approved, a text answered, an address proven, and the desk that knows it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from sqlalchemy import Engine, select

from server.app import create_app
from server.carrier.app import carrier_app
from server.carrier.mailing import taking_mail
from server.carrier.serving import running
from server.clock import clock
from server.db import reading, writing
from server.demo.carrier import Carrier
from server.demo.carrying.mailbox import Mailbox
from server.demo.carrying.odds import Odds
from server.demo.group import RIVES
from server.demo.phones import kept_number
from server.demo.senders import seat_senders
from server.discovery import discover
from server.guests.linking import link_waiting
from server.guests.models import Link
from server.jobs.worker import run_due
from server.prompts.asking import asking_of
from server.properties.setup import ensure_properties, mark_house, property_by_code
from server.records.models import SourceRecord
from server.settings import read_settings
from server.staff.roles import MANAGER
from tests.builders import take_in
from tests.house import seat, seat_page, serving
from tests.stores import open_store

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

GERMAN, FRENCH = kept_number("DE", 7).e164, kept_number("FR", 8).e164
BOOKED = {"email": "x.445566@guest.booking.com"}
SOON = 20_000
"""Milliseconds in which something arrives; the next minute's round of the worker would be too late."""


class Demo(NamedTuple):
    """Where the desk and the guests' phones are, and the database behind."""

    engine: Engine
    desk: str
    phones: str
    house_id: int


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def _fill(engine: Engine) -> int:
    """A hotel of the demo, and two guests who come tomorrow by a booking site."""
    with writing(engine) as session:
        mark_house(session, "demo")
        ensure_properties(session, [asdict(RIVES)])
        seat_senders(session)
        house = property_by_code(session, RIVES.code)
        asking_of(session, house).held_back = 0
        house_id = house.id
    now = clock()
    days = {
        "stay_from": str((now + timedelta(days=1)).date()),
        "stay_to": str((now + timedelta(days=3)).date()),
    }
    klaus = {
        "key": "K",
        "room": "12",
        "first_name": "Klaus",
        "last_name": "Weber",
        "language": "de",
        "mobile": GERMAN,
    }
    elise = {
        "key": "E",
        "room": "14",
        "first_name": "Élise",
        "last_name": "Morel",
        "language": "fr",
        "mobile": FRENCH,
    }
    take_in(
        engine,
        BOOKED | days | klaus,
        BOOKED | days | elise | {"email": ""},
        stay_kind="stay",
        now=now,
        at=RIVES.code,
    )
    link_waiting(engine)
    return house_id


@pytest.fixture
def demo(sqlite_url: str, tmp_path: Path) -> Iterator[Demo]:
    """The house, its worker and the invented carrier, as `up --demo` starts them, in one process."""
    port, smtp, stop = _free_port(), _free_port(), threading.Event()
    account, secret = "AC" + "0" * 32, "a token of the demo"
    settings = read_settings(
        {"ONEGUEST_DATA_DIR": str(tmp_path), "ONEGUEST_DEMO": "1", "ONEGUEST_PORT": str(port)}
    )
    settings = replace(
        settings,
        database_url=sqlite_url,
        smtp_url=f"smtp://127.0.0.1:{smtp}",
        twilio_account=account,
        twilio_token=secret,
    )
    carrier = Carrier(account, secret, now=clock, odds=Odds(sent_after=0, settled_after=0))
    carrier.adopts = f"http://localhost:{port}/hooks/twilio/message"
    mailbox = Mailbox(now=clock)
    with ExitStack() as doors:
        doors.enter_context(taking_mail(mailbox, port=smtp))
        phones = doors.enter_context(
            running(carrier_app(carrier, mailbox=mailbox, settings=settings), carrier)
        )
        settings = replace(settings, twilio_base=phones)
        app = create_app(settings, engine=open_store(sqlite_url))
        engine = app.config["ENGINE"]
        house_id = _fill(engine)
        doors.enter_context(serving(app, port=port))
        kinds = discover("server.work", ("run",))
        worker = threading.Thread(
            target=run_due, args=(engine, settings, kinds), kwargs={"once": False, "stop": stop}, daemon=True
        )
        worker.start()
        try:
            yield Demo(engine, f"http://localhost:{port}", phones, house_id)
        finally:
            stop.set()
            worker.join()
    engine.dispose()


def guest_of(engine: Engine, key: str) -> str:
    with reading(engine) as session:
        query = select(Link.guest_id).join(SourceRecord, SourceRecord.id == Link.record_id)
        return session.scalars(query.where(SourceRecord.key == key)).one()


def shown(page: Page, what: Locator) -> None:
    """Look again until the desk's page shows it."""
    for _ in range(20):
        if what.count():
            return
        page.wait_for_timeout(500)
        page.reload()
    what.wait_for(timeout=100)


def test_a_guest_answers_a_text_and_the_desk_knows_the_address(demo: Demo, page: Page) -> None:
    phone = page.context.new_page()
    for one in (page, phone):
        one.set_default_timeout(SOON)
    seat_page(page, demo.desk, seat(demo.engine, MANAGER))
    page.goto(f"{demo.desk}/desk/asking/{demo.house_id}")
    shown(page, page.get_by_role("link", name="Klaus Weber").first)

    page.get_by_label("Your mobile number or e-mail address").fill(GERMAN)
    page.get_by_role("button", name="Send the test").click()
    phone.goto(demo.phones)
    phone.locator(".pick", has_text=GERMAN).wait_for()
    shown(page, page.get_by_text("Last test: delivered."))
    page.get_by_role("button", name="Approve the plan").click()
    page.get_by_text("Messages go out as planned.").first.wait_for()

    phone.locator(".pick", has_text=FRENCH).wait_for()
    phone.goto(demo.phones)
    phone.locator(".pick", has_text=GERMAN).click()
    phone.get_by_text("Antworten Sie STOP").wait_for()
    phone.locator("#body").fill("klaus.weber at posteo punkt de")
    phone.get_by_role("button", name="Send", exact=True).click()
    phone.locator(".bubble", has_text="klaus.weber@posteo.de").wait_for()

    phone.locator("#mails .pick", has_text="klaus.weber@posteo.de").click()
    with phone.context.expect_page() as opened:
        phone.frame_locator(".mail-page").get_by_role("link").first.click()
    mine = opened.value
    mine.get_by_role("button", name="Ja, das ist meine").click()
    mine.get_by_text("Diese Adresse gehört Ihnen.").wait_for()

    page.goto(f"{demo.desk}/desk/guests/{guest_of(demo.engine, 'K')}")
    page.get_by_text("klaus.weber@posteo.de").first.wait_for()
    page.goto(f"{demo.desk}/desk/to-type")
    page.locator("main").get_by_text("1 address").wait_for()
    page.goto(f"{demo.desk}/desk/ledger")
    page.get_by_text("1 of ").first.wait_for()

    phone.locator(".pick", has_text=FRENCH).click()
    phone.get_by_text("cannot be answered").first.wait_for()
    with phone.context.expect_page() as opened:
        phone.locator(".said a").first.click()
    opened.value.get_by_text("Les Rives").first.wait_for()
