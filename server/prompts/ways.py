"""By which way a contact came back: what a form that came in tells of it, with or without a question."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.captures.models import Capture
from server.guests.loading import parts
from server.prompts.models import Prompt, Reply
from server.wording import N_

WAYS = {
    "sms": N_("Text message"),
    "sms_link": N_("Text message with a link"),
    "email": N_("E-mail message"),
    "email_link": N_("E-mail message with a link"),
    "link": N_("Guest's phone"),
    "tablet": N_("Tablet"),
    "desk": N_("Desk"),
}
"""Every way, in the order of a list."""

_OF_SURFACE = {"kiosk": "tablet", "phone": "link"}


def way_of_prompt(channel: str, mode: str) -> str:
    """The way that a question takes, such as sms_link."""
    return f"{channel}_link" if mode == "link" else channel


def way_of_surface(surface: str) -> str:
    """The way of a form by the surface it was filled in on."""
    return _OF_SURFACE.get(surface, surface)


def ways_of_captures(session: Session, capture_ids: Collection[str]) -> dict[str, str]:
    """The way of each form that came in: of the question it answers, else of its surface."""
    found: dict[str, str] = {}
    for part in parts(sorted(capture_ids)):
        query = select(Capture.id, Capture.surface).where(Capture.id.in_(part))
        found |= {id_: way_of_surface(surface) for id_, surface in session.execute(query)}
        replies = select(Reply.capture_id, Reply.channel).where(Reply.capture_id.in_(part))
        found |= {id_: channel for id_, channel in session.execute(replies) if id_ is not None}
        links = (
            select(Capture.id, Prompt.channel, Prompt.mode)
            .join(Prompt, Prompt.guest_link_id == Capture.guest_link_id)
            .where(Capture.id.in_(part))
        )
        found |= {id_: way_of_prompt(channel, mode) for id_, channel, mode in session.execute(links)}
    return found
