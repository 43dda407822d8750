"""Replies that wait for a person: the text as it came, what was made of it, and one key for each way on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from server.access import not_found, staff
from server.clock import clock
from server.desk.asked_words import NOT_THEIRS
from server.desk.toasts import toast
from server.desk.words import use_words
from server.guests.within import current_id
from server.language import translate
from server.noting import guests_were_shown
from server.prompts.closing import settle_prompt
from server.prompts.disowning import disown
from server.prompts.models import Prompt, Reply
from server.prompts.refusing import decline
from server.prompts.replying import become_capture, last_day
from server.prompts.theirs import why_not_theirs
from server.prompts.waiting import (
    best_candidate,
    find_reply,
    question_of,
    replies_that_wait,
    settle_by_hand,
)
from server.properties.finding import property_within
from server.properties.models import Property
from server.wording import N_

pages = Blueprint("replies", __name__, url_prefix="/desk/replies")
use_words(pages)

SHOWN = 30

MEANT: Mapping[str, str] = {
    "address": N_("an address"),
    "ask_back": N_("an address, not surely"),
    "yes": N_("a yes"),
    "declined": N_("a no"),
    "has_none": N_("has no e-mail"),
    "not_me": N_("wrong number"),
    "desk": N_("a message for somebody"),
}
WHY: Mapping[str, str] = {
    "no_prompt": N_("No open question went to this contact."),
    "shared": N_("Several guests share this contact."),
    "verified": N_("This guest has a proven address already."),
    **NOT_THEIRS,
    "again": N_("We asked back once already."),
    "silent": N_("We may not write to this contact."),
    "asks": N_("Its answer was taken; it says more besides."),
    "unclear": N_("It needs somebody to read it."),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reply on the list. `guest_id` is None where nobody can tell whose it is."""

    reply: Reply
    prompt: Prompt | None
    house: Property | None
    guest_id: str | None
    meant: str
    why: str
    candidate: str


@pages.get("")
@staff("guests.see")
def index() -> str:
    """The replies that wait, the oldest first."""
    found, total = replies_that_wait(g.session, g.reach, most=SHOWN)
    waiting = [_shown(reply) for reply in found]
    guests_were_shown(*dict.fromkeys(one.guest_id for one in waiting if one.guest_id))
    return render_template("desk/replies/index.html", waiting=waiting, total=total)


@pages.post("/<int:reply_id>/address")
@staff("values.pin")
def take_address(reply_id: int) -> ResponseReturnValue:
    """The colleague read an address in it: it goes through intake like any other."""
    reply = _reply(reply_id)
    prompt = _asked(reply)
    address = request.form.get("address", "").strip()[:254]
    if reply.state != "at_desk":
        return _seen_to()
    place = property_within(g.session, prompt.property_id, g.reach) or not_found()
    why = why_not_theirs(g.session, place, address, record_id=prompt.record_id)
    if why is not None:
        toast(translate(WHY[why]))
        return redirect(url_for("replies.index"), 303)
    become_capture(g.session, reply, prompt, address, surface="desk", now=clock())
    return _done(reply, N_("Taken. The guest's page shows it in a moment."))


@pages.post("/<int:reply_id>/declined")
@staff("values.pin")
def declined(reply_id: int) -> ResponseReturnValue:
    """It is a No, for this stay."""
    reply = _reply(reply_id)
    prompt, now = _asked(reply), clock()
    if reply.state != "at_desk":
        return _seen_to()
    decline(
        g.session,
        prompt.record_id or 0,
        answer="declined",
        purpose=prompt.purpose,
        property_id=prompt.property_id,
        until=last_day(g.session, prompt),
        by=g.actor,
        now=now,
    )
    settle_prompt(prompt, "declined", why="declined", now=now)
    return _done(reply, N_("Remembered. This guest is not asked again for this stay."))


@pages.post("/<int:reply_id>/wrong-number")
@staff("values.pin")
def wrong_number(reply_id: int) -> ResponseReturnValue:
    """Whoever answered is not the guest."""
    reply = _reply(reply_id)
    prompt, secret = _asked(reply), current_app.config["INDEX_KEY"]
    if reply.state != "at_desk":
        return _seen_to()
    disown(
        g.session, prompt.record_id or 0, reply.from_key, how="desk", by=g.actor, secret=secret, now=clock()
    )
    return _done(reply, N_("Remembered. Nothing goes to this contact for that guest any more."))


@pages.post("/<int:reply_id>/done")
@staff("values.pin")
def done(reply_id: int) -> ResponseReturnValue:
    """Somebody read it; nothing more is to be done."""
    reply = _reply(reply_id)
    return _done(reply, N_("Seen to.")) if reply.state == "at_desk" else _seen_to()


def _seen_to() -> Response:
    """Somebody else was first."""
    toast(translate(N_("Somebody saw to it already.")))
    return redirect(url_for("replies.index"), 303)


def _done(reply: Reply, said: str) -> Response:
    settle_by_hand(g.session, reply, actor=g.actor, now=clock())
    toast(translate(said))
    return redirect(url_for("replies.index"), 303)


def _reply(reply_id: int) -> Reply:
    return find_reply(g.session, reply_id, g.reach) or not_found()


def _asked(reply: Reply) -> Prompt:
    """The question that it belongs to; without one it can only be read."""
    return question_of(g.session, reply) or not_found()


def _shown(reply: Reply) -> Waiting:
    prompt = question_of(g.session, reply)
    house = property_within(g.session, reply.property_id, g.reach) if reply.property_id else None
    meant, _, why = reply.outcome.partition("/")
    guest_id = current_id(g.session, prompt.guest_id, g.reach) if prompt and prompt.guest_id else None
    return Waiting(
        reply,
        prompt,
        house,
        guest_id,
        MEANT.get(meant, MEANT["desk"]),
        WHY.get(why, WHY["unclear"]),
        best_candidate(reply),
    )
