"""Finding out what became of messages of which nobody knows: by the provider's own list, never by trying.

A worker that crashed, an answer that was lost, a 500: the text may lie at the provider or may not. Twilio's
list shows a text from the moment it was accepted, by number and words. (So neither may be hidden from that
list: `ContentRetention` and `AddressRetention` stay as they are.) An e-mail has no such list: its server's
bounce names our Message-ID, and it is never sent twice.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.prompts.carrying import Carrier, Listed
from server.prompts.models import Message
from server.prompts.sending import HANDED_AGAIN
from server.prompts.status import MEANS, climb

log = logging.getLogger("oneguest.prompts")

LOST_AFTER = timedelta(minutes=2)
"""A hand-over takes seconds; what is `sending` longer than this, nobody carries any more."""

SURE_AFTER = timedelta(minutes=8)
"""What a complete list of the provider does not show by then was never accepted: a request that a proxy held
back is over by then as well (ours end after ten seconds)."""

CLOCKS_DIFFER = timedelta(minutes=5)

GIVEN_UP_AFTER = timedelta(minutes=12)
"""When the provider cannot even be asked for its list."""


def mark_lost(session: Session, *, now: datetime) -> int:
    """What a crashed worker left behind is unknown; return how many."""
    lost = (
        update(Message)
        .where(Message.state == "sending", Message.sending_at < now - LOST_AFTER)
        .values(state="unknown")
        .returning(Message.id)
    )
    return len(session.scalars(lost).all())


def unknowns(session: Session, *, channel: str, limit: int = 200) -> Sequence[tuple[int, str, datetime]]:
    """The number, the contact and the first making of messages nobody knows of, the oldest try first."""
    query = select(Message.id, Message.sent_to, Message.made_at).where(
        Message.state == "unknown", Message.channel == channel
    )
    found = session.execute(query.order_by(Message.sending_at).limit(limit))
    return [(message_id, to, made_at) for message_id, to, made_at in found]


def find_all(
    unknown: Sequence[tuple[int, str, datetime]], carrier: Carrier
) -> Mapping[int, Sequence[Listed] | None]:
    """What the provider's list shows for each, outside any transaction."""
    return {
        message_id: carrier.find(to, since=made_at - CLOCKS_DIFFER) if to else None
        for message_id, to, made_at in unknown
    }


def settle(session: Session, message_id: int, listed: Sequence[Listed] | None, *, now: datetime) -> None:
    """Settle one unknown message by what the list shows: it was sent, or surely not, or it stays unknown.

    Surely not accepted, it is ready once more, and once only; after that it failed as `unknown`.
    """
    message = session.get_one(Message, message_id, with_for_update=True)
    if message.state != "unknown":
        return
    found = _match(session, message, listed or ())
    if found is not None:
        message.provider_id = found.provider_id
        climb(session, message, MEANS.get(found.status, "sent"), code=found.code, now=now)
        return
    if message.sending_at is not None and now - message.sending_at < SURE_AFTER:
        return
    if listed is None and now - (message.sending_at or message.made_at) < GIVEN_UP_AFTER:
        return  # the provider cannot say just now
    is_sure = listed is not None and message.channel == "sms"
    if is_sure and message.code != HANDED_AGAIN and now < message.until_at:
        message.state, message.code, message.due_at = "ready", HANDED_AGAIN, now
    else:
        message.state, message.code, message.settled_at = "failed", "unknown", now
    log.info("message=%s state=%s code=%s", message.id, message.state, message.code)


def _match(session: Session, message: Message, listed: Sequence[Listed]) -> Listed | None:
    """The text of the list that is this message: the same number and words, not older than the message, and
    not known as another one."""
    alike = [
        one
        for one in listed
        if one.to == message.sent_to
        and one.body.split() == message.body.split()
        and one.made_at >= message.made_at - CLOCKS_DIFFER
    ]
    if not alike:
        return None
    ids = [one.provider_id for one in alike]
    known = set(session.scalars(select(Message.provider_id).where(Message.provider_id.in_(ids))))
    return next((one for one in alike if one.provider_id not in known), None)
