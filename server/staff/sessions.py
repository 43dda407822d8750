"""Who sits at a desk: sessions kept in the database, so that ending one ends it everywhere at once.

A browser holds one random token; several colleagues may have signed in there, one of them sits. Idle, the
desk locks and a PIN opens it again; twelve hours after the password a session is over (ASVS 7.3).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from server.db import writing
from server.properties.reach import NOWHERE, Reach
from server.staff.models import Colleague, StaffBrowser, StaffSession
from server.staff.roles import PERMISSIONS, STRONG

TOKEN_BYTES = 32
IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=12)
FRESH = timedelta(minutes=5)
"""How long after the password the gravest things may be done (X-3)."""
SEEN_EVERY = timedelta(minutes=1)
"""How exact `seen_at` is: one small write a minute and colleague, not one a page."""

State = Literal["open", "locked"]


@dataclass(frozen=True, slots=True)
class Seated:
    """A colleague at a desk: `locked` after a while without a hand on it."""

    colleague: Colleague
    session: StaffSession
    state: State


def hash_token(token: str) -> bytes:
    """What is stored instead of a token. It is random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def may_sign_in(colleague: Colleague, *, now: datetime) -> bool:
    """Whether an account is open: not disabled, not forgotten, its last day not over (by UTC)."""
    ended = colleague.ends_on is not None and now.date() > colleague.ends_on
    return colleague.disabled_at is None and colleague.forgotten_at is None and not ended


def browser_of(session: Session, token: str) -> StaffBrowser | None:
    """The browser that a cookie's token names."""
    if not token:
        return None
    return session.scalar(select(StaffBrowser).where(StaffBrowser.token_hash == hash_token(token)))


def seated_at(session: Session, token: str, *, now: datetime) -> Seated | None:
    """Who sits at the browser of a token; None when nobody does, or their time is over."""
    if not token:
        return None
    found = session.scalar(
        select(StaffSession)
        .join(StaffBrowser, StaffBrowser.seated_session_id == StaffSession.id)
        .where(StaffBrowser.token_hash == hash_token(token))
    )
    if found is None or not is_running(found, now=now):
        return None
    idle = now - found.seen_at > IDLE
    return Seated(found.colleague, found, "locked" if idle else "open")


def is_running(found: StaffSession, *, now: datetime) -> bool:
    """Whether a session may go on: not ended, not too old, its colleague still welcome."""
    return found.ended_at is None and now - found.began_at < LONGEST and may_sign_in(found.colleague, now=now)


def sit_down(
    session: Session, colleague: Colleague, *, token: str = "", now: datetime, second_factor: bool
) -> str:
    """Begin a session after a full sign-in; returns the browser's new token (never the one it came with).

    `token`: what the browser held before. Its other colleagues' sessions stay, under the new token.
    """
    fresh = secrets.token_urlsafe(TOKEN_BYTES)
    browser = browser_of(session, token)
    if browser is None:
        browser = StaffBrowser(token_hash=hash_token(fresh), made_at=now)
        session.add(browser)
        session.flush()
    browser.token_hash = hash_token(fresh)
    session.execute(
        update(StaffSession)
        .where(
            StaffSession.browser_id == browser.id,
            StaffSession.colleague_id == colleague.id,
            StaffSession.ended_at.is_(None),
        )
        .values(ended_at=now)
    )
    begun = StaffSession(
        browser_id=browser.id,
        colleague_id=colleague.id,
        began_at=now,
        seen_at=now,
        password_at=now,
        second_factor_at=now if second_factor else None,
    )
    session.add(begun)
    session.flush()
    browser.seated_session_id = begun.id
    return fresh


def end_sessions(session: Session, colleague_id: int, *, now: datetime) -> None:
    """End everything a colleague has open, at every desk: after logout, disabling, a new role or password."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.colleague_id == colleague_id, StaffSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def keep_awake(engine: Engine, session_id: int, *, now: datetime) -> None:
    """A hand was on the desk: put the idle end off. In a transaction of its own, after the answer left."""
    with writing(engine) as session:
        session.execute(
            update(StaffSession)
            .where(StaffSession.id == session_id, StaffSession.seen_at < now)
            .values(seen_at=now)
        )


def reach_of(colleague: Colleague, permission: str) -> Reach:
    """At which properties a colleague's posts give a permission."""
    roles = PERMISSIONS[permission].roles
    posts = [post for post in colleague.posts if post.role in roles]
    if any(post.property_id is None for post in posts):
        return Reach(None)
    return Reach(frozenset(p.property_id for p in posts if p.property_id is not None)) if posts else NOWHERE


def may(colleague: Colleague, permission: str) -> bool:
    """Whether any post of a colleague gives a permission."""
    return any(post.role in PERMISSIONS[permission].roles for post in colleague.posts)


def needs_second_factor(colleague: Colleague) -> bool:
    """Whether a colleague signs in with a second factor: one of the strong roles, or they set one up."""
    return colleague.totp_since is not None or any(post.role in STRONG for post in colleague.posts)
