"""What every route must keep is asked in the house of tests/house.py."""

from tests.house import app, own_app

__all__ = ["app", "own_app"]
