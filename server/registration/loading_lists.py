"""Load an authority's list of codes from its own file; a newer one takes its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.journal import note
from server.registration.code_lists import read_list
from server.registration.models import CodeList


def load_list(
    session: Session,
    country: str,
    name: str,
    content: bytes,
    *,
    property_id: int,
    actor: str,
    now: datetime,
) -> CodeList:
    """Read a file and keep it as a country's list of that name; `property_id` is whose colleague loads it.
    Raises Refused, which says what is wrong."""
    codes = dict(read_list(name, content))
    kept = session.get(CodeList, (country, name))
    if kept is None:
        kept = CodeList(country=country, name=name)
        session.add(kept)
    kept.codes, kept.digest, kept.loaded_at, kept.loaded_by = codes, sha256(content).digest(), now, actor
    note(
        session,
        actor,
        "code_list.loaded",
        f"code_list:{country}.{name}",
        now=now,
        property_id=property_id,
        codes=len(codes),
    )
    return kept


def lists_of(session: Session, country: str) -> Sequence[CodeList]:
    """The lists of a country that were loaded, by name."""
    return session.scalars(select(CodeList).where(CodeList.country == country).order_by(CodeList.name)).all()
