"""How a tablet becomes ours and ceases to be: a one-time code, a token of its own, revocation.

A tablet's token lets it hand in forms and tell how it is; it reads nothing of any guest. Only keyed hashes
are kept, so a copy of the database lets nobody play a tablet.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, or_, select, update
from sqlalchemy.orm import Session

from server.db import row_of
from server.devices.models import Device, DeviceCode
from server.journal import note
from server.properties.models import Property
from server.refusal import Refused

TOKEN_BYTES = 32  # 256 bits from the system's generator
MARK = "ogd_"
"""How every token of a tablet begins, so that a search for leaked secrets knows it."""
CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""None that is taken for another when it is read out: no 0 and O, 1, I and L, U and V."""
CODE_LENGTH = 8  # 30 ** 8, ten minutes, ten tries a minute
CODE_LIFE = timedelta(minutes=10)
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A new code; the only moment at which its text is known."""

    row: DeviceCode
    text: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A new tablet; the only moment at which its token is known."""

    device: Device
    token: str


def issue_code(
    session: Session, place: Property, name: str, *, secret: bytes, actor: str, now: datetime
) -> IssuedCode:
    """Make a code that enrols one tablet of a property within ten minutes (`secret`: the key `index`).

    Without a name the tablet gets the next number. Raises Refused for a name that is too long.
    """
    plain = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if len(plain) > LONGEST_NAME:
        raise Refused("device.name_too_long", {"most": str(LONGEST_NAME)})
    session.execute(delete(DeviceCode).where(DeviceCode.expires_at < now - timedelta(days=1)))
    text = "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))
    row = DeviceCode(
        property_id=place.id,
        name=plain or _next_name(session, place.id),
        code_hash=_hash(secret, "device code", text),
        made_by=actor,
        made_at=now,
        expires_at=now + CODE_LIFE,
    )
    session.add(row)
    session.flush()
    note(session, actor, "device.code_issued", f"device_code:{row.id}", now=now, property_id=place.id)
    return IssuedCode(row, text)


def enrolment_address(house: str, text: str, fingerprint: str) -> str:
    """The address that a tablet opens to be enrolled.

    The code, and the fingerprint of the key that the tablet is to seal to, stand behind the #: browsers send
    that to nobody.
    """
    return f"{house}/kiosk/#code={text}&key={fingerprint}"


def enrol(session: Session, text: str, *, secret: bytes, now: datetime) -> Enrolled:
    """Make a tablet out of a code, once. Raises Refused when it is wrong, used, or too old: which, it does
    not tell."""
    wanted = "".join(text.split()).replace("-", "").upper()
    code = session.scalar(
        select(DeviceCode).where(DeviceCode.code_hash == _hash(secret, "device code", wanted))
    )
    if code is None or not _use_up(session, code, now=now):
        raise Refused("device.code_wrong")
    token = MARK + secrets.token_urlsafe(TOKEN_BYTES)
    device = Device(
        property_id=code.property_id,
        name=code.name,
        token_hash=_hash(secret, "device token", token),
        enrolled_by=code.made_by,
        enrolled_at=now,
    )
    session.add(device)
    session.flush()
    note(session, code.made_by, "device.enrolled", device.subject, now=now, property_id=device.property_id)
    return Enrolled(device, token)


def export_code(device: Device, *, secret: bytes) -> str:
    """The code with which a colleague has a tablet write its forms to a file, also when it is cut off for
    good: it was told the digest before. It opens nothing; it keeps passers-by from taking files home."""
    digest = _hash(secret, "device export", str(device.id))
    return "".join(CODE_SIGNS[byte % len(CODE_SIGNS)] for byte in digest[:CODE_LENGTH])


def export_digest(device: Device, *, secret: bytes) -> str:
    """What the tablet holds the code against: SHA-256, bound to the tablet."""
    return hashlib.sha256(f"{device.id}|{export_code(device, secret=secret)}".encode()).hexdigest()


def find_bearers(session: Session, tokens: Sequence[str], *, secret: bytes) -> Sequence[Device | None]:
    """The tablet of each token, revoked ones too; None where there is none."""
    hashes = [_hash(secret, "device token", token) for token in tokens]
    query = select(Device).where(or_(Device.token_hash.in_(hashes), Device.next_token_hash.in_(hashes)))
    found: dict[bytes | None, Device] = {}
    for device in session.scalars(query):
        found |= {device.token_hash: device, device.next_token_hash: device}
    return [found.get(hashed) for hashed in hashes]


def settle_token(session: Session, device: Device, token: str, *, secret: bytes) -> None:
    """From the first use of a newer token on, the one before opens nothing."""
    if device.next_token_hash == _hash(secret, "device token", token):
        device.token_hash, device.next_token_hash = device.next_token_hash, None


def rotate_token(session: Session, device: Device, *, secret: bytes, now: datetime) -> str:
    """A newer token for a tablet. The present one works until the newer was used: the answer may get lost."""
    token = MARK + secrets.token_urlsafe(TOKEN_BYTES)
    device.next_token_hash, device.rotated_at = _hash(secret, "device token", token), now
    return token


def revoke_device(session: Session, device_id: int, *, actor: str, now: datetime) -> Device:
    """End a tablet at once: what it sends is not taken any more. Raises Refused when it is none of ours, or
    was ended before."""
    device = row_of(session, Device, device_id)
    if device is None or device.revoked_at is not None:
        raise Refused("device.unknown", {"device": str(device_id)})
    device.revoked_at = now
    note(session, actor, "device.revoked", device.subject, now=now, property_id=device.property_id)
    return device


def list_devices(session: Session) -> Sequence[Device]:
    """All tablets there ever were, oldest first."""
    return session.scalars(select(Device).order_by(Device.id)).all()


def _use_up(session: Session, code: DeviceCode, *, now: datetime) -> bool:
    used = session.execute(
        update(DeviceCode)
        .where(DeviceCode.id == code.id, DeviceCode.used_at.is_(None), DeviceCode.expires_at > now)
        .values(used_at=now)
    )
    return isinstance(used, CursorResult) and used.rowcount == 1


def _next_name(session: Session, property_id: int) -> str:
    names = set(session.scalars(select(Device.name).where(Device.property_id == property_id)))
    number = next(n for n in range(1, len(names) + 2) if f"Tablet {n}" not in names)
    return f"Tablet {number}"


def _hash(secret: bytes, kind: str, text: str) -> bytes:
    return hmac.new(secret, kind.encode("ascii") + b"\x00" + text.encode("utf-8"), hashlib.sha256).digest()
