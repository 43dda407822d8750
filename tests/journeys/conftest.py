"""Journeys are walked in the house of tests/house.py."""

from tests.house import app, client, served

__all__ = ["app", "client", "served"]
