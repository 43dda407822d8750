"""Tablets that come back at once: python -m benchmarks.returning [TABLETS] [--database URL]

The Wi-Fi of a group is back, and TABLETS tablets hand one form of 12 KB over and beat once, each on a
connection of its own, all in the same moment (a tablet's own pauses, drawn at random, would spread them). The
house is web server and worker as `up` runs them. Prints how long a tablet waited for both answers, and how
long until the last form was a record of a guest.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, func, select

from benchmarks.tablets import KEY, items_of
from server.captures.models import Capture
from server.clock import clock
from server.db import make_engine, reading, writing
from server.devices.enrolling import enrol, issue_code
from server.keys import ensure_keys, read_key
from server.migrating import migrate
from server.properties.setup import default_property

ROOT = Path(__file__).parents[1]
STROKES = 9_000


def enrolled(engine: Engine, secret: bytes, count: int) -> list[tuple[int, str]]:
    """So many tablets: device and token."""
    found = []
    with writing(engine) as session:
        for _ in range(count):
            place, now = default_property(session), clock()
            code = issue_code(session, place, "", secret=secret, actor="command", now=now)
            made = enrol(session, code.text, secret=secret, now=now)
            found.append((made.device.id, made.token))
    return found


def ask(port: int, what: str, token: str, content: dict[str, Any]) -> bool:
    """Whether the house answered in its own words; tried again until it does, for a minute."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    body = json.dumps({"protocol": "oneguest-1", "sent_at": clock().isoformat(), **content})
    until = time.monotonic() + 60
    while time.monotonic() < until:
        line = HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            line.request("POST", f"/api/v1/{what}", body, headers)
            reply = line.getresponse()
            if reply.status == 200 and json.loads(reply.read()).get("protocol"):
                return True
        except (OSError, HTTPException, ValueError):
            time.sleep(0.05)
        finally:
            line.close()
    return False


def come_back(port: int, tablets: Sequence[tuple[str, dict[str, Any]]]) -> list[float]:
    """All at once; the seconds that each waited for the answers to its form and its beat."""
    start, waited = threading.Barrier(len(tablets)), [float("inf")] * len(tablets)

    def one(place: int, token: str, item: dict[str, Any]) -> None:
        start.wait()
        began = time.monotonic()
        if ask(port, "sync", token, {"items": [item], "waiting": 1, "last_number": 1}) and ask(
            port, "beat", token, {"waiting": 0, "last_number": 1}
        ):
            waited[place] = time.monotonic() - began

    threads = [threading.Thread(target=one, args=(n, *tablet)) for n, tablet in enumerate(tablets)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(waited)


def run(engine: Engine, folder: Path, url: str, count: int) -> None:
    """Start the house, let the tablets come back, and print what it took."""
    secret = read_key(folder / "keys", "index").secret
    random = Random(1)
    tablets = [
        (token, next(items_of(random, device, 1, strokes=STROKES)))
        for device, token in enrolled(engine, secret, count)
    ]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"ONEGUEST_DATA_DIR": str(folder), "ONEGUEST_DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
    with ExitStack() as house:
        for words in (["serve", "--port", str(port)], ["worker"]):
            process = subprocess.Popen(
                [sys.executable, "-m", "server.cli", *words], env=os.environ | settings, cwd=ROOT
            )
            house.callback(process.wait)
            house.callback(process.terminate)
        while not _answers(port):
            time.sleep(0.1)
        began = time.monotonic()
        waited = come_back(port, tablets)
        while _read(engine) < count and time.monotonic() < began + 600:
            time.sleep(0.1)
        took = time.monotonic() - began
    p95 = waited[int(len(waited) * 0.95)]
    print(f"{engine.dialect.name}, {count} tablets at once, load {os.getloadavg()[0]:.1f}")
    half, last = waited[count // 2], waited[-1]
    print(f"form and beat answered: half within {half:.2f} s, p95 {p95:.2f} s, all {last:.2f} s")
    print(f"all {_read(engine)} forms read and linked: {took:.1f} s", flush=True)


def _answers(port: int) -> bool:
    line = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/healthz")
        return line.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        line.close()


def _read(engine: Engine) -> int:
    with reading(engine) as session:
        query = select(func.count()).select_from(Capture).where(Capture.state == "read")
        return session.scalar(query) or 0


def main(arguments: list[str] | None = None) -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.returning", description=__doc__)
    parser.add_argument("tablets", type=int, nargs="?", default=500)
    parser.add_argument("--database", metavar="URL", help="an empty database of yours")
    asked = parser.parse_args(arguments)
    with TemporaryDirectory() as name:
        folder = Path(name)
        url = asked.database or f"sqlite:///{folder / 'bench.db'}"
        folder.chmod(0o700)
        ensure_keys(folder / "keys")
        _seal_to(folder / "keys")
        migrate(url)
        run(make_engine(url), folder, url, asked.tablets)
    return 0


def _seal_to(keys: Path) -> None:
    """Let the house open what the benchmark's tablets seal."""
    path = keys / "sealing.json"
    told = json.loads(path.read_text()) | {"id": KEY.id, "secret": base64.b64encode(KEY.secret).decode()}
    path.write_text(json.dumps(told))


if __name__ == "__main__":
    raise SystemExit(main())
