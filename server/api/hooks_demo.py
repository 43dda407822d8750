"""In the demo only: a guest's reply by e-mail, from the page of the invented guests.

A real house reads replies from its mailbox; in the demo nobody runs one. The post is signed as Twilio signs,
with the token that the demo shares with its invented carrier. No real house has this route.
"""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, abort, current_app, g, request
from sqlalchemy import select

from server.access import machine
from server.clock import clock
from server.demo.carrying.signing import HEADER, sign
from server.prompts.hearing import hear_mail
from server.prompts.models import Message
from server.settings import Settings, house_address

pages = Blueprint("hooks_demo", __name__, url_prefix="/hooks/demo")

FIELDS = frozenset({"MessageId", "InReplyTo", "From", "To", "Text"})


def is_demo_mailbox() -> bool:
    """For machine(): the request is signed by the demo's own mailbox, over just the fields it sends."""
    settings: Settings = current_app.config["ONEGUEST"]
    g.actor = "guest"
    fields = request.form.to_dict()
    if not (settings.demo and settings.twilio_token) or set(fields) != FIELDS:
        return False
    right = sign(settings.twilio_token, f"{house_address(settings)}{request.path}", fields)
    return hmac.compare_digest(right.encode(), request.headers.get(HEADER, "").encode())


@pages.post("/mail")
@machine(is_demo_mailbox)
def mail() -> Response:
    """Hear a reply as the feed's mailbox would; `InReplyTo` is the message of ours that it answers."""
    said = request.form
    if not (said["MessageId"] and "@" in said["From"]):
        abort(400)
    answers = g.session.scalar(select(Message).where(Message.provider_id == said["InReplyTo"]))
    hear_mail(
        g.session,
        message_id=said["MessageId"],
        sent_from=said["From"],
        sent_to=said["To"],
        text=said["Text"],
        secret=current_app.config["INDEX_KEY"],
        now=clock(),
        answers=answers,
    )
    return Response(status=204)
