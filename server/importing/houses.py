"""Of which houses a file speaks: its own property column may name others than the one it was dropped for."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from server.properties.models import Property
from server.properties.reach import Reach
from server.records.models import Import
from server.sources.layout import fold
from server.sources.reading import Reading
from server.sources.rows import BadRow, read_rows

HOUSES = "houses"
"""Under this name an import's reading keeps the ids; without it, a file with such a column may name any."""


def properties_by_name(session: Session) -> dict[str, int]:
    """The properties by what a column may call them: name or code, folded."""
    properties = session.scalars(select(Property))
    return {fold(name): p.id for p in properties for name in (p.name, p.code)}


def houses_named(path: Path, reading: Reading, by_name: dict[str, int], *, default: int) -> list[int]:
    """The ids of the properties that the rows of a file go to; those that name none go to the default."""
    if not reading.names_properties:
        return [default]
    names = {
        fold(row.values.get("property", ""))
        for row in read_rows(path, reading)
        if not isinstance(row, BadRow)
    }
    return sorted({default, *(by_name[name] for name in names if name in by_name)})


def speaks_of_others(found: Import, reach: Reach) -> bool:
    """Whether rows of an import may belong to a house out of reach: then none is shown or taken."""
    return _speaks_of_others(found.reading.get("columns", {}), found.reading.get(HOUSES), reach)


def _speaks_of_others(columns: dict[str, str], houses: list[int] | None, reach: Reach) -> bool:
    if reach.is_everywhere or "property" not in columns.values():
        return False
    return houses is None or not all(reach.covers(house) for house in houses)


def closed_imports(session: Session, reach: Reach) -> list[int]:
    """The imports of the houses within reach whose rows may be of others too."""
    if reach.is_everywhere:
        return []
    columns, houses = Import.reading["columns"], Import.reading[HOUSES]
    query = select(Import.id, columns, houses).where(
        reach.limit(Import.property_id), cast(columns, String).contains('"property"')
    )
    return [import_id for import_id, c, h in session.execute(query) if _speaks_of_others(c or {}, h, reach)]
