"""The desk's pages are tested in the house of tests/house.py, on both stores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page

from tests.door import Clock
from tests.house import app, lent_app, own_app, seat, seat_page, seated_client, served

__all__ = ["app", "own_app", "served"]


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application, once on each store."""
    with lent_app(tmp_path, database_url) as app:
        yield app


@pytest.fixture
def desk(house: Flask) -> FlaskClient:
    """A browser at the desk, without JavaScript; whoever sits there may do everything."""
    return seated_client(house)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """The same in the house on SQLite."""
    return seated_client(app)


@pytest.fixture
def newcomer(app: Flask) -> FlaskClient:
    """A browser in the house on SQLite that nobody signed in with."""
    return app.test_client()


@pytest.fixture
def page(page: Page, app: Flask, served: str) -> Page:
    """A real browser at the desk, a colleague of every role signed in."""
    return seat_page(page, served, seat(app.config["ENGINE"]))


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The house's clock, to be moved on."""
    return Clock(monkeypatch)
