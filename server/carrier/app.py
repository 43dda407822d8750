"""The carrier as a web application of its own, apart from the house that sends by it."""

from __future__ import annotations

from flask import Flask, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from server.carrier import api, control
from server.demo.carrier import Carrier
from server.demo.carrying.refusals import NotTaken


def carrier_app(carrier: Carrier) -> Flask:
    """The application for this carrier."""
    app = Flask("oneguest-carrier", static_folder=None)
    app.config["CARRIER"] = carrier
    app.config["PROPAGATE_EXCEPTIONS"] = True  # an answer that is lost must not become a 500
    app.register_blueprint(api.pages)
    app.register_blueprint(control.pages)
    app.add_url_rule("/healthz", "health", lambda: "ok")
    app.register_error_handler(HTTPException, _no_such_page)
    return app


def _no_such_page(problem: HTTPException) -> ResponseReturnValue:
    refused = NotTaken(20004) if problem.code == 405 else NotTaken(20404, path=request.path)
    return refused.body(), problem.code or 404
