"""What an acknowledged form needs of SQLite to survive a power cut, as tests/stores.py leaves it out."""

from __future__ import annotations

from server.db import make_engine


def test_the_houses_own_engine_waits_for_the_disk_at_each_commit(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)

    with engine.connect() as connection:
        journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar()
    engine.dispose()

    assert (journal, synchronous) == ("wal", 2)  # 2 is FULL
