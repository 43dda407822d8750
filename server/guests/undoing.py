"""Undo what a person did: its words are withdrawn, and what they touched is solved again.

What there is to see is a function of the records, the model and the words that hold, so deeds can be undone
in any order: what is left is as though the undone ones had never been.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.guests.deeds import deed_within, withdraw_words
from server.guests.households import regroup
from server.guests.linker import Changes, take_linker, touch
from server.guests.models import Link
from server.guests.staying import recount_stays
from server.properties.reach import EVERYWHERE, Reach
from server.refusal import Refused


def undo(
    session: Session,
    deed_id: int,
    *,
    author: str,
    now: datetime,
    reach: Reach = EVERYWHERE,
    kind: str | None = None,
) -> Changes:
    """Take a deed back. The deed stays, with who undid it and when.

    Refused with `deed.unknown` when there is none such within reach, or it is of another `kind` than the one
    that is named, with `deed.undone` when somebody undid it before.
    """
    take_linker(session)
    deed = deed_within(session, deed_id, reach)
    if deed is None or kind not in (None, deed.kind):
        raise Refused("deed.unknown")
    session.refresh(deed)
    if deed.undone_at is not None:
        raise Refused("deed.undone", {"who": deed.undone_by or ""})
    withdrawn = withdraw_words(session, deed, author=author, now=now)
    if withdrawn.stays:
        recount_stays(session, (), withdrawn.stays, cause=f"undo:{deed.id}", now=now)
    if withdrawn.living:
        guests = select(Link.guest_id).where(Link.record_id.in_(withdrawn.living))
        regroup(session, set(session.scalars(guests)))
    touched = withdrawn.decided | withdrawn.pinned
    if not touched or deed.params.get("verdict") == "undecided":
        return Changes()
    return touch(session, touched, cause=f"undo:{deed.id}", now=now)
