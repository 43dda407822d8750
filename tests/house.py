"""The web application as tests use it: a house with one guest arriving today, a client, a served address."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import Engine
from werkzeug.serving import WSGIRequestHandler, make_server

from server.app import create_app
from server.captures.links import issue_link
from server.clock import clock
from server.db import make_engine, writing
from server.properties.finding import today_at
from server.properties.setup import default_property
from server.records.models import CleanRow, Source, SourceRecord
from server.settings import Settings
from server.staff.models import Colleague, Post
from server.staff.roles import ROLES
from server.staff.sessions import sit_down
from server.stays.models import Stay

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
DESK_COOKIE = "oneguest-desk"


def make_settings(folder: Path, url: str, **changed: object) -> Settings:
    """Settings of a house in a test's own folder."""
    given: dict[str, object] = {"data_dir": folder, "database_url": url, "host": "127.0.0.1"}
    return Settings(**(given | changed))  # type: ignore[arg-type]  # keyword by keyword, as each test says


def make_app(folder: Path, url: str, **changed: object) -> Flask:
    """The application, in testing mode, for a hotel with a name worth translating around."""
    keys_parent = folder / "house"
    keys_parent.mkdir(mode=0o700, exist_ok=True)
    app = create_app(make_settings(keys_parent, url, **changed), engine=make_engine(url))
    app.testing = True
    with writing(app.config["ENGINE"]) as session:
        house = default_property(session)
        house.name = "Hôtel des Arcades"
    return app


def seat(
    engine: Engine,
    *roles: str,
    property_id: int | None = None,
    name: str = "Nadia",
    now: datetime | None = None,
    second_factor: bool = True,
) -> str:
    """A colleague who has just signed in, with these roles (all, unless named); the desk's token."""
    now = now or clock()
    with writing(engine) as session:
        colleague = Colleague(
            name=name, email=f"{name.lower()}{now.timestamp()}@hotel.example", created_at=now
        )
        colleague.posts = [Post(role=role, property_id=property_id) for role in roles or ROLES]
        session.add(colleague)
        session.flush()
        return sit_down(session, colleague, now=now, second_factor=second_factor)


def sit(client: FlaskClient, token: str) -> FlaskClient:
    """The same browser, at the desk where a colleague sits."""
    client.set_cookie(DESK_COOKIE, token)
    return client


def seated_client(app: Flask, *roles: str, property_id: int | None = None) -> FlaskClient:
    """A browser without JavaScript at a desk, a colleague signed in."""
    return sit(app.test_client(), seat(app.config["ENGINE"], *roles, property_id=property_id))


def seat_page(page: Page, served: str, token: str) -> Page:
    """A real browser at a desk, a colleague signed in."""
    page.context.add_cookies([{"name": DESK_COOKIE, "value": token, "url": served}])
    return page


@dataclass(frozen=True)
class Expected:
    """A guest with a stay, and the link that was sent."""

    record_id: int
    link_id: int
    token: str
    last_name: str
    arrives: date

    @property
    def right_answers(self) -> dict[str, str]:
        """What opens the link."""
        return {
            "last_name": self.last_name,
            "day": str(self.arrives.day),
            "month": str(self.arrives.month),
            "year": str(self.arrives.year),
        }


def expect_guest(
    engine: Engine, *, now: datetime, last_name: str = "de la Cruz Gómez", arrives: date | None = None
) -> Expected:
    """Put a booked stay into the house and issue its link."""
    with writing(engine) as session:
        house = default_property(session)
        arrives = arrives or today_at(house, now=now)
        source = Source(name=f"pms {last_name}", layout="pms", kind="pms", property_id=house.id)
        session.add(source)
        session.flush()
        record = SourceRecord(
            source_id=source.id, key="1", property_id=house.id, current_digest=b"1", received_at=now
        )
        session.add(record)
        session.flush()
        session.add(
            CleanRow(
                record_id=record.id,
                first_name="María",
                last_name=last_name,
                is_person=True,
                email_class="missing",
                phone_class="missing",
                mobile_class="missing",
                search="",
                rest={},
            )
        )
        session.add(
            Stay(
                record_id=record.id,
                property_id=house.id,
                kind="stay",
                reference="BK-2040",
                status="booked",
                arrives=arrives,
                departs=arrives + timedelta(days=2),
            )
        )
        session.flush()
        issued = issue_link(session, record, actor="test", now=now)
        return Expected(record.id, issued.link.id, issued.token, last_name, arrives)


def token_of(client: FlaskClient, address: str) -> str:
    """The CSRF token in a page's form, fetched as a guest's browser would."""
    page = client.get(address).get_data(as_text=True)
    return page.split('name="csrf_token" value="')[1].split('"')[0]


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: addresses of requests hold tokens."""


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path) -> Flask:
    """The application on SQLite, for this machine only."""
    return make_app(tmp_path, sqlite_url)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript, on this machine."""
    return app.test_client()


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The application at an address that a real browser can open."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
