"""A house with all its rooms: its worker, its doors for guests and for Twilio, a carrier and a mailbox.

Time stands where the simulation puts it (ONEGUEST_CLOCK_OFFSET, as in every drill) and runs on from there.
"""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.app import create_app
from server.captures.identifiers import new_capture_id
from server.captures.receiving import receive
from server.carrier.app import carrier_app
from server.carrier.mailing import taking_mail
from server.carrier.serving import listen
from server.cleaning import clean
from server.clock import clock
from server.db import make_engine, writing
from server.demo.carrier import Carrier
from server.demo.carrying.mailbox import Mail, Mailbox
from server.demo.carrying.odds import Odds
from server.demo.carrying.texts import Text
from server.devices.models import Device
from server.discovery import discover
from server.guests.linking import link_waiting
from server.jobs.queue import enqueue
from server.jobs.worker import run_due
from server.keys import ensure_keys
from server.migrating import migrate
from server.prompts.asking import approve, asking_of
from server.prompts.hearing import hear_mail
from server.prompts.models import Sender
from server.properties.context import context_of
from server.properties.setup import default_property
from server.record import RawRecord
from server.records.arriving import Arrival, Origin, prepare
from server.records.models import Source
from server.records.storing import store
from server.settings import Settings, house_address

ACCOUNT, TOKEN = "AC" + "a" * 32, "t" * 32
NUMBER, NAME = "+447700900123", "ARCADES"
RECEPTION = "reception@hotel-arcades.example"
TABLET = "Lobby"
ODDS = Odds(
    lost=0.01, broken=0.01, busy=0.01, undelivered=0.02, late=0.1, late_by=50.0, doubled=0.05, swapped=0.05
)
"""What goes wrong on the way; the ledger must count alike even so."""
CAPS = {"number": "10", "prefix": "100", "day": "5000", "money": "1000"}
WORK = (
    *("plan_prompts", "send_messages", "settle_messages", "read_reply", "read_capture", "link_records"),
    *("link_circles", "rematch", "settle_typed"),
)
BATCH = 500


class House:
    """One hotel; what is done to it from outside, and what it does by itself."""

    def __init__(self, app: Flask, carrier: Carrier, mailbox: Mailbox) -> None:
        self.app, self.carrier, self.mailbox = app, carrier, mailbox
        self.engine = app.config["ENGINE"]
        self.settings: Settings = app.config["ONEGUEST"]
        self.address = house_address(self.settings)
        self._kinds = {name: kind for name, kind in discover("server.work", ("run",)).items() if name in WORK}
        self._seen = 0
        with writing(self.engine) as session:
            place = default_property(session)
            place.name, place.country, place.zone = "Hôtel des Arcades", "FR", "Europe/Paris"
            place.languages = ["en", "fr"]
            place.reception_phone, place.reply_to = "+33142685300", RECEPTION
            place.senders = {"sms": NAME, "email_name": place.name}
            session.add(Sender(property_id=place.id, country="GB", kind="long", value=NUMBER))
            asking = asking_of(session, place)
            asking.countries, asking.caps = {"FR": "link", "GB": "reply"}, CAPS
            asking.asks_through_alias = True
            tablet = Device(
                property_id=place.id,
                name=TABLET,
                token_hash=b"1" * 32,
                enrolled_at=clock(),
                enrolled_by="season",
            )
            session.add(tablet)
            session.flush()
            self.place, self.tablet = place.id, tablet.id

    def move_to(self, at: datetime) -> None:
        """Let it be that time; never back."""
        if at > clock():
            os.environ["ONEGUEST_CLOCK_OFFSET"] = str((at - datetime.now(UTC)).total_seconds())

    def approve(self) -> None:
        """A colleague saw the test arrive, and approves the plan."""
        with writing(self.engine) as session:
            place = default_property(session)
            place.test_arrived_at = clock()
            approve(session, place, actor="staff:1", now=clock())

    def take_export(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Store and link what the reservation system exports, as an import does."""
        for start in range(0, len(rows), BATCH):
            with writing(self.engine) as session:
                _store(session, rows[start : start + BATCH])
        if rows:
            link_waiting(self.engine)

    def work(self, *also: str) -> None:
        """Let the worker do all that is due; `also` is due now."""
        with writing(self.engine) as session:
            for kind in also:
                enqueue(session, kind, {}, now=clock(), dedup_key=kind)
        run_due(self.engine, self.settings, self._kinds, once=True, stop=threading.Event())

    def hear_carrier(self) -> None:
        """Let the carrier post what it has to say by now, as Twilio does: signed, to the house's own door."""
        for call in self.carrier.due_calls():
            path = call.address.removeprefix(self.address)
            answer = self.app.test_client().post(path, data=call.fields, headers=call.headers)
            if answer.status_code >= 300:
                raise RuntimeError(f"{urlsplit(path).path} answered {answer.status_code}")

    def texts(self) -> list[Text]:
        """All texts of the carrier, the oldest first."""
        return self.carrier.texts()[::-1]

    def mails(self) -> list[Mail]:
        """What came into the mailboxes since the last look."""
        found = [mail for mail in reversed(self.mailbox.mails()) if mail.number > self._seen]
        self._seen = max((mail.number for mail in found), default=self._seen)
        return found

    def mail_back(self, number: int, mail: Mail, text: str) -> None:
        """A guest answers an e-mail; the house's mailbox is read by hear_mail."""
        with writing(self.engine) as session:
            hear_mail(
                session,
                message_id=f"<{number}.{mail.number}.{clock().timestamp()}@guests.example>",
                sent_from=mail.to,
                sent_to=mail.reply_to,
                text=text,
                secret=self.app.config["INDEX_KEY"],
                now=clock(),
            )

    def fill_in_tablet(self, answers: Mapping[str, str]) -> None:
        """A finished form of the lobby's tablet."""
        with writing(self.engine) as session:
            receive(
                session,
                id=new_capture_id(clock()),
                form="pre_check_in",
                version=2,
                language="en",
                surface="kiosk",
                proof="typed",
                property_id=self.place,
                device_id=self.tablet,
                captured_at=clock(),
                answers=answers,
                now=clock(),
            )

    def open_link(self, address: str, who: Mapping[str, str]) -> FlaskClient:
        """A guest opens the link of a message and says who they are."""
        telephone = self.app.test_client()
        path = urlsplit(address).path
        answer = telephone.post(path, data={**who, "csrf_token": _token(telephone, path)})
        if answer.headers.get("Location") != "/g/form":
            raise RuntimeError(f"a link did not open: {answer.status_code}")
        return telephone

    def send_form(self, telephone: FlaskClient, answers: Mapping[str, str]) -> None:
        """The last step of a form, with all that was said before it."""
        given = {**answers, "csrf_token": _token(telephone, "/g/form"), "language": "en"}
        answer = telephone.post("/g/form", data=given)
        if answer.headers.get("Location") != "/g/received":
            raise RuntimeError(f"a form was not taken: {answer.status_code} {answer.headers.get('Location')}")

    def click(self, address: str) -> None:
        """The owner of an address says that it is theirs."""
        browser, path = self.app.test_client(), urlsplit(address).path
        given = {"csrf_token": _token(browser, path), "go": "yes"}
        if browser.post(path, data=given).status_code != 303:
            raise RuntimeError("a proof was not taken")


def _token(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).get_data(as_text=True))
    if found is None:
        raise RuntimeError("a page without a form")
    return found[1]


