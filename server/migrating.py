"""Bring a database to the tables of this version, or back. Revisions lie in migrations/, one file each.

Alembic does the work; there is no env.py, because a revision's file name is its name and nothing else lies
in that folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, inspect, text

from server.db import Base, make_engine

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

FOLDER = Path(__file__).parent.parent / "migrations"
_LOCK = 7_251_190  # an arbitrary number: PostgreSQL's advisory lock of whoever migrates


def _script() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(FOLDER), version_locations=[str(FOLDER)])


def head() -> str:
    """The newest revision there is, by the number that its file's name begins with."""
    return max(path.stem for path in FOLDER.glob("[0-9]*.py"))


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest revision; two processes at once do it once."""
    engine = make_engine(url)
    try:
        migrate_engine(engine)
    finally:
        engine.dispose()


def migrate_engine(engine: Engine, target: str = "head") -> None:
    """Go up or down to `target` (a revision, `head` or `base`) in one transaction."""
    if target == "head" and _revisions(engine) == [head()]:
        return  # the usual start: it takes no writer's place, and no time to import Alembic
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    script = _script()

    def steps(revision: Any, _context: Any) -> Any:
        if target == "base" or (target != "head" and _is_behind(script, target, revision)):
            return script._downgrade_revs(target, revision)
        return script._upgrade_revs(target, revision)

    with engine.execution_options(writes=True).begin() as connection:
        _one_at_a_time(connection)
        with EnvironmentContext(Config(), script, fn=steps, destination_rev=target) as env:
            env.configure(
                connection=connection,
                target_metadata=Base.metadata,
                render_as_batch=True,
                transactional_ddl=True,
            )
            env.run_migrations()


def _revisions(engine: Engine) -> list[str]:
    """What the database says that it is at; nothing while it has no tables."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return []
        return list(connection.scalars(text("SELECT version_num FROM alembic_version")))


def _is_behind(script: ScriptDirectory, target: str, revision: Any) -> bool:
    current = revision[0] if isinstance(revision, tuple) and revision else revision
    if not current:
        return False
    return (
        any(step.revision == target for step in script.walk_revisions("base", current)) and target != current
    )


def _one_at_a_time(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
