"""The web server, or the worker, as it runs in a hotel: in a process of its own that can be killed."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROOT = Path(__file__).parents[2]


@dataclass
class Process:
    """The web server as it runs in a hotel, in a process that can be killed."""

    settings: dict[str, str]
    port: int = 0
    words: tuple[str, ...] = ("serve",)
    running: subprocess.Popen[bytes] | None = None

    @property
    def is_alive(self) -> bool:
        return self.running is not None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.spawn()
        until = time.monotonic() + 60
        while not self.answers:
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.1)

    def spawn(self) -> None:
        """Start it, and wait for nothing."""
        port = ["--port", str(self.port)] if self.port else []
        command = [sys.executable, "-m", "server.cli", *self.words, *port]
        self.running = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | self.settings | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def answers(self) -> bool:
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            asked.request("GET", "/healthz")
            return asked.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            asked.close()

    def kill(self) -> None:
        if self.running is not None:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait()
            self.running = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Ask the server, and hand on what it says; hang up where it does not answer."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = {"Host": environ["HTTP_HOST"], "Content-Type": environ.get("CONTENT_TYPE", "")}
        if "HTTP_AUTHORIZATION" in environ:
            headers["Authorization"] = environ["HTTP_AUTHORIZATION"]
        try:
            asked.request(environ["REQUEST_METHOD"], environ["PATH_INFO"] + _query(environ), body, headers)
            said = asked.getresponse()
            content = said.read()
        except (OSError, http.client.HTTPException):
            raise ConnectionResetError from None
        finally:
            asked.close()
        dropped = ("transfer-encoding", "content-length", "connection", "date", "server")
        kept = [(name, value) for name, value in said.getheaders() if name.lower() not in dropped]
        start_response(f"{said.status} {said.reason}", [*kept, ("Content-Length", str(len(content)))])
        return [content]


def _query(environ: WSGIEnvironment) -> str:
    return f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
