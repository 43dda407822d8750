"""Tell the journal what was done with a colleague's account, and at which house: its auditor is to see it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from server.journal import note
from server.staff.models import Colleague


def only_house(houses: Iterable[int | None]) -> int | None:
    """The one house of some posts; None when they are at several, or at the whole group (None)."""
    found = set(houses)
    return found.pop() if len(found) == 1 else None


def house_of(colleague: Colleague) -> int | None:
    """The only house at which a colleague works; what concerns anybody else's account is the group's."""
    return only_house(post.property_id for post in colleague.posts)


def note_about(
    session: Session, actor: str, act: str, colleague: Colleague, *, now: datetime, **detail: str
) -> None:
    """Write an act that concerns a colleague's account into the journal, at the house where they work."""
    subject = f"colleague:{colleague.id}"
    note(session, actor, act, subject, now=now, property_id=house_of(colleague), **detail)
