"""Numbers that no row can have, letters that no store takes: answered like any wrong one, never a fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.house import make_app, seated_client, token_of

HUGE = "9" * 24


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Flask:
    """The application, once on each store, which differ in what they take."""
    return make_app(tmp_path, database_url)


@pytest.mark.parametrize(
    "address",
    [
        "/accent/a%00b.css",
        "/picture/a%00b",
        "/desk/enter/a%00b",
        "/desk/guests/a%00b",
        "/desk/guests?population=guests&number=%00",
        "/desk/papers/1/a%00b/en",
        "/g/a%00b",
        f"/desk/guests?page={HUGE}",
        f"/desk/imports?page={HUGE}",
        f"/desk/problems?page={HUGE}",
        f"/desk/journal?before={HUGE}",
        f"/desk/first-hour?house={HUGE}",
        f"/desk/completeness?property={HUGE}",
    ],
)
def test_a_hostile_address_is_no_fault_of_ours(house: Flask, address: str) -> None:
    assert seated_client(house).get(address).status_code in (200, 404)


@pytest.mark.parametrize(
    ("address", "filled", "answer"),
    [
        (f"/desk/me/sessions/{HUGE}/end", {}, 404),
        (f"/desk/me/second-step/passkeys/{HUGE}/remove", {}, 404),
        (f"/desk/arrangements/{HUGE}/withdraw", {}, 404),
        (f"/desk/imports/{HUGE}/confirm", {}, 404),
        (f"/desk/colleagues/{HUGE}/disable", {}, 404),
        ("/desk/arrangements/", {"one": HUGE, "other": "1"}, 422),
        ("/desk/house/1/company", {"entity": HUGE}, 422),
        ("/desk/houses/new", {"like": HUGE, "code": "abc", "name": "Abc"}, 422),
        ("/desk/colleagues/leavers", {"days": HUGE}, 422),
        (
            "/desk/colleagues/new",
            {"name": "A", "email": "a\0b@hotel.example", "post-reception-0": "yes"},
            422,
        ),
        ("/desk/sign-in", {"email": "a\0b@hotel.example", "password": "a\0b"}, 422),
    ],
)
def test_a_hostile_form_is_no_fault_of_ours(
    house: Flask, address: str, filled: dict[str, str], answer: int
) -> None:
    desk = seated_client(house)
    token = token_of(desk, "/desk/me")

    assert desk.post(address, data=filled | {"csrf_token": token}).status_code == answer
