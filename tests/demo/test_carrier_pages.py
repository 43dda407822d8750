"""The demo's telephones and inbox: what the hotel sends is seen there, and answered."""

from __future__ import annotations

import re
import smtplib
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.carrier.app import carrier_app
from server.carrier.mailing import taking_mail
from server.carrier.serving import running
from server.demo.carrier import Call, Carrier
from server.demo.carrying.mailbox import Mailbox
from server.demo.carrying.odds import Odds
from server.demo.carrying.signing import HEADER, sign
from server.settings import read_settings
from tests.accessible import assert_accessible_in_both
from tests.wording.test_catalogues import plain_texts

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ACCOUNT, TOKEN = "AC" + "0" * 32, "a token of the tests"
HOUSE, GUEST = "+33644631234", "+33639980001"
HOTEL = "http://localhost:8000"
AT = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


class Hotel:
    """Takes what the guests' page posts, with the answer that was set."""

    def __init__(self) -> None:
        self.heard: list[Call] = []
        self.status = 204

    def __call__(self, call: Call, /) -> int:
        self.heard.append(call)
        return self.status


@pytest.fixture
def hotel() -> Hotel:
    return Hotel()


@pytest.fixture
def carrier() -> Carrier:
    carrier = Carrier(ACCOUNT, TOKEN, now=lambda: AT, odds=Odds(sent_after=0, settled_after=0))
    carrier.adopts = f"{HOTEL}/hooks/twilio/message"
    return carrier


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox(now=lambda: AT)


@pytest.fixture
def app(carrier: Carrier, mailbox: Mailbox, hotel: Hotel) -> Flask:
    return carrier_app(carrier, mailbox=mailbox, settings=read_settings({"ONEGUEST_DEMO": "1"}), posts=hotel)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def text(carrier: Carrier, body: str, *, sender: str = HOUSE, to: str = GUEST) -> None:
    carrier.take({"To": to, "From": sender, "Body": body})
    carrier.due_calls()


def mail(*, stop: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Hotel Lac <reception@hotel.example>", "anna@guests.example"
    mail["Reply-To"], mail["Message-ID"] = "reception@hotel.example", "<1.x@hotel.example>"
    mail["Subject"] = "Votre séjour"
    if stop:
        mail["List-Unsubscribe"] = f"<{stop}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content("Bonjour ! http://localhost:8000/g/abc.\n")
    mail.add_alternative(
        "<p>Bonjour ! <a href='http://localhost:8000/g/abc'>Répondre</a></p>", subtype="html"
    )
    return mail


def page_of(client: FlaskClient, address: str = "/?lang=en") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_a_text_is_a_bubble_whose_link_can_be_followed(client: FlaskClient, carrier: Carrier) -> None:
    text(carrier, "Hotel Lac, 3 June: http://localhost:8000/g/abc. <b>")

    page = page_of(client)

    assert '<a href="http://localhost:8000/g/abc" target="_blank" rel="noopener">' in page
    assert ". &lt;b&gt;" in page
    assert GUEST in page
    assert GUEST.strip("+") not in "".join(re.findall(r'(?:href|action|hx-get)="([^"]*)"', page))


def test_a_guest_answers_and_says_stop(client: FlaskClient, carrier: Carrier) -> None:
    text(carrier, "Your e-mail, please?")

    client.post("/phones/1/answer", data={"to": HOUSE, "body": "anna@guests.example"})
    done = client.post("/phones/1/answer", data={"to": HOUSE, "body": "STOP"}, follow_redirects=True)

    calls = carrier.due_calls()
    assert [call.fields["Body"] for call in calls] == ["anna@guests.example", "STOP"]
    assert {call.address for call in calls} == {f"{HOTEL}/hooks/twilio/message"}
    assert (GUEST, HOUSE) in carrier.opted_out
    assert "anna@guests.example" in done.get_data(as_text=True)


def test_a_name_has_no_box_to_answer_in(client: FlaskClient, carrier: Carrier) -> None:
    text(carrier, "Hotel Lac: http://localhost:8000/g/abc", sender="HOTEL LAC")

    page = page_of(client)

    assert "cannot be answered" in page
    assert "<textarea" not in page
    answered = client.post("/phones/1/answer", data={"to": "HOTEL LAC", "body": "hm"}, follow_redirects=True)
    assert "This sender cannot be answered." in answered.get_data(as_text=True)


def test_another_sites_page_answers_for_nobody(client: FlaskClient, carrier: Carrier) -> None:
    text(carrier, "Your e-mail, please?")

    answer = client.post(
        "/phones/1/answer", data={"to": HOUSE, "body": "x"}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_a_page_that_looks_again_gets_only_what_is_new(client: FlaskClient, carrier: Carrier) -> None:
    text(carrier, "One")
    (again,) = re.findall(r'hx-get="([^"]+)"', page_of(client))
    again = again.replace("&amp;", "&")

    assert client.get(again).status_code == 204
    text(carrier, "Two")
    assert "Two" in page_of(client, again)


def test_an_email_comes_by_smtp_and_shows_both_its_parts(client: FlaskClient, mailbox: Mailbox) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])

    with taking_mail(mailbox, port=port), smtplib.SMTP("127.0.0.1", port, timeout=20) as server:
        server.send_message(mail())

    page = page_of(client)
    assert "Votre séjour" in page
    assert '<a href="http://localhost:8000/g/abc"' in page
    assert "Unsubscribe" not in page
    frame = client.get("/mails/1/html")
    assert "sandbox allow-popups" in frame.headers["Content-Security-Policy"]
    assert "Répondre" in frame.get_data(as_text=True)


