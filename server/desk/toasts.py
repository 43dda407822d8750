"""A word after something was done, with the way back where there is one: it stands until the next page."""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import flash, get_flashed_messages, render_template, request
from werkzeug.wrappers import Response

CATEGORY = "toast"


@dataclass(frozen=True, slots=True)
class Toast:
    """What was done, and the address that takes it back by a form."""

    text: str
    undo: str | None = None


def toast(text: str, *, undo: str | None = None) -> None:
    """Say on the next page (or in this htmx answer) what was done.

    `text` is in the page's language already and holds nothing of a guest: it travels in a cookie.
    """
    flash(json.dumps({"text": text, "undo": undo}), CATEGORY)


def toasts() -> list[Toast]:
    """The words that wait to be said; each is said once."""
    return [Toast(**json.loads(str(said))) for said in get_flashed_messages(category_filter=[CATEGORY])]


def carry_toasts(response: Response) -> Response:
    """After an htmx request: add what is to be said to a fragment, swapped into its own place."""
    is_fragment = request.headers.get("HX-Request") and response.status_code == 200
    if is_fragment and response.mimetype == "text/html" and (waiting := toasts()):
        more = render_template("desk/_toasts.html", toasts=waiting, beside=True)
        response.set_data(response.get_data() + more.encode())
    return response
