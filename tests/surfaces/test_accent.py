"""A property's accent colour can always be read."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from server.accent import ENOUGH, NIGHT, PAPER, accent_sheet, contrast, readable

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_black_on_white_has_the_contrast_that_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@settings(max_examples=100)
@given(COLOURS)
def test_any_accent_can_be_read_on_paper_and_at_night_and_be_written_on(accent: str) -> None:
    assert contrast(readable(accent, PAPER), PAPER) >= ENOUGH
    assert contrast(readable(accent, NIGHT), NIGHT) >= ENOUGH
    for colour, written in re.findall(r"--accent:(#\w{6});--on-accent:(#\w{6})", accent_sheet(accent)):
        assert contrast(colour, written) >= ENOUGH


def test_a_good_accent_is_left_as_it_is() -> None:
    assert readable("#1f5f5b", PAPER) == "#1f5f5b"


def test_what_is_no_colour_never_reaches_the_style_sheet() -> None:
    assert "}" not in accent_sheet("red;}body{display:none")[6:20]
    assert "display" not in accent_sheet("red;}body{display:none")


def test_each_property_has_its_sheet_and_no_other_code_has(client: FlaskClient) -> None:
    assert client.get("/accent/house.css").mimetype == "text/css"
    assert client.get("/accent/nowhere.css").status_code == 404
