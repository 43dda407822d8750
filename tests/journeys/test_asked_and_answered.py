"""A guest who booked through a site is asked for their own address, with nothing but what a house runs.

The carrier and the mailbox are invented (server/carrier), all else is the house itself: its worker, its desk,
its doors for what Twilio posts, its pages for guests.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from server.carrier.app import carrier_app
from server.carrier.mailing import taking_mail
from server.carrier.serving import running
from server.clock import clock
from server.db import reading, writing
from server.demo.carrier import Call, Carrier
from server.demo.carrying.mailbox import Mailbox
from server.discovery import discover
from server.guests.linking import link_waiting
from server.guests.models import GuestValue, Link
from server.jobs.queue import enqueue
from server.jobs.worker import run_due
from server.prompts.asking import asking_of
from server.prompts.models import AddressProof, DeadContact, Message, OptOut, Prompt, Reply
from server.properties.reach import EVERYWHERE
from server.properties.setup import default_property
from server.records.models import SourceRecord
from server.reporting.ledger import ledger
from tests.builders import make_source, take_in
from tests.house import make_app, seated_client
from tests.stores import open_store

MORNING = datetime(2026, 5, 5, 9, tzinfo=UTC)
"""A Tuesday, eleven in the morning in Paris."""
HOUSE = "http://localhost:8000"
ACCOUNT, TOKEN = "AC" + "a" * 32, "t" * 32
NUMBER, MINE = "+447700900123", "+447700900777"
ELENA = {
    "key": "R1",
    "reference": "R1",
    "first_name": "Elena",
    "last_name": "Whitfield",
    "email": "elena.454545@guest.booking.com",
    "mobile": "+44 7400 123456",
    "language": "en",
    "channel": "Booking.com",
    "stay_from": "2026-05-07",
    "stay_to": "2026-05-10",
    "status": "confirmed",
}
PHONE = "+447400123456"


class Hotel:
    """A house with its worker, a carrier and a mailbox."""

    def __init__(self, app: Flask, carrier: Carrier, mailbox: Mailbox) -> None:
        self.app, self.carrier, self.mailbox = app, carrier, mailbox
        self.engine: Engine = app.config["ENGINE"]
        self.desk: FlaskClient = seated_client(app)

    def work(self, *also: str) -> None:
        """Let the worker do all that is due; `also` is due now."""
        with writing(self.engine) as session:
            for kind in also:
                enqueue(session, kind, {}, now=clock(), dedup_key=kind)
        run_due(
            self.engine,
            self.app.config["ONEGUEST"],
            discover("server.work", ("run",)),
            once=True,
            stop=threading.Event(),
        )

    def until(self, happened: Callable[[], object], *also: str) -> None:
        """Work until something has happened: the carrier takes its time."""
        end = time.monotonic() + 8
        while not happened():
            assert time.monotonic() < end, self.standing()
            self.work(*also)
            time.sleep(0.05)

    def standing(self) -> list[tuple[object, ...]]:
        """Where all questions, messages and replies stand."""
        with reading(self.engine) as session:
            prompts = [
                (one.purpose, one.state, one.why, one.due_at) for one in session.scalars(select(Prompt))
            ]
            messages = [(one.kind, one.state, one.code) for one in session.scalars(select(Message))]
            return [
                *prompts,
                *messages,
                *((one.state, one.outcome) for one in session.scalars(select(Reply))),
            ]

    def post(self, what: str, **given: str) -> None:
        """A colleague presses a button of the page of questions."""
        shown = self.desk.get("/desk/asking", follow_redirects=True).get_data(as_text=True)
        token = re.findall(r'name="csrf_token" value="([^"]+)"', shown)[0]
        address = re.findall(rf'action="(/desk/asking/\d+/{what})"', shown)[0]
        assert self.desk.post(address, data={"csrf_token": token, **given}).status_code == 303

    def approve(self) -> None:
        """Test on oneself, and approve the plan."""
        self.post("test", to=MINE)
        self.until(lambda: self.house_tested())
        self.post("approve")

    def house_tested(self) -> bool:
        with reading(self.engine) as session:
            return default_property(session).test_arrived_at is not None

    def ask(self) -> str:
        """Book, plan, approve and ask; the text that the guest got."""
        take_in(self.engine, ELENA, stay_kind="stay", now=clock())
        link_waiting(self.engine)
        self.work("plan_prompts")
        self.approve()
        self.until(lambda: self.told(), "send_messages")
        self.until(lambda: self.message("question").state == "delivered")
        return self.told()[-1]

    def told(self) -> list[str]:
        """What the guest's telephone shows of the house."""
        return [bubble.body for bubble in self.carrier.bubbles() if bubble.to == PHONE]

    def answer(self, text: str) -> Reply:
        """The guest answers; what was made of it."""
        with reading(self.engine) as session:
            known = set(session.scalars(select(Reply.id)))
        self.carrier.answer(PHONE, NUMBER, text)

        def new() -> Reply | None:
            with reading(self.engine) as session:
                return session.scalar(select(Reply).where(Reply.id.not_in(known), Reply.state != "stored"))

        self.until(new)
        found = new()
        assert found is not None
        return found

    def message(self, kind: str) -> Message:
        with reading(self.engine) as session:
            return session.scalars(select(Message).where(Message.kind == kind)).one()

    def prompt(self) -> Prompt:
        with reading(self.engine) as session:
            return session.scalars(select(Prompt).where(Prompt.purpose == "email")).one()

    def address(self) -> tuple[str | None, str | None]:
        """The guest's address, and how it was proven."""
        with reading(self.engine) as session:
            guest = session.scalars(
                select(Link.guest_id)
                .join(SourceRecord, SourceRecord.id == Link.record_id)
                .where(SourceRecord.key == "R1")
            ).one()
            value = session.get(GuestValue, (guest, "email"))
            proof = session.scalar(select(AddressProof.state))
            return (value.value if value else None), proof


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def hotel(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hotel]:
    offset = MORNING - datetime.now(UTC)
    monkeypatch.setenv("ONEGUEST_CLOCK_OFFSET", str(offset.total_seconds()))
    carrier, mailbox, port = Carrier(ACCOUNT, TOKEN, now=clock), Mailbox(now=clock), _free_port()
    carrier.set_odds({"sent_after": 0.05, "settled_after": 0.1, "doubled": 0.5, "swapped": 0.5})
    apps: list[Flask] = []

    def posts(call: Call) -> int:
        path = call.address.removeprefix(HOUSE)
        answer = apps[0].test_client().post(path, data=call.fields, headers=call.headers)
        return answer.status_code

    with ExitStack() as stack:
        fake = carrier_app(carrier, posts=posts)
        base = stack.enter_context(running(fake, carrier))
        stack.enter_context(taking_mail(mailbox, port=port))
        store = open_store(database_url)
        make_source(store)
        store.dispose()
        app = make_app(
            tmp_path,
            database_url,
            twilio_account=ACCOUNT,
            twilio_token=TOKEN,
            twilio_base=base,
            smtp_url=f"smtp://127.0.0.1:{port}",
        )
        apps.append(app)
        carrier.senders[NUMBER] = f"{HOUSE}/hooks/twilio/message"
        with writing(app.config["ENGINE"]) as session:
            place = default_property(session)
            place.name, place.senders, place.country = "Hôtel des Arcades", {"sms": NUMBER}, "GB"
            place.reception_phone, place.reply_to = "+33142685300", "reception@hotel.example"
            asking = asking_of(session, place)
            asking.held_back, asking.countries = 0, {"GB": "reply"}
        yield Hotel(app, carrier, mailbox)
        app.config["ENGINE"].dispose()


