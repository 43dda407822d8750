"""The demo's page that stands for all invented guests: their telephones and their mailboxes."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from uuid import uuid4

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from server.carrier.api import carrier, mailbox
from server.carrier.serving import Posts
from server.demo.carrier import Bubble, Call, CannotBeAnswered
from server.demo.carrying.mailbox import Mail, Mailbox
from server.demo.carrying.signing import HEADER, sign
from server.wording import N_

pages = Blueprint("pages", __name__)

MOST_SHOWN = 60
"""Telephones, e-mails and bubbles on the page."""
LONGEST_ANSWER = 1600
MAIL_HOOK = "/hooks/demo/mail"

TOLD = {
    "sent": (N_("Your answer was sent."), "good"),
    "unanswerable": (N_("This sender cannot be answered."), "wrong"),
    "replied": (N_("Your reply was delivered to the hotel."), "good"),
    "not_replied": (N_("The hotel did not take your reply."), "wrong"),
    "unsubscribed": (N_("The hotel was told to stop these e-mails."), "good"),
    "not_unsubscribed": (N_("The hotel did not take it."), "wrong"),
}
"""What is said after something was done."""

_LINK = re.compile(r"(https?://[^\s<>\"]+?)(?=[.,;:!?)\]]*(?:\s|$))")
HTML_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
"""Of an e-mail's own page: as a mail program shows it, without scripts, nothing from elsewhere."""


@dataclass(frozen=True, slots=True)
class Telephone:
    """One guest's, by its place in the order of first texts: a number stands in no address."""

    place: int
    number: str
    bubbles: list[Bubble]

    def answerable(self) -> list[str]:
        """Senders that this guest can answer, the one heard last first."""
        senders = {bubble.sender: None for bubble in reversed(self.bubbles) if bubble.to == self.number}
        return [sender for sender in senders if sender in carrier().senders]


def _mailbox() -> Mailbox:
    box = mailbox()
    if box is None:
        abort(404)
    return box


def _telephones() -> list[Telephone]:
    """All that got a text, or sent one; the first is number 1."""
    owned = set(carrier().senders)
    by_number: dict[str, list[Bubble]] = {}
    for bubble in carrier().bubbles():
        by_number.setdefault(bubble.sender if bubble.to in owned else bubble.to, []).append(bubble)
    return [Telephone(place, number, said) for place, (number, said) in enumerate(by_number.items(), 1)]


@pages.before_request
def _from_own_page() -> None:
    """Another site's page sends no answers."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") not in (
        None,
        "same-origin",
        "none",
    ):
        abort(403)


@pages.get("/")
def show() -> ResponseReturnValue:
    """The telephone that was chosen, and the e-mail; 204 for a page that looks again and missed nothing."""
    telephones, mails = _telephones(), _mailbox().mails()
    seen = format(zlib.crc32(repr((telephones, len(mails), mails[:1])).encode()), "x")
    if request.args.get("seen") == seen:
        return "", 204
    newest_first = sorted(telephones, key=lambda one: one.bubbles[-1].at, reverse=True)
    phone = _chosen(telephones, request.args.get("phone", type=int)) or next(iter(newest_first), None)
    mail = _mailbox().find(request.args.get("mail", 0, type=int)) or next(iter(mails), None)
    return render_template(
        "carrier/page.html",
        telephones=newest_first[:MOST_SHOWN],
        phone=phone,
        bubbles=phone.bubbles[-MOST_SHOWN:] if phone else [],
        mails=mails[:MOST_SHOWN],
        mail=mail,
        seen=seen,
        told=TOLD.get(request.args.get("told", "")),
        longest=LONGEST_ANSWER,
    )


@pages.post("/phones/<int:place>/answer")
def answer(place: int) -> ResponseReturnValue:
    """A guest's text to the house."""
    phone = _chosen(_telephones(), place)
    if phone is None:
        abort(404)
    body = request.form.get("body", "").strip()[:LONGEST_ANSWER]
    told = "sent"
    if body:
        try:
            carrier().answer(phone.number, request.form.get("to", ""), body)
        except CannotBeAnswered:
            told = "unanswerable"
    return _back(told if body else "", phone=place)


@pages.get("/mails/<int:number>/html")
def show_html(number: int) -> ResponseReturnValue:
    """The HTML part of an e-mail, alone, for the frame that shows it."""
    mail = _mail(number)
    body = f'<!doctype html><base target="_blank">{mail.html}'
    return body, 200, {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": HTML_POLICY}


@pages.post("/mails/<int:number>/reply")
def reply(number: int) -> ResponseReturnValue:
    """A guest's reply. It goes to the house by a hook of the demo, as nobody runs an IMAP server here."""
    mail = _mail(number)
    text = request.form.get("text", "").strip()[:LONGEST_ANSWER]
    if not text:
        return _back("", mail=number)
    fields = {
        "MessageId": f"<{uuid4().hex}@guests.invalid>",
        "InReplyTo": mail.message_id,
        "From": mail.to,
        "To": mail.reply_to,
        "Text": text,
    }
    address = f"{current_app.config['HOUSE']}{MAIL_HOOK}"
    status = _posts()(Call(address, fields, {HEADER: sign(carrier().token, address, fields)}))
    return _back("replied" if 200 <= status < 300 else "not_replied", mail=number)


@pages.post("/mails/<int:number>/unsubscribe")
def unsubscribe(number: int) -> ResponseReturnValue:
    """The button that mail programs show: one post, without a page (RFC 8058). Only to the house itself."""
    mail = _mail(number)
    house = str(current_app.config["HOUSE"])
    status = 0
    if mail.unsubscribe.startswith(f"{house}/"):
        status = _posts()(Call(mail.unsubscribe, {"List-Unsubscribe": "One-Click"}, {}))
    return _back("unsubscribed" if 200 <= status < 300 else "not_unsubscribed", mail=number)


def linked(text: str) -> Markup:
    """A text whose addresses can be clicked."""
    link = Markup('<a href="{0}" target="_blank" rel="noopener">{0}</a>')
    parts = _LINK.split(text)  # every second one is an address
    return Markup("").join(link.format(part) if at % 2 else escape(part) for at, part in enumerate(parts))


def _posts() -> Posts:
    found: Posts = current_app.config["POSTS"]
    return found


def _chosen(telephones: list[Telephone], place: int | None) -> Telephone | None:
    return telephones[place - 1] if place is not None and 0 < place <= len(telephones) else None


def _mail(number: int) -> Mail:
    mail = _mailbox().find(number)
    if mail is None:
        abort(404)
    return mail


def _back(told: str, *, phone: int | None = None, mail: int | None = None) -> ResponseReturnValue:
    place = phone or request.form.get("phone", type=int)
    number = mail or request.form.get("mail", type=int)
    return redirect(url_for("pages.show", phone=place, mail=number, told=told or None), 303)
