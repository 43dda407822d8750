"""Make what a house needs before anything runs: private folder, keys, tables, and its mark."""

from __future__ import annotations

from server import data_folder
from server.keys import ensure_keys
from server.settings import Settings


def refuse_unlike_folder(settings: Settings) -> None:
    """Make the folder private; refuse the demo in a real one and real work in the demo's."""
    data_folder.prepare(settings.data_dir)
    data_folder.refuse_mixing(settings.data_dir, demo=settings.demo)


def make_house(settings: Settings) -> None:
    """Make what is missing: private folder, keys, tables, and the mark of demo or real. Police forms whose
    time is over are destroyed: a backup that was put back may have brought some."""
    from server.clock import clock
    from server.db import writing
    from server.opening import open_database
    from server.properties.setup import default_property, mark_house
    from server.registration.purging import purge_all

    refuse_unlike_folder(settings)
    if settings.demo and not data_folder.is_demo(settings.data_dir):
        data_folder.mark_demo(settings.data_dir, filled=False)
    ensure_keys(settings.keys_dir)
    engine = open_database(settings)
    try:
        with writing(engine) as session:
            mark_house(session, "demo" if settings.demo else "real")
            if not settings.demo:
                default_property(session)
        purge_all(engine, now=clock())
    finally:
        engine.dispose()
