"""A house behind the owner's own reverse proxy: whose address counts, under which name, over https or not."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask, request

from server.access import anyone
from server.desk import tries
from server.settings import WrongSetting, read_settings
from tests.door import engage, send
from tests.house import make_app

NAME = "guests.hotel.example"
ANNA, OMAR = "203.0.113.7", "198.51.100.4"
PROXY = {"REMOTE_ADDR": "127.0.0.1"}


def house(folder: Path, url: str, hops: int) -> Flask:
    """A house that tells whom it takes a visitor for."""
    app = make_app(folder, url, public_url=f"https://{NAME}", trusted_proxies=hops)

    @app.get("/whom")
    @anyone
    def whom() -> str:
        return f"{request.remote_addr} {request.scheme} {request.host}"

    return app


def taken_for(app: Flask, **headers: str) -> str:
    """Whom the house takes a visitor of the proxy for."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = app.test_client().get("/whom", headers=sent, environ_overrides=PROXY)
    return answer.get_data(as_text=True) if answer.status_code == 200 else str(answer.status_code)


@pytest.mark.parametrize(
    ("hops", "told", "address"),
    [
        (0, f"{ANNA}", "127.0.0.1"),
        (0, f"{ANNA}, 10.0.0.2", "127.0.0.1"),
        (1, f"{ANNA}", ANNA),
        (1, f"{OMAR}, {ANNA}", ANNA),  # the first one was written by the visitor
        (1, f"127.0.0.1, {OMAR}, {ANNA}", ANNA),
        (2, f"{OMAR}, {ANNA}, 10.0.0.2", ANNA),
        (2, f"{ANNA}", "127.0.0.1"),  # it came past one of the two: nobody said who asks
        (1, "", "127.0.0.1"),
    ],
)
def test_only_what_the_houses_own_proxies_wrote_says_who_asks(
    sqlite_url: str, tmp_path: Path, hops: int, told: str, address: str
) -> None:
    assert taken_for(house(tmp_path, sqlite_url, hops), X_Forwarded_For=told).split()[0] == address


def test_other_forwarding_headers_never_say_who_asks(sqlite_url: str, tmp_path: Path) -> None:
    app = house(tmp_path, sqlite_url, 1)

    taken = taken_for(app, Forwarded=f"for={ANNA}", X_Real_IP=ANNA, X_Forwarded_Prefix="/evil")

    assert taken == "127.0.0.1 http localhost"


def test_the_proxy_says_under_which_name_and_how_it_was_asked(sqlite_url: str, tmp_path: Path) -> None:
    app = house(tmp_path, sqlite_url, 1)

    taken = taken_for(app, X_Forwarded_For=ANNA, X_Forwarded_Proto="https", X_Forwarded_Host=NAME)

    assert taken == f"{ANNA} https {NAME}"


@pytest.mark.parametrize(
    ("hops", "named", "answer"),
    [
        (1, "evil.example", "400"),
        (1, f"{NAME}, evil.example", "400"),
        (1, f"evil.example, {NAME}", f"{ANNA} http {NAME}"),
        (0, "evil.example", "127.0.0.1 http localhost"),
    ],
)
def test_a_name_that_is_not_the_houses_stays_outside(
    sqlite_url: str, tmp_path: Path, hops: int, named: str, answer: str
) -> None:
    app = house(tmp_path, sqlite_url, hops)

    assert taken_for(app, X_Forwarded_For=ANNA, X_Forwarded_Host=named) == answer


@pytest.mark.parametrize("said", ["https", "http"])
def test_a_cookie_is_bound_to_https_by_the_public_address_whatever_the_proxy_says(
    sqlite_url: str, tmp_path: Path, said: str
) -> None:
    desk = house(tmp_path, sqlite_url, 1).test_client()

    answer = desk.get("/desk/sign-in", headers={"X-Forwarded-For": ANNA, "X-Forwarded-Proto": said})

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-oneguest=")
    assert "; Secure" in cookie


def is_asked_to_wait(app: Flask, *, number: int, told: str) -> bool:
    """Whether a wrong password, on an account nobody tried before, is answered by a wait."""
    browser = app.test_client()
    browser.environ_base |= PROXY | {"HTTP_X_FORWARDED_FOR": told}
    account = f"guess{number}@hotel.example"
    answer = send(browser, "/desk/sign-in", "/desk/sign-in", email=account, password="not this one")
    return answer.status_code == 429


@pytest.mark.parametrize(
    ("hops", "first", "second", "shares_the_wait"),
    [
        (0, ANNA, OMAR, True),  # all come from the proxy, whatever is written
        (1, ANNA, OMAR, False),
        (1, ANNA, f"{OMAR}, {ANNA}", True),  # a forged address in front is no way out
        (1, f"{OMAR}, {ANNA}", OMAR, False),  # nor a way to lock somebody else out
    ],
)
def test_one_visitors_wrong_tries_do_not_close_the_door_to_another(
    monkeypatch: pytest.MonkeyPatch,
    sqlite_url: str,
    tmp_path: Path,
    hops: int,
    first: str,
    second: str,
    shares_the_wait: bool,
) -> None:
    monkeypatch.setattr(tries, "ADDRESS_TRIES", 3)
    app = house(tmp_path, sqlite_url, hops)
    engage(app)

    tried = [is_asked_to_wait(app, number=number, told=first) for number in range(4)]

    assert tried == [False, False, False, True]
    assert is_asked_to_wait(app, number=9, told=second) is shares_the_wait


@pytest.mark.parametrize("wrong", ["-1", "one", "1.5", "10", "²"])
def test_a_number_of_proxies_that_cannot_be_stops_the_start_by_its_name(wrong: str) -> None:
    environ = {"ONEGUEST_TRUSTED_PROXIES": wrong, "ONEGUEST_PUBLIC_URL": f"https://{NAME}"}

    with pytest.raises(WrongSetting, match="ONEGUEST_TRUSTED_PROXIES"):
        read_settings(environ)


def test_a_house_behind_a_proxy_needs_its_public_address() -> None:
    with pytest.raises(WrongSetting, match="ONEGUEST_PUBLIC_URL"):
        read_settings({"ONEGUEST_TRUSTED_PROXIES": "1"})


def test_no_proxy_is_trusted_unless_the_owner_says_so() -> None:
    public = {"ONEGUEST_PUBLIC_URL": f"https://{NAME}"}

    assert read_settings({}).trusted_proxies == 0
    assert read_settings({"ONEGUEST_TRUSTED_PROXIES": "0"}).trusted_proxies == 0
    assert read_settings(public | {"ONEGUEST_TRUSTED_PROXIES": "2"}).trusted_proxies == 2
