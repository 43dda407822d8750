"""What Twilio tells us: of texts that it carried, and of texts that guests sent.

Every request is proven by Twilio's signature over our public address and its form fields, and only fields
count. The signature joins names and values without a sign between them, so one request can be cut into other
fields with the same signature: names must be Twilio's kind of names, each there once, and no value may hold
what looks like a field of its own (requirement S-2). What does not fit is answered 400 or 403, and nothing
of it is stored; a body larger than a megabyte is refused before it is read.
"""

from __future__ import annotations

import logging
import re

from flask import Blueprint, Response, abort, current_app, g, request

from server.access import machine
from server.clock import clock
from server.prompts.hearing import hear_text
from server.prompts.senders_known import is_our_sender
from server.prompts.status import MEANS, take_status
from server.settings import Settings, house_address

pages = Blueprint("hooks", __name__, url_prefix="/hooks/twilio")

log = logging.getLogger("oneguest.hooks")

SIGNATURE = "X-Twilio-Signature"
FORM = "application/x-www-form-urlencoded"
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

MOST_FIELDS = 80
LONGEST_FIELD = 2_000
_NAME = re.compile(r"[A-Z][A-Za-z0-9]{1,39}")
_MESSAGE = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
_CONTACT = re.compile(r"\+?[0-9]{3,15}")
_CODE = re.compile(r"[0-9]{0,6}")
_SWALLOWED = re.compile(
    r"(From|To)(\+|%2B)[0-9]|AccountSidAC[0-9a-f]{32}|(Message|Sms|SmsMessage)Sid(SM|MM)[0-9a-f]{32}",
    re.IGNORECASE,
)
"""What stands in a value only when a field was cut out of the request and put into another."""


def is_twilio() -> bool:
    """For machine(): the request bears the signature of our own account, and is cut as Twilio cuts it."""
    from twilio.request_validator import (  # type: ignore[import-untyped]  # it ships no types
        RequestValidator,
    )

    settings: Settings = current_app.config["ONEGUEST"]
    g.actor = "twilio"
    signature = request.headers.get(SIGNATURE, "")
    if not (settings.twilio_account and settings.twilio_token and signature.isascii() and signature):
        return False
    if request.mimetype != FORM:
        abort(400)
    asked = request.full_path.removesuffix("?")
    validator = RequestValidator(settings.twilio_token)
    if not validator.validate(f"{house_address(settings)}{asked}", request.form, signature):
        return False
    if request.form.get("AccountSid") != settings.twilio_account:
        return False
    if not _is_well_cut():
        abort(400)
    return True


def _is_well_cut() -> bool:
    fields = list(request.form.items(multi=True))
    names = [name for name, _ in fields]
    return (
        len(fields) <= MOST_FIELDS
        and len(set(names)) == len(names)
        and all(_NAME.fullmatch(name) and len(value) <= LONGEST_FIELD for name, value in fields)
        and not any(_SWALLOWED.search(value) for name, value in fields if name != "Body")
        and _MESSAGE.fullmatch(request.form.get("MessageSid", "")) is not None
    )


@pages.post("/status")
@machine(is_twilio)
def status() -> Response:
    """The state of a text that we sent. Of one that is not ours nothing is said."""
    said = request.form.get("MessageStatus", "")
    code = request.form.get("ErrorCode", "")
    named = request.args.get("message", "")
    if said not in MEANS or not _CODE.fullmatch(code) or (named and not re.fullmatch(r"[0-9]{1,9}", named)):
        abort(400)
    take_status(
        g.session,
        request.form["MessageSid"],
        said,
        code=code,
        message_id=int(named) if named else None,
        now=clock(),
    )
    return Response(status=204)


@pages.post("/message")
@machine(is_twilio)
def message() -> Response:
    """A text that a guest sent to one of our numbers."""
    sent_from, sent_to = request.form.get("From", ""), request.form.get("To", "")
    if not (_CONTACT.fullmatch(sent_from) and _CONTACT.fullmatch(sent_to)) or "Body" not in request.form:
        abort(400)
    if not is_our_sender(g.session, sent_to):
        abort(403)
    hear_text(
        g.session,
        message_sid=request.form["MessageSid"],
        sent_from=sent_from,
        sent_to=sent_to,
        text=request.form["Body"],
        secret=current_app.config["INDEX_KEY"],
        now=clock(),
    )
    return Response(EMPTY, mimetype="text/xml")
