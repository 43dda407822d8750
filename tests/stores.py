"""Engines as tests use them: what SQLAlchemy compiled for a store serves every database of the run."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Dialect, Engine, event

from server.db import make_engine

_compiled: dict[str, tuple[Dialect, dict[Any, Any]]] = {}


def open_store(url: str) -> Engine:
    """An engine as make_engine makes it, for a database of one test.

    SQLAlchemy keeps what it compiled for each engine and dialect, and each test has an engine of its own, so
    every page would compile its statements anew: the engines of a store share a dialect and what it compiled.
    """
    engine = make_engine(url)
    store = engine.dialect.name
    if store not in _compiled:
        engine.connect().close()  # the first connection tells a dialect what its server can do
        _compiled[store] = engine.dialect, {}
    if store == "sqlite":
        event.listen(engine, "connect", _forget_power_cuts)
    engine.dialect, compiled = _compiled[store]
    engine.update_execution_options(compiled_cache=compiled)
    return engine


def _forget_power_cuts(connection: sqlite3.Connection, _record: object) -> None:
    """No test loses power, and waiting for the disk takes 8 ms of each commit."""
    connection.execute("PRAGMA synchronous=OFF")
