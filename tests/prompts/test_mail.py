"""An e-mail is understood by people and machines, and handed over once."""

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Engine

from server.db import writing
from server.prompts.carrying import Outcome, Outgoing
from server.prompts.mailing import make_mail
from server.prompts.providers.smtp import Smtp
from server.prompts.sending import take_outcomes
from tests.prompts.asked_house import NOON, SECRET, email_of, messages, plan, put, take


class Server:
    """A mail server of the tests' own, that answers as it is told to."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.rcpt, self.data, self.drops = "250 OK", "250 OK", False

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, to: str, _options: Any) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(to)
        return self.rcpt

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        taken = email.message_from_bytes(envelope.content, policy=SMTP)
        assert isinstance(taken, EmailMessage)
        self.taken.append(taken)
        if self.drops:
            server.transport.abort()
        return self.data


@pytest.fixture
def mail_server() -> Iterator[tuple[Server, Smtp]]:
    server = Server()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    yield server, Smtp(f"smtp://127.0.0.1:{port}")
    controller.stop()


def ready(engine: Engine, **how: Any) -> Outgoing:
    plan(engine, channel="email", **how)
    put(engine)
    (message,) = take(engine)
    return message


def test_an_e_mail_says_the_same_to_eyes_and_to_machines(
    engine: Engine, mail_server: tuple[Server, Smtp]
) -> None:
    message = ready(engine)

    outcome = mail_server[1].send(message)

    (mail,) = mail_server[0].taken
    assert outcome == Outcome("sent", provider_id=mail["Message-ID"])
    assert mail["From"] == mail["Reply-To"] == "Hôtel des Bains <reception@hotel.example>"
    assert mail["To"] == email_of(1)
    assert mail["Subject"] == "Hôtel des Bains: Your stay from 7 May: which e-mail address may we use?"
    assert mail["Message-ID"].endswith("@guests.hotel.example>")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"].startswith("<https://guests.hotel.example/g/stop/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    plain, html = (part.get_content() for part in mail.iter_parts())
    assert "We never ask for a card." in plain
    assert '<a href="https://guests.hotel.example/g/' in html
    assert "<img" not in html
    for secret in ("Cruz", "María", "214"):
        assert secret not in plain + html


def test_an_e_mail_keeps_its_message_id_at_every_try(engine: Engine) -> None:
    message = ready(engine)
    with writing(engine) as session:
        again = [(message.id, Outcome("again", wait=timedelta(0)))]
        take_outcomes(session, again, secret=SECRET, now=NOON)

    (second,) = take(engine)

    assert second.message_id == message.message_id


@pytest.mark.parametrize("bad", ["Bains\r\nBcc: all@x.example", "Bains\nX: y", "Ba\x00ins"])
def test_a_name_cannot_begin_another_header(engine: Engine, bad: str) -> None:
    message = replace(ready(engine), house=bad, subject=bad)

    mail = email.message_from_bytes(make_mail(message).as_bytes(), policy=SMTP)

    assert (mail["Bcc"], mail["X"]) == (None, None)
    assert mail["From"].addresses[0].addr_spec == "reception@hotel.example"


@pytest.mark.parametrize("bad", ["a@b.example\r\nBcc: c@d.example", "a@b@c.example", "nobody", ""])
def test_an_address_that_is_none_is_not_written_to(engine: Engine, bad: str) -> None:
    assert Smtp("smtp://127.0.0.1:9").send(replace(ready(engine), to=bad)).came == "failed"


ANSWERS = [
    ({"rcpt": "550 no such mailbox"}, "failed", "smtp_550"),
    ({"rcpt": "451 later"}, "again", "smtp_451"),
    ({"data": "554 no"}, "failed", "smtp_554"),
    ({"data": "452 full"}, "again", "smtp_452"),
    ({"drops": True}, "unknown", "SMTPServerDisconnected"),
]


@pytest.mark.parametrize(("how", "came", "code"), ANSWERS)
def test_what_the_mail_server_answers_decides(
    engine: Engine, mail_server: tuple[Server, Smtp], how: dict[str, Any], came: str, code: str
) -> None:
    message = ready(engine)
    for name, value in how.items():
        setattr(mail_server[0], name, value)

    outcome = mail_server[1].send(message)

    assert (outcome.came, outcome.code) == (came, code)


def test_without_a_mail_server_it_waits(engine: Engine) -> None:
    outcome = Smtp("smtp://127.0.0.1:9").send(ready(engine))

    assert outcome == Outcome("again", code="no_connection")


def test_an_unknown_mailbox_closes_the_question(engine: Engine) -> None:
    message = ready(engine)

    with writing(engine) as session:
        gone = [(message.id, Outcome("failed", code="smtp_550"))]
        take_outcomes(session, gone, secret=SECRET, now=NOON)

    assert [m.state for m in messages(engine)] == ["failed"]
