"""Police forms for the authority: what is due by when, what is missing and who can answer, files, results.

A file is made again whenever it is fetched, and goes to whoever fetches it alone: nothing of it stays here.
"""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from server.access import not_found, staff
from server.clock import clock
from server.desk.people import who
from server.desk.sheet_page import vault
from server.desk.sheet_words import FIELDS, WHOM
from server.desk.toasts import toast
from server.desk.words import use_words
from server.language import page_language, translate
from server.properties.finding import properties_within
from server.protection import takes_uploads
from server.refusal import Refused
from server.registration.due import Queue, codes_of, lists_missing, queues
from server.registration.handing_in import (
    file_of,
    find_lacks,
    hand_in,
    hand_in_within,
    hand_ins_within,
    read_pasted,
    rows_of,
    say_handed_in,
    say_results,
)
from server.registration.houses import Keeps, house_that_keeps, houses_with_rules
from server.registration.loading_lists import lists_of, load_list
from server.registration.models import HandIn
from server.registration.output import Lacking
from server.sentences import say
from server.wording import N_

pages = Blueprint("hand_in", __name__, url_prefix="/desk/sheets/hand-in")
use_words(pages)

LARGEST_PASTE = 200_000


@pages.get("")
@staff("sheets.hand_in")
def index() -> str:
    """What is due, the last files, and the authorities' lists."""
    now = clock()
    houses = [one for one in houses_with_rules(g.session, g.reach) if one.is_on]
    return render_template(
        "desk/sheets/hand_in.html",
        queues=queues(g.session, g.reach, now=now),
        now=now,
        made=hand_ins_within(g.session, g.reach),
        places={place.id: place for place in properties_within(g.session, g.reach)},
        houses=[(one, lists_of(g.session, one.place.country), _missing(one)) for one in houses],
        who=who,
    )


@pages.post("/house/<int:property_id>/<output>/look")
@staff("sheets.hand_in")
def look(property_id: int, output: str) -> ResponseReturnValue:
    """What the authority would refuse, as questions to who can answer."""
    queue = _queue(property_id, output)
    lacks = find_lacks(g.session, vault(), queue, actor=g.actor, now=clock())
    return _lacks(queue, lacks)


@pages.post("/house/<int:property_id>/<output>/make")
@staff("sheets.hand_in")
def make(property_id: int, output: str) -> ResponseReturnValue:
    """The file of all that is due; what is missing where it cannot be made."""
    queue = _queue(property_id, output)
    try:
        made = hand_in(g.session, vault(), queue, actor=g.actor, now=clock())
    except Lacking as lacking:
        return _lacks(queue, lacking.lacks), 422
    toast(translate(N_("The file is made. Fetch it, hand it in, and say so here.")))
    return redirect(url_for("hand_in.show", hand_in_id=made[-1].id) if len(made) == 1 else _index(), 303)


@pages.get("/<int:hand_in_id>")
@staff("sheets.hand_in")
def show(hand_in_id: int) -> str:
    """One file: its rows, and what the authority said of each."""
    made, keeps = _made(hand_in_id)
    codes = codes_of(g.session, keeps.place.country)
    return render_template(
        "desk/sheets/file.html",
        made=made,
        keeps=keeps,
        rows=rows_of(g.session, made),
        meanings={code: words for codes_ in codes.values() for code, words in codes_.items()},
        who=who,
    )


@pages.post("/<int:hand_in_id>/file")
@staff("sheets.hand_in")
def fetch(hand_in_id: int) -> Response:
    """The file itself."""
    made, keeps = _made(hand_in_id)
    file = file_of(g.session, vault(), made, keeps, actor=g.actor, now=clock())
    name = "".join(sign for sign in file.name if sign.isalnum() or sign in "-_.")
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(file.content, content_type=file.media_type, headers=headers)


@pages.post("/<int:hand_in_id>/handed-in")
@staff("sheets.hand_in")
def handed_in(hand_in_id: int) -> Response:
    """It was given to the authority."""
    made, _ = _made(hand_in_id)
    say_handed_in(g.session, made, receipt=request.form.get("receipt", ""), actor=g.actor, now=clock())
    toast(translate(N_("Noted: it is handed in.")))
    return redirect(url_for("hand_in.show", hand_in_id=made.id), 303)


@pages.post("/<int:hand_in_id>/results")
@staff("sheets.hand_in")
def results(hand_in_id: int) -> Response:
    """What the authority said, pasted whole or row by row."""
    made, keeps = _made(hand_in_id)
    pasted = request.form.get("pasted", "")[:LARGEST_PASTE]
    if pasted.strip():
        found = read_pasted(g.session, made, pasted, keeps.place.country)
    else:
        found = [
            (row.number, said == "accepted", request.form.get(f"code-{row.number}", "").strip()[:40] or None)
            for row in rows_of(g.session, made)
            if (said := request.form.get(f"row-{row.number}")) in ("accepted", "refused")
        ]
    number = say_results(g.session, made, found, actor=g.actor, now=clock())
    toast(translate(N_("Noted.")) if number else translate(N_("Nothing was said of any row.")))
    return redirect(url_for("hand_in.show", hand_in_id=made.id), 303)


@pages.post("/lists/<int:property_id>")
@staff("sheets.hand_in")
@takes_uploads
def load(property_id: int) -> Response:
    """A list of codes, from the authority's own file."""
    keeps = _keeps(property_id)
    name, sent = request.form.get("name", "").strip(), request.files.get("file")
    if sent is None or not name.isascii() or not name.replace("_", "").isalnum() or len(name) > 40:
        toast(translate(N_("Say which list it is, and choose its file.")))
        return redirect(_index(), 303)
    place = keeps.place
    load_list(g.session, place.country, name, sent.read(), property_id=place.id, actor=g.actor, now=clock())
    toast(translate(N_("The list is loaded.")))
    return redirect(_index(), 303)


@pages.errorhandler(Refused)
def refused(refusal: Refused) -> Response:
    """What cannot be done is said on the list."""
    g.session.rollback()
    toast(say(refusal.code, refusal.params, page_language()))
    return redirect(_index(), 303)


def _lacks(queue: Queue, lacks: object) -> str:
    return render_template(
        "desk/sheets/lacks.html", queue=queue, lacks=lacks, whom=WHOM, fields=FIELDS, number=len(queue.dues)
    )


def _index() -> str:
    return url_for("hand_in.index")


def _missing(keeps: Keeps) -> tuple[str, ...]:
    return lists_missing(g.session, keeps, now=clock())


def _keeps(property_id: int) -> Keeps:
    return house_that_keeps(g.session, property_id, g.reach) or not_found()


def _queue(property_id: int, output: str) -> Queue:
    _keeps(property_id)
    found = queues(g.session, g.reach, now=clock())
    mine = [one for one in found if (one.keeps.place.id, one.output) == (property_id, output)]
    if not mine:
        raise Refused("registration.nothing_due")
    return mine[0]


def _made(hand_in_id: int) -> tuple[HandIn, Keeps]:
    made = hand_in_within(g.session, hand_in_id, g.reach) or not_found()
    return made, house_that_keeps(g.session, made.property_id, g.reach) or not_found()
