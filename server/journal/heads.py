"""The head of the chain: where it ended at a time. Kept elsewhere, it shows what was cut off or rewritten."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.journal.models import JournalSeal
from server.refusal import Refused

START = bytes(32)
"""The link before the first."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last seal: how many there are, of which entry, its link, and when it was made."""

    sequence: int
    entry_id: int
    chain: bytes
    sealed_at: datetime

    def to_text(self) -> str:
        """The head as a file holds it."""
        told = {
            "oneguest": "journal head",
            "sequence": self.sequence,
            "entry": self.entry_id,
            "chain": self.chain.hex(),
            "sealed_at": self.sealed_at.isoformat(),
        }
        return json.dumps(told, indent=1) + "\n"

    @classmethod
    def from_text(cls, text: str) -> Head:
        """A head from its file; Refused when it is none."""
        try:
            told = json.loads(text)
            head = cls(
                int(told["sequence"]),
                int(told["entry"]),
                bytes.fromhex(told["chain"]),
                datetime.fromisoformat(told["sealed_at"]),
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Refused("journal.no_head") from None
        if head.sequence < 1 or len(head.chain) != len(START):
            raise Refused("journal.no_head")
        return head


def head_of(session: Session) -> Head | None:
    """Where the chain ends now; None while nothing is sealed."""
    last = session.execute(
        select(JournalSeal.sequence, JournalSeal.entry_id, JournalSeal.chain, JournalSeal.sealed_at)
        .order_by(JournalSeal.sequence.desc())
        .limit(1)
    ).one_or_none()
    return Head(*last) if last else None
