"""Twenty tablets, thousands of forms with signatures, a server that is killed all the time: each form, once.

`--soak`: 10,000 forms and 200 kills of the server on each store, its worker killed too; and fifty forms that
come twenty times at once.
"""

from __future__ import annotations

import os
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select

from server.captures.models import Capture, SealedForm
from server.db import make_engine, reading
from server.intake import open_forms
from server.keys import ensure_keys, read_key
from server.records.models import Problem, SourceRecord
from tests.kiosk.process import Process
from tests.kiosk.simulated import Delivering, enrol_simulated, signed

TABLETS = 20
LOST = 0.3


class Hotel:
    """A house in processes of its own, on a store, with its tablets."""

    def __init__(self, database_url: str, folder: Path, *, seed: int, tablets: int = TABLETS) -> None:
        settings = {"ONEGUEST_DATA_DIR": str(folder / "data"), "ONEGUEST_DATABASE_URL": database_url}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        ensure_keys(folder / "data" / "keys")
        self.keys = {name: read_key(folder / "data" / "keys", name) for name in ("index", "sealing")}
        self.engine = make_engine(database_url)
        self.server, self.worker = Process(settings, port), Process(settings, words=("worker",))
        self.tablets = enrol_simulated(self.engine, self.keys, tablets, port, seed)
        self.drawn = Random(seed)

    def stored(self) -> int:
        """How many forms arrived so far."""
        with reading(self.engine) as session:
            return session.scalar(select(func.count()).select_from(SealedForm)) or 0

    def waiting(self) -> int:
        """How many forms that arrived were not opened yet."""
        with reading(self.engine) as session:
            query = select(func.count()).select_from(SealedForm).where(SealedForm.state == "waiting")
            return session.scalar(query) or 0

    def kill_while_it_works(self, delivering: Delivering) -> None:
        """Start the server, and kill it once so many of the forms that wait were taken, or a while later."""
        enough = self.drawn.randint(0, delivering.waiting)
        self.server.spawn()
        until, ready = time.monotonic() + 60, 0.0
        while time.monotonic() < until and delivering.waiting > enough:
            time.sleep(0.005)
            if not ready and self.server.answers:
                ready = time.monotonic()
                until = ready + self.drawn.random()
        time.sleep(self.drawn.random() * 0.05)
        self.server.kill()

    def end(self) -> None:
        """Everything ends."""
        self.server.kill()
        self.worker.kill()
        self.engine.dispose()


def survive(hotel: Hotel, forms: int, kills: int, *, with_worker: bool) -> None:
    """Guests finish so many forms while the server is killed so often; then all is well, and all arrives."""
    for tablet in hotel.tablets:
        tablet.lost = LOST
    each, rounds = forms // len(hotel.tablets), kills + 1
    if with_worker:
        hotel.worker.spawn()
    delivering = Delivering(hotel.tablets)
    try:
        for round_ in range(kills):
            for tablet in hotel.tablets:
                tablet.finish(each * (round_ + 1) // rounds - each * round_ // rounds)
            hotel.kill_while_it_works(delivering)
            if with_worker and hotel.drawn.random() < 0.1:
                hotel.worker.kill()
                hotel.worker.spawn()
            if round_ % 20 == 19:
                print(
                    f"{round_ + 1} kills: {hotel.stored()} arrived, {hotel.waiting()} to be opened",
                    flush=True,
                )
        for tablet in hotel.tablets:
            tablet.finish(each - len(tablet.sealed))
        hotel.server.start()
        until = time.monotonic() + 1800
        while delivering.waiting:
            assert time.monotonic() < until, f"{delivering.waiting} forms still wait on the tablets"
            time.sleep(0.05)
    finally:
        delivering.end()
    hotel.server.kill()
    if with_worker:
        until = time.monotonic() + 1800
        while hotel.waiting():
            assert time.monotonic() < until, f"{hotel.waiting()} forms were not opened"
            time.sleep(0.5)
        hotel.worker.kill()
    while open_forms(hotel.engine, [hotel.keys["sealing"]], 50):
        pass


def assert_each_once(hotel: Hotel) -> None:
    """None lost, none doubled, none altered, no number missing."""
    sealed = {id_: digest for tablet in hotel.tablets for id_, digest in tablet.sealed.items()}
    with reading(hotel.engine) as session:
        arrived = session.execute(
            select(SealedForm.capture_id, SealedForm.digest, SealedForm.device_id, SealedForm.number)
        ).all()
        captures = session.scalars(select(Capture)).all()
        records = session.scalars(select(SourceRecord.key)).all()
        problems = session.scalars(select(Problem.code)).all()
    assert {id_: digest.hex() for id_, digest, _, _ in arrived} == sealed, "lost or altered"
    assert len(arrived) == len(sealed), "doubled"
    numbers = Counter((device, number) for _, _, device, number in arrived)
    assert numbers == Counter((t.device, n + 1) for t in hotel.tablets for n in range(len(t.sealed))), "a gap"
    assert {capture.id for capture in captures} == set(sealed), "not read"
    for capture in captures:
        whole = signed(capture.answers["given_name"])
        assert {name: whole[name] for name in capture.answers} == capture.answers, "altered"
    assert Counter(records) == Counter(list(sealed)), "records lost or doubled"
    assert problems == []


def test_forms_of_twenty_tablets_survive_a_server_that_is_killed(database_url: str, tmp_path: Path) -> None:
    hotel = Hotel(database_url, tmp_path, seed=1)
    try:
        survive(hotel, 60, 1, with_worker=False)
        assert_each_once(hotel)
    finally:
        hotel.end()


@pytest.mark.soak
@pytest.mark.timeout(3 * 3600)
def test_ten_thousand_forms_survive_two_hundred_kills(database_url: str, tmp_path: Path) -> None:
    forms, kills = int(os.environ.get("SOAK_FORMS", "10000")), int(os.environ.get("SOAK_KILLS", "200"))
    hotel, began = Hotel(database_url, tmp_path, seed=20261123), time.monotonic()
    try:
        survive(hotel, forms, kills, with_worker=True)
        assert_each_once(hotel)
    finally:
        hotel.end()
    asked, took = sum(tablet.asked for tablet in hotel.tablets), time.monotonic() - began
    load = os.getloadavg()[1]
    print(f"{forms} forms, {kills} kills, {asked} batches, {took:.0f} s, load {load:.1f}: each once")


def copies_at_once(hotel: Hotel, forms: int, copies: int) -> None:
    """Each form comes so many times at once; the house takes it once, and says the same of every copy."""
    tablet = hotel.tablets[0]
    tablet.finish(forms)
    with ThreadPoolExecutor(copies) as together:
        for item in tablet.outbox:
            told = list(together.map(lambda one: tablet.ask("sync", {"items": [one]}), [item] * copies))
            outcome = Counter(reply["items"][0]["status"] for reply in told if reply)
            assert outcome == {"stored": 1, "duplicate": copies - 1}
    while open_forms(hotel.engine, [hotel.keys["sealing"]], 50):
        pass


@pytest.mark.parametrize(("forms", "copies"), [(3, 20), pytest.param(50, 20, marks=pytest.mark.soak)])
def test_a_form_that_comes_twenty_times_at_once_is_taken_once(
    database_url: str, tmp_path: Path, forms: int, copies: int
) -> None:
    hotel = Hotel(database_url, tmp_path, seed=forms, tablets=1)
    try:
        hotel.server.start()
        copies_at_once(hotel, forms, copies)
        assert_each_once(hotel)
    finally:
        hotel.end()
