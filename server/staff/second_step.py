"""The second step: codes of an authenticator app (RFC 6238), and recovery codes for a lost telephone."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import pyotp
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
SECRET_LETTERS, NONCE, TAG = 32, 12, 16
"""Lengths: of a secret in base32 (160 bits, RFC 4226), of AES-GCM's nonce and of its tag."""


def _cipher(key: Key) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"oneguest second step").derive(key.secret))


def _whose(colleague: Colleague) -> bytes:
    return f"colleague/totp_sealed/{colleague.id}".encode()


def new_app_secret(colleague: Colleague, key: Key) -> None:
    """Begin to set up an authenticator app: a new secret, sealed; it counts once a code confirmed it.

    One that counts already stays until then, with the new one sealed behind it.
    """
    nonce = secrets.token_bytes(NONCE)
    secret = pyotp.random_base32(SECRET_LETTERS).encode("ascii")
    sealed = nonce + _cipher(key).encrypt(nonce, secret, _whose(colleague))
    counting = _sealed_parts(colleague)[:1] if colleague.totp_since is not None else []
    colleague.totp_sealed = b"".join([*counting, key.id.encode("ascii") + b"\0" + sealed])
    if not counting:
        colleague.totp_step = 0


def _sealed_parts(colleague: Colleague) -> list[bytes]:
    """The sealed secrets of a colleague: the one that counts, and behind it the one that is being set up.

    Each is the id of what sealed it, a zero, the nonce, the secret and its tag, these three of one length.
    """
    parts, rest = [], colleague.totp_sealed or b""
    while rest:
        end = rest.find(b"\0") + 1 + NONCE + SECRET_LETTERS + TAG
        parts.append(rest[:end])
        rest = rest[end:]
    return parts


def is_setting_up_app(colleague: Colleague) -> bool:
    """Whether a colleague began to set up an app and did not confirm it yet."""
    return len(_sealed_parts(colleague)) > (colleague.totp_since is not None)


def app_secret(colleague: Colleague, keys: Sequence[Key]) -> str | None:
    """The secret of the app that counts; None when there is none, or it was sealed for somebody else.

    `keys`: the present secret and those set aside; what was sealed names the one it takes.
    """
    return _opened(colleague, 0, keys) if colleague.totp_since is not None else None


def new_secret(colleague: Colleague, keys: Sequence[Key]) -> str | None:
    """The secret of the app that is being set up; None when there is none."""
    return _opened(colleague, -1, keys) if is_setting_up_app(colleague) else None


def _opened(colleague: Colleague, at: int, keys: Sequence[Key]) -> str | None:
    named, _, sealed = _sealed_parts(colleague)[at].partition(b"\0")
    key = next((key for key in keys if key.id.encode("ascii") == named), None)
    if key is None:
        return None
    try:
        return _cipher(key).decrypt(sealed[:NONCE], sealed[NONCE:], _whose(colleague)).decode("ascii")
    except InvalidTag:
        return None


def app_address(secret: str, colleague: Colleague, *, house: str) -> str:
    """What an app takes the secret from, as the address that its camera reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=colleague.email or "", issuer_name=house)


def accept_code(
    session: Session, colleague: Colleague, keys: Sequence[Key], code: str, *, now: datetime
) -> bool:
    """Whether a code of the app is right now. It opens once: neither it nor an older one opens again."""
    step = _step_of(app_secret(colleague, keys), code, now=now)
    return step is not None and _use_step(session, colleague, step)


def _step_of(secret: str | None, code: str, *, now: datetime) -> int | None:
    """The step of 30 seconds, about now, whose code this is; None when it is none of them."""
    code = "".join(code.split())
    if secret is None or not (code.isascii() and code.isdigit()):
        return None
    app, present = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    for step in range(present - DRIFT, present + DRIFT + 1):
        if pyotp.utils.strings_equal(app.generate_otp(step), code):
            return step
    return None


def _use_step(session: Session, colleague: Colleague, step: int) -> bool:
    """In one statement, so that of two requests with the same code one is too late."""
    used = session.execute(
        update(Colleague)
        .where(Colleague.id == colleague.id, Colleague.totp_step < step)
        .values(totp_step=step)
        .execution_options(synchronize_session="evaluate")
    )
    return cast(CursorResult[Any], used).rowcount == 1


def confirm_app(
    session: Session, colleague: Colleague, keys: Sequence[Key], code: str, *, now: datetime
) -> bool:
    """Finish setting up the app with its first code: from now on the new secret counts, and where there was
    an app before, neither that nor a passkey of then.

    In one statement, so that of two requests with the same code one is too late.
    """
    step = _step_of(new_secret(colleague, keys), code, now=now)
    if step is None:
        return False
    parts = _sealed_parts(colleague)
    replaced = session.execute(
        update(Colleague)
        .where(Colleague.id == colleague.id, Colleague.totp_sealed == b"".join(parts))
        .where(Colleague.totp_since.is_(None) if len(parts) == 1 else Colleague.totp_since.is_not(None))
        .values(totp_sealed=parts[-1], totp_since=now, totp_step=step)
        .execution_options(synchronize_session=False)
    )
    session.refresh(colleague)
    if cast(CursorResult[Any], replaced).rowcount != 1:
        return False
    if len(parts) > 1:  # the old telephone may be lost, and its passkeys with it
        session.execute(delete(Passkey).where(Passkey.colleague_id == colleague.id))
        colleague.passkey_since = None
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
