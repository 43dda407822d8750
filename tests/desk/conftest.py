"""The desk's pages are tested in the house of tests/house.py, on both stores."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.house import app, client, make_app, served

__all__ = ["app", "client", "served"]


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Flask:
    """The application, once on each store."""
    return make_app(tmp_path, database_url)


@pytest.fixture
def desk(house: Flask) -> FlaskClient:
    """A browser at the desk, without JavaScript."""
    return house.test_client()
