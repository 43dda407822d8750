"""A page with every component of the desk, to look at and to test; no part of the product."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Flask, render_template_string

from server.access import staff

SOURCE = Path(__file__).parent / "showcase.html"


def add_showcase(app: Flask) -> None:
    """Register the page at /desk/showcase, and the places of the navigation that this branch has not."""
    pages = Blueprint("showcase", __name__)

    @pages.get("/desk/showcase")
    @staff("desk.open")
    def show() -> str:
        return render_template_string(SOURCE.read_text("utf-8"))

    app.register_blueprint(pages)
