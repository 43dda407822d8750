"""The invented carrier on a port, as another process meets it."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, RemoteDisconnected
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # it ships no types

from server.carrier.app import carrier_app
from server.carrier.serving import running
from server.clock import clock
from server.demo.carrier import Carrier

ACCOUNT, TOKEN = "AC" + "0" * 32, "a token of the tests"
HOUSE, GUEST = "+33644631234", "+33639980001"


class Hotel:
    """Hears what the carrier posts, and keeps it with its signature."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], str]] = []
        hotel = self

        class Hearing(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                fields = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode(), True))
                hotel.heard.append((fields, self.headers["X-Twilio-Signature"]))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Hearing)
        self.address = f"http://127.0.0.1:{self.server.server_port}/hooks/twilio/status"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def hotel() -> Iterator[Hotel]:
    hotel = Hotel()
    yield hotel
    hotel.close()


@pytest.fixture
def address() -> Iterator[str]:
    carrier = Carrier(ACCOUNT, TOKEN, now=clock)
    with running(carrier_app(carrier), carrier) as address:
        yield address


def ask(
    address: str, method: str, path: str, *, told: object = None, form: dict[str, str] | None = None
) -> Any:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=30)
    key = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    headers = {"Authorization": f"Basic {key}", "Content-Type": "application/json"}
    body = None if told is None else json.dumps(told)
    if form is not None:
        headers["Content-Type"], body = "application/x-www-form-urlencoded", urlencode(form)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse().read()
        return json.loads(answer) if answer else None
    finally:
        connection.close()


def send(address: str, **more: str) -> Any:
    form = {"To": GUEST, "From": HOUSE, "Body": "Good evening", **more}
    return ask(address, "POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", form=form)


def test_the_house_hears_what_became_of_its_text(address: str, hotel: Hotel) -> None:
    ask(address, "POST", "/fake/senders", told={HOUSE: hotel.address})
    ask(address, "POST", "/fake/odds", told={"sent_after": 0.05, "settled_after": 0.05})

    text = send(address, StatusCallback=hotel.address)
    ask(address, "POST", "/fake/answers", told={"from": GUEST, "to": HOUSE, "body": "Yes ✓"})

    until = time.monotonic() + 20
    while len(hotel.heard) < 4 and time.monotonic() < until:
        time.sleep(0.02)
    check = RequestValidator(TOKEN).validate
    assert {fields["SmsStatus"] for fields, _ in hotel.heard} == {"queued", "sent", "delivered", "received"}
    assert all(check(hotel.address, fields, signature) for fields, signature in hotel.heard)
    found = ask(address, "GET", "/fake/messages")
    assert (found["out"], found["in"]) == (1, 1)
    assert found["messages"][1]["sid"] == text["sid"]


def test_a_lost_answer_is_a_connection_that_ends_and_a_text_that_was_taken(address: str) -> None:
    ask(address, "POST", "/fake/senders", told={HOUSE: ""})
    ask(address, "POST", "/fake/odds", told={"lost": 1})

    with pytest.raises((RemoteDisconnected, ConnectionResetError)):
        send(address)

    found = ask(address, "GET", "/fake/messages")
    assert (found["out"], found["answers"]) == (1, {"0": 1})


def test_wrong_odds_are_said(address: str) -> None:
    assert "losst" in ask(address, "POST", "/fake/odds", told={"losst": 1})["message"]


def test_four_workers_at_once_are_all_answered(address: str) -> None:
    ask(address, "POST", "/fake/senders", told={HOUSE: ""})

    with ThreadPoolExecutor(4) as workers:
        answers = list(workers.map(lambda _: send(address), range(100)))

    assert len({answer["sid"] for answer in answers}) == 100
    assert ask(address, "GET", "/fake/messages")["answers"] == {"201": 100}
