"""Open the database of a data folder, making and migrating it when it is missing."""

from __future__ import annotations

from sqlalchemy import Engine

from server import tables
from server.db import Base, make_engine, reading, writing
from server.migrating import migrate_engine
from server.properties.models import HouseMark
from server.properties.setup import mark_house
from server.settings import Settings

if len(Base.metadata.tables) < len(tables.__all__):  # the import above is what makes them known
    raise RuntimeError("server/tables.py does not import every room's models")


def open_database(settings: Settings) -> Engine:
    """An engine on a database that has today's tables. The data folder is made for its owner only."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = make_engine(settings.database_url)
    migrate_engine(engine)
    _mark_if_new(engine, settings)
    return engine


def _mark_if_new(engine: Engine, settings: Settings) -> None:
    with reading(engine) as session:
        is_marked = session.get(HouseMark, 1) is not None
    if not is_marked:
        with writing(engine) as session:
            mark_house(session, "demo" if settings.demo else "real")
