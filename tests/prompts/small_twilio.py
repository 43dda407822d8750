"""A Twilio of the tests' own on this machine: takes texts, lists them, and fails as it is told to."""

from __future__ import annotations

import json
import random
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from server.clock import clock

ACCOUNT, TOKEN = "AC" + "a" * 32, "t" * 32

Fault = Callable[[dict[str, str]], str]
"""What happens to a text: `taken`, `lost` (taken, and the answer with it), `500`, `500 taken`, `429`, or a
code such as `21610`."""


class SmallTwilio:
    """What it took, in order."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.asked: list[dict[str, str]] = []
        self.fault: Fault = lambda _: "taken"
        self.lists = True
        self._lock = threading.Lock()

    def keep(self, form: dict[str, str]) -> dict[str, Any]:
        now = format_datetime(clock())
        with self._lock:
            text = {
                "sid": f"SM{len(self.taken):032x}",
                "account_sid": ACCOUNT,
                "to": form["To"],
                "from": form["From"],
                "body": form["Body"],
                "status": "queued",
                "direction": "outbound-api",
                "date_created": now,
                "date_sent": None,
                "date_updated": now,
                "error_code": None,
            }
            self.taken.append(text)
        return text


@contextmanager
def small_twilio() -> Iterator[tuple[SmallTwilio, str]]:
    """One that listens; with its address."""
    twilio = SmallTwilio()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            return None

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            twilio.asked.append(form)
            fault = twilio.fault(form)
            if fault in ("taken", "lost", "500 taken"):
                text = twilio.keep(form)
                if fault == "taken":
                    return self._say(201, text)
                if fault == "500 taken":
                    return self._say(500, {"message": "oops", "code": 20500, "status": 500})
                self.close_connection = True
                self.connection.close()
                return None
            if fault == "500":
                return self._say(500, {"message": "oops", "code": 20500, "status": 500})
            if fault == "429":
                return self._say(429, {"message": "slower", "code": 20429, "status": 429}, retry=1)
            return self._say(400, {"message": "no", "code": int(fault), "status": 400})

        def do_GET(self) -> None:
            if not twilio.lists:
                return self._say(500, {"message": "oops", "code": 20500, "status": 500})
            to = parse_qs(urlsplit(self.path).query).get("To", [""])[0]
            found = [text for text in twilio.taken if text["to"] == to]
            return self._say(200, {"messages": found[::-1], "next_page_uri": None, "page": 0})

        def _say(self, status: int, content: dict[str, Any], retry: int | None = None) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if retry is not None:
                self.send_header("Retry-After", str(retry))
            self.end_headers()
            self.wfile.write(body)

    class Server(ThreadingHTTPServer):
        request_queue_size = 64  # twenty that come at once are not turned away

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield twilio, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def at_random(seed: int, **odds: float) -> Fault:
    """Faults in these shares, such as lost=0.1; the rest is taken."""
    chance = random.Random(seed)

    def fault(_: dict[str, str]) -> str:
        drawn = chance.random()
        for name, share in odds.items():
            drawn -= share
            if drawn < 0:
                return re.sub("^e", "", name)
        return "taken"

    return fault
