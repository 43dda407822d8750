"""Addresses that came back and the reservation system does not have: copied, typed there, ticked off here."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from server.access import not_found, staff
from server.clock import clock
from server.desk.people import who
from server.desk.toasts import toast
from server.desk.waits import tell
from server.desk.words import use_words
from server.language import translate
from server.prompts.typing_in import count_to_type, count_untyped, not_typed, say_typed, to_type
from server.prompts.ways import WAYS
from server.properties.finding import properties_within
from server.wording import N_

pages = Blueprint("to_type", __name__, url_prefix="/desk/to-type")
use_words(pages)


@pages.get("")
@staff("guests.see")
def show() -> str:
    """What is to be typed, by departure; and what was typed and waits for its proof."""
    rows = to_type(g.session, g.reach, now=clock())
    tell("to_type.show", g.reach, count_untyped(rows))
    return render_template(
        "desk/to_type/show.html",
        rows=[row for row in rows if row.state != "typed"],
        typed=[row for row in rows if row.state == "typed"],
        counts=count_to_type(rows),
        places=properties_within(g.session, g.reach),
        ways=WAYS,
        who=who,
    )


@pages.post("/<int:record_id>/<int:value_record_id>/done")
@staff("problems.settle")
def done(record_id: int, value_record_id: int) -> Response:
    """It is typed."""
    said = say_typed(g.session, record_id, value_record_id, g.reach, actor=g.actor, now=clock())
    if said is None:
        not_found()
    back = url_for("to_type.back", record_id=record_id, value_record_id=value_record_id)
    if said:
        toast(translate(N_("Typed. The next export of the system proves it.")), undo=back)
    return _list(is_listed=said)


@pages.post("/<int:record_id>/<int:value_record_id>/back")
@staff("problems.settle")
def back(record_id: int, value_record_id: int) -> Response:
    """It is not typed after all."""
    said = not_typed(g.session, record_id, value_record_id, g.reach, actor=g.actor, now=clock())
    if said is None:
        not_found()
    if said:
        toast(translate(N_("It stands among what is to be typed again.")))
    return _list(is_listed=said)


def _list(*, is_listed: bool) -> Response:
    if not is_listed:
        toast(translate(N_("The list has changed meanwhile. Look at it again.")))
    return redirect(url_for("to_type.show"), 303)
