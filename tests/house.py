"""The web application as tests use it: a house with one guest arriving today, a client, a served address."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Config, Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from playwright.sync_api import Page
from sqlalchemy import Engine
from werkzeug.serving import WSGIRequestHandler, make_server

from server.app import create_app
from server.captures.links import issue_link
from server.clock import clock
from server.db import writing
from server.keys import ensure_keys, read_key
from server.properties.finding import today_at
from server.properties.setup import default_property
from server.records.models import CleanRow, Source, SourceRecord
from server.settings import Settings
from server.staff.models import Colleague, Post
from server.staff.roles import ROLES
from server.staff.sessions import sit_down
from server.stays.models import Stay, StaySource, ToldStay
from tests.stores import open_store

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
DESK_COOKIE = "oneguest-desk"
NAME = "Hôtel des Arcades"


def make_settings(folder: Path, url: str, **changed: object) -> Settings:
    """Settings of a house in a test's own folder."""
    given: dict[str, object] = {"data_dir": folder, "database_url": url, "host": "127.0.0.1"}
    return Settings(**(given | changed))  # type: ignore[arg-type]  # keyword by keyword, as each test says


def make_app(folder: Path, url: str, **changed: object) -> Flask:
    """The application, in testing mode, for a hotel with a name worth translating around."""
    settings = make_settings(_keys_beside(folder), url, **changed)
    app = create_app(settings, engine=open_store(url))
    app.testing = True
    app.jinja_env.bytecode_cache = _templates
    with writing(app.config["ENGINE"]) as session:
        default_property(session).name = NAME
    return app


class _Templates(BytecodeCache):
    """What the templates compile to, for all the applications of a run: each compiles them anew otherwise."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


_templates = _Templates()
_idle: list[tuple[Flask, Config]] = []
"""Applications that no test has just now, each with the configuration it was made with."""


def _keys_beside(folder: Path) -> Path:
    house = folder / "house"
    house.mkdir(mode=0o700, exist_ok=True)
    return house


@contextmanager
def lent_app(folder: Path, url: str) -> Iterator[Flask]:
    """The application that make_app makes, lent for one test with a database, keys and configuration anew.

    Building one takes longer than most tests (108 addresses to compile). What is lent has answered a
    request, so Flask refuses a test that would add a page to it; such a test takes `own_app`.
    """
    if not _idle:
        made = make_app(folder, url)
        made.test_client().get("/static/none")
        _idle.append((made, Config(made.root_path, made.config)))
    app, config = _idle.pop()
    settings = make_settings(_keys_beside(folder), url)
    ensure_keys(settings.keys_dir)
    app.config.clear()
    app.config.update(
        config,
        ONEGUEST=settings,
        ENGINE=open_store(url),
        INDEX_KEY=read_key(settings.keys_dir, "index").secret,
        SECRET_KEY=read_key(settings.keys_dir, "session").secret,
    )
    pages = len(app.view_functions)
    with writing(app.config["ENGINE"]) as session:
        default_property(session).name = NAME
    yield app
    app.config["ENGINE"].dispose()
    assert len(app.view_functions) == pages, "a test that adds a page takes own_app"
    _idle.append((app, config))


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
            ToldStay(
                record_id=record.id,
                version=1,
                property_id=house.id,
                kind="stay",
                reference="BK-2040",
                status="booked",
                arrives=arrives,
                departs=arrives + timedelta(days=2),
            )
        )
        stay = Stay(
            id=f"{record.id:032x}",
            property_id=house.id,
            kind="stay",
            status="booked",
            arrives=arrives,
            departs=arrives + timedelta(days=2),
            reference="BK-2040",
            record_id=record.id,
            presence=f"{record.id:032x}",
        )
        source_of_it = StaySource(record_id=record.id, version=1, stay_id=stay.id, role="guest", counts=False)
        session.add_all([stay, source_of_it])
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
def app(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on SQLite, for this machine only."""
    with lent_app(tmp_path, sqlite_url) as app:
        yield app


@pytest.fixture
def own_app(sqlite_url: str, tmp_path: Path) -> Flask:
    """The same, built for this test alone, which may add pages to it."""
    return make_app(tmp_path, sqlite_url)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript, on this machine."""
    return app.test_client()


@contextmanager
def serving(app: Flask, *, port: int = 0) -> Iterator[str]:
    """An application at an address that a real browser can open; any free port unless one is given."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The application at an address that a real browser can open."""
    with serving(app) as address:
        yield address
