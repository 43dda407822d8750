"""The web application: the only module that knows all surfaces.

One request is one unit of work. Reading requests get a session that refuses to write; writing ones a session
that takes the writer's place at once and is committed after the view and before the answer leaves, because a
tablet forgets its copy on our word. What fails to commit answers 503, never a success.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from babel import Locale
from flask import Flask, current_app, g, render_template, request, session, url_for
from flask_htmx import HTMX  # type: ignore[import-untyped]  # the package ships no types
from flask_wtf.csrf import CSRFProtect  # type: ignore[import-untyped]  # the package ships no types
from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable
from werkzeug.wrappers import Response

import kiosk
from kiosk import trusting
from server import accent, api, phone, pictures
from server.access import anyone, enforce, guard_of, note_denial, stay_awake
from server.api import hooks, hooks_demo, tablets
from server.certificates import own_certificate
from server.compiled import compiled_pages
from server.db import writing
from server.desk import (
    NavigationItem,
    account,
    arranging,
    asking,
    colleagues,
    completeness,
    dying,
    entrance,
    feeds,
    first_hour,
    frame,
    guests,
    handing,
    house,
    house_preview,
    households,
    imports,
    journal,
    ledger,
    lobby,
    lobby_forms,
    new_house,
    open_places,
    own_page,
    papers,
    refusing,
    replies,
    review,
    second_step,
    sheet_hand_in,
    sheet_page,
    sheet_prints,
    sheet_request,
    sheet_typing,
    sheets,
    stays,
    telling,
    to_type,
    today,
    values,
    waits,
    wishes,
)
from server.desk.toasts import carry_toasts, toasts
from server.keys import ensure_keys, read_key
from server.language import desk_languages, prepare_language
from server.logs import place_of
from server.noting import note_change, note_shown
from server.opening import open_database
from server.phone import messages, mine, onward, stopping
from server.properties.setup import default_property
from server.protection import (
    SAFE_METHODS,
    AnswerHeaders,
    behind_proxies,
    check_host,
    check_origin,
    limit_body,
)
from server.settings import Settings, read_settings
from server.squeezing import squeeze_files
from server.staff.sessions import may
from server.wording import N_

TOP = Path(__file__).parent.parent
SURFACES = (
    today.pages,
    frame.pages,
    account.pages,
    second_step.pages,
    entrance.pages,
    own_page.pages,
    colleagues.pages,
    guests.pages,
    values.pages,
    replies.pages,
    refusing.pages,
    telling.pages,
    wishes.pages,
    households.pages,
    dying.pages,
    to_type.pages,
    ledger.pages,
    imports.pages,
    feeds.pages,
    asking.pages,
    lobby.pages,
    lobby_forms.pages,
    handing.pages,
    completeness.pages,
    journal.pages,
    papers.pages,
    sheets.pages,
    sheet_page.pages,
    sheet_typing.pages,
    sheet_hand_in.pages,
    sheet_request.pages,
    sheet_prints.pages,
    first_hour.pages,
    kiosk.pages,
    trusting.pages,
    mine.pages,
    onward.pages,
    phone.pages,
    stopping.pages,
    messages.pages,
    api.pages,
    tablets.pages,
    hooks.pages,
    accent.pages,
    pictures.pages,
    house.pages,
    house_preview.pages,
    new_house.pages,
    arranging.pages,
    review.pages,
    stays.pages,
)

log = logging.getLogger("oneguest.web")
csrf = CSRFProtect()
htmx = HTMX()

APOLOGIES = {
    400: (
        N_("This page was open for too long"),
        N_("Go back, reload it, and try again. Nothing was changed."),
    ),
    403: (N_("This door is closed"), N_("This page is not open to you from here.")),
    404: (N_("There is no such page"), N_("It may have moved. Nothing was lost.")),
    405: (N_("There is no such page"), N_("It may have moved. Nothing was lost.")),
    413: (N_("This is too large"), N_("Send it in smaller parts. Nothing of it was kept.")),
    422: (N_("This could not be understood"), N_("Go back and check what was filled in.")),
    429: (N_("Too many tries"), N_("Please wait a quarter of an hour and try again, or ask the reception.")),
    500: (N_("Something went wrong here"), N_("It is not your fault, and it was noted. Please try again.")),
    503: (N_("Not just now"), N_("Nothing was saved. Please try again in a moment.")),
}
"""What each error says and what to do next; never why in technical words."""


def serve_app() -> Flask:
    """The application as the web server loads it, with the settings of the environment."""
    return create_app(read_settings())


def _certified_names(settings: Settings) -> tuple[str, ...]:
    certificate = None if settings.trusted_proxies else own_certificate(settings.keys_dir)
    return () if certificate is None else certificate.names


def create_app(settings: Settings, *, engine: Engine | None = None) -> Flask:
    """Build the application for these settings (`engine`: another store than the settings', for tests)."""
    app = Flask("oneguest", root_path=str(TOP), template_folder="templates", static_folder="static")
    https = (settings.public_url or "").startswith("https:")
    ensure_keys(settings.keys_dir)
    engine = engine or open_database(settings)
    with writing(engine) as db:
        default_property(db)  # pages only read, so what they all need is made here
    app.config.update(
        ONEGUEST=settings,
        ENGINE=engine,
        OWN_NAMES=_certified_names(settings),
        INDEX_KEY=read_key(settings.keys_dir, "index").secret,
        SECRET_KEY=read_key(settings.keys_dir, "session").secret,
        SESSION_COOKIE_NAME="__Host-oneguest" if https else "oneguest",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,  # protect() is called below, after the guard
        WTF_CSRF_TIME_LIMIT=None,  # a tablet's page stays open for days; the token lives with the session
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, which our policy never sends; check_origin instead
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    csrf.init_app(app)
    htmx.init_app(app)
    prepare_language(app)
    app.jinja_env.bytecode_cache = compiled_pages(app.jinja_env, TOP / "server" / "__pycache__" / "templates")
    _prepare_pages(app)
    _prepare_requests(app)
    app.register_error_handler(HTTPException, _apologise)
    app.register_error_handler(SQLAlchemyError, _store_failed)
    app.register_error_handler(Exception, _went_wrong)
    for surface in SURFACES:
        app.register_blueprint(surface)
    if settings.demo:
        app.register_blueprint(hooks_demo.pages)
    tablets.hear_together(app)
    anyone(app.view_functions["static"])
    behind = behind_proxies(app.wsgi_app, settings.trusted_proxies)
    strict = https and not app.config["OWN_NAMES"]  # localhost is bound to https in no browser for a year
    app.wsgi_app = AnswerHeaders(behind, https=strict)  # type: ignore[method-assign]  # Flask's own way
    return app


def _prepare_requests(app: Flask) -> None:
    """In this order: is it for us, is it small enough, whose is it, was it made by our own page."""
    app.before_request(check_host)
    app.before_request(limit_body)
    app.before_request(_open_session)
    app.before_request(enforce)
    app.before_request(check_origin)
    app.before_request(_check_token)
    app.after_request(squeeze_files)
    app.after_request(stay_awake)
    app.after_request(carry_toasts)
    app.after_request(note_shown)
    app.after_request(note_denial)
    app.after_request(waits.forget_after_deed)
    app.after_request(_commit)
    app.teardown_request(_close_session)


def _open_session() -> None:
    engine: Engine = current_app.config["ENGINE"]
    if request.method in SAFE_METHODS:
        g.session = Session(engine)
        event.listen(g.session, "before_flush", _refuse_to_write)
    else:
        g.session = Session(engine.execution_options(writes=True), expire_on_commit=False)


def _refuse_to_write(*_: object) -> None:
    raise RuntimeError(f"{request.method} {request.endpoint} tried to write; only unsafe methods may.")


def _check_token() -> None:
    """The token stands in the body, which comes at its sender's pace: nobody waits to write meanwhile."""
    guard = guard_of(current_app, request.endpoint)
    if request.method not in SAFE_METHODS and guard is not None and guard.kind != "machine":
        g.session.rollback()  # gives the writer's place back, which finding out who asks had taken
        csrf.protect()


def _commit(response: Response) -> Response:
    db: Session | None = g.get("session")
    if db is None or request.method in SAFE_METHODS:
        return response
    if response.status_code >= 400 and not g.get("keep_changes"):
        db.rollback()
        return response
    try:
        note_change(db)
        db.commit()
    except (SQLAlchemyError, OSError) as failure:
        db.rollback()
        session.modified = False
        return _store_failed(failure)
    return response


def _close_session(_: BaseException | None) -> None:
    db: Session | None = g.pop("session", None)
    if db is not None:
        db.close()


def _apologise(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response()
    code = error.code if error.code in APOLOGIES else (500 if error.code >= 500 else 404)
    title, text = APOLOGIES[code]
    name = "_error.html" if request.headers.get("HX-Request") else "error.html"
    answer = Response(
        render_template(name, title=title, text=text, code=error.code), error.code, mimetype="text/html"
    )
    if error.code in (429, 503):
        answer.headers["Retry-After"] = "900" if error.code == 429 else "5"
    if error.code == 405:
        answer.headers.extend(error.get_headers())
        answer.mimetype = "text/html"
    return answer


def _store_failed(failure: Exception) -> Response:
    """The database could not do it. Its own words may hold guest data, so only the kind is logged."""
    log.error("store failed endpoint=%s error=%s", request.endpoint, place_of(failure))
    if isinstance(failure, DBAPIError | PoolTimeout | OSError):
        return _apologise(ServiceUnavailable())
    return _apologise(InternalServerError())


def _went_wrong(failure: Exception) -> Response:
    """A fault of ours: where it happened is logged, its words are not, since they may quote a guest."""
    log.error("page failed endpoint=%s error=%s", request.endpoint, place_of(failure))
    return _apologise(InternalServerError())


@cache
def _file_version(path: str) -> str:
    return hashlib.sha256((TOP / "static" / path).read_bytes()).hexdigest()[:12]


def asset(path: str) -> str:
    """The address of one of our own files, with its content's hash, so that it can be kept for ever."""
    return url_for("static", filename=path, v=_file_version(path))


class _Navigation:
    """The places of the desk, looked up only where a page names them: one that says what failed does not."""

    def __iter__(self) -> Iterator[NavigationItem]:
        if "navigation" not in g:
            places = open_places(g.get("colleague"))
            g.navigation = [p for p in places if p.endpoint != "first_hour.show" or first_hour.is_shown()]
        return iter(g.navigation)

    def groups(self) -> list[tuple[str, list[tuple[NavigationItem, waits.Waiting | None]]]]:
        """The places by the job that they belong to, each with what waits there."""
        return [
            (label, [(item, waits.waiting_at(item)) for item in items])
            for label, items in groupby(self, key=lambda item: item.group)
        ]


def _prepare_pages(app: Flask) -> None:
    @app.context_processor
    def _page_words() -> dict[str, Any]:
        settings: Settings = app.config["ONEGUEST"]
        return {
            "asset": asset,
            "appearance": frame.appearance,
            "toasts": toasts,
            "demo": settings.demo,
            "language_names": [
                (code, Locale.parse(code).get_display_name(code)) for code in desk_languages()
            ],
            "navigation": _Navigation(),
            "own_house": lambda: default_property(g.session),
            "may": lambda permission: g.get("colleague") is not None and may(g.colleague, permission),
        }
