"""Read for long on a request that writes a little in the end, and keep nobody from writing meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app, g
from sqlalchemy.orm import Session

from server.db import reading


@contextmanager
def looking() -> Iterator[Session]:
    """A session that only reads, for what comes before the request's first write.

    The request's own session takes SQLite's one writer's place with its first statement; finding out who asks
    took it, and it is given back here.
    """
    g.session.rollback()
    with reading(current_app.config["ENGINE"]) as session:
        yield session
