"""How another process drives the carrier in a test: odds, single numbers, guests' answers, and what was sent.

With the account's SID and token, as the API. `POST /fake/odds` {"lost": 0.1} · `POST /fake/senders`
{"+33…": "http://…/hooks/twilio/message"} · `POST /fake/codes` {"+33…": 30006} · `POST /fake/answers`
{"from": "+33…", "to": "+33…", "body": "…"} · `POST /fake/forget` · `GET /fake/messages`
· `GET /fake/mails`.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from server.carrier.api import carrier, mailbox, refuse_strangers
from server.demo.carrier import CannotBeAnswered
from server.demo.carrying.refusals import NotTaken

pages = Blueprint("control", __name__, url_prefix="/fake")


@pages.before_request
def _is_own() -> None:
    refuse_strangers()


@pages.errorhandler(NotTaken)
def _refused(refused: NotTaken) -> ResponseReturnValue:
    return refused.body(), refused.status, refused.headers()


@pages.errorhandler(ValueError)
@pages.errorhandler(KeyError)
def _wrong(problem: Exception) -> ResponseReturnValue:
    return {"message": str(problem)}, 400


@pages.post("/odds")
def set_odds() -> ResponseReturnValue:
    """Change some of the odds."""
    carrier().set_odds(_given())
    return "", 204


@pages.post("/senders")
def add_senders() -> ResponseReturnValue:
    """Give the account numbers, and say where their incoming texts are posted."""
    carrier().senders.update({str(number): str(address) for number, address in _given().items()})
    return "", 204


@pages.post("/codes")
def set_codes() -> ResponseReturnValue:
    """Say what always becomes of texts to single numbers."""
    carrier().codes.update({str(number): int(code) for number, code in _given().items()})
    return "", 204


@pages.post("/answers")
def answer() -> ResponseReturnValue:
    """A guest's text to the house."""
    given = _given()
    try:
        return carrier().answer(given["from"], given["to"], given["body"]).resource(), 201
    except CannotBeAnswered as problem:
        return {"message": f"{problem} cannot be answered"}, 409


@pages.post("/forget")
def forget() -> ResponseReturnValue:
    """As if nothing had been sent."""
    carrier().forget()
    box = mailbox()
    if box is not None:
        box.forget()
    return "", 204


@pages.get("/messages")
def show() -> dict[str, Any]:
    """All texts, how many went out and came in, and how often each answer was given (0: it was lost)."""
    texts = carrier().texts()
    return {
        "out": sum(text.direction != "inbound" for text in texts),
        "in": sum(text.direction == "inbound" for text in texts),
        "answers": {str(status): count for status, count in carrier().asked.items()},
        "messages": [text.resource() for text in texts],
    }


@pages.get("/mails")
def show_mails() -> dict[str, Any]:
    """All e-mails, the newest first."""
    box = mailbox()
    return {"mails": [] if box is None else [asdict(mail) for mail in box.mails()]}


def _given() -> dict[str, Any]:
    given = request.get_json()
    if not isinstance(given, dict):
        raise ValueError("an object, please")
    return given
