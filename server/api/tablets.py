"""What a lobby tablet asks: to become ours, to hand over sealed forms, to say how it is.

Every answer of ours carries PROTOCOL. A tablet takes nothing else for our word: a portal of the Wi-Fi answers
too, with 200 or 401 as it likes. Only take_stay answers anything of a guest: what prefilling.py names, for
the page that begins the form, which keeps it in its memory.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from flask import Blueprint, Flask, Response, abort, after_this_request, current_app, g, jsonify, request
from sqlalchemy.orm import Session

from server.access import address_here, count_wrong_try, keep_changes, machine, too_many
from server.captures.handing import Waiting, claim, take, waiting_for
from server.captures.hearing import Heard, Unheard, Word, hear
from server.captures.identifiers import is_capture_id
from server.captures.sealing import fingerprint, public_bytes
from server.captures.syncing import MOST_ITEMS, read_item
from server.clock import clock
from server.db import reading, writing
from server.devices.beating import read_beat, skew_of
from server.devices.enrolling import enrol, export_digest, find_bearers, rotate_token, settle_token
from server.devices.models import Device
from server.keys import Key, read_all_keys
from server.properties.models import Property
from server.refusal import Refused
from server.together import Together

pages = Blueprint("tablets", __name__, url_prefix="/api/v1")

PROTOCOL = "oneguest-1"
_A_PROTOCOL = re.compile(r"oneguest-[0-9]{1,4}")
TRIED = "device"
"""Under this name wrong codes and tokens of one address are counted; ten a minute, then it waits."""


TOGETHER = "what tablets say"

TRIED_CODES, MOST_CODES = "handover", 5
"""So many wrong codes of stays within a minute, then this tablet waits with them; its forms go on coming."""


def is_unhurried() -> bool:
    """For machine(): this address has not tried ten wrong codes or tokens within a minute."""
    g.actor = "device"
    request.get_data()  # at its sender's pace, before anybody has to wait for us
    with reading(current_app.config["ENGINE"]) as session:
        if too_many(session, TRIED, address_here(), now=clock()):
            abort(_told(429, "device.wait", {"Retry-After": "60"}))
    return True


def is_tablet() -> bool:
    """For machine(): the request carries the live token of a tablet, which is then g.device_id.

    One that was revoked is told so, and stops; a wrong one is counted, and waits after ten. A right one never
    waits for the wrong ones of its address: a lobby has one address, and nobody guesses 256 bits.
    """
    _read_token()
    with reading(current_app.config["ENGINE"]) as session:
        (device,) = find_bearers(session, [g.device_token], secret=_index_key())
    if device is None:
        _turn_away("device.unknown")
    if device.revoked_at is not None:
        _turn_away("device.revoked")
    g.actor, g.device_id = device.subject, device.id
    return True


def is_speaking_tablet() -> bool:
    """For machine(): is_tablet, of one that is heard together with others: whose token it is, is found out in
    the transaction that hears them. Until then it is nobody's."""
    _read_token()
    g.arrive = _together().announce()
    after_this_request(_went)
    return True


def _read_token() -> None:
    g.actor = "device"
    request.get_data()  # at its sender's pace, before anybody has to wait for us
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    g.device_token = text.strip() if kind.lower() == "bearer" else ""


def _turn_away(code: Unheard) -> NoReturn:
    """Tell whoever bears no tablet's token so, in our words; whoever tries tokens waits after ten."""
    if code == "device.unknown":
        g.denied = True
        with reading(current_app.config["ENGINE"]) as session:
            waits = too_many(session, TRIED, address_here(), now=clock())
        if waits:
            abort(_told(429, "device.wait", {"Retry-After": "60"}))
        with writing(current_app.config["ENGINE"]) as session:
            count_wrong_try(session, TRIED, address_here(), now=clock())
    abort(_told(401, code))


def _went(answer: Response) -> Response:
    g.arrive()
    return answer


@pages.post("/enrol")
@machine(is_unhurried)
def enrol_tablet() -> Response:
    """Make a tablet out of a one-time code; its token is told this once."""
    try:
        enrolled = enrol(g.session, str(_said().get("code", ""))[:40], secret=_index_key(), now=clock())
    except Refused as refusal:
        g.denied = True
        count_wrong_try(g.session, TRIED, address_here(), now=clock())
        keep_changes()
        return _told(403, refusal.code)
    place = g.session.get_one(Property, enrolled.device.property_id)
    return _answer(token=enrolled.token, **_of(enrolled.device, place))


@pages.post("/sync")
@machine(is_speaking_tablet)
def sync() -> Response:
    """Store sealed forms, and say of each what became of it; with them comes how the tablet is."""
    said = _said()
    items = said.get("items")
    if not isinstance(items, list) or len(items) > MOST_ITEMS:
        is_tablet()
        what = (413, "sync.too_many") if isinstance(items, list) else (422, "sync.not_understood")
        return _told(*what)
    told = [
        {"id": a.id, "sha256": a.digest, "status": a.status, **({"code": a.code} if a.code else {})}
        for a in _heard(said, items).acknowledged
    ]
    return _answer(items=told)


@pages.post("/beat")
@machine(is_speaking_tablet)
def beat() -> Response:
    """How a tablet is. It is told its name, and to which key it is to seal from here on."""
    heard = _heard(_said())
    return _answer(**_of(heard.device, heard.place))


