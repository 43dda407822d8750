"""Colleagues, their posts, and what they sign in with."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.db import Base, UtcDateTime
from server.properties.models import Property


class Colleague(Base):
    """Somebody who works here. Never deleted: what they did stands in the journal under their number."""

    __tablename__ = "colleague"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254), unique=True)  # lower case; None once forgotten
    language: Mapped[str] = mapped_column(String(8), default="")  # empty: the browser's
    password_hash: Mapped[str | None] = mapped_column(String(200))
    pin_hash: Mapped[str | None] = mapped_column(String(200))
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_step: Mapped[int] = mapped_column(Integer, default=0)  # the last one used: a code works once
    totp_since: Mapped[datetime | None] = mapped_column(UtcDateTime)  # None: being set up
    passkey_since: Mapped[datetime | None] = mapped_column(UtcDateTime)  # None: has no passkey
    ends_on: Mapped[date | None] = mapped_column(Date)  # last day of work
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    forgotten_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # became "former colleague"
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    posts: Mapped[list[Post]] = relationship(
        lazy="selectin", order_by="Post.id", cascade="all, delete-orphan"
    )


class Post(Base):
    """A role at one property, or in the whole group."""

    __tablename__ = "post"
    __table_args__ = (UniqueConstraint("colleague_id", "role", "property_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    colleague_id: Mapped[int] = mapped_column(ForeignKey("colleague.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    property_id: Mapped[int | None] = mapped_column(ForeignKey("property.id"))  # None: the whole group

    place: Mapped[Property | None] = relationship()


class StaffBrowser(Base):
    """A browser at a desk, known by a cookie. Several colleagues may have signed in there today."""

    __tablename__ = "staff_browser"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    seated_session_id: Mapped[int | None] = mapped_column(Integer)  # who sits there now
    described: Mapped[str] = mapped_column(String(60), default="")  # Firefox, Windows: for its colleagues
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StaffSession(Base):
    """One colleague's signing-in at one browser."""

    __tablename__ = "staff_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    browser_id: Mapped[int] = mapped_column(ForeignKey("staff_browser.id", ondelete="CASCADE"), index=True)
    colleague_id: Mapped[int] = mapped_column(ForeignKey("colleague.id"), index=True)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    password_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when the password was last given
    second_factor_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    challenge: Mapped[bytes | None] = mapped_column(LargeBinary(64))  # what a passkey is to sign, once

    colleague: Mapped[Colleague] = relationship(lazy="joined")


class ApiToken(Base):
    """A secret with which another system reads what changed. Only its keyed hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))  # of the system that reads
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    property_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))  # None: the whole group
    made_by: Mapped[str] = mapped_column(String(80))  # the actor, as in the journal
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # to the hour
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def subject(self) -> str:
        """How the journal names it."""
        return f"token:{self.id}"


class EntryLink(Base):
    """A one-time link for a colleague: the first administrator's, an invitation, a forgotten password."""

    __tablename__ = "entry_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    colleague_id: Mapped[int | None] = mapped_column(ForeignKey("colleague.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(12))  # invitation, password; first, demo: of no colleague yet
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """Opens the second step once when the telephone is lost."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    colleague_id: Mapped[int] = mapped_column(ForeignKey("colleague.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Passkey(Base):
    """A key in a colleague's own device; we hold only its public half."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    colleague_id: Mapped[int] = mapped_column(ForeignKey("colleague.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(Integer, default=0)
    name: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffRule(Base):
    """One row: what the house set for its colleagues' accounts; without it the defaults hold."""

    __tablename__ = "staff_rule"

    id: Mapped[int] = mapped_column(primary_key=True)  # always 1
    leavers_kept_days: Mapped[int] = mapped_column(Integer)
