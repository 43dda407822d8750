"""Feeds by mail, against a server that behaves like one: what is taken, what is left, what breaks."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from server.clock import clock
from server.db import writing
from server.feeds.models import Feed
from server.feeds.setting import Wanted, change_feed
from server.settings import WrongSetting, read_settings
from tests.door import Clock
from tests.feeds.house import PMS, House, mail, report, stay
from tests.feeds.mail_server import MailServer, make_certificate
from tests.stores import open_store

MONDAY = report(stay("1001", "Rossi", "Maria", "25/05/2026", "27/05/2026"))
TUESDAY = report(stay("1001", "Rossi", "Maria", "25/05/2026", "28/05/2026"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("mail"))


@pytest.fixture
def server(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with MailServer(certificate).running() as server:
        yield server


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path, server: MailServer) -> House:
    return House(open_store(sqlite_url), tmp_path, imap_url=server.url)


def unread(server: MailServer) -> list[int]:
    return [number for number, letter in enumerate(server.letters) if "seen" not in letter.flags]


def test_a_report_is_asked_about_once_and_the_next_one_comes_in_by_itself(
    engine: Engine, tmp_path: Path, server: MailServer
) -> None:
    house = House(engine, tmp_path, imap_url=server.url)
    house.feed("mailbox")
    server.deliver(mail(("monday.csv", MONDAY)), came=clock())
    house.look()
    assert house.files() == [("monday.csv", "taken", None, "preview")]
    house.say_yes(1)

    server.deliver(mail(("tuesday.csv", TUESDAY), number=2), came=clock())
    house.look()
    house.work()
    house.look()

    assert house.files() == [("monday.csv", "taken", None, "done"), ("tuesday.csv", "taken", None, "done")]
    assert unread(server) == []


def test_mail_of_strangers_stays_unread_and_is_listed_once(house: House, server: MailServer) -> None:
    house.feed("mailbox")
    server.deliver(mail(("offer.csv", MONDAY), sender="who@elsewhere.example"), came=clock())

    house.look()
    house.look()

    assert house.files() == [("file", "left", "feed.stranger", None)]
    assert unread(server) == [0]


def test_mail_of_a_sender_who_is_put_on_the_list_is_taken_after_all(house: House, server: MailServer) -> None:
    feed_id = house.feed("mailbox")
    server.deliver(mail(("arrivals.csv", MONDAY), sender="new@pms.example"), came=clock())
    house.look()

    with writing(house.engine) as session:
        feed = session.get_one(Feed, feed_id)
        wanted = Wanted("mailbox", feed.name, senders=f"{PMS} @pms.example")
        change_feed(session, feed, wanted, who="staff:1", now=clock())
    house.look()

    assert house.files() == [("arrivals.csv", "taken", None, "preview")]
    assert unread(server) == []


@pytest.mark.parametrize(
    ("results", "state"),
    [
        ("mx.hotel.example; dmarc=pass (p=reject) header.from=pms.example", "taken"),
        ("mx.hotel.example; spf=pass smtp.mailfrom=bounce.pms.example; dkim=none", "taken"),
        ("mx.hotel.example; dkim=pass header.d=pms.example; dmarc=none", "taken"),
        ("mx.hotel.example; dmarc=fail header.from=pms.example; spf=pass smtp.mailfrom=evil.example", "left"),
        ("mx.hotel.example; spf=pass smtp.mailfrom=evil.example; dkim=pass header.d=evil.example", "left"),
        ("mx.hotel.example; dmarc=fail (dmarc=pass) header.from=pms.example", "left"),
        ("mx.hotel.example; none", "left"),
    ],
)
def test_who_only_says_to_be_the_pms_is_not_believed_where_the_mail_server_looked(
    house: House, server: MailServer, results: str, state: str
) -> None:
    house.feed("mailbox")
    server.deliver(mail(("a.csv", MONDAY), headers={"Authentication-Results": results}), came=clock())

    house.look()

    assert [file[1] for file in house.files()] == [state]
    assert bool(unread(server)) is (state == "left")


@pytest.mark.parametrize(
    ("command", "nth"),
    [
        ("AUTHENTICATE", 1),
        ("SELECT", 1),
        ("SEARCH", 1),
        ("FETCH", 1),
        ("FETCH", 2),
        ("FETCH", 4),
        ("STORE", 1),
    ],
)
def test_a_connection_that_breaks_anywhere_loses_nothing_and_takes_nothing_twice(
    house: House, server: MailServer, time: Clock, command: str, nth: int
) -> None:
    feed_id = house.feed("mailbox")
    for number in (1, 2):
        content = report(stay(str(number), "Rossi", "Maria", "25/05/2026", "27/05/2026"))
        server.deliver(mail((f"{number}.csv", content), number=number), came=clock())
    server.fail_at = {command: nth}

    for _ in range(3):
        house.look()
        time.passes(minutes=6)

    assert [file[:2] for file in house.files()] == [("1.csv", "taken"), ("2.csv", "taken")]
    assert len(house.imports()) == 2
    assert house.trouble(feed_id) is None


def test_a_mailbox_that_refuses_us_is_left_in_peace_for_some_minutes(
    house: House, server: MailServer, time: Clock
) -> None:
    feed_id = house.feed("mailbox")
    password, server.password = server.password, "another"
    house.look()
    house.look()
    tries = len(server.commands)
    house.look()
    assert len(server.commands) == tries

    server.password = password
    time.passes(minutes=6)
    house.look()
    assert house.trouble(feed_id) is None


def test_a_wrong_password_is_said_so_and_stands_in_no_log(
    sqlite_url: str, tmp_path: Path, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(open_store(sqlite_url), tmp_path, imap_url=server.url)
    feed_id = house.feed("mailbox")
    server.password = "another"

    with caplog.at_level(logging.DEBUG):
        house.look()

    assert house.trouble(feed_id) == "feed.mailbox_login"
    assert "cr" not in [word for record in caplog.records for word in record.getMessage().split('"')]
    assert "feeds@hotel" not in caplog.text
    assert "cr%5Cet" not in caplog.text + repr(house.settings)


def test_a_server_whose_certificate_nobody_vouches_for_gets_no_password(
    house: House, server: MailServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    feed_id = house.feed("mailbox")
    monkeypatch.setenv("SSL_CERT_FILE", str(make_certificate(tmp_path)))

    house.look()

    assert house.trouble(feed_id) == "feed.mailbox_away"
    assert server.commands == []


@pytest.mark.parametrize("how", ["plain", "starttls"])
def test_servers_that_know_only_login_or_change_to_tls_are_read_too(
    sqlite_url: str, tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    made = MailServer(certificate, plain=how == "plain", starttls=how == "starttls", password='a"b\\c d')
    with made.running() as server:
        house = House(open_store(sqlite_url), tmp_path, imap_url=server.url)
        house.feed("mailbox", place="Rapports été")
        server.deliver(mail(("arrivals.csv", MONDAY)), came=clock())
        house.look()

    assert [file[1] for file in house.files()] == ["taken"]


def test_a_mailbox_made_anew_brings_nothing_twice(house: House, server: MailServer) -> None:
    house.feed("mailbox")
    server.deliver(mail(("monday.csv", MONDAY)), came=clock() - timedelta(days=5))
    server.deliver(mail(("monday.csv", MONDAY)), came=clock())
    house.look()

    server.make_anew()
    server.deliver(mail(("tuesday.csv", TUESDAY), number=2), came=clock())
    house.look()

    assert [file[:2] for file in house.files()] == [("monday.csv", "taken"), ("tuesday.csv", "taken")]


def test_a_feed_begins_with_what_came_just_now_and_not_with_years_of_reports(
    house: House, server: MailServer
) -> None:
    house.feed("mailbox")
    for days in (900, 30, 1):
        server.deliver(mail((f"{days}.csv", MONDAY), number=days), came=clock() - timedelta(days=days))

    house.look()

    assert [file[0] for file in house.files()] == ["1.csv"]


def test_each_file_of_a_message_is_an_item_of_its_own_and_a_bad_one_has_its_reason(
    house: House, server: MailServer
) -> None:
    house.feed("mailbox")
    message = mail(("arrivals.csv", MONDAY), ("../../etc/report.pdf", b"%PDF-1.7"), ("again.csv", MONDAY))
    message.add_attachment(
        b"\x89PNG", maintype="image", subtype="png", filename="logo.png", disposition="inline"
    )
    server.deliver(message, came=clock())
    server.deliver(mail(number=2), came=clock())

    house.look()

    assert house.files() == [
        ("arrivals.csv", "taken", None, "preview"),
        ("report.pdf", "taken", None, "failed"),
        ("again.csv", "same", "feed.same", "preview"),
        ("file", "refused", "feed.nothing_attached", None),
    ]
    assert unread(server) == [1]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"From: a@b.example, reports@pms.example\r\n\r\n",
        b"From: reports@pms.example\r\nFrom: reports@pms.example\r\n\r\nx",
        b"From: =?utf-8?q?reports=40pms.example?= <evil@elsewhere.example>\r\n\r\nx",
        b'From: "reports@pms.example" <evil@elsewhere.example>\r\n\r\nx',
        b'From: reports@pms.example\r\nContent-Type: multipart/mixed; boundary="\r\n\r\n--\r\n\xff\xfe',
        b"From: reports@pms.example\r\nMessage-ID: <\xff\r\nContent-Type: text/csv; name*=x''%zz\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n====\xff",
        b"\xff\xfe\x00From: [[[[ <<>> \r\nDate: never\r\n\r\n",
    ],
)
def test_no_message_stops_the_one_after_it(house: House, server: MailServer, raw: bytes) -> None:
    house.feed("mailbox")
    server.deliver(raw, came=clock())
    server.deliver(mail(("arrivals.csv", MONDAY)), came=clock())

    house.look()

    assert house.files()[-1][:2] == ("arrivals.csv", "taken")
    assert len(house.files()) == 2


def test_two_feeds_of_one_folder_take_each_what_its_own_sender_sends(
    house: House, server: MailServer
) -> None:
    house.feed("mailbox")
    house.feed("mailbox", name="Spa", senders="@spa.example")
    server.deliver(mail(("spa.csv", TUESDAY), sender="till@spa.example"), came=clock())
    server.deliver(mail(("pms.csv", MONDAY), number=2), came=clock())
    server.deliver(mail(("what.csv", MONDAY), sender="a@notspa.example", number=3), came=clock())

    house.look()

    assert sorted(file[:2] for file in house.files()) == [
        ("file", "left"),
        ("pms.csv", "taken"),
        ("spa.csv", "taken"),
    ]


@pytest.mark.parametrize(
    "url", ["http://a:b@mail.example", "imaps://mail.example", "imaps://a@mail.example", "imaps://a:b@m:x"]
)
def test_an_address_of_a_mailbox_that_cannot_be_one_stops_the_start_without_saying_it(url: str) -> None:
    with pytest.raises(WrongSetting, match="ONEGUEST_IMAP_URL") as wrong:
        read_settings({"ONEGUEST_IMAP_URL": url, "HOME": "/home/somebody"})

    assert url not in str(wrong.value)
