"""From a drawn sheet to its PDF: the sheets' own templates, stylesheet, and the guarded typesetter."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from server.papers.rendering import render_pdf
from server.papers.sheets.said import set_apart

TOP = Path(__file__).parents[3]
TEMPLATES = TOP / "templates" / "papers" / "sheets"
STYLE = TOP / "static" / "sheets.css"


def page(template: str, **things: Any) -> str:
    """A whole page. Every text is escaped: the templates mark none as safe."""
    return _pages().get_template(template).render(**things)


def pdf_of(html: str, *, folder: Path) -> bytes:
    """The PDF of what was drawn here; `folder` is the data folder, where places at the typesetter are taken.
    Raises Refused as render_pdf does."""
    return render_pdf(html, STYLE.read_text("utf-8"), {}, folder=folder)


@cache
def _pages() -> Environment:
    pages = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["set_apart"] = set_apart
    return pages
