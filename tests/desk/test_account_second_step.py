"""The second step: codes of an app, recovery codes, passkeys; and a lost telephone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.clock import clock
from server.db import reading, writing
from server.keys import ensure_keys, read_all_keys, read_key
from server.staff.models import Colleague, Passkey
from server.staff.second_step import app_secret
from tests.door import (
    EMAIL,
    PASSWORD,
    Clock,
    code_of,
    come_in,
    engage,
    give_code,
    is_in,
    secret_of,
    send,
    sign_in,
    token_on,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page


def codes_on(page: str) -> list[str]:
    return re.findall(r"<code>([^<]+)</code>", page)


def set_up(app: Flask, client: FlaskClient, number: int) -> list[str]:
    """The first sign-in of somebody whose role asks for a second step; returns the recovery codes."""
    assert sign_in(client).location == "/desk/second-step?next=/"
    answer = send(client, "/desk/second-step/app", "/desk/second-step", code=code_of(app, number))
    assert answer.status_code == 200
    return codes_on(answer.get_data(as_text=True))


def test_a_managers_first_sign_in_sets_the_second_step_up(house: Flask) -> None:
    browser = house.test_client()
    number = engage(house, "manager")
    sign_in(browser)
    page = browser.get("/desk/second-step").get_data(as_text=True)

    assert "<svg" in page
    assert "style=" not in page
    assert browser.get("/").location == "/desk/second-step?next=/"
    answer = send(browser, "/desk/second-step/app", "/desk/second-step", code=code_of(house, number))

    assert len(codes_on(answer.get_data(as_text=True))) == 10
    assert is_in(browser)


def test_a_wrong_first_code_sets_nothing_up(app: Flask, newcomer: FlaskClient) -> None:
    engage(app, "manager")
    sign_in(newcomer)

    answer = send(newcomer, "/desk/second-step/app", "/desk/second-step", code="000000")

    assert answer.status_code == 422
    assert not is_in(newcomer)


def test_the_key_is_never_shown_again_once_it_was_confirmed(app: Flask, newcomer: FlaskClient) -> None:
    number = engage(app, "manager")
    set_up(app, newcomer, number)
    other = app.test_client()
    sign_in(other)

    page = other.get("/desk/second-step").get_data(as_text=True)

    assert "<svg" not in page
    for address in ("/desk/second-step/app", "/desk/second-step/app/new", "/desk/second-step/passkey/offer"):
        assert send(other, address, "/desk/second-step", code=code_of(app, number)).status_code == 403


def test_a_code_opens_once_and_no_older_one_after_it(app: Flask, newcomer: FlaskClient) -> None:
    number = engage(app, "manager", with_app=True)
    code, older = code_of(app, number), code_of(app, number, steps=-1)
    sign_in(newcomer)
    assert give_code(newcomer, code).status_code == 303
    assert is_in(newcomer)

    for replayed in (code, older):
        thief = app.test_client()
        sign_in(thief)
        assert give_code(thief, replayed).status_code == 422
        assert not is_in(thief)


@pytest.mark.parametrize(("steps", "opens"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_telephone_may_be_half_a_minute_off(
    app: Flask, newcomer: FlaskClient, steps: int, opens: bool
) -> None:
    number = engage(app, "manager", with_app=True)
    sign_in(newcomer)

    give_code(newcomer, code_of(app, number, steps=steps))

    assert is_in(newcomer) is opens


@pytest.mark.parametrize("code", ["", "abcdef", "٤٨٠٢١٣", "1" * 200, "0", "-1", "12 34"])
def test_no_nonsense_opens(app: Flask, newcomer: FlaskClient, code: str) -> None:
    engage(app, "manager", with_app=True)
    sign_in(newcomer)

    assert give_code(newcomer, code).status_code == 422
    assert not is_in(newcomer)


def test_five_wrong_codes_make_the_account_wait(app: Flask, newcomer: FlaskClient, time: Clock) -> None:
    number = engage(app, "manager", with_app=True)
    sign_in(newcomer)

    assert [give_code(newcomer, "000000").status_code for _ in range(6)] == [422] * 5 + [429]
    assert give_code(newcomer, code_of(app, number)).status_code == 429
    time.passes(seconds=61)
    assert give_code(newcomer, code_of(app, number)).status_code == 303


def test_a_recovery_code_opens_once(app: Flask, newcomer: FlaskClient) -> None:
    codes = set_up(app, newcomer, engage(app, "manager"))
    assert len(set(codes)) == 10

    other = app.test_client()
    sign_in(other)
    assert give_code(other, codes[3].upper()).status_code == 303
    assert is_in(other)
    third = app.test_client()
    sign_in(third)
    assert give_code(third, codes[3]).status_code == 422
    assert give_code(third, codes[4].replace("-", " ")).status_code == 303


def test_new_recovery_codes_end_the_old_ones(app: Flask, newcomer: FlaskClient) -> None:
    old = set_up(app, newcomer, engage(app, "manager"))
    page = send(newcomer, "/desk/me/second-step/codes", "/desk/me/second-step").get_data(as_text=True)
    new = codes_on(page)

    other = app.test_client()
    sign_in(other)
    assert give_code(other, old[0]).status_code == 422
    assert give_code(other, new[0]).status_code == 303


def test_neither_the_key_nor_a_recovery_code_can_be_read_in_the_database(
    app: Flask, newcomer: FlaskClient
) -> None:
    number = engage(app, "manager")
    codes = set_up(app, newcomer, number)
    engine = app.config["ENGINE"]
    keys = read_all_keys(app.config["ONEGUEST"].keys_dir, "sealing")
    with reading(engine) as session:
        secret = app_secret(session.get_one(Colleague, number), keys)
    assert secret is not None

    kept = b"".join(file.read_bytes() for file in app.config["ONEGUEST"].data_dir.parent.glob("oneguest.db*"))

    assert secret.encode() not in kept
    assert codes[0].encode() not in kept
    assert codes[0].replace("-", "").encode() not in kept


def test_a_sealed_key_moved_to_another_colleague_opens_nothing(app: Flask) -> None:
    manager = engage(app, "manager", with_app=True)
    thief = engage(app, name="Thief", email="thief@hotel.example", with_app=True)
    keys = read_all_keys(app.config["ONEGUEST"].keys_dir, "sealing")

    with writing(app.config["ENGINE"]) as session:
        held = session.get_one(Colleague, manager)
        held.totp_sealed = session.get_one(Colleague, thief).totp_sealed
        assert app_secret(held, keys) is None


def test_a_receptionist_may_have_a_second_step_too(app: Flask, newcomer: FlaskClient) -> None:
    number = engage(app)
    sign_in(newcomer)
    assert send(newcomer, "/desk/me/second-step/app", "/desk/me/second-step").status_code == 303
    assert is_in(newcomer)  # nothing is asked for before it was confirmed
    send(newcomer, "/desk/second-step/app", "/desk/second-step", code=code_of(app, number))

    other = app.test_client()
    assert sign_in(other).location == "/desk/second-step?next=/"
    assert not is_in(other)


def test_another_telephone_is_set_up_anew_and_the_old_one_opens_no_more(house: Flask, time: Clock) -> None:
    app, client, elsewhere = house, house.test_client(), house.test_client()
    number = engage(app, "manager", with_app=True)
    come_in(app, client, number)
    time.passes(minutes=1)
    come_in(app, elsewhere, number)
    time.passes(minutes=1)
    before = secret_of(app, number)

    send(client, "/desk/me/second-step/app", "/desk/me/second-step")
    old = pyotp.TOTP(before).at(clock())
    assert send(client, "/desk/second-step/app", "/desk/second-step", code=old).status_code == 422
    assert (
        send(client, "/desk/second-step/app", "/desk/second-step", code=code_of(app, number)).status_code
        == 200
    )

    assert is_in(client)
    assert not is_in(elsewhere)
    time.passes(minutes=1)
    late = app.test_client()
    sign_in(late)
    assert give_code(late, pyotp.TOTP(before).at(clock())).status_code == 422
    assert give_code(late, code_of(app, number)).status_code == 303


def test_a_new_telephone_that_was_never_confirmed_leaves_the_old_one_opening(
    app: Flask, newcomer: FlaskClient, time: Clock
) -> None:
    number = engage(app, "manager", with_app=True)
    come_in(app, newcomer, number)
    time.passes(minutes=1)
    before = secret_of(app, number)

    send(newcomer, "/desk/me/second-step/app", "/desk/me/second-step")
    send(newcomer, "/desk/me/second-step/app", "/desk/me/second-step")
    assert is_in(newcomer)
    other = app.test_client()
    sign_in(other)

    page = other.get("/desk/second-step").get_data(as_text=True)
    assert "<svg" not in page
    unproven = code_of(app, number)
    assert send(other, "/desk/second-step/app", "/desk/second-step", code=unproven).status_code == 403
    assert give_code(other, unproven).status_code == 422
    assert give_code(other, pyotp.TOTP(before).at(clock())).status_code == 303
    assert is_in(other)


def test_a_telephone_still_opens_after_the_sealing_secret_was_set_aside(
    app: Flask, newcomer: FlaskClient
) -> None:
    number = engage(app, "manager", with_app=True)
    keys = app.config["ONEGUEST"].keys_dir
    (keys / "sealing.json").rename(keys / f"{read_key(keys, 'sealing').id}.json")
    ensure_keys(keys)

    come_in(app, newcomer, number)

    assert is_in(newcomer)


def test_who_waits_too_long_with_a_new_app_gives_the_password_again(
    app: Flask, newcomer: FlaskClient, time: Clock
) -> None:
    number = engage(app)
    sign_in(newcomer)
    send(newcomer, "/desk/me/second-step/app", "/desk/me/second-step")
    time.passes(minutes=10)
    assert is_in(newcomer)
    time.passes(minutes=10)
    token = token_on(newcomer.get("/desk/me").get_data(as_text=True))

    answer = newcomer.post("/desk/second-step/app", data={"csrf_token": token, "code": code_of(app, number)})
    assert answer.status_code == 403
    assert "/desk/again" in newcomer.get("/desk/second-step").get_data(as_text=True)


def with_authenticator(page: Page) -> None:
    """A security key in the browser, as Chromium pretends one for tests."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": False,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


