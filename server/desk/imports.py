"""Imports at the desk: drop a file, see what was found in it, import it or not, look at what waits."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from markupsafe import Markup, escape
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from server.access import not_found, polls, staff
from server.clock import clock
from server.desk.watching import as_known
from server.desk.words import use_words
from server.feeds.taking import remember
from server.importing.dropping import (
    KINDS,
    choose_layout,
    closed_to,
    confirm,
    discard,
    keep_mapping,
    take_drop,
)
from server.importing.foreseeing import begin_undoing, foresee_undo
from server.importing.houses import closed_imports
from server.importing.preview import preview
from server.importing.progress import (
    MOVING,
    fingerprint,
    import_within,
    imports_page,
    minutes_left,
    share_read,
    source_names,
)
from server.importing.uploads import keep_upload
from server.keys import read_key
from server.language import number, page_language
from server.paging import pages_of
from server.properties.finding import properties_within, property_within, today_at
from server.properties.models import Property
from server.protection import UPLOAD_LIMIT, takes_uploads
from server.record import FIELDS
from server.records.models import Import
from server.records.problems import Listed, Visible, count_waiting, list_problems, reopen, settle
from server.refusal import Refused
from server.sentences import summary
from server.settings import Settings
from server.sources.reading import Reading
from server.staff.sessions import reach_of
from server.wording import N_

pages = Blueprint("imports", __name__, url_prefix="/desk")
use_words(pages)


@pages.app_template_global()
def summed_up(code: str, count: int) -> Markup:
    """What a finding says of so many rows, in the page's language, the number set apart."""
    shown = Markup("<strong>{}</strong>").format(number(count))
    return escape(summary(code, count, page_language())).format(count=shown)


PAGE = 25


@pages.get("/imports")
@staff("arrivals.import")
def index() -> str:
    """The place to drop a file, and all imports."""
    return _index()


@pages.get("/imports/list")
@staff("arrivals.import")
@polls
def refresh() -> str | Response:
    """The list again, for a page that shows something moving; nothing when nothing moved."""
    listed = _listed()
    return as_known(listed["seen"]) or render_template("desk/imports/_list.html", **listed)


@pages.post("/imports")
@staff("arrivals.import")
@takes_uploads
def drop() -> Response:
    """Keep the dropped files encrypted, and have them looked at."""
    files = [file for file in request.files.getlist("file") if file.filename]
    if not files:
        raise Refused("import.no_choice")
    place = _place()
    settings: Settings = current_app.config["ONEGUEST"]
    secret = read_key(settings.keys_dir, "sealing").secret
    kept = []
    for file in files:
        upload = keep_upload(settings.uploads_dir, secret, file.stream, limit=UPLOAD_LIMIT)
        kept.append((file.filename or "", upload, file.stream.tell()))
    made = [
        take_drop(g.session, name=name, upload=u, size=n, place=place, who=g.actor) for name, u, n in kept
    ]
    if len(made) == 1:
        return redirect(url_for("imports.show", import_id=made[0].id), 303)
    return redirect(url_for("imports.index"), 303)


@pages.errorhandler(413)
def too_large(_: RequestEntityTooLarge) -> tuple[str, int]:
    """More than the limit: what else can be done. It is answered before anything is read, a session too."""
    text = N_(
        "Up to 20 MB can be dropped at once. For a larger file use the command ./oneguest import. "
        "Nothing of it was kept."
    )
    return render_template("error.html", title=N_("This is too large"), text=text, code=413), 413


@pages.errorhandler(Refused)
def refused(refusal: Refused) -> tuple[str, int]:
    """What cannot be done is said on the page where it was asked for."""
    g.session.rollback()
    found = import_within(g.session, (request.view_args or {}).get("import_id", 0), g.reach)
    if found is None:
        return _index(refusal), 422
    shown = _shown(found) | {"error": refusal, "given": request.form}
    return render_template("desk/imports/show.html", **shown), 422


@pages.get("/imports/<int:import_id>")
@staff("arrivals.import")
def show(import_id: int) -> str:
    """One import, as far as it is: preview, progress, outcome."""
    return render_template("desk/imports/show.html", **_shown(_import(import_id)))


@pages.get("/imports/<int:import_id>/progress")
@staff("arrivals.import")
@polls
def progress(import_id: int) -> str | Response:
    """The import again, for a page that waits for it; nothing when nothing moved."""
    found = _import(import_id)
    return as_known(fingerprint([found])) or render_template("desk/imports/_import.html", **_shown(found))


@pages.post("/imports/<int:import_id>/confirm")
@staff("arrivals.import")
def start(import_id: int) -> Response:
    """Import the rows."""
    found = _import(import_id)
    confirm(g.session, found, reach=g.reach, any_kind=_any_kind(found), who=g.actor)
    if _any_kind(found):  # who may say how any file is read may say it of those to come
        remember(g.session, found)
    return redirect(url_for("imports.show", import_id=import_id), 303)


@pages.post("/imports/<int:import_id>/discard")
@staff("arrivals.import")
def put_away(import_id: int) -> Response:
    """Remove the file without importing it."""
    settings: Settings = current_app.config["ONEGUEST"]
    found = _import(import_id)
    discard(g.session, found, settings.uploads_dir, reach=g.reach, any_kind=_any_kind(found), who=g.actor)
    return redirect(url_for("imports.show", import_id=import_id), 303)