def test_a_reply_goes_to_the_hotel_signed(client: FlaskClient, mailbox: Mailbox, hotel: Hotel) -> None:
    mailbox.deliver(["anna@guests.example"], mail().as_bytes())

    done = client.post("/mails/1/reply", data={"text": "My own: anna@home.example"}, follow_redirects=True)

    (call,) = hotel.heard
    assert call.address == f"{HOTEL}/hooks/demo/mail"
    assert call.headers[HEADER] == sign(TOKEN, call.address, call.fields)
    assert (call.fields["From"], call.fields["To"]) == ("anna@guests.example", "reception@hotel.example")
    assert call.fields["InReplyTo"] == "<1.x@hotel.example>"
    assert "delivered to the hotel" in done.get_data(as_text=True)


@pytest.mark.parametrize(("status", "said"), [(200, "was told to stop"), (500, "did not take it")])
def test_one_click_unsubscribes_as_a_mail_program_does(
    client: FlaskClient, mailbox: Mailbox, hotel: Hotel, status: int, said: str
) -> None:
    hotel.status = status
    mailbox.deliver(["anna@guests.example"], mail(stop=f"{HOTEL}/g/stop/abc").as_bytes())
    assert "Unsubscribe with one click" in page_of(client)

    done = client.post("/mails/1/unsubscribe", follow_redirects=True)

    (call,) = hotel.heard
    assert (call.address, call.fields) == (f"{HOTEL}/g/stop/abc", {"List-Unsubscribe": "One-Click"})
    assert said in done.get_data(as_text=True)


def test_the_button_posts_to_nobody_but_the_hotel(
    client: FlaskClient, mailbox: Mailbox, hotel: Hotel
) -> None:
    mailbox.deliver(["anna@guests.example"], mail(stop="http://127.0.0.1:22/").as_bytes())

    client.post("/mails/1/unsubscribe")

    assert hotel.heard == []


def test_nothing_on_the_page_escapes_the_catalogue(
    client: FlaskClient, carrier: Carrier, mailbox: Mailbox
) -> None:
    assert plain_texts(page_of(client, "/?lang=qps")) == []
    text(carrier, "One")
    text(carrier, "Two", sender="+33644635678")
    text(carrier, "Three", sender="HOTEL LAC")
    mailbox.deliver(["anna@guests.example"], mail(stop=f"{HOTEL}/x").as_bytes())

    assert plain_texts(page_of(client, "/?lang=qps&told=unsubscribed")) == []


@pytest.fixture
def address(app: Flask, carrier: Carrier) -> Iterator[str]:
    with running(app, carrier) as address:
        yield address


@pytest.mark.parametrize("width", [390, 1280])
def test_phone_and_inbox_are_accessible_and_come_alive(
    browser: Browser, address: str, carrier: Carrier, mailbox: Mailbox, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.goto(f"{address}/?lang=fr")
    assert_accessible_in_both(page, "nothing has arrived")

    text(carrier, "Hotel Lac, le 3 juin : http://localhost:8000/g/abcdefghijklmnop")
    page.get_by_text("Hotel Lac, le 3 juin").last.wait_for()
    mailbox.deliver(["anna@guests.example"], mail(stop=f"{HOTEL}/g/stop/abc").as_bytes())
    page.get_by_text("Votre séjour").wait_for()

    page.reload()
    page.locator("#body").fill("anna@guests.example")
    page.get_by_role("button", name="Envoyer").click()
    page.get_by_text("anna@guests.example").first.wait_for()
    assert_accessible_in_both(page, "a text and an e-mail")
    assert page.frame_locator("iframe").get_by_text("Répondre").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()
