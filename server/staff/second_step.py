"""The second step: codes of an authenticator app (RFC 6238), and recovery codes for a lost telephone."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from typing import Any, cast

import pyotp
import segno
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from server.keys import Key
from server.staff.models import Colleague, Passkey, RecoveryCode
from server.staff.sessions import hash_token

STEP_SECONDS = 30
DRIFT = 1
"""Steps that a telephone's clock may be early or late."""
RECOVERY_CODES = 10
RECOVERY_BYTES = 10  # 80 bits: as random as a token, so a plain hash keeps it
NONCE = 12


def _cipher(key: Key) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"oneguest second step").derive(key.secret))


def _whose(colleague: Colleague) -> bytes:
    return f"colleague/totp_sealed/{colleague.id}".encode()


def new_app_secret(colleague: Colleague, key: Key) -> None:
    """Begin to set up an authenticator app: a new secret, sealed; it counts once a code confirmed it."""
    nonce = secrets.token_bytes(NONCE)
    secret = pyotp.random_base32().encode("ascii")
    sealed = nonce + _cipher(key).encrypt(nonce, secret, _whose(colleague))
    colleague.totp_sealed = key.id.encode("ascii") + b"\0" + sealed
    colleague.totp_since, colleague.totp_step = None, 0


def app_secret(colleague: Colleague, key: Key) -> str | None:
    """The secret of a colleague's app; None when there is none, or it was sealed for somebody else."""
    if colleague.totp_sealed is None:
        return None
    _, _, sealed = colleague.totp_sealed.partition(b"\0")
    try:
        return _cipher(key).decrypt(sealed[:NONCE], sealed[NONCE:], _whose(colleague)).decode("ascii")
    except InvalidTag:
        return None


def app_picture(secret: str, colleague: Colleague, *, house: str) -> str:
    """The secret as a QR code for the app's camera: SVG without a size, a style or a script."""
    address = pyotp.TOTP(secret).provisioning_uri(name=colleague.email or "", issuer_name=house)
    return segno.make(address, error="m", micro=False).svg_inline(omitsize=True, border=3, svgclass="qr")


def accept_code(session: Session, colleague: Colleague, key: Key, code: str, *, now: datetime) -> bool:
    """Whether a code of the app is right now. It opens once: neither it nor an older one opens again."""
    secret = app_secret(colleague, key)
    code = "".join(code.split())
    if secret is None or not (code.isascii() and code.isdigit()):
        return False
    app, today = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    for step in range(today - DRIFT, today + DRIFT + 1):
        if pyotp.utils.strings_equal(app.generate_otp(step), code):
            return _use_step(session, colleague, step)
    return False


def _use_step(session: Session, colleague: Colleague, step: int) -> bool:
    """In one statement, so that of two requests with the same code one is too late."""
    used = session.execute(
        update(Colleague)
        .where(Colleague.id == colleague.id, Colleague.totp_step < step)
        .values(totp_step=step)
        .execution_options(synchronize_session="evaluate")
    )
    return cast(CursorResult[Any], used).rowcount == 1


def confirm_app(session: Session, colleague: Colleague, key: Key, code: str, *, now: datetime) -> bool:
    """Finish setting up the app with its first code."""
    if not accept_code(session, colleague, key, code, now=now):
        return False
    colleague.totp_since = now
    return True


def has_second_step(colleague: Colleague) -> bool:
    """Whether a colleague has set up an app or a passkey."""
    return colleague.totp_since is not None or colleague.passkey_since is not None


def new_recovery_codes(session: Session, colleague: Colleague) -> list[str]:
    """Ten codes, each of which opens the second step once; those made before open no more.

    Only their hashes are kept: this is the one time they can be shown.
    """
    session.execute(delete(RecoveryCode).where(RecoveryCode.colleague_id == colleague.id))
    codes = []
    for _ in range(RECOVERY_CODES):
        text = base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode("ascii").lower()
        session.add(RecoveryCode(colleague_id=colleague.id, code_hash=hash_token(text)))
        codes.append("-".join(text[at : at + 4] for at in range(0, len(text), 4)))
    return codes


def use_recovery_code(session: Session, colleague: Colleague, code: str, *, now: datetime) -> bool:
    """Whether a recovery code opens; it never does again."""
    text = "".join(letter for letter in code.lower() if letter.isalnum())
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.colleague_id == colleague.id,
            RecoveryCode.code_hash == hash_token(text),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
    )
    return cast(CursorResult[Any], used).rowcount == 1


def codes_left(session: Session, colleague: Colleague) -> int:
    """How many recovery codes still open."""
    unused = (RecoveryCode.colleague_id == colleague.id, RecoveryCode.used_at.is_(None))
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(*unused)) or 0


def forget_second_step(session: Session, colleague: Colleague) -> None:
    """Take app, passkeys and recovery codes away; who must have a second step sets it up anew."""
    colleague.totp_sealed, colleague.totp_since, colleague.totp_step = None, None, 0
    colleague.passkey_since = None
    session.execute(delete(Passkey).where(Passkey.colleague_id == colleague.id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.colleague_id == colleague.id))