def _heard(said: Mapping[str, Any], items: Sequence[object] = ()) -> Heard:
    """What became of what a tablet said, once it is committed."""
    now, told = clock(), read_beat(said)
    skew = skew_of(told.sent_at, now=now)
    word = Word(g.device_token, told, tuple(read_item(item, skew) for item in items), now)
    heard = _together()(word, g.arrive)
    if not isinstance(heard, Heard):
        _turn_away(heard)
    g.actor, g.device_id = heard.device.subject, heard.device.id
    return heard


def _together() -> Together[Word, Heard | Unheard]:
    hearing: Together[Word, Heard | Unheard] = current_app.extensions[TOGETHER]
    return hearing


def hear_together(app: Flask) -> None:
    """What several tablets say at the same moment is committed together."""
    config = app.config

    def act(session: Session, words: Sequence[Word]) -> Sequence[Heard | Unheard]:
        keys = read_all_keys(config["ONEGUEST"].keys_dir, "sealing")
        return hear(session, words, known_keys={key.id for key in keys}, secret=config["INDEX_KEY"])

    app.extensions[TOGETHER] = Together(lambda: writing(config["ENGINE"]), act)


@pages.post("/token")
@machine(is_tablet)
def renew_token() -> Response:
    """A newer token; the present one ends with the first use of it."""
    return _answer(token=rotate_token(g.session, _device(), secret=_index_key(), now=clock()))


@pages.get("/handover")
@machine(is_tablet)
def look() -> Response:
    """Whether a stay waits for this tablet. Asked every few seconds by one that rests, so it only reads."""
    waiting = waiting_for(g.session, g.session.get_one(Device, g.device_id), now=clock())
    return _answer(handover=_waits(waiting) if waiting else None)


@pages.post("/handover/claim")
@machine(is_tablet)
def claim_stay() -> Response:
    """Somebody typed a code: the stay that it means waits for this tablet now."""
    device, now = _device(), clock()
    if too_many(g.session, TRIED_CODES, device.subject, now=now, limit=MOST_CODES):
        return _told(429, "handover.wait", {"Retry-After": "60"})
    try:
        waiting = claim(g.session, device, str(_said().get("code", ""))[:40], secret=_index_key(), now=now)
    except Refused as refusal:
        g.denied = True
        count_wrong_try(g.session, TRIED_CODES, device.subject, now=now)
        keep_changes()
        return _told(403, refusal.code)
    return _answer(handover=_waits(waiting))


@pages.post("/handover/take")
@machine(is_tablet)
def take_stay() -> Response:
    """What is known of the stay, once, for the form that this tablet begins with it."""
    said = _said()
    handover_id, capture_id = said.get("handover"), said.get("capture")
    if type(handover_id) is not int or not isinstance(capture_id, str) or not is_capture_id(capture_id):
        return _told(422, "handover.not_understood")
    try:
        return _answer(answers=take(g.session, _device(), handover_id, capture_id, now=clock()))
    except Refused as refusal:
        return _told(403, refusal.code)


def _waits(waiting: Waiting) -> dict[str, Any]:
    return {"id": waiting.id, "form": waiting.form, "language": waiting.language}


def _device() -> Device:
    """The tablet that asks, in the request's own transaction."""
    device: Device = g.session.get_one(Device, g.device_id)
    settle_token(g.session, device, g.device_token, secret=_index_key())
    return device


def _of(device: Device, place: Property) -> dict[str, Any]:
    """What a tablet must know of itself and of its house."""
    key = _sealing_keys()[0]
    public = base64.b64encode(public_bytes(key)).decode("ascii")
    return {
        "device": device.id,
        "name": device.name,
        "house": place.name,
        "code": place.code,
        "export": export_digest(device, secret=_index_key()),
        "key": {"id": key.id, "public": public, "sha256": fingerprint(key)},
    }


def _said() -> dict[str, Any]:
    """What was sent; nothing where it is no JSON of ours. A tablet of another release is told so."""
    content = request.get_json(force=True, silent=True)
    if not isinstance(content, dict):
        return {}
    spoken = content.get("protocol")
    if isinstance(spoken, str) and spoken != PROTOCOL and _A_PROTOCOL.fullmatch(spoken):
        _send_for_newer_pages(spoken)
    return content if spoken == PROTOCOL else {}


def _send_for_newer_pages(spoken: str) -> NoReturn:
    """Answer 426 in the tablet's own protocol, or it would not believe us; the desk sees it."""
    if "arrive" in g:
        is_tablet()
    if "device_id" in g:
        device = _device()
        device.seen_at, device.told = clock(), {**device.told, "trouble": "outdated"}
        keep_changes()
    answer = jsonify(protocol=spoken, speaks=PROTOCOL, at=clock().isoformat(), error="tablet.outdated")
    answer.status_code = 426
    answer.headers["Upgrade"] = PROTOCOL.replace("-", "/")  # RFC 9110, section 15.5.22
    abort(answer)


def _answer(**content: Any) -> Response:
    return jsonify(protocol=PROTOCOL, at=clock().isoformat(), **content)


def _told(status: int, code: str, headers: dict[str, str] | None = None) -> Response:
    """Why not, in our own words: a code."""
    answer = jsonify(protocol=PROTOCOL, at=clock().isoformat(), error=code)
    answer.status_code = status
    answer.headers.update(headers or {})
    return answer


def _sealing_keys() -> tuple[Key, ...]:
    return read_all_keys(current_app.config["ONEGUEST"].keys_dir, "sealing")


def _index_key() -> bytes:
    secret: bytes = current_app.config["INDEX_KEY"]
    return secret
