"""Two ways past the door of a link: "this is not me", and "send it to the traveller".

Neither asks who is there: the person may not know the booking at all. A GET changes nothing; nothing of the
guest or the stay is shown, nor the token, which a saved page would give away.
"""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.access import LINK_OPEN_FOR, anyone
from server.captures.links import AnyLink
from server.captures.models import GuestLink
from server.captures.passing_on import can_be_passed_on, pass_on
from server.clock import clock
from server.drafting import keep_draft, kept_draft
from server.language import page_language, translate
from server.phone.speaking import HERE, speak_at
from server.phone.tokens import live_link
from server.prompts.misdirected import question_of, say_not_me, was_passed_on
from server.properties.models import Property
from server.settings import house_address
from server.wording import N_

pages = Blueprint("onward", __name__, url_prefix="/g")

PLEASE = N_("For your stay at {house}, please check in ahead here: {link}")
"""What whoever booked sends the traveller, unless they write something of their own."""


def ways_on(link: AnyLink) -> tuple[str, ...]:
    """Which of the two this link offers."""
    is_known = isinstance(link, GuestLink) and question_of(g.session, link) is not None
    return (*(("traveller",) if can_be_passed_on(link) else ()), *(("not_me",) if is_known else ()))


def _link(token: str, way: str) -> tuple[GuestLink, Property]:
    """The link, if it offers that way; else it is back at the door."""
    link = live_link(token)
    house = speak_at(link)
    if not isinstance(link, GuestLink) or way not in ways_on(link):
        abort(redirect(url_for("phone.greet", token=token), 303))
    return link, house


def _is_back() -> bool:
    return request.form.get("go") == "back"


@pages.get("/<token>/not-me")
@anyone
def ask_not_me(token: str) -> str:
    """What it means, and the button."""
    _, house = _link(token, "not_me")
    return render_template("phone/not_me.html", house=house, done=False)


@pages.post("/<token>/not-me")
@anyone
def act_not_me(token: str) -> ResponseReturnValue:
    """Nothing goes to them any more for this guest."""
    link, _ = _link(token, "not_me")
    if _is_back():
        return redirect(url_for("phone.greet", token=token), 303)
    say_not_me(g.session, link, secret=current_app.config["INDEX_KEY"], now=clock())
    return redirect(url_for("onward.sorry", lang=page_language()), 303)


@pages.get("/sorry")
@anyone
def sorry() -> str:
    """We are."""
    return render_template("phone/not_me.html", house=None, done=True)


@pages.get("/<token>/traveller")
@anyone
def ask_traveller(token: str) -> str:
    """What it is for, and the button; the link to send on, once it is made."""
    link, house = _link(token, "traveller")
    made = kept_draft(bound_to=_sent_on(link), now=clock(), life=LINK_OPEN_FOR).get("link")
    words = translate(PLEASE).format(house=house.name, link=made)
    return render_template(
        "phone/traveller.html",
        house=house,
        made=made,
        words=words,
        ways={"sms": f"sms:?&body={quote(words)}", "mail": f"mailto:?body={quote(words)}"},
        spent="spent" in request.args,
    )


@pages.post("/<token>/traveller")
@anyone
def make_link(token: str) -> ResponseReturnValue:
    """Make the link that they send on. It crosses to the page sealed: no address bears it before its use."""
    link, _ = _link(token, "traveller")
    if _is_back():
        return redirect(url_for("phone.greet", token=token), 303)
    issued = pass_on(g.session, link, now=clock())
    answer = redirect(url_for("onward.ask_traveller", token=token, spent=None if issued else 1), 303)
    if issued is not None:
        was_passed_on(g.session, link, now=clock())
        made = f"{house_address(current_app.config['ONEGUEST'])}/g/{issued.token}"
        keep_draft(answer, {"link": made}, bound_to=_sent_on(link), path=HERE, now=clock())
    return answer


def _sent_on(link: AnyLink) -> str:
    return f"sent on from {link.subject}"
