"""Feeds, and every file that came with one, whatever became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, UtcDateTime


class Feed(Base):
    """A place that a system of a house delivers its files to.

    `confirmed` are the ways of reading that a colleague said yes to: only a file that is read in one of these
    is imported without being asked about (server.feeds.habits). `seen` is what the last look found, by which
    the next one goes on. A setting of the house, kept as long as the house.
    """

    __tablename__ = "feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))
    kind: Mapped[str] = mapped_column(String(10))  # folder, mailbox
    name: Mapped[str] = mapped_column(String(80))  # as the house calls it: Arrivals report
    place: Mapped[str] = mapped_column(String(200))  # under the feeds' folder; of the mailbox: INBOX
    senders: Mapped[list[str]] = mapped_column(JSON, default=list)  # addresses, or @domain, lower case
    expected_at: Mapped[str] = mapped_column(String(5), default="")  # HH:MM in the house's zone; or no time
    state: Mapped[str] = mapped_column(String(10), default="on")  # on, off
    confirmed: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    seen: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    trouble: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # code and params: why it cannot be looked at
    trouble_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(80))  # the actor, as in the journal

    @property
    def subject(self) -> str:
        """How the journal names it, as who acts and as what is acted on."""
        return f"feed:{self.id}"


class FeedFile(Base):
    """One file that a feed brought, once. Its class of data is `imports`, like the file's.

    `mark` names what it came in, a message or a file of the folder, so that it is taken once; `part` counts
    the attachments of a message.
    """

    __tablename__ = "feed_file"
    __table_args__ = (
        UniqueConstraint("feed_id", "mark", "part"),
        Index("ix_feed_file_feed_id", "feed_id", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"))
    mark: Mapped[str] = mapped_column(String(64))
    part: Mapped[int] = mapped_column(Integer, default=0)
    at: Mapped[datetime] = mapped_column(UtcDateTime)  # when we saw it
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it was delivered
    sender: Mapped[str | None] = mapped_column(String(320))
    file_name: Mapped[str] = mapped_column(String(255))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    # taken: has an import. same: its bytes came before. refused: could not be taken. left: where it lay
    reason: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # code and params; None of what was taken
    uid_validity: Mapped[int | None] = mapped_column(BigInteger)  # where in the mailbox a left message lies
    uid: Mapped[int | None] = mapped_column(BigInteger)
