"""Tablets at the desk: what waits on each, what never arrived, a new one, a lost one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, g, render_template, request
from werkzeug.wrappers import Response

from server.access import not_found, polls, staff
from server.captures.again import count_given_up
from server.captures.sealing import fingerprint
from server.captures.tablets import TabletStanding, standing_of, standings, tablet_within, to_ask_again
from server.clock import clock
from server.desk.phone_address import phone_address
from server.desk.pictured import pictured
from server.desk.watching import as_known, tag_of
from server.desk.words import use_words
from server.devices.enrolling import enrolment_address, export_code, issue_code, revoke_device
from server.devices.models import Device
from server.journal import note
from server.keys import read_key
from server.language import page_language
from server.properties.finding import properties_within, property_within
from server.properties.models import Property
from server.refusal import Refused
from server.staff.sessions import may, reach_of

pages = Blueprint("lobby", __name__, url_prefix="/desk/tablets")
use_words(pages)


@pages.get("")
@staff("devices.see")
def index() -> str:
    """All tablets of one's houses."""
    return render_template("desk/lobby/index.html", **_shown())


@pages.get("/list")
@staff("devices.see")
@polls
def refresh() -> str | Response:
    """The list again, for a page that stays open; "as you know it" when nothing moved."""
    shown = _shown()
    return as_known(shown["seen"]) or render_template("desk/lobby/_list.html", **shown)


@pages.post("")
@staff("devices.manage")
def enrol() -> str:
    """A code for one more tablet, shown this once: nothing is redirected, since it stands nowhere else."""
    house = _house()
    secret, settings = current_app.config["INDEX_KEY"], current_app.config["ONEGUEST"]
    issued = issue_code(
        g.session, house, request.form.get("name", ""), secret=secret, actor=g.actor, now=clock()
    )
    base = phone_address(settings)
    sealing = read_key(settings.keys_dir, "sealing")
    address = enrolment_address(base, issued.text, fingerprint(sealing)) if base else None
    return render_template(
        "desk/lobby/code.html",
        issued=issued,
        house=house,
        address=address,
        picture=pictured(address) if address else None,
    )


@pages.get("/<int:device_id>")
@staff("devices.see")
def show(device_id: int) -> str:
    """One tablet; whether it is lost is said here."""
    return _show(_tablet(device_id))


@pages.post("/<int:device_id>/export")
@staff("devices.end")
def export(device_id: int) -> str:
    """The code with which this tablet writes its forms to a file."""
    device, secret = _tablet(device_id), current_app.config["INDEX_KEY"]
    note(
        g.session,
        g.actor,
        "device.export_code_shown",
        device.subject,
        now=clock(),
        property_id=device.property_id,
    )
    return _show(device, export=export_code(device, secret=secret))


@pages.post("/<int:device_id>/end")
@staff("devices.end")
def end(device_id: int) -> str:
    """It is lost, or not wanted any more: it hands nothing in from now on. What to do next is shown."""
    device = _tablet(device_id)
    if device.revoked_at is None:
        revoke_device(g.session, device.id, actor=g.actor, now=clock())
    return _show(device)


@pages.errorhandler(Refused)
def refused(refusal: Refused) -> tuple[str, int]:
    """What cannot be is said above the list."""
    g.session.rollback()
    return render_template("desk/lobby/index.html", **_shown(), error=refusal), 422


def _shown() -> dict[str, Any]:
    houses = properties_within(g.session, g.reach)
    found = standings(g.session, g.reach, now=clock())
    return {
        "tablets": found,
        "houses": houses,
        "given_up": count_given_up(g.session, g.reach),
        "seen": tag_of([page_language(), len(houses), *map(_tag, found)]),
    }


def _tag(one: TabletStanding) -> tuple[object, ...]:
    device = one.device
    known = (device.id, device.name, device.waiting, device.waiting_since, one.state, one.received)
    return *known, one.missing, one.troubles, device.seen_at if one.state == "silent" else None


def _show(device: Device, *, export: str | None = None) -> str:
    house = property_within(g.session, device.property_id, g.reach) or not_found()
    sees_guests = may(g.colleague, "guests.see") and reach_of(g.colleague, "guests.see").covers(house.id)
    now = clock()
    standing = standing_of(g.session, device, house, now=now)
    is_lacking = standing.missing or device.waiting
    return render_template(
        "desk/lobby/show.html",
        standing=standing,
        to_ask=to_ask_again(g.session, device, house, now=now) if sees_guests and is_lacking else [],
        sees_guests=sees_guests,
        is_lacking=is_lacking,
        export=export,
    )


def _tablet(device_id: int) -> Device:
    return tablet_within(g.session, device_id, g.reach) or not_found()


def _house() -> Property:
    houses = properties_within(g.session, g.reach)
    asked = request.form.get("property", "")
    if not asked:
        return next((house for house in houses if house.is_default), houses[0])
    chosen = int(asked) if asked.isascii() and asked.isdecimal() else 0
    return property_within(g.session, chosen, g.reach) or not_found()
