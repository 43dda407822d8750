"""Which address a colleague's own phone is shown: one that reaches the house, or none at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.desk.phone_address import phone_address
from tests.house import make_app, make_settings, seated_client, token_of

FOUND = "192.168.7.20"


@pytest.mark.parametrize(
    ("changed", "found", "address"),
    [
        ({}, FOUND, None),  # this machine only
        ({"host": "::1"}, FOUND, None),
        ({"host": "0.0.0.0"}, FOUND, "http://192.168.7.20:8000"),
        ({"host": "0.0.0.0", "port": 80}, None, None),  # on no network at all
        ({"host": "::"}, "fd00::20", "http://[fd00::20]:8000"),
        ({"host": "10.0.0.4", "port": 8080}, FOUND, "http://10.0.0.4:8080"),
        ({"public_url": "https://guests.hotel.example"}, FOUND, "https://guests.hotel.example"),
        (
            {"public_url": "https://guests.hotel.example", "host": "0.0.0.0"},
            None,
            "https://guests.hotel.example",
        ),
    ],
)
def test_the_public_address_first_then_this_machines_in_the_network(
    tmp_path: Path, changed: dict[str, object], found: str | None, address: str | None
) -> None:
    settings = make_settings(tmp_path, "sqlite://", **changed)

    assert phone_address(settings, find=lambda: found) == address


def test_a_house_in_the_network_shows_its_link_as_a_picture(sqlite_url: str, tmp_path: Path) -> None:
    client = seated_client(make_app(tmp_path, sqlite_url, host="10.0.0.4"))
    csrf = token_of(client, "/desk/keys")
    client.post("/desk/first-hour/1/rehearsal", data={"csrf_token": csrf})

    page = client.get("/desk/first-hour?step=guest").get_data(as_text=True)

    assert "http://10.0.0.4:8000/g/" in page
    assert '<path class="qrline"' in page
    assert "style=" not in page


def test_a_house_on_this_machine_only_says_that_no_phone_reaches_it_and_how_to_open_it(
    sqlite_url: str, tmp_path: Path
) -> None:
    client = seated_client(make_app(tmp_path, sqlite_url))
    csrf = token_of(client, "/desk/keys")
    client.post("/desk/first-hour/1/rehearsal", data={"csrf_token": csrf})

    page = client.get("/desk/first-hour?step=guest").get_data(as_text=True)

    assert "--host 0.0.0.0" in page
    assert "qrline" not in page
    assert "Try it on this machine" in page
