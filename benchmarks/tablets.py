"""What tablets hand over: python -m benchmarks.tablets [FORMS] [--tablets N] [--database URL]

FORMS forms sealed by N tablets are acknowledged in batches of 20, a transaction each, then opened, read and
linked as the worker does it. Prints forms a second by the clock, and of this process's own work. The house is
a new one on SQLite, in a temporary folder, unless a database is named.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from sqlalchemy import Engine

from server.captures.identifiers import new_capture_id
from server.captures.sealing import Envelope, public_bytes, seal
from server.captures.syncing import MOST_ITEMS, read_item, take_in
from server.clock import clock
from server.db import make_engine, writing
from server.devices.enrolling import enrol, issue_code
from server.intake import open_forms
from server.keys import Key
from server.migrating import migrate
from server.properties.setup import default_property
from server.work.open_forms import TOGETHER

KEY = Key("sealing", "sealing-bench", b"b" * 32, datetime(2026, 1, 1, tzinfo=UTC))
SECRET = b"s" * 32
NAMES = ("Anna", "Jean", "Maria", "Piet", "Olga", "John", "Tom", "Ines")


def items_of(random: Random, device: int, count: int, *, strokes: int = 0) -> Iterator[dict[str, Any]]:
    """The forms of one tablet, sealed, as they go into a batch; `strokes`: bytes of a signature in each."""
    public = public_bytes(KEY)
    for number in range(1, count + 1):
        mark = random.randrange(10**8)
        given, family = random.choice(NAMES), f"Guest{mark % 5000:04}"
        answers = {
            "given_name": given,
            "family_name": family,
            "email": f"{given}.{family}{mark % 100}@posteo.example".lower(),
            "mobile_country": "FR",
            "mobile": f"06{mark:08}",
        }
        if strokes:
            answers["signature"] = random.randbytes(strokes // 2).hex()
        said = {"answers": answers, "language": "fr", "captured_at": clock().isoformat()}
        envelope = Envelope(new_capture_id(clock()), number, device, "pre_check_in", 1, KEY.id)
        sealed = seal(json.dumps(said).encode(), envelope, public)
        yield {
            "id": envelope.id,
            "seq": number,
            "device": device,
            "form": envelope.form,
            "version": envelope.version,
            "key": envelope.key,
            "sha256": hashlib.sha256(sealed).hexdigest(),
            "sealed": base64.b64encode(sealed).decode("ascii"),
        }


def new_device(engine: Engine) -> int:
    """One more tablet of the house."""
    with writing(engine) as session:
        place, now = default_property(session), clock()
        code = issue_code(session, place, "", secret=SECRET, actor="command", now=now)
        return enrol(session, code.text, secret=SECRET, now=now).device.id


def hand_over(engine: Engine, items: list[dict[str, Any]]) -> None:
    """One batch, as the page of tablets takes it."""
    with writing(engine) as session:
        read = [read_item(item) for item in items]
        take_in(session, read, known_keys={KEY.id}, now=clock())


def open_all(engine: Engine) -> None:
    """What the worker does until none waits."""
    while open_forms(engine, [KEY], TOGETHER):
        pass


def timed(what: str, forms: int, work: Callable[[], None]) -> None:
    """Do it, and print how many forms a second that was."""
    clock_before, cpu_before = perf_counter(), process_time()
    work()
    wall, cpu = perf_counter() - clock_before, process_time() - cpu_before
    print(f"{what}: {forms / wall:,.0f} a second, {forms / cpu:,.0f} a second of CPU", flush=True)


def run(engine: Engine, forms: int, tablets: int) -> None:
    """Seal, hand over, open; the first forms open a house where nobody was linked yet, and are not timed."""
    random = Random(1)
    each = forms // tablets
    sealed = [(device, list(items_of(random, device, each))) for device in _devices(engine, tablets)]
    first = new_device(engine)
    hand_over(engine, list(items_of(random, first, MOST_ITEMS)))
    open_all(engine)

    def hand_over_all() -> None:
        for start in range(0, each, MOST_ITEMS):
            for _, items in sealed:
                hand_over(engine, items[start : start + MOST_ITEMS])

    print(
        f"{engine.dialect.name}, {each * tablets} forms of {tablets} tablets, load {os.getloadavg()[0]:.1f}"
    )
    timed("acknowledged", each * tablets, hand_over_all)
    timed("opened, read and linked", each * tablets, lambda: open_all(engine))


def _devices(engine: Engine, count: int) -> list[int]:
    return [new_device(engine) for _ in range(count)]


def main(arguments: list[str] | None = None) -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tablets", description=__doc__)
    parser.add_argument("forms", type=int, nargs="?", default=2000)
    parser.add_argument("--tablets", type=int, default=20)
    parser.add_argument("--database", metavar="URL", help="an empty database of yours")
    asked = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        url = asked.database or f"sqlite:///{Path(folder, 'bench.db')}"
        migrate(url)
        run(make_engine(url), asked.forms, asked.tablets)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