def _store(session: Session, rows: Sequence[Mapping[str, str]]) -> None:
    place = default_property(session)
    source = session.scalar(select(Source).where(Source.name == "pms"))
    if source is None:
        source = Source(name="pms", layout="pms", kind="pms", property_id=place.id)
        session.add(source)
        session.flush()
    origin = Origin(source.id, source.name, "stay", "source", of="reservation")
    context = context_of(place, {}, clock().date())
    arrivals = []
    for line, row in enumerate(rows, start=2):
        values = {name: text for name, text in row.items() if name != "key"}
        raw = RawRecord(row["key"], dict(row), values, line)
        arrivals.append(Arrival(raw, clean(values, context), place.id, place.legal_entity_id, place.currency))
    store(session, origin, prepare(origin, arrivals), now=clock())


@contextmanager
def open_house(url: str, folder: Path, *, begins: datetime, seed: int = 1) -> Iterator[House]:
    """A house in a database and a folder, its carrier and its mailbox, for as long as the block lasts."""
    before = os.environ.get("ONEGUEST_CLOCK_OFFSET")
    os.environ["ONEGUEST_CLOCK_OFFSET"] = str((begins - datetime.now(UTC)).total_seconds())
    carrier, mailbox = Carrier(ACCOUNT, TOKEN, now=clock, seed=seed, odds=ODDS), Mailbox(now=clock)
    with ExitStack() as stack:
        stack.callback(_put_back, before)
        server = listen(carrier_app(carrier), "127.0.0.1", 0)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        stack.callback(server.shutdown)
        port = _free_port()
        stack.enter_context(taking_mail(mailbox, port=port))
        migrate(url)
        engine = make_engine(url)
        stack.callback(engine.dispose)
        ensure_keys(folder / "keys")
        settings = Settings(
            data_dir=folder,
            database_url=url,
            twilio_account=ACCOUNT,
            twilio_token=TOKEN,
            twilio_base=f"http://127.0.0.1:{server.server_port}",
            smtp_url=f"smtp://127.0.0.1:{port}",
        )
        house = House(create_app(settings, engine=engine), carrier, mailbox)
        carrier.senders[NUMBER] = f"{house.address}/hooks/twilio/message"
        yield house


def _put_back(offset: str | None) -> None:
    if offset is None:
        os.environ.pop("ONEGUEST_CLOCK_OFFSET", None)
    else:
        os.environ["ONEGUEST_CLOCK_OFFSET"] = offset


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
