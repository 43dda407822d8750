"""Pages are tested in the house of tests/house.py; tablets in a lobby of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from tests.house import app, client, served
from tests.kiosk.lobby import House, Tablet, tablet_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["app", "client", "served"]


@pytest.fixture
def house(app: Flask) -> Iterator[House]:
    """The house, at an address that stays when it is shut and opened again."""
    house = House(app)
    yield house
    house.shut()


@pytest.fixture
def tablet(browser: Browser, tmp_path: Path) -> Iterator[Tablet]:
    """A browser with a profile on the disk, no tablet of the house yet."""
    with tablet_in(tmp_path / "profile", browser) as tablet:
        yield tablet
