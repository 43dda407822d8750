"""Pages are tested in the house of tests/house.py, at a desk where a colleague sits."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.house import app, own_app, seated_client, served

__all__ = ["app", "own_app", "served"]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript, a colleague of every role signed in."""
    return seated_client(app)
