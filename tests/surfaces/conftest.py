"""Pages are tested in the house of tests/house.py."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.house import app, client, own_app, seated_client, served

__all__ = ["app", "client", "own_app", "served"]


@pytest.fixture
def desk(app: Flask) -> FlaskClient:
    """A browser at the desk; whoever sits there may do everything."""
    return seated_client(app)
