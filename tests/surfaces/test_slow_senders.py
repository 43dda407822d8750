"""A weak Wi-Fi: what is sent arrives at its sender's pace, and nobody else waits for it."""

from __future__ import annotations

import io
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.clock import clock
from server.desk import house
from server.refusal import Refused
from tests.house import client, expect_guest, make_app, seated_client, token_of

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["client"]


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path) -> Flask:
    """The application on SQLite, where one writes at a time."""
    return make_app(tmp_path, sqlite_url)


class SlowBody(io.BytesIO):
    """A body; at each piece of it that is read, somebody else tries to write to the database."""

    def __init__(self, content: bytes, database: str) -> None:
        super().__init__(content)
        self.database = database
        self.could_write: list[bool] = []

    def read(self, size: int | None = -1) -> bytes:
        self._somebody_writes()
        return super().read(size)

    def readinto(self, into: WriteableBuffer) -> int:
        self._somebody_writes()
        return super().readinto(into)

    def _somebody_writes(self) -> None:
        other = sqlite3.connect(self.database, timeout=0, isolation_level=None)
        try:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
            self.could_write.append(True)
        except sqlite3.OperationalError:
            self.could_write.append(False)
        finally:
            other.close()


def send_slowly(client: FlaskClient, database: str, address: str, **fields: str) -> SlowBody:
    """A form whose body comes slowly."""
    content = urlencode(fields).encode()
    body = SlowBody(content, database)
    client.post(
        address,
        input_stream=body,
        content_type="application/x-www-form-urlencoded",
    )
    return body


def test_nobody_waits_for_a_colleague_whose_upload_takes_its_time(app: Flask, sqlite_url: str) -> None:
    desk = seated_client(app)
    token = token_of(desk, "/desk/me")

    body = send_slowly(desk, sqlite_url.removeprefix("sqlite:///"), "/desk/imports", csrf_token=token)

    assert body.could_write
    assert all(body.could_write)


def test_nobody_waits_for_a_picture_that_is_being_decoded(
    app: Flask, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = seated_client(app)
    token = token_of(desk, "/desk/me")
    database = SlowBody(b"", sqlite_url.removeprefix("sqlite:///"))

    def decode(sent: bytes, kind: str) -> NoReturn:
        database.read()
        raise Refused("picture.unreadable")

    monkeypatch.setattr(house, "re_encode", decode)
    sent = {"csrf_token": token, "file": (io.BytesIO(b"pixels"), "logo.png")}

    assert desk.post("/desk/house/1/pictures/logo", data=sent).status_code == 422
    assert database.could_write == [True]


def test_nobody_waits_for_a_guest_on_a_weak_network(app: Flask, client: FlaskClient, sqlite_url: str) -> None:
    expected = expect_guest(app.config["ENGINE"], now=clock())
    door = f"/g/{expected.token}"
    client.post(door, data=expected.right_answers | {"csrf_token": token_of(client, door)})
    token = token_of(client, "/g/form")

    body = send_slowly(
        client, sqlite_url.removeprefix("sqlite:///"), "/g/form", csrf_token=token, step="name"
    )

    assert body.could_write
    assert all(body.could_write)
