"""The carrier's API, as Twilio's /Messages: https://www.twilio.com/docs/messaging/api/message-resource."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue

from server.demo.carrier import Carrier
from server.demo.carrying.listing import page_of
from server.demo.carrying.mailbox import Mailbox
from server.demo.carrying.refusals import NotTaken
from server.demo.carrying.texts import API
from server.settings import Settings

pages = Blueprint("api", __name__, url_prefix=f"/{API}/Accounts/<account>")


def carrier() -> Carrier:
    """The carrier of this application."""
    found: Carrier = current_app.config["CARRIER"]
    return found


def mailbox() -> Mailbox | None:
    """The mailbox beside it, where there is one."""
    found: Mailbox | None = current_app.config["MAILBOX"]
    return found


def current_settings() -> Settings:
    """Of the house that sends by this carrier."""
    found: Settings = current_app.config["ONEGUEST"]
    return found


def refuse_strangers() -> None:
    """NotTaken(20003) without the account's SID and token."""
    given = request.authorization
    if given is None or not carrier().is_known(given.username or "", given.password or ""):
        raise NotTaken(20003)


@pages.before_request
def _is_own() -> None:
    refuse_strangers()
    if (request.view_args or {}).get("account") != carrier().account:
        raise NotTaken(20404, path=request.path)


@pages.errorhandler(NotTaken)
def _refused(refused: NotTaken) -> ResponseReturnValue:
    return refused.body(), refused.status, refused.headers()


@pages.post("/Messages.json")
def create(account: str) -> ResponseReturnValue:
    """Take a text; AnswerLost goes through all of Flask, and ends the connection."""
    return carrier().take(request.form), 201


@pages.get("/Messages.json")
def show_all(account: str) -> dict[str, Any]:
    """The texts, the newest first."""
    return page_of(carrier().texts(), request.args, account=account)


@pages.get("/Messages/<sid>.json")
def show(account: str, sid: str) -> dict[str, Any]:
    """One text."""
    text = carrier().fetch(sid)
    if text is None:
        raise NotTaken(20404, path=request.path)
    return text.resource()
