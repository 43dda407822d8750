"""What staff are told when an import could not be done, after all attempts."""

from __future__ import annotations

from sqlalchemy import Engine

from server.clock import clock
from server.db import writing
from server.records.models import Import


def give_up(engine: Engine, import_id: int) -> None:
    """The import has failed for good, and its page says so; what was stored stays."""
    with writing(engine) as session:
        found = session.get(Import, import_id)
        if found is not None and found.state not in ("done", "dropped", "failed"):
            found.state, found.ended_at = "failed", clock()
            found.error = {"code": "import.gave_up", "params": {"file": found.file_name}}
