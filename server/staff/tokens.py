"""Tokens of other systems: a secret that reads what changed at some houses, or in the whole group.

Only a keyed hash is kept, so a copy of the database opens nothing, and a token cannot be shown twice.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, or_, select, update
from sqlalchemy.orm import Session

from server.db import row_of, writing
from server.journal import note
from server.properties.reach import EVERYWHERE, Reach
from server.refusal import Refused
from server.staff.models import ApiToken

TOKEN_BYTES = 32  # 256 bits from the system's generator; ASVS 11.5.1 asks for 128
MARK = "ogt_"
"""How every token begins, so that a search for leaked secrets knows it."""
LONGEST_NAME = 120
USED_EVERY = timedelta(hours=1)
"""How finely the last use is noted: a reader that asks every second must not write every second."""


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token; the only moment at which its text is known."""

    token: ApiToken
    text: str


def token_hash(secret: bytes, text: str) -> bytes:
    """What is stored instead of a token (`secret`: the key `index`)."""
    return hmac.new(secret, b"api token\x00" + text.encode("utf-8"), hashlib.sha256).digest()


def issue_token(
    session: Session,
    name: str,
    properties: Collection[int] | None,
    *,
    secret: bytes,
    actor: str,
    now: datetime,
) -> IssuedToken:
    """Make a token for a system, for some properties by id, or for the whole group (None).

    Raises Refused for a name that is empty or too long.
    """
    plain = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not 0 < len(plain) <= LONGEST_NAME:
        raise Refused("token.name_wrong", {"most": str(LONGEST_NAME)})
    text = MARK + secrets.token_urlsafe(TOKEN_BYTES)
    houses = None if properties is None else sorted(set(properties))
    token = ApiToken(
        name=plain, token_hash=token_hash(secret, text), property_ids=houses, made_by=actor, made_at=now
    )
    session.add(token)
    session.flush()
    note(
        session,
        actor,
        "token.issued",
        token.subject,
        now=now,
        property_id=_only(token),
        properties=houses or "all",
    )
    return IssuedToken(token, text)


def _only(token: ApiToken) -> int | None:
    """The one house that a token is for; None where it is for several, or the group."""
    houses = token.property_ids
    return houses[0] if houses is not None and len(houses) == 1 else None


def revoke_token(session: Session, token_id: int, *, actor: str, now: datetime) -> ApiToken:
    """End a token at once. Raises Refused when there is no such token, or it is dead already."""
    token = row_of(session, ApiToken, token_id)
    if token is None or token.revoked_at is not None:
        raise Refused("token.unknown", {"token": str(token_id)})
    token.revoked_at = now
    note(session, actor, "token.revoked", token.subject, now=now, property_id=_only(token))
    return token


def list_tokens(session: Session) -> Sequence[ApiToken]:
    """All tokens there ever were, oldest first."""
    return session.scalars(select(ApiToken).order_by(ApiToken.id)).all()


def find_token(session: Session, text: str, *, secret: bytes) -> ApiToken | None:
    """The live token of a text. Unknown and revoked are the same: None."""
    token = session.scalar(select(ApiToken).where(ApiToken.token_hash == token_hash(secret, text)))
    return token if token is not None and token.revoked_at is None else None


def reach_of_token(token: ApiToken) -> Reach:
    """The properties of which a token reads."""
    return EVERYWHERE if token.property_ids is None else Reach(frozenset(token.property_ids))


def note_use(engine: Engine, token_id: int, *, now: datetime) -> None:
    """Note that a token was used, at most once in a while. In a transaction of its own."""
    with writing(engine) as session:
        session.execute(
            update(ApiToken)
            .where(
                ApiToken.id == token_id,
                or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at < now - USED_EVERY),
            )
            .values(last_used_at=now)
        )
