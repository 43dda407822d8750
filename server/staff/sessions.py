"""Who sits at a desk: sessions kept in the database, so that ending one ends it everywhere at once.

A browser holds one random token; several colleagues may have signed in there, one of them sits. Idle, the
desk locks and a PIN opens it again; twelve hours after the password a session is over (ASVS 7.3).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session, object_session

from server.db import writing
from server.properties.models import Property
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
    """Whether an account is open: not disabled, not forgotten, its last day not over."""
    return (
        colleague.disabled_at is None and colleague.forgotten_at is None and not has_left(colleague, now=now)
    )


def has_left(colleague: Colleague, *, now: datetime) -> bool:
    """Whether a colleague's last day is over, at every property of theirs."""
    if colleague.ends_on is None:
        return False
    return all(now.astimezone(zone).date() > colleague.ends_on for zone in _zones(colleague))


def _zones(colleague: Colleague) -> Iterable[tzinfo]:
    """Where a colleague's days end: at their properties; for one of the whole group, at its main house."""
    zones = {post.place.zone for post in colleague.posts if post.place is not None}
    session = object_session(colleague)
    if session is not None and (not zones or any(post.property_id is None for post in colleague.posts)):
        zones.add(session.scalar(select(Property.zone).where(Property.is_default)) or "UTC")
    return [ZoneInfo(zone) for zone in zones]


def browser_of(session: Session, token: str) -> StaffBrowser | None:
    """The browser that a cookie's token names."""
    if not token:
        return None
    return session.scalar(select(StaffBrowser).where(StaffBrowser.token_hash == hash_token(token)))


def seated_at(session: Session, token: str, *, now: datetime) -> Seated | None:
    """Who sits at the browser of a token; None when nobody does, or their time is over.

    The session must be of this very browser: SQLite gives a deleted one's number to the next that begins.
    """
    if not token:
        return None
    found = session.scalar(
        select(StaffSession)
        .join(StaffBrowser, StaffBrowser.id == StaffSession.browser_id)
        .where(
            StaffBrowser.token_hash == hash_token(token), StaffBrowser.seated_session_id == StaffSession.id
        )
    )
    if found is None or not is_running(found, now=now):
        return None
    idle = now - found.seen_at > IDLE
    return Seated(found.colleague, found, "locked" if idle else "open")


def is_running(found: StaffSession, *, now: datetime) -> bool:
    """Whether a session may go on: not ended, not too old, its colleague still welcome."""
    return found.ended_at is None and now - found.began_at < LONGEST and may_sign_in(found.colleague, now=now)


def sit_down(
    session: Session,
    colleague: Colleague,
    *,
    token: str = "",
    now: datetime,
    second_factor: bool,
    described: str = "",
) -> str:
    """Begin a session after a full sign-in; returns the browser's new token (never the one it came with).

    `token`: what the browser held before. Its other colleagues' sessions stay, under the new token.
    `described`: what kind of browser it is, for the colleague's own list.
    """
    fresh = secrets.token_urlsafe(TOKEN_BYTES)
    browser = browser_of(session, token)
    if browser is None:
        browser = StaffBrowser(token_hash=hash_token(fresh), made_at=now)
        session.add(browser)
        session.flush()
    browser.token_hash, browser.described = hash_token(fresh), described
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


def sit_again(session: Session, held: StaffSession, *, now: datetime) -> str:
    """Seat a colleague whose session at this browser still runs; returns the browser's new token."""
    fresh = secrets.token_urlsafe(TOKEN_BYTES)
    browser = session.get_one(StaffBrowser, held.browser_id)
    browser.token_hash, browser.seated_session_id = hash_token(fresh), held.id
    held.seen_at = now
    return fresh


def stand_up(session: Session, token: str) -> None:
    """Lock the desk now: nobody sits there, and whoever signed in there today may come back by PIN."""
    browser = browser_of(session, token)
    if browser is not None:
        browser.seated_session_id = None


def sessions_at(session: Session, token: str, *, now: datetime) -> list[StaffSession]:
    """The running sessions of the browser of a token whose colleagues came in to the end, by name."""
    if not token:
        return []
    found = session.scalars(
        select(StaffSession)
        .join(StaffBrowser, StaffBrowser.id == StaffSession.browser_id)
        .where(StaffBrowser.token_hash == hash_token(token), StaffSession.ended_at.is_(None))
    )
    running = [one for one in found if is_running(one, now=now) and came_in(one)]
    return sorted(running, key=lambda one: (one.colleague.name.casefold(), one.id))


def came_in(held: StaffSession) -> bool:
    """Whether a session passed its second step, where it needs one."""
    return held.second_factor_at is not None or not needs_second_factor(held.colleague)


def sessions_of(session: Session, colleague: Colleague, *, now: datetime) -> list[StaffSession]:
    """Where a colleague is signed in, the latest first."""
    found = session.scalars(
        select(StaffSession)
        .where(StaffSession.colleague_id == colleague.id, StaffSession.ended_at.is_(None))
        .order_by(StaffSession.began_at.desc(), StaffSession.id.desc())
    )
    return [one for one in found if is_running(one, now=now)]


def end_session(session: Session, colleague_id: int, session_id: int, *, now: datetime) -> None:
    """End one session of a colleague."""
    session.execute(
        update(StaffSession)
        .where(
            StaffSession.id == session_id,
            StaffSession.colleague_id == colleague_id,
            StaffSession.ended_at.is_(None),
        )
        .values(ended_at=now)
    )


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
    chosen = colleague.totp_since is not None or colleague.passkey_since is not None
    return chosen or has_strong_role(colleague)


def has_strong_role(colleague: Colleague) -> bool:
    """Whether a post of a colleague asks for a second factor, always."""
    return any(post.role in STRONG for post in colleague.posts)
