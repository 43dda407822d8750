"""Mail that came to the house's mailbox and concerns us: a bounce of our message, or what a guest answers.

Everything acts once, however often a message is looked at: a bounce only moves its message on, and a reply is
stored by its Message-ID.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import getaddresses
from hashlib import sha256
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import row_of
from server.feeds.messages import standing_of
from server.prompts.bounces import Bounce, ids_in, is_automatic, looks_like_bounce, new_text, read_bounce
from server.prompts.composing import message_id_of
from server.prompts.contacts import contact_key
from server.prompts.hearing import ANSWERED_WITHIN, hear_mail
from server.prompts.models import Message
from server.prompts.status import climb

Taken = Literal["bounced", "delayed", "heard", "automatic"]

BOUNCES_WITHIN = timedelta(days=7)
"""A bounce that names no message of ours is that of the last one to its recipient, sent so long ago."""


def concerns(session: Session, head: EmailMessage, *, secret: bytes, now: datetime) -> bool:
    """Whether a message may be for us, by what stands above it; only then the whole of it is read."""
    return bool(looks_like_bounce(head) or ids_in(head) or _last_to(session, _sender(head), secret, now))


def take_mail(
    session: Session, mail: EmailMessage, *, secret: bytes, house_address: str, now: datetime
) -> Taken | None:
    """Take a message of the mailbox; None when it is none of ours, and nothing was changed."""
    bounce = read_bounce(mail)
    if bounce is not None:
        return _take_bounce(session, bounce, secret=secret, house_address=house_address, now=now)
    sender = _sender(mail)
    answers = next(
        (one for one in (_named(session, id_, secret, house_address) for id_ in ids_in(mail)) if one), None
    )
    if answers is None and not (_is_proven(mail, sender) and _last_to(session, sender, secret, now)):
        return None
    if is_automatic(mail) or not sender:
        return "automatic"
    hear_mail(
        session,
        message_id=_id_of(mail),
        sent_from=sender,
        sent_to=answers.sender if answers is not None else "",
        text=new_text(mail),
        secret=secret,
        now=now,
        answers=answers,
    )
    return "heard"


def _take_bounce(
    session: Session, bounce: Bounce, *, secret: bytes, house_address: str, now: datetime
) -> Taken | None:
    message = _named(session, bounce.message_id, secret, house_address) if bounce.message_id else None
    if message is None and bounce.recipient:
        message = _last_to(session, bounce.recipient, secret, now, within=BOUNCES_WITHIN)
    if message is None:
        return None
    if not bounce.is_final:
        return "delayed"  # the server goes on trying
    session.refresh(message, with_for_update=True)
    climb(session, message, "failed", code=f"bounce_{bounce.code}", now=now)
    return "bounced"


def _named(session: Session, id_: str, secret: bytes, house_address: str) -> Message | None:
    """The message of ours with this Message-ID; one whose sending broke off is known by how it is made."""
    found = session.scalar(select(Message).where(Message.provider_id == id_))
    if found is not None:
        return found
    number = int(id_.removeprefix("<og-").partition(".")[0])
    is_ours = hmac.compare_digest(message_id_of(secret, number, house_address).encode(), id_.encode())
    return row_of(session, Message, number) if is_ours else None


def _last_to(
    session: Session, address: str, secret: bytes, now: datetime, *, within: timedelta = ANSWERED_WITHIN
) -> Message | None:
    """The last e-mail that we sent to an address."""
    if not address:
        return None
    query = select(Message).where(
        Message.to_key == contact_key(secret, "email", address),
        Message.channel == "email",
        Message.sending_at > now - within,
        Message.state.in_(("sending", "sent", "unknown", "failed")),
    )
    return session.scalar(query.order_by(Message.id.desc()).limit(1))


def _sender(mail: EmailMessage) -> str:
    found = [address for _, address in getaddresses([str(mail.get("From", ""))]) if "@" in address]
    return found[0].strip().lower() if len(found) == 1 else ""


def _is_proven(mail: EmailMessage, sender: str) -> bool:
    """Whether nothing speaks against the sender: anybody can write a guest's address above a message. Who
    names a message of ours has read it, which is proof enough."""
    return standing_of(mail, [sender]) == "expected"


def _id_of(mail: EmailMessage) -> str:
    """What names a message for ever; one without a Message-ID by what it is."""
    told = str(mail.get("Message-ID", "")).strip()
    return told if 0 < len(told) <= 254 else f"<{sha256(mail.as_bytes()).hexdigest()}@no-id>"
