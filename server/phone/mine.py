"""Is this address yours? Asked at the address itself: a button for yes, one for no; opening it says nothing.

Mail scanners open every link, so a GET changes nothing. Before the guest says anything only the hotel's name
is shown and the address cut short, as its owner knows it again; not whose it may be. Who reads their mail on
another device types the code of the message on the page of their link instead.
"""

from __future__ import annotations

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from server.access import address_here, anyone, count_wrong_try, link_holder, too_many
from server.clock import clock
from server.language import chosen_language, page_language, speak
from server.phone.speaking import speak_at
from server.phone.tokens import opened_by
from server.prompts.models import AddressProof
from server.prompts.proving import (
    address_of,
    confirm,
    confirm_by_code,
    find_proof,
    proof_of_link,
    shortened,
    take_back_undo,
    undo,
)
from server.prompts.speaking import language_of_record
from server.properties.models import Property
from server.records.models import SourceRecord

pages = Blueprint("mine", __name__, url_prefix="/g/mine")

CODES = "code"
"""What wrong codes are counted as; each address has five, and who tries has ten a minute."""


def _proof(token: str) -> AddressProof:
    """What a token opens."""
    now = clock()
    return opened_by(token, lambda session, text: find_proof(session, text, now=now), now=now)


def _language(record_id: int) -> str:
    return chosen_language() or language_of_record(g.session, record_id) or page_language()


@pages.get("/kept")
@anyone
def kept() -> str:
    """It is theirs."""
    return render_template("phone/mine.html", house=None, said="yes")


@pages.get("/removed")
@anyone
def removed() -> str:
    """It is not theirs; or was that the wrong button?"""
    return render_template("phone/mine.html", house=None, said="no", undoes=_undone_here() is not None)


@pages.post("/removed")
@anyone
def take_back() -> ResponseReturnValue:
    """It was: the address is theirs."""
    proof = _undone_here()
    cookie.pop("undone", None)
    secret = current_app.config["INDEX_KEY"]
    if proof is None or not take_back_undo(g.session, proof, secret=secret, now=clock()):
        return redirect(url_for("mine.removed", lang=page_language()), 303)
    return redirect(url_for("mine.kept", lang=page_language()), 303)


def _undone_here() -> AddressProof | None:
    """What was taken back in this browser a moment ago."""
    held = cookie.get("undone")
    return g.session.get(AddressProof, held) if isinstance(held, int) else None


@pages.get("/code")
@link_holder
def code() -> ResponseReturnValue:
    """Where the code of the message is typed."""
    page = render_template("phone/code.html", house=speak_at(g.link), is_wrong="wrong" in request.args)
    return page, 422 if "wrong" in request.args else 200


@pages.post("/code")
@link_holder
def try_code() -> ResponseReturnValue:
    """Try it. Wrong, too old, used up and never sent are answered alike."""
    now, who, secret = clock(), address_here(), current_app.config["INDEX_KEY"]
    if too_many(g.session, CODES, who, now=now):
        abort(429)
    proof = None if g.link.is_rehearsed else proof_of_link(g.session, g.link.id)
    given = request.form.get("code", "")[:20]
    if proof is not None and confirm_by_code(g.session, proof, given, secret=secret, now=now):
        speak_at(g.link)
        return redirect(url_for("mine.kept", lang=page_language()), 303)
    count_wrong_try(g.session, CODES, who, now=now)
    return redirect(url_for("mine.code", wrong=1), 303)


@pages.get("/<token>")
@anyone
def ask(token: str) -> str:
    """The hotel's name, the address cut short, and the two buttons."""
    proof = _proof(token)
    record = g.session.get_one(SourceRecord, proof.record_id)
    house = g.session.get_one(Property, record.property_id)
    language = _language(record.id)
    speak(language, house.tones.get(language, ""))
    address = address_of(g.session, proof, current_app.config["INDEX_KEY"])
    return render_template(
        "phone/mine.html", house=house, said="", address=shortened(address) if address else ""
    )


@pages.post("/<token>")
@anyone
def act(token: str) -> ResponseReturnValue:
    """Take the answer."""
    proof, secret, now = _proof(token), current_app.config["INDEX_KEY"], clock()
    language = _language(proof.record_id)
    said = request.form.get("go", "")
    if said == "yes":
        confirm(g.session, proof, how="click", secret=secret, now=now)
        return redirect(url_for("mine.kept", lang=language), 303)
    if said != "no":
        abort(422)
    undo(g.session, proof, secret=secret, now=now)
    cookie["undone"] = proof.id
    return redirect(url_for("mine.removed", lang=language), 303)
