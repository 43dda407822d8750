"""The mailbox that our e-mails come from: bounces and answers are taken once, all else stays where it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from server.clock import clock
from server.db import reading, writing
from server.jobs.models import Job
from server.keys import read_key
from server.prompts.contacts import contact_key
from server.prompts.models import AddressProof, DeadContact, Message, OptOut, Prompt, Reply
from server.records.models import CleanRow
from tests.feeds.house import PMS, House, mail, report, stay
from tests.feeds.mail_server import MailServer, make_certificate
from tests.prompts.asked_house import email_of, plan
from tests.prompts.test_bounces import OURS, read
from tests.prompts.test_bounces import report as bounce

GUEST = email_of(1)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("mail"))


@pytest.fixture
def server(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with MailServer(certificate).running() as server:
        yield server


@pytest.fixture
def house(engine: Engine, tmp_path: Path, server: MailServer) -> House:
    """A house whose guest was asked by e-mail yesterday, and who said before that the address is theirs."""
    house = House(engine, tmp_path, imap_url=server.url)
    secret, now = read_key(house.settings.keys_dir, "index").secret, clock() - timedelta(days=1)
    (prompt_id,) = plan(engine, channel="email", now=now, secret=secret)
    with writing(engine) as session:
        prompt = session.get_one(Prompt, prompt_id)
        prompt.state, prompt.asked_at = "asked", now
        key = contact_key(secret, "email", GUEST)
        session.add(
            Message(
                property_id=prompt.property_id,
                prompt_id=prompt_id,
                kind="question",
                once_key="q1",
                channel="email",
                sender="reception@hotel.example",
                sent_to=GUEST,
                to_key=key,
                language="en",
                state="sent",
                provider_id=OURS,
                made_at=now,
                due_at=now,
                until_at=now + timedelta(days=3),
                sending_at=now,
                sent_at=now,
            )
        )
        record_id = prompt.record_id or 0
        session.add(AddressProof(record_id=record_id, contact_key=key, state="claimed", made_at=now))
    return house


def answer(text: str, *, number: int = 1, sender: str = GUEST, **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"Patrick <{sender}>"
    message["To"] = "reception@hotel.example"
    message["Subject"] = "Re: Your stay"
    message["Message-ID"] = f"<{number}@posteo.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def state_of(house: House) -> tuple[str, str, str]:
    """The message's state and code, and the question's state."""
    with reading(house.engine) as session:
        message, prompt = session.scalars(select(Message)).one(), session.scalars(select(Prompt)).one()
        return message.state, message.code, prompt.state


def dead(house: House) -> list[str]:
    with reading(house.engine) as session:
        return list(session.scalars(select(DeadContact.how).where(DeadContact.ended_at.is_(None))))


def replies(house: House) -> list[tuple[str, str, bool]]:
    """Who answered, what, and whether it is known which question."""
    with reading(house.engine) as session:
        return [
            (one.sent_from, one.text, one.prompt_id is not None) for one in session.scalars(select(Reply))
        ]


def test_an_address_that_bounces_for_good_is_dead_and_no_proof_any_more(
    house: House, server: MailServer
) -> None:
    server.deliver(bounce("failed", "5.1.1"), came=clock())

    house.look()
    house.look()

    assert state_of(house) == ("failed", "bounce_5.1.1", "closed")
    assert dead(house) == ["bounced"]
    with reading(house.engine) as session:
        assert session.scalars(select(AddressProof.state)).all() == ["bounced"]


def test_a_bounce_that_names_no_message_is_of_the_last_one_to_its_recipient(
    house: House, server: MailServer
) -> None:
    server.deliver(bounce("failed", "5.1.1", returned="X: y"), came=clock())

    house.look()

    assert state_of(house)[:2] == ("failed", "bounce_5.1.1")


@pytest.mark.parametrize("status", ["5.7.1", "5.2.2", "5.1.8", "5.3.4"])
def test_a_failure_of_ours_or_a_full_mailbox_leaves_the_address_alive(
    house: House, server: MailServer, status: str
) -> None:
    server.deliver(bounce("failed", status), came=clock())

    house.look()

    assert state_of(house)[0] == "failed"
    assert dead(house) == []


def test_what_is_delayed_may_still_arrive(house: House, server: MailServer) -> None:
    server.deliver(bounce("delayed", "4.4.1"), came=clock())

    house.look()

    assert state_of(house) == ("sent", "", "asked")
    assert dead(house) == []


def test_an_address_that_a_colleague_took_back_is_not_dead_again_by_the_same_bounce(
    house: House, server: MailServer
) -> None:
    server.deliver(bounce("failed", "5.1.1"), came=clock())
    house.look()
    with writing(house.engine) as session:
        session.scalars(select(DeadContact)).one().ended_at = clock()

    server.make_anew()
    house.look()

    assert dead(house) == []


def test_a_guests_answer_is_stored_once_and_read(house: House, server: MailServer) -> None:
    server.deliver(answer("It is p.martin@orange.fr", In_Reply_To=OURS), came=clock())

    house.look()
    server.make_anew()
    house.look()

    assert replies(house) == [(GUEST, "It is p.martin@orange.fr", True)]
    with reading(house.engine) as session:
        assert [one.kind for one in session.scalars(select(Job)) if one.kind == "read_reply"] == [
            "read_reply"
        ]


def test_an_answer_from_another_address_is_known_by_what_it_answers(house: House, server: MailServer) -> None:
    server.deliver(answer("This one is better", sender="p@home.example", References=OURS), came=clock())

    house.look()

    assert replies(house) == [("p@home.example", "This one is better", True)]


def test_a_new_mail_of_whom_we_asked_is_an_answer_unless_its_sender_is_forged(
    house: House, server: MailServer
) -> None:
    forged = "mx.hotel.example; dmarc=fail header.from=posteo.example"
    server.deliver(answer("Other address: x@evil.example", Authentication_Results=forged), came=clock())
    server.deliver(answer("p.martin@orange.fr", number=2), came=clock())

    house.look()

    assert replies(house) == [(GUEST, "p.martin@orange.fr", True)]


def test_who_answers_stop_is_stopped_at_once(house: House, server: MailServer) -> None:
    server.deliver(answer("STOP", In_Reply_To=OURS), came=clock())

    house.look()

    with reading(house.engine) as session:
        assert session.scalars(select(OptOut.channel)).all() == ["email"]


def test_what_machines_answer_and_what_others_write_is_no_reply(house: House, server: MailServer) -> None:
    away = answer("I am away, write to bob@x.example", In_Reply_To=OURS, Auto_Submitted="auto-replied")
    server.deliver(away, came=clock())
    server.deliver(answer("Do you have rooms?", number=2, sender="who@elsewhere.example"), came=clock())
    server.deliver(read(b"From: MAILER-DAEMON@x.example\nSubject: failed\n\n\xff a@b.example"), came=clock())

    house.look()

    assert replies(house) == []
    assert state_of(house) == ("sent", "", "asked")


def test_in_a_feeds_mailbox_answers_are_taken_and_strangers_are_listed_as_before(
    house: House, server: MailServer
) -> None:
    house.feed("mailbox")
    rows = report(stay("1001", "Rossi", "Maria", "25/05/2026", "27/05/2026"))
    server.deliver(mail(("monday.csv", rows)), came=clock())
    server.deliver(answer("p.martin@orange.fr", In_Reply_To=OURS), came=clock())
    server.deliver(bounce("failed", "5.1.1"), came=clock())
    server.deliver(answer("An offer", number=3, sender="who@elsewhere.example"), came=clock())

    house.look()

    assert [(name, state) for name, state, _, _ in house.files()] == [
        ("monday.csv", "taken"),
        ("file", "left"),
    ]
    assert len(replies(house)) == 1
    assert dead(house) == ["bounced"]
    assert PMS not in str(replies(house))


def test_a_mailbox_that_cannot_be_opened_is_left_alone_for_a_while(house: House, server: MailServer) -> None:
    server.deliver(answer("p.martin@orange.fr", In_Reply_To=OURS), came=clock())
    right, server.password = server.password, "another"
    for _ in range(4):
        house.look()
    assert len([one for one in server.commands if one.startswith("AUTHENTICATE")]) <= 2

    server.password = right

    assert replies(house) == []


def test_nothing_of_a_mail_is_logged(
    house: House, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    server.deliver(answer("It is p.martin@orange.fr", In_Reply_To=OURS), came=clock())
    server.deliver(bounce("failed", "5.1.1"), came=clock())

    house.look()

    assert dead(house) == ["bounced"]
    for told in (GUEST, "p.martin", "Patrick", "0123456789abcdef"):
        assert told not in caplog.text


def test_every_record_that_bears_a_dead_address_knows(house: House, server: MailServer) -> None:
    with reading(house.engine) as session:
        bearing = session.scalars(select(CleanRow.record_id).where(CleanRow.email == GUEST)).all()

    server.deliver(bounce("failed", "5.1.1"), came=clock())
    house.look()

    with reading(house.engine) as session:
        assert session.scalars(select(DeadContact.record_id)).all() == bearing