@pytest.fixture
def door(page: Page, served: str) -> str:
    """The house under a name, as passkeys ask for; nobody signed in."""
    page.context.clear_cookies()
    return served.replace("127.0.0.1", "localhost")


def type_in(page: Page, door: str) -> None:
    page.goto(f"{door}/desk/sign-in")
    page.fill("#f-email", EMAIL)
    page.fill("#f-password", PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_a_passkey_is_made_and_opens_the_second_step(app: Flask, page: Page, door: str) -> None:
    number = engage(app, "manager")
    with_authenticator(page)
    type_in(page, door)
    page.get_by_role("button", name="Use a passkey of this device").click()
    page.locator(".codes li").first.wait_for()
    assert page.locator(".codes li").count() == 10
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("heading", name="Arrivals today").wait_for()
    page.get_by_role("button", name="Sign out").click()

    type_in(page, door)
    page.get_by_role("button", name="Use my passkey").click()
    page.get_by_role("heading", name="Arrivals today").wait_for()

    with reading(app.config["ENGINE"]) as session:
        kept = session.get_one(Passkey, 1)
        assert kept.colleague_id == number
        assert kept.used_at is not None
        assert kept.sign_count > 0


def test_an_answer_of_a_passkey_serves_once(app: Flask, page: Page, door: str) -> None:
    engage(app, "manager")
    with_authenticator(page)
    type_in(page, door)
    page.get_by_role("button", name="Use a passkey of this device").click()
    page.locator(".codes li").first.wait_for()
    page.goto(door)
    page.get_by_role("button", name="Sign out").click()
    type_in(page, door)
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.post_data or "") if asked.method == "POST" else None)
    page.get_by_role("button", name="Use my passkey").click()
    page.get_by_role("heading", name="Arrivals today").wait_for()
    credential = next(one for one in sent if "credential=" in one)
    page.get_by_role("button", name="Sign out").click()

    type_in(page, door)
    page.locator("[data-passkey=get]").wait_for(state="attached")
    page.evaluate(
        """(body) => {
            const form = document.querySelector("[data-passkey=get]");
            form.elements.credential.value = new URLSearchParams(body).get("credential");
            form.submit();
        }""",
        credential,
    )

    page.get_by_text("The passkey was not accepted").wait_for()


