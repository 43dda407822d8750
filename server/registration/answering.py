"""A request of an authority: the sheets of a period as a register, with who asked and on which ground.

The journal keeps the request for whoever audits the house, and names each sheet that was opened by its id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.journal import note
from server.journal.models import JournalEntry
from server.refusal import Refused
from server.registration.houses import Keeps
from server.registration.keeping import Opened, Purpose, open_sheet
from server.registration.models import KeptSheet
from server.vault import Vault

LONGEST = timedelta(days=366)
MOST = 2_000
"""Sheets of one register; more are asked for in two periods."""
LONGEST_WORDS = 95
"""Of each of the two: the journal keeps a reason of 200."""


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks for which days (of arrival, both included), and on which ground."""

    first: date
    last: date
    authority: str
    basis: str

    @property
    def lacking(self) -> Mapping[str, str]:
        """What is wrong with it, by field: a code of `period`, `missing`, `long`."""
        found = {}
        if self.last < self.first or self.last - self.first > LONGEST:
            found["last"] = "period"
        for name, text in (("authority", self.authority), ("basis", self.basis)):
            if not text.strip():
                found[name] = "missing"
            elif len(text) > LONGEST_WORDS or not text.isprintable():
                found[name] = "long"
        return found


def sheets_of_period(
    session: Session,
    vault: Vault,
    keeps: Keeps,
    request: Request,
    *,
    digest_of: Callable[[Sequence[Opened]], str] | None = None,
    actor: str,
    now: datetime,
) -> tuple[list[Opened], JournalEntry]:
    """The sheets of a period, opened, by day of arrival; those that are void too, which say so. Journalled
    as a request with the digest of its register, and each sheet by its id; the entry of the request."""
    if request.lacking:
        raise ValueError("the request is not complete")
    query = select(KeptSheet).where(
        KeptSheet.property_id == keeps.place.id, KeptSheet.arrives.between(request.first, request.last)
    )
    kept = session.scalars(
        query.order_by(KeptSheet.arrives, KeptSheet.number, KeptSheet.id).limit(MOST + 1)
    ).all()
    if len(kept) > MOST:
        raise Refused("registration.long_period", {"most": str(MOST)})
    opened = [
        open_sheet(session, vault, one, purpose=Purpose.AUTHORITY, actor=actor, now=now) for one in kept
    ]
    entry = note(
        session,
        actor,
        "sheets.requested",
        f"property:{keeps.place.id}",
        now=now,
        property_id=keeps.place.id,
        first=str(request.first),
        last=str(request.last),
        sheets=len(kept),
        digest=digest_of(opened) if digest_of else "",
        reason=f"{request.authority.strip()}: {request.basis.strip()}",
    )
    session.flush()
    return opened, entry
