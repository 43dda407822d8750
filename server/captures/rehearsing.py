"""Be the guest: a link like a guest's, for a colleague's own phone, that leads to no stay.

It opens the same pages. What is filled in is kept beside the link for a day, shown to the desk, and deleted:
it never becomes a capture, so no source record, no number and no guest knows of it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.captures.links import TOKEN_BYTES, name_key, token_hash
from server.captures.models import Rehearsal
from server.journal import note
from server.properties.beginning import mark_step
from server.properties.finding import today_at
from server.properties.models import Property
from server.sources.door import pass_door

LIFE = timedelta(days=1)
LAST_NAME = "Test"
"""What the rehearsing colleague types as the last name on the booking."""


def rehearsal_token(secret: bytes, rehearsal: Rehearsal) -> str:
    """The token of a rehearsal's address: made from a key of the house, so that the page can show it again.

    Its time stands in it because a store may give the number of a deleted one again.
    """
    named = f"rehearsal {rehearsal.id} {rehearsal.created_at.isoformat()}"
    made = hmac.new(secret, named.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made[:TOKEN_BYTES]).decode().rstrip("=")


def begin_rehearsal(
    session: Session, place: Property, *, secret: bytes, actor: str, now: datetime
) -> Rehearsal:
    """Make a link for the colleague's own phone: last name `Test`, arriving today. Older ones are deleted."""
    session.execute(delete(Rehearsal).where(Rehearsal.property_id == place.id))
    made = Rehearsal(
        token_hash=secrets.token_bytes(32),  # until its number is known
        property_id=place.id,
        last_name_key=name_key(LAST_NAME),
        arrives=today_at(place, now=now),
        created_at=now,
        expires_at=now + LIFE,
        wrong_answers=0,
        made_by=actor,
    )
    session.add(made)
    session.flush()
    made.token_hash = token_hash(rehearsal_token(secret, made))
    note(session, actor, "rehearsal.begun", made.subject, now=now, property_id=place.id)
    return made


def finish_rehearsal(
    session: Session,
    rehearsal: Rehearsal,
    *,
    form: str,
    version: int,
    language: str,
    answers: Mapping[str, str],
    now: datetime,
) -> None:
    """Keep the finished form for the desk to see, less what must not be held, and tick the step."""
    rehearsal.form, rehearsal.form_version, rehearsal.language = form, version, language
    rehearsal.answers = pass_door(answers, {})[0]
    rehearsal.used_at = now
    place = session.get_one(Property, rehearsal.property_id)
    mark_step(session, place, "guest", "done", by=rehearsal.made_by, now=now)


def newest_rehearsal(session: Session, place: Property, *, now: datetime) -> Rehearsal | None:
    """The rehearsal of a house that still lives, finished or not."""
    query = select(Rehearsal).where(Rehearsal.property_id == place.id, Rehearsal.expires_at > now)
    return session.scalar(query.order_by(Rehearsal.id.desc()).limit(1))


def drop_old_rehearsals(session: Session, *, now: datetime) -> None:
    """Delete what is a day old, with what was filled in."""
    session.execute(delete(Rehearsal).where(Rehearsal.expires_at <= now))
