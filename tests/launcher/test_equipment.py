"""What tests are given: real databases, a real browser, and no way off this machine."""

from __future__ import annotations

import socket
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine, inspect, text
from sqlalchemy.orm import Session

from server.properties.models import Property
from server.properties.setup import default_property


def test_a_database_is_migrated_before_the_test_sees_it(engine: Engine) -> None:
    assert inspect(engine).has_table("source_record")


@pytest.mark.parametrize("attempt", [1, 2])
def test_what_one_test_wrote_no_other_test_finds(session: Session, attempt: int) -> None:
    assert session.query(Property).count() == 0

    default_property(session)
    session.commit()

    assert session.query(Property).count() == 1


def test_the_two_stores_are_really_two(engine: Engine, database_url: str) -> None:
    with engine.connect() as connection:
        version = "sqlite_version()" if database_url.startswith("sqlite") else "version()"
        said = str(connection.execute(text(f"SELECT {version}")).scalar())

    assert ("PostgreSQL" in said) == database_url.startswith("postgresql")


def test_a_test_cannot_reach_another_machine() -> None:
    with socket.socket() as outside, pytest.raises(AssertionError, match=r"192\.0\.2\.1"):
        outside.connect(("192.0.2.1", 80))


def test_the_browser_shows_a_page_of_this_machine(page: Page) -> None:
    class Reception(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<h1>Welcome</h1>")

        def log_message(self, format: str, *args: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Reception)
    Thread(target=server.serve_forever, daemon=True).start()

    page.goto(f"http://127.0.0.1:{server.server_port}/")

    assert page.locator("h1").inner_text() == "Welcome"
    server.shutdown()
