"""Passkeys as the second step (WebAuthn level 2): a colleague's own device signs our challenge."""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from server.refusal import Refused
from server.staff.models import Colleague, Passkey, StaffSession

CHALLENGE_BYTES = 32
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Party:
    """For whom a passkey is made: the host's name (`id`), the address in the browser, the hotel's name."""

    id: str
    origin: str
    name: str


def party_at(address: str, name: str) -> Party | None:
    """The party of an address; None where browsers make no passkeys: at a bare number, or without https."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        secure = parts.scheme == "https" or host == "localhost"
        return Party(host, f"{parts.scheme}://{parts.netloc}", name) if secure and host else None
    return None


def passkeys_of(session: Session, colleague: Colleague) -> list[Passkey]:
    """A colleague's passkeys, oldest first."""
    mine = select(Passkey).where(Passkey.colleague_id == colleague.id).order_by(Passkey.id)
    return list(session.scalars(mine))


def offer_new(session: Session, seated: StaffSession, party: Party) -> str:
    """What the browser needs to make a passkey, as JSON; the challenge stays with the session."""
    colleague = seated.colleague
    seated.challenge = secrets.token_bytes(CHALLENGE_BYTES)
    return options_to_json(
        generate_registration_options(
            rp_id=party.id,
            rp_name=party.name,
            user_id=str(colleague.id).encode("ascii"),
            user_name=colleague.email or "",
            user_display_name=colleague.name,
            challenge=seated.challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.DISCOURAGED,
                user_verification=UserVerificationRequirement.DISCOURAGED,
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=known.credential_id)
                for known in passkeys_of(session, colleague)
            ],
        )
    )


def keep_new(
    session: Session, seated: StaffSession, party: Party, answer: str, *, name: str, now: datetime
) -> Passkey:
    """Keep the passkey that the browser made; Refused when its answer does not fit our challenge."""
    challenge, seated.challenge = seated.challenge, None
    try:
        verified = verify_registration_response(
            credential=answer,
            expected_challenge=challenge or secrets.token_bytes(CHALLENGE_BYTES),
            expected_rp_id=party.id,
            expected_origin=party.origin,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise Refused("passkey.wrong") from None
    if session.scalar(select(Passkey.id).where(Passkey.credential_id == verified.credential_id)):
        raise Refused("passkey.known")
    colleague = seated.colleague
    made = Passkey(
        colleague_id=colleague.id,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        name=name.strip()[:LONGEST_NAME],
        made_at=now,
    )
    session.add(made)
    colleague.passkey_since = colleague.passkey_since or now
    return made


def ask(session: Session, seated: StaffSession, party: Party) -> str:
    """What the browser needs to sign with one of the colleague's passkeys, as JSON."""
    seated.challenge = secrets.token_bytes(CHALLENGE_BYTES)
    return options_to_json(
        generate_authentication_options(
            rp_id=party.id,
            challenge=seated.challenge,
            allow_credentials=[
                PublicKeyCredentialDescriptor(id=known.credential_id)
                for known in passkeys_of(session, seated.colleague)
            ],
            user_verification=UserVerificationRequirement.DISCOURAGED,
        )
    )


def accept(session: Session, seated: StaffSession, party: Party, answer: str, *, now: datetime) -> bool:
    """Whether a passkey of this colleague signed the challenge of this session. A challenge serves once."""
    challenge, seated.challenge = seated.challenge, None
    if challenge is None:
        return False
    try:
        given = parse_authentication_credential_json(answer)
        known = session.scalar(
            select(Passkey).where(
                Passkey.credential_id == base64url_to_bytes(given.id),
                Passkey.colleague_id == seated.colleague_id,
            )
        )
        if known is None:
            return False
        verified = verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return False
    known.sign_count, known.used_at = verified.new_sign_count, now
    return True


def drop_passkey(session: Session, colleague: Colleague, passkey_id: int) -> None:
    """Take one passkey away; without another the colleague has none."""
    session.execute(delete(Passkey).where(Passkey.id == passkey_id, Passkey.colleague_id == colleague.id))
    if not passkeys_of(session, colleague):
        colleague.passkey_since = None
