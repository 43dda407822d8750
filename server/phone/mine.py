"""Is this address yours? Asked at the address itself: a button for yes, one for no; opening it says nothing.

Mail scanners open every link, so a GET changes nothing. Before the guest says anything only the hotel's name
is shown, neither the address nor whose it may be.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, current_app, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.access import address_key, anyone, count_wrong_try, too_many
from server.clock import clock
from server.db import writing
from server.prompts.models import AddressProof
from server.prompts.proving import confirm, find_proof, undo
from server.properties.models import Property
from server.records.models import SourceRecord

pages = Blueprint("mine", __name__, url_prefix="/g/mine")

WRONG_TOKENS = 10  # a minute and address, together with those of other links
WITHIN = timedelta(minutes=1)


def _proof(token: str) -> AddressProof:
    """What a token opens; a wrong one is counted, and answered the same whatever is wrong with it."""
    now = clock()
    who = address_key(current_app.config["INDEX_KEY"], request.remote_addr)
    if too_many(g.session, "token", who, now=now, limit=WRONG_TOKENS, within=WITHIN):
        abort(429)
    proof = find_proof(g.session, token, now=now)
    if proof is None:
        g.session.rollback()  # gives the writer's place back: the count has a transaction of its own
        with writing(current_app.config["ENGINE"]) as counting:
            count_wrong_try(counting, "token", who, now=now)
        abort(make_response(render_template("phone/closed.html"), 404))
    return proof


@pages.get("/kept")
@anyone
def kept() -> str:
    """It is theirs."""
    return render_template("phone/mine.html", house=None, said="yes")


@pages.get("/removed")
@anyone
def removed() -> str:
    """It is not theirs."""
    return render_template("phone/mine.html", house=None, said="no")


@pages.get("/<token>")
@anyone
def ask(token: str) -> str:
    """The hotel's name and the two buttons."""
    record = g.session.get_one(SourceRecord, _proof(token).record_id)
    return render_template("phone/mine.html", house=g.session.get_one(Property, record.property_id), said="")


@pages.post("/<token>")
@anyone
def act(token: str) -> ResponseReturnValue:
    """Take the answer."""
    proof, secret, now = _proof(token), current_app.config["INDEX_KEY"], clock()
    said = request.form.get("go", "")
    if said == "yes":
        confirm(g.session, proof, how="click", secret=secret, now=now)
        return redirect(url_for("mine.kept"), 303)
    if said != "no":
        abort(422)
    undo(g.session, proof, secret=secret, now=now)
    return redirect(url_for("mine.removed"), 303)
