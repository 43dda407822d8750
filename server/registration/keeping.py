"""Keep sheets in the vault: a first version, corrections with their reason, a signature under one text.

Every reading names its purpose, which is one of registration's own, and stands in the journal by ids. There
is no other way to what a sheet says: who matches, searches, counts or exports guests never comes here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import take_turn
from server.journal import note
from server.refusal import Refused
from server.registration.models import KeptSheet, SheetNumbers, SheetVersion, place_of
from server.registration.profile import profile_of
from server.registration.sheet import Sheet, from_bytes, to_bytes
from server.registration.signing import Signature, signature_from
from server.vault import Vault


class Purpose(StrEnum):
    """What a sheet may be opened for. There is no other."""

    SIGN = "sign"
    PRINT = "print"
    CORRECT = "correct"
    HAND_IN = "hand_in"
    AUTHORITY = "authority"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a version of a sheet says. `reason`: why it was corrected."""

    kept: KeptSheet
    version: SheetVersion
    sheet: Sheet
    signature: Signature | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Origin:
    """How a sheet came: `source` as KeptSheet says, the texts that were shown, and who brought it."""

    source: str
    form: str
    language: str
    actor: str


def keep_sheet(
    session: Session,
    vault: Vault,
    sheet: Sheet,
    origin: Origin,
    *,
    id: str,
    property_id: int,
    country: str,
    record_id: int | None,
    signature: Signature | None = None,
    today: date,
    now: datetime,
) -> KeptSheet:
    """Keep a sheet, in the caller's transaction; `today` is the day at the house. The same id again changes
    nothing, and gives the sheet that there is."""
    known = session.get(KeptSheet, id)
    if known is not None:
        return known
    profile = profile_of(country)
    kept = KeptSheet(
        id=id,
        property_id=property_id,
        record_id=record_id,
        country=country,
        source=origin.source,
        state=_state(signature),
        version=1,
        number=_next_number(session, property_id) if profile is not None and profile.numbered else None,
        people=len(sheet.people) + sum(counted.number for counted in sheet.counted),
        arrives=sheet.stay.arrives,
        departs=sheet.stay.departs,
        signed_on=today if signature else None,
        received_at=now,
    )
    session.add(kept)
    session.flush()
    _add_version(session, vault, kept, sheet, origin, signature=signature, now=now)
    note(session, origin.actor, "sheet.kept", kept.subject, now=now, property_id=property_id)
    return kept


def open_sheet(
    session: Session,
    vault: Vault,
    kept: KeptSheet,
    *,
    purpose: Purpose,
    actor: str,
    now: datetime,
    version: int | None = None,
) -> Opened:
    """What a sheet says now, or said in an earlier version; the journal tells who read it, and what for."""
    found = session.scalars(
        select(SheetVersion).where(
            SheetVersion.sheet_id == kept.id, SheetVersion.number == (version or kept.version)
        )
    ).one()
    note(
        session,
        actor,
        "sheet.opened",
        kept.subject,
        now=now,
        property_id=kept.property_id,
        purpose=purpose.value,
    )
    return Opened(
        kept,
        found,
        from_bytes(vault.open(found.content, found.where("content"))),
        signature_from(vault.open(found.signature, found.where("signature"))) if found.signature else None,
        vault.open(found.reason, found.where("reason")).decode("utf-8") if found.reason else None,
    )