def test_a_browser_without_an_authenticator_is_told_so(app: Flask, page: Page, door: str) -> None:
    engage(app, "manager")
    page.add_init_script(
        "navigator.credentials.create = () => Promise.reject(new DOMException('', 'NotAllowedError'))"
    )
    type_in(page, door)
    page.get_by_role("button", name="Use a passkey of this device").click()

    page.get_by_text("The passkey was not made.").wait_for()


def test_passkeys_are_not_offered_at_a_bare_number(app: Flask, newcomer: FlaskClient) -> None:
    engage(app, "manager")
    sign_in(newcomer)

    page = newcomer.get("/desk/second-step", base_url="http://127.0.0.1:8000")

    assert "data-passkey" not in page.get_data(as_text=True)


def test_forged_answers_of_passkeys_are_refused(app: Flask, newcomer: FlaskClient) -> None:
    number = engage(app, "manager", with_app=True)
    with writing(app.config["ENGINE"]) as session:
        session.add(
            Passkey(colleague_id=number, credential_id=b"k", public_key=b"?", name="K", made_at=clock())
        )
        session.get_one(Colleague, number).passkey_since = clock()
    sign_in(newcomer)
    for forged in ("", "{}", "[]", "null", '{"id": "aw", "rawId": "aw", "type": "public-key"}', "x" * 5000):
        assert send(newcomer, "/desk/second-step/passkey/ask", "/desk/second-step").status_code == 200
        answer = send(newcomer, "/desk/second-step/passkey", "/desk/second-step", credential=forged)
        assert answer.status_code in (422, 429)
    assert not is_in(newcomer)
