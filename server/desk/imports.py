"""Imports at the desk: drop a file, see what was found in it, import it or not, look at what waits."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for
from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from server.access import polls, staff
from server.clock import clock
from server.desk.watching import as_known
from server.desk.words import use_words
from server.importing.dropping import KINDS, choose_layout, confirm, discard, keep_mapping, take_drop
from server.importing.preview import preview
from server.importing.progress import MOVING, fingerprint, imports_page, minutes_left, share_read
from server.importing.uploads import keep_upload
from server.keys import read_key
from server.language import number, page_language
from server.properties.models import Property
from server.protection import UPLOAD_LIMIT, takes_uploads
from server.record import FIELDS
from server.records.models import Import, Problem, Source
from server.records.problems import Listed, count_waiting, list_problems, reopen, settle
from server.refusal import Refused
from server.sentences import summary
from server.settings import Settings
from server.sources.reading import Reading
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
    settings: Settings = current_app.config["ONEGUEST"]
    secret = read_key(settings.keys_dir, "sealing").secret
    kept = []
    for file in files:
        upload = keep_upload(settings.uploads_dir, secret, file.stream, limit=UPLOAD_LIMIT)
        kept.append((file.filename or "", upload, file.stream.tell()))
    place = g.session.get(Property, request.form.get("property", 0, type=int))
    if place is None:
        place = g.session.scalar(select(Property).where(Property.is_default)) or abort(404)
    made = [take_drop(g.session, name=name, upload=u, size=n, place=place) for name, u, n in kept]
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
    found = g.session.get(Import, (request.view_args or {}).get("import_id", 0))
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
    confirm(g.session, _import(import_id).id)
    return redirect(url_for("imports.show", import_id=import_id), 303)


@pages.post("/imports/<int:import_id>/discard")
@staff("arrivals.import")
def put_away(import_id: int) -> Response:
    """Remove the file without importing it."""
    settings: Settings = current_app.config["ONEGUEST"]
    discard(g.session, _import(import_id).id, settings.uploads_dir)
    return redirect(url_for("imports.show", import_id=import_id), 303)


@pages.post("/imports/<int:import_id>/mapping")
@staff("files.import")
def map_columns(import_id: int) -> Response:
    """Keep what staff say that the columns of an unknown header mean."""
    header = _import(import_id).reading.get("header", ())
    keep_mapping(
        g.session,
        import_id,
        columns={name: request.form.get(f"column-{at}", "") for at, name in enumerate(header)},
        key_columns=[name for at, name in enumerate(header) if f"key-{at}" in request.form],
        source_name=request.form.get("source_name", ""),
        kind=request.form.get("kind", ""),
    )
    return redirect(url_for("imports.show", import_id=import_id), 303)


@pages.post("/imports/<int:import_id>/layout")
@staff("arrivals.import")
def say_layout(import_id: int) -> Response:
    """Say which of the systems that fit alike the file is from."""
    choose_layout(g.session, _import(import_id).id, request.form.get("layout", ""))
    return redirect(url_for("imports.show", import_id=import_id), 303)


@pages.get("/problems")
@staff("problems.settle")
def problems() -> str:
    """Everything that waits for somebody, of all imports and forms; or what was settled."""
    state = "settled" if "settled" in request.args else "waiting"
    found = list_problems(g.session, state=state, page=_page())
    return render_template(
        "desk/imports/problems.html", found=found, state=state, waiting=count_waiting(g.session)
    )


@pages.post("/problems/<int:problem_id>/settled")
@staff("problems.settle")
def settle_problem(problem_id: int) -> str | Response:
    """Take a problem off the list of those that wait."""
    return _moved(settle(g.session, problem_id, who=g.actor, now=clock()))


@pages.post("/problems/<int:problem_id>/waiting")
@staff("problems.settle")
def reopen_problem(problem_id: int) -> str | Response:
    """Put a problem back on the list."""
    return _moved(reopen(g.session, problem_id, who=g.actor, now=clock()))


def _moved(problem: Problem) -> str | Response:
    """The problem's own line for htmx, where it can be undone; else the list."""
    if not request.headers.get("HX-Request"):
        return redirect(url_for("imports.problems"), 303)
    found = g.session.get(Import, problem.import_id) if problem.import_id else None
    return render_template(
        "desk/imports/_problem.html", item=Listed(problem, found.file_name if found else None), moved=True
    )


def _import(import_id: int) -> Import:
    session: Session = g.session
    found = session.get(Import, import_id) if import_id < 2**31 else None
    return found or abort(404)


def _page() -> int:
    return max(1, request.args.get("page", 1, type=int))


def _index(error: Refused | None = None) -> str:
    places = g.session.scalars(select(Property).order_by(Property.id)).all()
    return render_template(
        "desk/imports/index.html",
        places=places,
        waiting=count_waiting(g.session),
        error=error,
        limit=UPLOAD_LIMIT,
        **_listed(),
    )


def _listed() -> dict[str, Any]:
    imports, total = imports_page(g.session, page=_page(), size=PAGE)
    sources = dict(g.session.execute(select(Source.id, Source.name)).all())
    return {
        "imports": imports,
        "total": total,
        "page": _page(),
        "pages": max(1, -(-total // PAGE)),
        "sources": sources,
        "shares": {found.id: share_read(found) for found in imports},
        "left": {found.id: minutes_left(found, now=clock()) for found in imports},
        "moving": any(found.state in MOVING for found in imports),
        "seen": fingerprint(imports),
    }


def _shown(found: Import) -> dict[str, Any]:
    place = g.session.get_one(Property, found.property_id)
    reading = Reading.from_json(found.reading) if found.reading else None
    looked = preview(reading, place, today=clock().date()) if reading and found.state == "preview" else None
    return {
        "found": found,
        "place": place,
        "source": g.session.get(Source, found.source_id) if found.source_id else None,
        "reading": reading,
        "looked": looked,
        "fields": FIELDS,
        "kind_codes": KINDS,
        "share": share_read(found),
        "left": minutes_left(found, now=clock()),
        "moving": found.state in MOVING,
        "seen": fingerprint([found]),
        "problems": list_problems(g.session, import_id=found.id, page=_page())
        if found.rows_waiting
        else None,
    }