def test_from_a_booking_to_a_verified_address(hotel: Hotel) -> None:
    asked = hotel.ask()
    reply = hotel.answer("elena dot whitfield at gmail dot com")
    hotel.until(lambda: hotel.mailbox.mails())
    (mail,) = hotel.mailbox.mails()

    assert "Arcades" in asked
    assert (reply.state, reply.outcome) == ("taken", "address")
    assert hotel.prompt().state == "given"
    hotel.until(lambda: len(hotel.told()) == 2)
    assert "elena.whitfield@gmail.com" in hotel.told()[-1]
    assert hotel.address() == ("elena.whitfield@gmail.com", "claimed")
    assert mail.to == "elena.whitfield@gmail.com"

    page = urlsplit(re.findall(r"http://localhost:8000/g/mine/\S+", mail.text)[0]).path
    guest = hotel.app.test_client()
    shown = guest.get(page).get_data(as_text=True)
    assert hotel.address()[1] == "claimed"
    token = re.findall(r'name="csrf_token" value="([^"]+)"', shown)[0]
    assert guest.post(page, data={"csrf_token": token, "go": "yes"}).status_code == 303
    hotel.work()

    assert hotel.address() == ("elena.whitfield@gmail.com", "verified")
    with reading(hotel.engine) as session:
        day = clock().date()
        found = ledger(session, EVERYWHERE, day - timedelta(days=1), day, now=clock())
    (row,) = [one for one in found.cuts["rule"] if one.name == ("email_by_text",)]
    assert found.whole.given == 1, found.cuts["rule"]
    assert (row.chances, row.sent, row.delivered, row.answered, row.given, row.verified) == (1, 1, 1, 1, 1, 1)


def test_who_says_stop_is_asked_nothing_more(hotel: Hotel) -> None:
    hotel.ask()

    reply = hotel.answer("Stop please")
    hotel.until(lambda: len(hotel.told()) >= 2)

    assert (reply.state, reply.outcome) == ("settled", "stop")
    with reading(hotel.engine) as session:
        assert [row.how for row in session.scalars(select(OptOut))] == ["stop"]
    hotel.work("plan_prompts", "send_messages")
    assert len(hotel.told()) == 2


def test_a_wrong_number_is_dead_and_gets_one_apology(hotel: Hotel) -> None:
    hotel.ask()

    reply = hotel.answer("Sorry, wrong number")
    hotel.until(lambda: len(hotel.told()) == 2)

    assert (reply.state, reply.outcome) == ("taken", "not_me")
    assert (hotel.prompt().state, hotel.prompt().why) == ("closed", "not_me")
    assert hotel.message("apology").state in ("sent", "delivered")
    with reading(hotel.engine) as session:
        assert [row.how for row in session.scalars(select(DeadContact))] == ["not_me"]


def test_what_is_not_certain_is_asked_back_and_a_yes_is_enough(hotel: Hotel) -> None:
    hotel.ask()

    first = hotel.answer("elena.whitfield@gmial.com")
    hotel.until(lambda: len(hotel.told()) == 2)
    assert (first.state, hotel.address()) == ("asked_back", (ELENA["email"], None))
    second = hotel.answer("yes")

    assert second.state == "taken"
    hotel.until(lambda: hotel.address()[1] == "claimed")
    assert hotel.prompt().state == "given"


def test_stop_at_the_desk_holds_back_what_is_ready(hotel: Hotel) -> None:
    take_in(hotel.engine, ELENA, stay_kind="stay", now=clock())
    link_waiting(hotel.engine)
    hotel.work("plan_prompts")
    hotel.approve()
    hotel.post("stop")

    hotel.work("send_messages")

    assert hotel.told() == []
    assert (hotel.prompt().state, hotel.prompt().why) == ("planned", "not_approved")
