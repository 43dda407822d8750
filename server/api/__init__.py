"""Pages for machines."""

from __future__ import annotations

from flask import Blueprint, Response, g
from sqlalchemy import text

from server.access import anyone

pages = Blueprint("api", __name__)


@pages.get("/healthz")
@anyone
def healthz() -> Response:
    """Whether pages and database answer. Says nothing else: no version, no count, no setting."""
    g.session.execute(text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain")
