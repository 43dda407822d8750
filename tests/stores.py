"""Engines as tests use them: what SQLAlchemy compiled for a store serves every database of the run."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Dialect, Engine

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
    engine.dialect, compiled = _compiled[store]
    engine.update_execution_options(compiled_cache=compiled)
    return engine
