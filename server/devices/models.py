"""Tablets and the one-time codes that enrol them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Integer, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, UtcDateTime


class Device(Base):
    """An enrolled tablet. Only keyed hashes of its tokens are kept; what it says of itself is its last word.

    A tablet numbers its forms from 1; `last_number` is the largest that it ever told, so that a number the
    server never got is known to be missing.
    """

    __tablename__ = "device"

    id: Mapped[int] = mapped_column(primary_key=True)
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))
    name: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    next_token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    # given out, not used yet: until it is, the one before goes on to work
    enrolled_by: Mapped[str] = mapped_column(String(80))  # the actor, as in the journal
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rotated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_number: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    waiting: Mapped[int] = mapped_column(Integer, default=0, server_default="0")  # forms not delivered yet
    parked: Mapped[int] = mapped_column(Integer, default=0, server_default="0")  # of them, those refused
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    skew_seconds: Mapped[int] = mapped_column(Integer, default=0, server_default="0")  # our clock less its
    told: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    # build, storage, battery: whatever of beating.TOLD the last beat said
    is_cloned: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # it sent two forms under one number: a copy of it is about

    @property
    def subject(self) -> str:
        """How the journal names it."""
        return f"device:{self.id}"


class DeviceCode(Base):
    """A one-time code with which a tablet is enrolled within minutes. Only its keyed hash is kept."""

    __tablename__ = "device_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))
    name: Mapped[str] = mapped_column(String(60))  # of the tablet to be
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
