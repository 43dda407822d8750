"""Whether an address is the guest's: a click on what was sent there, or its code; undone by its owner.

Claimed is what a guest gave; `by_staff` what a colleague typed for them. A click (a POST: mail scanners open
links too) or the code makes it verified, and the address comes through intake once more as proven, so that it
wins over whatever is not. Whoever says that it is not theirs takes it back.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.captures.identifiers import new_capture_id
from server.captures.links import token_hash
from server.captures.models import Bound, Capture
from server.captures.receiving import receive
from server.forms.suggestion import is_alias
from server.journal import note
from server.prompts.bouncing import find_working
from server.prompts.closing import ANSWER
from server.prompts.contacts import contact_key
from server.prompts.disowning import disown, own_after_all
from server.prompts.models import AddressProof
from server.records.models import CleanRow, SourceRecord

TOKEN_BYTES = 24  # 192 bits from the system's generator; ASVS 7.2.3 asks for 128
LIFE = timedelta(days=7)
WRONG_CODES = 5
TAKEN_BACK_WITHIN = timedelta(minutes=15)
"""How long who said "not mine" may say that it is theirs after all, in the same browser."""
OPEN = ("claimed", "by_staff")
SURFACES = {"tablet": "kiosk"}
"""Where it was proven, by how; everywhere else by a message to the address itself."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What is sent to the address, known at this moment only."""

    proof: AddressProof
    token: str
    code: str


def begin(
    session: Session, record_id: int, address: str, *, how: str, secret: bytes, now: datetime
) -> Begun | None:
    """Ask the owner of an address whether it is this record's guest's. `how`: by_staff, or claimed.

    None where that is settled. Begun again, what was sent before opens nothing any more.
    """
    key = contact_key(secret, "email", address)
    of_this = select(AddressProof).where(AddressProof.record_id == record_id, AddressProof.contact_key == key)
    proof = session.scalars(of_this.with_for_update()).first()
    if proof is None:
        proof = AddressProof(record_id=record_id, contact_key=key, made_at=now, state=how)
        session.add(proof)
    elif proof.state not in OPEN:
        return None
    token = secrets.token_urlsafe(TOKEN_BYTES)
    code = code_of(secret, token)
    proof.token_hash, proof.code_hash = token_hash(token), _code_hash(secret, proof, code)
    proof.wrong_codes, proof.expires_at = 0, now + LIFE
    session.flush()
    return Begun(proof, token, code)


