"""Who is asked whether a question may go out, and from which sender."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from server.prompts.addressing import sender_of_settings
from server.prompts.carrying import Allowing
from server.prompts.models import Asking, Prompt


def _why_not(session: Session, prompt: Prompt, *, secret: bytes, now: datetime) -> str | None:
    asking = session.get(Asking, prompt.property_id)
    return None if asking is not None and asking.approved_at is not None else "not_approved"


ALLOWING = Allowing(_why_not, frozenset({"not_approved"}))
SENDER_OF = sender_of_settings
