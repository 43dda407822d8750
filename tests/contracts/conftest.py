"""What every route must keep is asked in the house of tests/house.py."""

from tests.house import app

__all__ = ["app"]