def code_of(secret: bytes, token: str) -> str:
    """Six digits that belong to a token."""
    drawn = hmac.new(secret, f"code\n{token}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(drawn[:8], 'big') % 1_000_000:06d}"


def _code_hash(secret: bytes, proof: AddressProof, code: str) -> bytes:
    """Keyed and bound to its address: a million codes are tried in a second by whoever holds a plain hash."""
    said = f"code of\n{proof.record_id}\n{proof.contact_key.hex()}\n{code}"
    return hmac.new(secret, said.encode(), hashlib.sha256).digest()


def find_proof(session: Session, token: str, *, now: datetime) -> AddressProof | None:
    """What a token opens, for as long as its owner may say No; unknown and expired are the same: None."""
    proof = session.scalar(select(AddressProof).where(AddressProof.token_hash == token_hash(token)))
    if (
        proof is None
        or proof.state not in (*OPEN, "verified")
        or proof.expires_at is None
        or proof.expires_at <= now
    ):
        return None
    return proof


def confirm(session: Session, proof: AddressProof, *, how: str, secret: bytes, now: datetime) -> bool:
    """The guest says that the address is theirs: it is verified, and goes through intake as proven. False
    where the record does not bear it any more. Said twice it is said once."""
    session.flush()  # refreshing drops what is not written yet
    session.refresh(proof, with_for_update=True)
    if proof.state == "verified":
        return True
    record = session.get(SourceRecord, proof.record_id)
    address = address_of(session, proof, secret)
    if proof.state not in OPEN or record is None or address is None:
        return False
    _settle(proof, "verified", how, now)
    find_working(session, proof.contact_key, now=now)
    note(session, "guest", "address.verified", f"record:{record.id}", now=now, property_id=record.property_id)
    clean = session.get_one(CleanRow, record.id)
    id_ = new_capture_id(now)
    session.add(Bound(capture_id=id_, record_id=record.id))
    receive(
        session,
        id=id_,
        form=ANSWER.name,
        version=ANSWER.version,
        language=clean.language or "en",
        surface=SURFACES.get(how, "email"),
        proof="verified",
        property_id=record.property_id,
        answers={"email": address},
        now=now,
    )
    return True


def confirm_by_code(
    session: Session, proof: AddressProof, code: str, *, secret: bytes, now: datetime
) -> bool:
    """The same by the six digits; after five wrong ones only the link proves it."""
    session.flush()  # refreshing drops what is not written yet
    session.refresh(proof, with_for_update=True)
    given = _code_hash(secret, proof, "".join(sign for sign in code if sign.isdigit()))
    is_right = hmac.compare_digest(given, proof.code_hash or b"")
    is_open = proof.state in OPEN and proof.expires_at is not None and now < proof.expires_at
    if not is_open or proof.wrong_codes >= WRONG_CODES:
        return False
    if not is_right:
        proof.wrong_codes += 1
        return False
    return confirm(session, proof, how="code", secret=secret, now=now)


def undo(session: Session, proof: AddressProof, *, secret: bytes, now: datetime) -> bool:
    """The owner of the address says that it is not this guest's: it is used for them no more."""
    session.flush()  # refreshing drops what is not written yet
    session.refresh(proof, with_for_update=True)
    if proof.state not in (*OPEN, "verified"):
        return False
    _settle(proof, "undone", "click", now)
    proof.token_hash = None
    disown(session, proof.record_id, proof.contact_key, by="guest", secret=secret, now=now)
    return True


def take_back_undo(session: Session, proof: AddressProof, *, secret: bytes, now: datetime) -> bool:
    """Who said "not mine" meant the other button: it is theirs, and proven. False when that is long ago."""
    session.flush()  # refreshing drops what is not written yet
    session.refresh(proof, with_for_update=True)
    said = proof.settled_at
    if proof.state != "undone" or said is None or now - said > TAKEN_BACK_WITHIN:
        return False
    own_after_all(session, proof.contact_key, said_at=said, secret=secret, now=now)
    proof.state = "claimed"
    return confirm(session, proof, how="click", secret=secret, now=now)


def may_have_code(session: Session, link_id: int) -> bool:
    """Whether the guest of a link gave an address that is still to be proven: they may have its code."""
    given = select(Capture.answers).where(Capture.guest_link_id == link_id)
    addresses = [answers.get("email", "") for answers in session.scalars(given)]
    proof = proof_of_link(session, link_id)
    is_open = proof is None or proof.state in OPEN
    return is_open and any(address and not is_alias(address) for address in addresses)


def proof_of_link(session: Session, link_id: int) -> AddressProof | None:
    """What is to be proven of the address that was given by a link."""
    query = (
        select(AddressProof)
        .join(Capture, Capture.record_id == AddressProof.record_id)
        .where(Capture.guest_link_id == link_id)
        .order_by(AddressProof.id.desc())
    )
    return session.scalars(query.limit(1)).first()


def shortened(address: str) -> str:
    """An address as its owner knows it again and nobody else learns it: ma…@posteo.de."""
    local, _, domain = address.rpartition("@")
    return f"{local[:2] if len(local) > 3 else local[:1]}…@{domain}"


def _settle(proof: AddressProof, state: str, how: str, now: datetime) -> None:
    proof.state, proof.how, proof.settled_at = state, how, now
    proof.code_hash = None


def address_of(session: Session, proof: AddressProof, secret: bytes) -> str | None:
    """The address that is asked about, as its record bears it: the proof holds its hash only."""
    clean = session.get(CleanRow, proof.record_id)
    told = clean.email if clean else None
    return told if told and contact_key(secret, "email", told) == proof.contact_key else None
