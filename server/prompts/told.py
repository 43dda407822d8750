"""An address that a guest said aloud: typed by a colleague, it goes the way of all."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from server.captures.identifiers import new_capture_id
from server.captures.models import Bound
from server.captures.receiving import receive
from server.journal import note
from server.prompts.closing import ANSWER
from server.prompts.theirs import why_not_theirs
from server.properties.models import Property
from server.records.models import CleanRow


def take_told(
    session: Session, record_id: int, place: Property, address: str, *, by: str, now: datetime
) -> str | None:
    """Let it go through intake, bound to the stay of a record; where it cannot be theirs, the code of why.

    It is claimed by a colleague until its owner clicks on what is sent there.
    """
    why = why_not_theirs(session, place, address, record_id=record_id)
    if why is not None:
        return why
    clean = session.get(CleanRow, record_id)
    id_ = new_capture_id(now)
    session.add(Bound(capture_id=id_, record_id=record_id))
    receive(
        session,
        id=id_,
        form=ANSWER.name,
        version=ANSWER.version,
        language=(clean.language if clean is not None else None) or place.languages[0],
        surface="desk",
        proof="booking-bound",
        property_id=place.id,
        answers={"email": address},
        now=now,
    )
    note(session, by, "address.told", f"record:{record_id}", now=now, property_id=place.id)
    return None
