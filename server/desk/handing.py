"""One stay handed over to a tablet: with `t` it opens there; its code opens it on any other of the house."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from server.access import not_found, polls, staff
from server.captures.handing import (
    EXPECTED,
    IssuedHandover,
    hand_over,
    house_of_stay,
    tablets_in_use,
    tablets_of,
    take_back,
)
from server.captures.handovers import HandoverStanding, handover_standing, handover_within, record_to_hand
from server.captures.tablets import SILENT_AFTER
from server.clock import clock
from server.desk.phone_address import phone_address
from server.desk.pictured import pictured
from server.desk.toasts import toast
from server.desk.words import use_words
from server.devices.models import Device
from server.language import page_language, translate
from server.refusal import Refused
from server.sentences import say
from server.staff.sessions import may, reach_of
from server.wording import N_

pages = Blueprint("handing", __name__, url_prefix="/desk/hand-over")
use_words(pages)


@pages.app_template_global()
def may_hand_over(kind: str = "stay", status: str = "booked", departs: date | None = None) -> bool:
    """Whether the one who looks may hand such a stay over, and there is a tablet to hand it to."""
    if kind != "stay" or status not in EXPECTED or not may(g.colleague, "stays.hand_over"):
        return False
    if departs is not None and departs < clock().date() - timedelta(days=1):
        return False
    if "has_tablets" not in g:
        g.has_tablets = tablets_in_use(g.session, reach_of(g.colleague, "stays.hand_over"))
    return bool(g.has_tablets)


@pages.post("")
@staff("stays.hand_over")
def start() -> str:
    """Hand a stay over; its code is shown this once, since it stands nowhere else."""
    now, said = clock(), request.form
    stay_id, record_id = said.get("stay", ""), _number(said.get("record", ""))
    record = record_to_hand(g.session, g.reach, stay_id=stay_id, record_id=record_id)
    tablets = tablets_of(g.session, house_of_stay(g.session, record, now=now).id)
    secret = current_app.config["INDEX_KEY"]
    chosen = _chosen(tablets, now=now)
    issued = hand_over(g.session, record, chosen, secret=secret, actor=g.actor, now=now)
    return render_template(
        "desk/lobby/handing.html",
        issued=issued,
        standing=handover_standing(g.session, issued.row, now=now),
        tablets=tablets,
        picture=_picture(issued),
    )


@pages.get("/<int:handover_id>")
@staff("stays.hand_over")
@polls
def state(handover_id: int) -> str:
    """Whether the tablet has it, again and again until it has."""
    return render_template("desk/lobby/_handing.html", standing=_standing(handover_id))


@pages.post("/<int:handover_id>/back")
@staff("stays.hand_over")
def back(handover_id: int) -> Response:
    """It was a mistake."""
    take_back(g.session, _standing(handover_id).row, actor=g.actor, now=clock())
    toast(translate(N_("It is taken back: no tablet opens it any more.")))
    return redirect(url_for("today.show"), 303)


@pages.errorhandler(Refused)
def refused(refusal: Refused) -> Response:
    """What cannot be handed over is said on the first page."""
    g.session.rollback()
    toast(say(refusal.code, refusal.params, page_language()))
    return redirect(url_for("today.show"), 303)


def _standing(handover_id: int) -> HandoverStanding:
    return handover_within(g.session, handover_id, g.reach, now=clock()) or not_found()


def _chosen(tablets: Sequence[Device], *, now: datetime) -> Device | None:
    """The tablet that was named; else the first that was heard of just now, else the first."""
    asked = _number(request.form.get("device", ""))
    named = [tablet for tablet in tablets if tablet.id == asked]
    awake = [t for t in tablets if t.seen_at is not None and now - t.seen_at < SILENT_AFTER]
    return next(iter([*named, *awake, *tablets]), None)


def _picture(issued: IssuedHandover) -> Markup | None:
    base = phone_address(current_app.config["ONEGUEST"])
    return pictured(f"{base}/kiosk/#stay={issued.text}") if base else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
