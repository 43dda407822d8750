"""The carrier as a web application of its own, apart from the house that sends by it."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from server.carrier import api, control, pages
from server.carrier.serving import Posts, post
from server.demo.carrier import Carrier
from server.demo.carrying.mailbox import Mailbox
from server.demo.carrying.refusals import NotTaken
from server.language import prepare_language
from server.protection import HEADERS, POLICY, host_is_ours
from server.settings import Settings, house_address, read_settings

TOP = Path(__file__).parents[2]
PAGE_POLICY = f"{POLICY}; frame-src 'self'"
PAGES = ("/", "/phones/", "/mails/")


def carrier_app(
    carrier: Carrier,
    *,
    mailbox: Mailbox | None = None,
    settings: Settings | None = None,
    posts: Posts = post,
) -> Flask:
    """The application for this carrier; with a mailbox also the page of its telephones and e-mails.

    `settings` are those of the house that sends by it; `posts` carries what guests send from the page.
    """
    app = Flask("oneguest-carrier", root_path=str(TOP), template_folder="templates", static_folder="static")
    settings = settings or read_settings({})
    app.config.update(
        CARRIER=carrier,
        MAILBOX=mailbox,
        ONEGUEST=settings,
        HOUSE=house_address(settings),
        POSTS=posts,
        PROPAGATE_EXCEPTIONS=True,  # an answer that is lost must not become a 500
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_blueprint(api.pages)
    app.register_blueprint(control.pages)
    app.add_url_rule("/healthz", "health", lambda: "ok")
    app.register_error_handler(HTTPException, _no_such_page)
    app.before_request(_check_host)
    app.after_request(_put_headers)
    if mailbox is not None:
        prepare_language(app)
        app.context_processor(_words)
        app.register_blueprint(pages.pages)
    return app


def _words() -> dict[str, object]:
    return {
        "asset": lambda path: url_for("static", filename=path),
        "appearance": lambda: "auto",
        "demo": True,
        "linked": pages.linked,
    }


def _check_host() -> None:
    """A foreign name that leads to this machine shows nobody's telephone."""
    settings: Settings = api.current_settings()
    try:
        if host_is_ours(request.headers.get("Host", ""), settings):
            return
    except ValueError:
        pass
    abort(400)


def _put_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.headers["Content-Security-Policy"] == POLICY:
        response.headers["Content-Security-Policy"] = PAGE_POLICY
    else:
        response.headers["X-Frame-Options"] = "SAMEORIGIN"  # the frame of an e-mail
    if not request.path.startswith("/static/"):
        response.headers["Cache-Control"] = "no-store"
    return response


def _no_such_page(problem: HTTPException) -> ResponseReturnValue:
    if request.path.startswith(PAGES[1:]) or request.path == PAGES[0] or problem.code == 400:
        return problem.get_response()
    refused = NotTaken(20004) if problem.code == 405 else NotTaken(20404, path=request.path)
    return refused.body(), problem.code or 404
