"""Seal entries into a chain, so that whoever changes one later is found out.

Each entry gets a random salt, a commitment (SHA-256 over the salt and what may be erased of it: subject,
reason, detail), and a link (HMAC-SHA256 over the link before, the sequence number, the commitment and what is
never erased: id, time, actor, act, property). Once the salt and the content are dropped, nobody can guess the
content back from the commitment, and the chain still holds.

What this is worth, honestly. The HMAC's secret is made from a file under keys/, outside the database:

- Whoever can write to the database but not read that folder cannot change, delete or reorder a sealed entry,
  nor forge a seal, without `journal verify` naming it. They can cut off the end (entries and seals), which
  only a head kept elsewhere shows; change what is not sealed yet (a minute's worth while a worker runs);
  add entries that tell lies, dated about now, which the worker will seal as it seals any; and erase content
  under an entry that says so, which stays and is counted.
- Whoever can also read keys/ can write a whole new chain. Only a head kept off this machine shows that.
- A head proves what stood before it, not what came after: take one a day.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from server.db import json_text, take_turn
from server.journal.heads import START, Head, head_of
from server.journal.models import JournalEntry, JournalSeal
from server.statements import insert_rows

SALT_BYTES = 16
PURPOSE = b"oneguest journal chain 1"
LOOK_BACK = 10_000
"""How many seals back an ordinary look begins."""
BATCH = 1_000
"""Entries sealed in one transaction: the writer's place is held for some milliseconds."""

SEALED = (
    JournalEntry.id,
    JournalEntry.at,
    JournalEntry.actor,
    JournalEntry.act,
    JournalEntry.property_id,
    JournalEntry.subject,
    JournalEntry.reason,
    JournalEntry.detail,
)
"""What a seal speaks for: all that an entry holds."""


@dataclass(frozen=True, slots=True)
class ChainKey:
    """What the links are made with, and the id of the secret it comes from. Never shown."""

    id: str
    secret: bytes = field(repr=False)


def chain_key(key_id: str, secret: bytes) -> ChainKey:
    """The chain's own key, made from one of the house's secrets so that neither can be used for the other."""
    return ChainKey(key_id, hmac.new(secret, PURPOSE, hashlib.sha256).digest())


def commit_to(salt: bytes, subject: str, reason: str | None, detail: object) -> bytes:
    """The commitment to what may be erased of an entry."""
    content = json_text({"detail": detail, "reason": reason, "subject": subject})
    return hashlib.sha256(salt + content.encode()).digest()


def link_to(
    key: ChainKey,
    before: bytes,
    sequence: int,
    *,
    entry: tuple[int, datetime, str, str, int | None],
    commitment: bytes,
    sealed_at: datetime,
) -> bytes:
    """The link of one entry: (id, at, actor, act, property_id), its commitment, and all that came before."""
    number, at, actor, act, place = entry
    told = [before.hex(), sequence, number, at.isoformat(), actor, act, place, commitment.hex()]
    text = json_text([*told, sealed_at.isoformat(), key.id])
    return hmac.new(key.secret, text.encode(), hashlib.sha256).digest()


def waiting_for_seal(session: Session, *, after: int = 0, limit: int = BATCH) -> Sequence[int]:
    """Ids of entries without a seal, in their order, above `after`.

    A transaction that began earlier and ended later brings an entry whose id lies below sealed ones. So it is
    never enough to look above the last; the late one is sealed under the next sequence number.
    """
    sealed = exists().where(JournalSeal.entry_id == JournalEntry.id)
    found = select(JournalEntry.id).where(~sealed, JournalEntry.id > after).order_by(JournalEntry.id)
    return session.scalars(found.limit(limit)).all()


def ordinary_start(session: Session) -> int:
    """The id above which an ordinary look begins: an entry overtaken by fewer than LOOK_BACK is found by it.

    Looking through a journal of a million entries costs a second; that is done more seldom.
    """
    end = head_of(session)
    back = select(JournalSeal.entry_id).where(
        JournalSeal.sequence == (end.sequence if end else 0) - LOOK_BACK
    )
    return session.scalar(back) or 0


def seal(session: Session, ids: Sequence[int], key: ChainKey, *, now: datetime) -> Head:
    """Seal these entries, less those sealed meanwhile by another; returns the chain's new end."""
    take_turn(session, "journal.seal")
    end = head_of(session)
    sealed = exists().where(JournalSeal.entry_id == JournalEntry.id)
    entries = session.execute(
        select(*SEALED).where(JournalEntry.id.in_(ids), ~sealed).order_by(JournalEntry.id)
    ).all()
    chain, rows = end.chain if end else START, []
    sequence = end.sequence if end else 0
    for number, at, actor, act, place, subject, reason, detail in entries:
        sequence += 1
        salt = secrets.token_bytes(SALT_BYTES)
        commitment = commit_to(salt, subject, reason, detail)
        open_part = (number, at, actor, act, place)
        chain = link_to(key, chain, sequence, entry=open_part, commitment=commitment, sealed_at=now)
        rows.append(
            {
                "sequence": sequence,
                "entry_id": number,
                "salt": salt,
                "commitment": commitment,
                "chain": chain,
                "key_id": key.id,
                "sealed_at": now,
                "erased_by": None,
            }
        )
    insert_rows(session, JournalSeal, rows)
    last = entries[-1].id if entries else end.entry_id if end else 0
    return Head(sequence, last, chain, now if entries or end is None else end.sealed_at)
