"""Forms of tablets at the desk that do not come by themselves: tried again, decided on, brought in a file."""

from __future__ import annotations

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access import not_found, staff
from server.captures.again import find_problem, try_again, try_all_again
from server.captures.bringing import bring, read_file
from server.clock import clock
from server.desk.toasts import toast
from server.desk.words import use_words
from server.importing.houses import closed_imports
from server.keys import read_all_keys
from server.language import page_language, translate
from server.protection import takes_uploads
from server.records.problems import Visible
from server.refusal import Refused
from server.sentences import say
from server.wording import N_

pages = Blueprint("lobby_forms", __name__, url_prefix="/desk/tablets/forms")
use_words(pages)


@pages.post("/again")
@staff("problems.settle")
def again() -> Response:
    """All forms that a fault of ours kept from being read: once more."""
    try_all_again(g.session, g.reach, actor=g.actor, now=clock())
    toast(translate(N_("The forms are tried again. Those that can be read go to their guests.")))
    return redirect(url_for("lobby.index"), 303)


@pages.post("/<int:problem_id>/again")
@staff("problems.settle")
def one_again(problem_id: int) -> Response:
    """The form behind one problem: once more; one that was kept for a decision is taken in."""
    visible = Visible(g.reach, closed_imports(g.session, g.reach))
    problem = find_problem(g.session, problem_id, visible) or not_found()
    try_again(g.session, problem, actor=g.actor, now=clock())
    toast(translate(N_("The form is tried again. If it can be read, its line here goes by itself.")))
    return redirect(url_for("imports.problems"), 303)


@pages.get("")
@staff("devices.end")
def bring_page() -> str:
    """Where a file is brought that a cut-off tablet wrote."""
    return render_template("desk/lobby/bring.html", account=None, error=None)


@pages.post("")
@staff("devices.end")
@takes_uploads
def bring_file() -> str | tuple[str, int]:
    """Take in what stands in a file; what became of each form is said. Brought again, it changes nothing."""
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Refused("forms_file.none")
        items = read_file(file.stream.read())
        keys = read_all_keys(current_app.config["ONEGUEST"].keys_dir, "sealing")
        known = {key.id for key in keys}
        account = bring(g.session, items, g.reach, known_keys=known, actor=g.actor, now=clock())
    except Refused as refusal:
        g.session.rollback()
        return render_template("desk/lobby/bring.html", account=None, error=refusal), 422
    return render_template("desk/lobby/bring.html", account=account, error=None)


@pages.errorhandler(Refused)
def refused(refusal: Refused) -> Response:
    """Somebody was first."""
    g.session.rollback()
    toast(say(refusal.code, refusal.params, page_language()))
    return redirect(url_for("imports.problems"), 303)
