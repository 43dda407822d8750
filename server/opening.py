"""Open the database of a data folder, making and migrating it when it is missing."""

from __future__ import annotations

from sqlalchemy import Engine

from server import tables
from server.db import Base, make_engine
from server.migrating import migrate_engine
from server.settings import Settings

if len(Base.metadata.tables) < len(tables.__all__):  # the import above is what makes them known
    raise RuntimeError("server/tables.py does not import every room's models")


def open_database(settings: Settings) -> Engine:
    """An engine on a database that has today's tables. The data folder is made for its owner only."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = make_engine(settings.database_url)
    migrate_engine(engine)
    return engine
