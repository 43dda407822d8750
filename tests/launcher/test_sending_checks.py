"""`doctor` says whether texts and e-mails can go out, and what to do: nothing is sent, no secret quoted."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from server import data_folder
from server.carrier.app import carrier_app
from server.carrier.mailing import taking_mail
from server.carrier.serving import running
from server.cli import main
from server.clock import clock
from server.commands import _sending_checks, doctor
from server.commands._checking import Check
from server.commands._house import make_house
from server.commands._sending_checks import look_at_sending
from server.db import make_engine, writing
from server.demo.carrier import Carrier
from server.demo.carrying.mailbox import Mailbox
from server.demo.carrying.odds import Odds
from server.prompts.models import Asking
from server.properties.models import LegalEntity, Property
from server.settings import Settings

ACCOUNT, TOKEN, WRONG = "AC" + "0" * 32, "a" * 32, "b" * 32


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    data = tmp_path / "data"
    return Settings(data_dir=data, database_url=f"sqlite:///{data / 'oneguest.db'}")


@pytest.fixture
def carrier() -> Carrier:
    return Carrier(ACCOUNT, TOKEN, now=clock, odds=Odds())


@pytest.fixture
def base(carrier: Carrier) -> Iterator[str]:
    with running(carrier_app(carrier), carrier) as address:
        yield address


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def said(settings: Settings) -> dict[str, Check]:
    found = {check.name: check for check in look_at_sending(settings)}
    shown = repr(found)
    assert TOKEN not in shown
    assert WRONG not in shown
    assert "secret" not in shown
    return found


def test_a_house_that_asks_nobody_is_well_without_a_carrier(settings: Settings) -> None:
    make_house(settings)

    found = said(settings)

    assert "ONEGUEST_TWILIO_ACCOUNT_SID is not set" in found["texts"].found
    assert "ONEGUEST_SMTP_URL is not set" in found["e-mails"].found
    assert [check.advice for check in found.values()] == [None, None]


def test_a_house_that_approved_its_plan_is_told_that_nothing_can_go_out(settings: Settings) -> None:
    make_house(settings)
    engine = make_engine(settings.database_url)
    with writing(engine) as session:
        house = Property(code="H", name="Hotel", legal_entity=LegalEntity(name="Hotel"))
        session.add(house)
        session.flush()
        asking = Asking(property_id=house.id, rules={}, countries={}, caps={}, held_back=10)
        asking.approved_at, asking.approved_by = clock(), "test"
        session.add(asking)
    engine.dispose()

    found = said(settings)

    assert all("docs/asking.md" in (check.advice or "") for check in found.values())


def test_the_demo_brings_its_own_carrier(settings: Settings) -> None:
    make_house(settings)
    data_folder.mark_demo(settings.data_dir)

    assert [check.advice for check in said(settings).values()] == [None, None]


def test_a_carrier_that_knows_the_account_is_well_and_gets_no_text(
    settings: Settings, carrier: Carrier, base: str
) -> None:
    own = replace(settings, twilio_account=ACCOUNT, twilio_token=TOKEN, twilio_base=base)

    assert said(own)["texts"].advice is None
    assert carrier.texts() == []


def test_a_token_that_is_refused_is_said_without_it(settings: Settings, base: str) -> None:
    own = replace(settings, twilio_account=ACCOUNT, twilio_token=WRONG, twilio_base=base)

    check = said(own)["texts"]

    assert "refuses account SID and auth token (401)" in check.found
    assert "console" in (check.advice or "")


def test_an_account_that_is_not_the_tokens_is_refused_too(settings: Settings, base: str) -> None:
    own = replace(settings, twilio_account="AC" + "9" * 32, twilio_token=TOKEN, twilio_base=base)

    assert "401" in said(own)["texts"].found


def test_a_token_of_another_shape_is_not_even_tried(settings: Settings) -> None:
    check = said(replace(settings, twilio_account=ACCOUNT, twilio_token="my secret token"))["texts"]

    assert "shape" in check.found
    assert "32 signs" in (check.advice or "")


def test_texts_without_a_way_back_are_said(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sending_checks, "_greet_twilio", lambda *_: None)  # Twilio itself takes them

    check = said(replace(settings, twilio_account=ACCOUNT, twilio_token=TOKEN))["texts"]

    assert "no delivery report" in check.found
    assert "ONEGUEST_PUBLIC_URL" in (check.advice or "")


def test_something_that_is_not_twilio_is_told_from_it(settings: Settings) -> None:
    with taking_mail(Mailbox(now=clock), port=(port := free_port())):
        own = replace(
            settings, twilio_account=ACCOUNT, twilio_token=TOKEN, twilio_base=f"http://127.0.0.1:{port}"
        )

        assert said(own)["texts"].advice


def test_offline_is_said_and_doctor_goes_on(settings: Settings) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    own = replace(
        settings,
        twilio_account=ACCOUNT,
        twilio_token=TOKEN,
        twilio_base=f"http://{nobody}",
        smtp_url=f"smtp://name:secret@{nobody}",
    )

    names = [check.name for check in doctor.look_over(own, install=False)]

    assert names.index("clock") > names.index("e-mails")
    assert all("does not answer" in check.found for check in said(own).values())
    assert all("on the Internet" in (check.advice or "") for check in said(own).values())


def test_a_name_that_nobody_knows_is_said(settings: Settings) -> None:
    check = said(replace(settings, smtp_url="smtps://name:secret@mail.hotel.invalid"))["e-mails"]

    assert "mail.hotel.invalid" in check.found
    assert "name right" in (check.advice or "")


def test_whoever_takes_the_call_and_says_nothing_is_left_in_time(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_sending_checks, "LONGEST", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"127.0.0.1:{silent.getsockname()[1]}"
        own = replace(
            settings,
            twilio_account=ACCOUNT,
            twilio_token=TOKEN,
            twilio_base=f"http://{where}",
            smtp_url=f"smtp://{where}",
        )

        assert all("does not answer" in check.found for check in said(own).values())


def test_a_mail_server_is_greeted_and_gets_no_mail(settings: Settings) -> None:
    mailbox = Mailbox(now=clock)
    with taking_mail(mailbox, port=(port := free_port())):
        check = said(replace(settings, smtp_url=f"smtp://127.0.0.1:{port}"))["e-mails"]

    assert check.advice is None
    assert mailbox.mails() == []


def test_a_password_that_a_mail_server_refuses_is_said_without_it(settings: Settings) -> None:
    def refuse(*_: Any) -> AuthResult:
        return AuthResult(success=False, handled=False)

    door = Controller(
        object(), hostname="127.0.0.1", port=free_port(), authenticator=refuse, auth_require_tls=False
    )
    door.start()
    try:
        check = said(replace(settings, smtp_url=f"smtp://name:secret@127.0.0.1:{door.port}"))["e-mails"]
    finally:
        door.stop()

    assert "refuses name and password (535)" in check.found
    assert "%40" in (check.advice or "")


def test_tls_spoken_to_a_server_without_it_is_said(settings: Settings) -> None:
    with taking_mail(Mailbox(now=clock), port=(port := free_port())):
        check = said(replace(settings, smtp_url=f"smtps://name:secret@127.0.0.1:{port}"))["e-mails"]

    assert "not as we speak to it" in check.found
    assert "465" in (check.advice or "")


@pytest.mark.parametrize(
    ("name", "value", "wants"),
    [
        ("ONEGUEST_TWILIO_ACCOUNT_SID", "SK123secret", "AC and 32 signs"),
        ("ONEGUEST_SMTP_URL", "smtps://name:secret@mail.hotel.example:mail", "%40 for @"),
    ],
)
def test_a_setting_of_the_wrong_shape_is_named_with_the_right_one(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    wants: str,
) -> None:
    monkeypatch.setenv(name, value)

    assert main(["doctor"]) == 1

    shown = capsys.readouterr().err
    assert name in shown
    assert wants in shown
    assert "secret" not in shown
