"""What every request must pass and every answer must carry, whatever page it is for."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from flask import abort, current_app, request
from werkzeug.datastructures import Headers
from werkzeug.middleware.proxy_fix import ProxyFix

from server.access import guard_of, is_loopback, is_opened
from server.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

View = TypeVar("View", bound=Callable[..., Any])

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BODY_LIMIT = 1_000_000
UPLOAD_LIMIT = 20_000_000
PARTS_LIMIT = 200

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=()",
    "X-Robots-Tag": "noindex, nofollow",
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"


class AnswerHeaders:
    """The outermost layer: puts the headers on whatever leaves, errors and files included.

    It stands around the whole application rather than in an after_request, which a failure inside Flask
    would skip. A page that says nothing about caching is personal and is not kept.
    """

    def __init__(self, app: WSGIApplication, *, https: bool) -> None:
        self.app = app
        self.always = HEADERS | ({"Strict-Transport-Security": STRICT_TRANSPORT} if https else {})

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        is_file = environ.get("PATH_INFO", "").startswith("/static/")
        has_version = "v=" in environ.get("QUERY_STRING", "")

        def start(status, given, exc_info=None):  # type: ignore[no-untyped-def]  # WSGI's own signature
            headers = Headers(given)
            for name, value in self.always.items():
                headers[name] = value
            if is_file and has_version and status.startswith("200"):
                headers["Cache-Control"] = "public, max-age=31536000, immutable"
            elif not is_file:
                headers.setdefault("Cache-Control", "no-store")
                headers.add("Vary", "HX-Request")
            return start_response(status, headers.to_wsgi_list(), exc_info)

        return self.app(environ, start)


def behind_proxies(app: WSGIApplication, hops: int) -> WSGIApplication:
    """The application as it is asked through `hops` proxies of the owner's own; with none, as it is.

    Each proxy adds one value to X-Forwarded-For, -Proto and -Host, so of each header the hops-th value from
    the end was written by the outermost of them; what stands before it anybody can have written. Which houses
    are ours (check_host) is asked of what comes out, and cookies are bound to https by the public address.
    """
    return ProxyFix(app, x_for=hops, x_proto=hops, x_host=hops) if hops else app


def takes_uploads(view: View) -> View:
    """Let a route take a body of up to 20 MB; all others take 1 MB."""
    view.__takes_uploads__ = True  # type: ignore[attr-defined]  # functions carry attributes
    return view


def host_is_ours(host: str, settings: Settings, *, names: Collection[str] = ()) -> bool:
    """Whether a Host header names this house (against DNS rebinding: a foreign name that resolves to us).

    Loopback and the public address always, and the `names` that a certificate of the house's own vouches for;
    the names and numbers of this machine once it was opened to a network. A number cannot be rebound, so any
    number is accepted then.
    """
    name = urlsplit(f"//{host}").hostname or ""
    if is_loopback(name) or name in names:
        return True
    if settings.public_url and name == urlsplit(settings.public_url).hostname:
        return True
    if not is_opened(settings):
        return False
    machine = socket.gethostname().lower()
    if name in (settings.host.lower(), machine, machine.partition(".")[0], f"{machine}.local"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def check_host() -> None:
    """Answer 400 to a request for a house that is not ours."""
    try:
        settings, names = current_app.config["ONEGUEST"], current_app.config["OWN_NAMES"]
        ours = host_is_ours(request.headers.get("Host", ""), settings, names=names)
    except ValueError:  # not an address at all, such as an open bracket
        ours = False
    if not ours:
        abort(400)


def limit_body() -> None:
    """Answer 413 to a body larger than the route takes, before any of it is read."""
    view = current_app.view_functions.get(request.endpoint or "")
    limit = UPLOAD_LIMIT if getattr(view, "__takes_uploads__", False) else BODY_LIMIT
    request.max_content_length = limit
    request.max_form_memory_size = BODY_LIMIT
    request.max_form_parts = PARTS_LIMIT
    if (request.content_length or 0) > limit:
        abort(413)


def check_origin() -> None:
    """Answer 403 to an unsafe request that another site's page made; the token is checked besides.

    Browsers send Sec-Fetch-Site to https and loopback addresses only, and under our no-referrer policy the
    Origin of a plain form is "null": on a hotel network without https only the token remains to decide.
    """
    if request.method in SAFE_METHODS:
        return
    guard = guard_of(current_app, request.endpoint)
    if guard is not None and guard.kind == "machine":
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in ("same-origin", "none"):
            abort(403)
        return
    origin = request.headers.get("Origin")
    settings: Settings = current_app.config["ONEGUEST"]
    if origin is None or (origin == "null" and not (settings.public_url or "").startswith("https")):
        return
    own = {f"http://{request.host}", f"https://{request.host}", settings.public_url}
    if origin not in own:
        abort(403)
