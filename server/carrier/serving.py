"""The carrier running on a port: answers requests, and posts to the house what is due."""

from __future__ import annotations

import http.client
import logging
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from server.demo.carrier import Call, Carrier

WAIT = 15.0
"""Seconds that Twilio waits for a webhook's answer."""
BEAT = 0.02
POSTERS = 8

log = logging.getLogger("oneguest.carrier")


class _Requests(WSGIRequestHandler):
    """Without a line for each request. AnswerLost, a broken connection, ends it without a word."""

    protocol_version = "HTTP/1.1"

    def connection_dropped(self, error: BaseException, environ: dict[str, object] | None = None) -> None:
        self.close_connection = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return

    def log(self, type: str, message: str, *args: object) -> None:
        return


class Posts(Protocol):
    """Carries one post to the house; the state it answered, or 0 when nobody did."""

    def __call__(self, call: Call, /) -> int: ...


def post(call: Call, *, trusting: ssl.SSLContext | None = None) -> int:
    """Post to the house as Twilio does, once; the state it answered, or 0 when nobody did."""
    request = Request(call.address, urlencode(call.fields).encode(), call.headers, method="POST")  # noqa: S310
    try:
        with urlopen(request, timeout=WAIT, context=trusting) as answer:  # noqa: S310 (checked before: http only)
            return int(answer.status)
    except HTTPError as refused:
        return refused.code
    except (URLError, OSError, http.client.HTTPException) as problem:
        log.warning("nobody took a post error=%s", type(problem).__name__)
        return 0


class Posting:
    """Posts what is due, from a thread of its own, until it is stopped."""

    def __init__(self, carrier: Carrier, posts: Posts = post) -> None:
        self.carrier = carrier
        self.posts = posts
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="posting", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        with ThreadPoolExecutor(POSTERS, thread_name_prefix="posting") as posters:
            while not self._stop.wait(BEAT):
                for call in self.carrier.due_calls():
                    posters.submit(self.posts, call)


def listen(app: Flask, host: str, port: int) -> BaseWSGIServer:
    """A server for the application on this address; 0: any free port."""
    return make_server(host, port, app, threaded=True, request_handler=_Requests)


@contextmanager
def running(app: Flask, carrier: Carrier, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """The carrier on the network for as long as the block lasts; gives its address."""
    server, posting = listen(app, host, port), Posting(carrier, app.config["POSTS"])
    thread = threading.Thread(target=server.serve_forever, args=(BEAT,), name="carrier", daemon=True)
    thread.start()
    posting.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        posting.stop()
        server.shutdown()
        thread.join()
        server.server_close()