def correct_sheet(
    session: Session,
    vault: Vault,
    kept: KeptSheet,
    sheet: Sheet,
    origin: Origin,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Put another version in the place of the current one, which stays. Who signed that did not sign this:
    the sheet is broken until it is signed again. Refused without a reason, and for a sheet that is void."""
    if not reason.strip():
        raise Refused("registration.no_reason")
    _refuse_void(kept)
    kept.version += 1
    kept.state = "broken" if kept.state in ("signed", "witnessed", "broken") else "filled"
    kept.people = len(sheet.people) + sum(counted.number for counted in sheet.counted)
    kept.arrives, kept.departs = sheet.stay.arrives, sheet.stay.departs
    _add_version(session, vault, kept, sheet, origin, reason=reason, now=now)
    note(session, origin.actor, "sheet.corrected", kept.subject, now=now, property_id=kept.property_id)


def sign_sheet(
    session: Session,
    vault: Vault,
    kept: KeptSheet,
    signature: Signature,
    *,
    actor: str,
    today: date,
    now: datetime,
) -> None:
    """Put a signature under the current version. Refused where that bears one, and for one that is void."""
    _refuse_void(kept)
    current = session.scalars(
        select(SheetVersion).where(SheetVersion.sheet_id == kept.id, SheetVersion.number == kept.version)
    ).one()
    if current.signature is not None:
        raise Refused("registration.is_signed")
    reseal_version(vault, current)
    current.signature = vault.seal(signature.to_bytes(), current.where("signature"))
    kept.state, kept.signed_on = _state(signature), today
    note(session, actor, f"sheet.{kept.state}", kept.subject, now=now, property_id=kept.property_id)


def void_sheet(session: Session, kept: KeptSheet, *, reason: str, actor: str, now: datetime) -> None:
    """A sheet that was made in error counts no more; it is kept, with its number, as long as any other."""
    if not reason.strip():
        raise Refused("registration.no_reason")
    _refuse_void(kept)
    kept.state = "void"
    note(session, actor, "sheet.void", kept.subject, now=now, property_id=kept.property_id, reason=reason)


def reseal_version(vault: Vault, version: SheetVersion) -> None:
    """Seal what a version holds by the present key; nothing where it is so. Raises CannotOpenVault."""
    if version.key_id == vault.present:
        return
    anew: dict[str, bytes] = {}  # all of it or nothing: one that does not open leaves the others as they are
    for column in ("content", "signature", "reason"):
        sealed: bytes | None = getattr(version, column)
        if sealed is not None:
            where = version.where(column)
            anew[column] = vault.seal(vault.open(sealed, where), where)
    for column, value in anew.items():
        setattr(version, column, value)
    version.key_id = vault.present


def versions_of(session: Session, kept: KeptSheet) -> Sequence[SheetVersion]:
    """A sheet's versions, the first one first; their content stays sealed."""
    query = select(SheetVersion).where(SheetVersion.sheet_id == kept.id).order_by(SheetVersion.number)
    return session.scalars(query).all()


def _state(signature: Signature | None) -> str:
    if signature is None:
        return "filled"
    return "witnessed" if signature.witness else "signed"


def _refuse_void(kept: KeptSheet) -> None:
    if kept.state == "void":
        raise Refused("registration.is_void")


def _add_version(
    session: Session,
    vault: Vault,
    kept: KeptSheet,
    sheet: Sheet,
    origin: Origin,
    *,
    signature: Signature | None = None,
    reason: str | None = None,
    now: datetime,
) -> None:
    content = to_bytes(sheet)

    def sealed(column: str, plain: bytes) -> bytes:
        return vault.seal(plain, place_of(kept.id, kept.version, column))

    session.add(
        SheetVersion(
            sheet_id=kept.id,
            number=kept.version,
            form=origin.form,
            language=origin.language,
            content=sealed("content", content),
            digest=vault.digest(content),
            key_id=vault.present,
            signature=sealed("signature", signature.to_bytes()) if signature else None,
            reason=sealed("reason", reason.encode("utf-8")) if reason else None,
            made_at=now,
            made_by=origin.actor,
        )
    )
    session.flush()


def _next_number(session: Session, property_id: int) -> int:
    """The house's next running number: without a gap, and none is given twice."""
    take_turn(session, f"sheet numbers:{property_id}")
    numbers = session.get(SheetNumbers, property_id)
    if numbers is None:
        numbers = SheetNumbers(property_id=property_id, last=0)
        session.add(numbers)
    numbers.last += 1
    session.flush()
    return numbers.last