@pages.get("/imports/<int:import_id>/undo")
@staff("files.import")
def ask_undo(import_id: int) -> str:
    """What undoing it would take, and whether it shall be done."""
    found = _import(import_id)
    foreseen = foresee_undo(g.session, found, reach=g.reach)
    place = property_within(g.session, found.property_id, g.reach) or not_found()
    return render_template("desk/imports/undo.html", found=found, place=place, foreseen=foreseen)


@pages.post("/imports/<int:import_id>/undo")
@staff("files.import")
def undo(import_id: int) -> Response:
    """Have it undone; the worker carries it out."""
    begin_undoing(g.session, _import(import_id), reach=g.reach, who=g.actor, now=clock())
    return redirect(url_for("imports.show", import_id=import_id), 303)


@pages.post("/imports/<int:import_id>/mapping")
@staff("files.import")
def map_columns(import_id: int) -> Response:
    """Keep what staff say that the columns of an unknown header mean."""
    found = _import(import_id)
    header = found.reading.get("header", ())
    keep_mapping(
        g.session,
        found,
        columns={name: request.form.get(f"column-{at}", "") for at, name in enumerate(header)},
        key_columns=[name for at, name in enumerate(header) if f"key-{at}" in request.form],
        source_name=request.form.get("source_name", ""),
        kind=request.form.get("kind", ""),
        who=g.actor,
    )
    return redirect(url_for("imports.show", import_id=import_id), 303)


@pages.post("/imports/<int:import_id>/layout")
@staff("arrivals.import")
def say_layout(import_id: int) -> Response:
    """Say which of the systems that fit alike the file is from."""
    choose_layout(g.session, _import(import_id), request.form.get("layout", ""), who=g.actor)
    return redirect(url_for("imports.show", import_id=import_id), 303)


@pages.get("/problems")
@staff("problems.settle")
def problems() -> str:
    """Everything that waits for somebody, of all imports and forms; or what was settled."""
    state = "settled" if "settled" in request.args else "waiting"
    visible = _visible()
    found = list_problems(g.session, visible, state=state, page=_page())
    waiting = count_waiting(g.session, visible)
    return render_template("desk/imports/problems.html", found=found, state=state, waiting=waiting)


@pages.post("/problems/<int:problem_id>/settled")
@staff("problems.settle")
def settle_problem(problem_id: int) -> str | Response:
    """Take a problem off the list of those that wait."""
    return _moved(settle(g.session, problem_id, _visible(), who=g.actor, now=clock()))


@pages.post("/problems/<int:problem_id>/waiting")
@staff("problems.settle")
def reopen_problem(problem_id: int) -> str | Response:
    """Put a problem back on the list."""
    return _moved(reopen(g.session, problem_id, _visible(), who=g.actor, now=clock()))


def _moved(item: Listed) -> str | Response:
    """The problem's own line for htmx, where it can be undone; else the list."""
    if not request.headers.get("HX-Request"):
        return redirect(url_for("imports.problems"), 303)
    return render_template("desk/imports/_problem.html", item=item, moved=True)


def _import(import_id: int) -> Import:
    return import_within(g.session, import_id, g.reach) or not_found()


def _visible() -> Visible:
    return Visible(g.reach, closed_imports(g.session, g.reach))


def _any_kind(found: Import) -> bool:
    """Whether they may take in any file at this import's house, not only arrivals."""
    return reach_of(g.colleague, "files.import").covers(found.property_id)


def _usual(places: list[Property]) -> Property:
    return next((place for place in places if place.is_default), places[0])


def _place() -> Property:
    """The property a dropped file was said to speak of; the usual one where nothing was said."""
    asked = request.form.get("property")
    if not asked:
        return _usual(properties_within(g.session, g.reach))
    chosen = int(asked) if asked.isascii() and asked.isdecimal() else 0
    return property_within(g.session, chosen, g.reach) or not_found()


def _page() -> int:
    return max(1, request.args.get("page", 1, type=int))


def _index(error: Refused | None = None) -> str:
    places = properties_within(g.session, g.reach)
    return render_template(
        "desk/imports/index.html",
        places=places,
        chosen=_usual(places).id,
        waiting=count_waiting(g.session, _visible()),
        error=error,
        limit=UPLOAD_LIMIT,
        **_listed(),
    )


def _listed() -> dict[str, Any]:
    imports, total = imports_page(g.session, g.reach, page=_page(), size=PAGE)
    return {
        "imports": imports,
        "total": total,
        "page": _page(),
        "pages": pages_of(total, PAGE),
        "sources": source_names(g.session, imports),
        "shares": {found.id: share_read(found) for found in imports},
        "left": {found.id: minutes_left(found, now=clock()) for found in imports},
        "moving": any(found.state in MOVING for found in imports),
        "seen": fingerprint(imports),
    }


def _shown(found: Import) -> dict[str, Any]:
    place = property_within(g.session, found.property_id, g.reach) or not_found()
    reading = Reading.from_json(found.reading) if found.reading.get("header") else None
    previewed = reading if found.state == "preview" else None
    closed = closed_to(found, reach=g.reach, any_kind=_any_kind(found)) if previewed else None
    looked = (
        preview(previewed, place, today=today_at(place, now=clock())) if previewed and not closed else None
    )
    names = source_names(g.session, [found])
    return {
        "found": found,
        "place": place,
        "source": {"name": names[found.source_id]} if found.source_id in names else None,
        "looked": looked,
        "closed": closed,
        "fields": FIELDS,
        "kind_codes": KINDS,
        "share": share_read(found),
        "left": minutes_left(found, now=clock()),
        "moving": found.state in MOVING,
        "seen": fingerprint([found]),
        "problems": list_problems(g.session, _visible(), import_id=found.id, page=_page())
        if found.rows_waiting
        else None,
    }
