"""One-time links into the desk: the first administrator's, invitations, new passwords, the demo's."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from server.journal import note
from server.staff.models import Colleague, EntryLink
from server.staff.sessions import TOKEN_BYTES, hash_token, may_sign_in
from server.staff.telling import note_about

Purpose = Literal["first", "invitation", "password", "demo"]

VALID: dict[Purpose, timedelta] = {
    "first": timedelta(hours=24),
    "invitation": timedelta(days=7),
    "password": timedelta(hours=24),
    "demo": timedelta(days=30),
}
"""How long each link opens."""


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A new link. The token is shown now and never again: only its hash is kept."""

    token: str
    expires_at: datetime


def make_link(
    session: Session, purpose: Purpose, colleague: Colleague | None, *, actor: str, now: datetime
) -> MadeLink:
    """Make a link; older ones of the same colleague, or of the same purpose without one, open no more."""
    whose = EntryLink.purpose == purpose
    if colleague is not None:
        whose = EntryLink.colleague_id == colleague.id
    session.execute(update(EntryLink).where(whose, EntryLink.used_at.is_(None)).values(used_at=now))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = EntryLink(
        token_hash=hash_token(token),
        colleague_id=colleague.id if colleague else None,
        purpose=purpose,
        made_at=now,
        expires_at=now + VALID[purpose],
    )
    session.add(link)
    session.flush()
    if colleague is not None:
        note_about(session, actor, f"entry.{purpose}", colleague, now=now)
    else:
        note(session, actor, f"entry.{purpose}", f"entry_link:{link.id}", now=now, property_id=None)
    return MadeLink(token, link.expires_at)


def first_link(session: Session, *, now: datetime) -> MadeLink | None:
    """The link for the first administrator; None once there is any colleague."""
    if has_colleagues(session):
        return None
    return make_link(session, "first", None, actor="command", now=now)


def has_colleagues(session: Session) -> bool:
    """Whether anybody was ever let into this house."""
    return session.scalar(select(Colleague.id).limit(1)) is not None


def find_entry(session: Session, token: str, *, now: datetime) -> EntryLink | None:
    """The link of a token while it opens. Used, expired, unknown or of a closed account: all None."""
    link = session.scalar(select(EntryLink).where(EntryLink.token_hash == hash_token(token)))
    if link is None or link.used_at is not None or now >= link.expires_at:
        return None
    if link.purpose == "first" and has_colleagues(session):
        return None
    if link.colleague_id is not None:
        colleague = session.get(Colleague, link.colleague_id)
        if colleague is None or not may_sign_in(colleague, now=now):
            return None
    return link


def use_entry(session: Session, link: EntryLink, *, now: datetime) -> bool:
    """Use a link up; False when another request was quicker."""
    used = session.execute(
        update(EntryLink).where(EntryLink.id == link.id, EntryLink.used_at.is_(None)).values(used_at=now)
    )
    return cast(CursorResult[Any], used).rowcount == 1
