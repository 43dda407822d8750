"""Find the forms that came in."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.captures.models import Capture
from server.properties.reach import Reach


def last_captures(session: Session, reach: Reach, *, most: int) -> Sequence[Capture]:
    """The newest forms of the houses within reach."""
    query = select(Capture).where(reach.limit(Capture.property_id)).order_by(Capture.received_at.desc())
    return session.scalars(query.limit(most)).all()
