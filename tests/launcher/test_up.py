"""`up`: everything starts together, stays together and ends together."""

from __future__ import annotations

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from sqlalchemy import select

from server import data_folder
from server.captures.links import token_hash
from server.captures.models import GuestLink
from server.clock import clock
from server.commands import up
from server.commands._carrier import with_carrier
from server.commands._demo import guests_link, import_commands
from server.commands._listening import CannotStart, address_of, is_healthy, refuse_busy_port
from server.commands._supervisor import Child, Supervisor
from server.db import make_engine, writing
from server.properties.setup import is_demo
from server.settings import Settings, read_settings
from tests.house import expect_guest

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(happened: Callable[[], bool], what: str, within: float = 90.0) -> None:
    until = time.monotonic() + within
    while not happened():
        assert time.monotonic() < until, f"{what}: not within {within:.0f} s"
        time.sleep(0.05)


class RunningHouse:
    """A house started by `up` on a data folder of its own."""

    def __init__(self, data: Path, *words: str) -> None:
        self.data = data
        self.port = free_port()
        self.out = data.parent / "up.out"
        self.process = self.start(self.port, *words)

    def start(self, port: int, *words: str) -> subprocess.Popen[bytes]:
        with self.out.open("ab") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "server.cli", "up", "--data", self.data, "--port", str(port), *words],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=out,
                stderr=out,
            )

    def is_open(self) -> bool:
        assert self.process.poll() is None, self.said()
        return "is running. Open:" in self.said()

    def said(self) -> str:
        return self.out.read_text()

    def processes(self) -> dict[int, str]:
        """Every living process that works on this data folder: pid -> command line."""
        found = {}
        mark = f"ONEGUEST_DATA_DIR={self.data}".encode()
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue  # ended meanwhile
        return {pid: line for pid, line in found.items() if line}

    def worker(self) -> int | None:
        return next((pid for pid, line in self.processes().items() if line.endswith("worker ")), None)


@contextmanager
def open_house(folder: Path, *words: str) -> Iterator[RunningHouse]:
    house = RunningHouse(folder / "data", *words)
    try:
        wait_for(house.is_open, "the house opens")
        yield house
    finally:
        if house.process.poll() is None:
            house.process.terminate()
            house.process.wait(timeout=60)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """One house for the tests that leave it as it was."""
    with open_house(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(signal.SIGINT, marks=pytest.mark.soak),
        signal.SIGTERM,
        pytest.param(signal.SIGHUP, marks=pytest.mark.soak),
        signal.SIGKILL,
    ],
)
def test_however_the_house_is_stopped_nothing_of_it_stays(tmp_path: Path, number: signal.Signals) -> None:
    with open_house(tmp_path) as house:
        assert is_healthy("127.0.0.1", house.port)
        assert len(house.processes()) >= 3  # web server, its own child, worker

        house.process.send_signal(number)
        house.process.wait(timeout=60)

        wait_for(lambda: not house.processes(), "the children end", within=20)
        refuse_busy_port("127.0.0.1", house.port)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_a_service_managers_stop_and_a_closed_terminal_are_one_wish(
    monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    answers: dict[int, Callable[[int, None], None]] = {}
    monkeypatch.setattr("server.commands._supervisor.signal.signal", answers.__setitem__)
    supervisor = Supervisor("127.0.0.1", 8000)
    supervisor.listen_to_signals()

    answers[number](number, None)

    assert supervisor.stopping


def test_the_house_says_what_to_open_and_who_can(house: RunningHouse) -> None:
    said = house.said()

    assert f"http://127.0.0.1:{house.port}/kiosk/" in said
    assert "guest's link" in said
    assert "The desk listens on this machine only." in said
    assert str(house.data) in said


def test_the_folder_says_where_it_is_served_as_long_as_it_is(house: RunningHouse) -> None:
    assert data_folder.served_at(house.data) == f"http://127.0.0.1:{house.port}"


def test_a_second_start_on_the_same_data_is_refused_politely(house: RunningHouse) -> None:
    second = house.start(free_port())

    assert second.wait(timeout=90) == 1
    assert f"open http://127.0.0.1:{house.port}, or stop that one first" in house.said()
    assert "Traceback" not in house.said()


def test_a_worker_that_died_is_started_again(house: RunningHouse) -> None:
    wait_for(lambda: house.worker() is not None, "the worker runs")
    first = house.worker()
    assert first is not None

    os.kill(first, signal.SIGKILL)

    wait_for(lambda: house.worker() not in (None, first), "another worker runs")
    assert is_healthy("127.0.0.1", house.port)


def test_the_pauses_between_restarts_grow_to_a_minute_and_no_further() -> None:
    child = Child("worker", ("worker",), started=time.monotonic())

    assert [child.note_end() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_worker_that_lived_long_is_restarted_at_once_again() -> None:
    child = Child("worker", ("worker",), started=time.monotonic() - 3600, crashes=7)

    assert child.note_end() == 1


def test_a_port_in_use_is_said_with_another_one() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(CannotStart, match=f"Port {port} on 127.0.0.1 is used .* --port {port + 1}"):
            refuse_busy_port("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "port"), [("192.0.2.1", 8000), ("no such host", 8000), ("127.0.0.1", 99999)]
)
def test_an_address_that_is_not_ours_is_said(host: str, port: int) -> None:
    with pytest.raises(CannotStart, match="Check --host"):
        refuse_busy_port(host, port)


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    up.add_arguments(parser)
    return parser.parse_args(words)


def settings(*words: str, **variables: str) -> Settings:
    return up.settings_for(arguments(*words), read_settings({"HOME": "/home/ana", **variables}))


def test_a_house_keeps_to_this_machine_unless_told_otherwise() -> None:
    assert settings().host == "127.0.0.1"
    assert "whoever reaches that address may try to sign in" in up.announcement(
        settings("--host", "0.0.0.0"), "http://127.0.0.1:8000"
    )


def test_the_demo_lives_apart_from_the_real_house() -> None:
    real, demo = settings(), settings("--demo")

    assert demo.data_dir == real.data_dir / "demo"
    assert demo.database_url == f"sqlite:///{demo.data_dir}/oneguest.db"
    assert demo.keys_dir != real.keys_dir


def test_the_demo_never_uses_the_real_database() -> None:
    demo = settings("--demo", ONEGUEST_DATABASE_URL="postgresql+psycopg://hotel@db/hotel")

    assert demo.database_url == "sqlite:////home/ana/.local/share/oneguest/demo/oneguest.db"


def test_a_data_folder_of_ones_choice_brings_its_own_database(tmp_path: Path) -> None:
    assert settings("--data", str(tmp_path)).database_url == f"sqlite:///{tmp_path}/oneguest.db"


def test_the_children_read_the_same_settings(tmp_path: Path) -> None:
    chosen = settings("--demo", "--data", str(tmp_path), "--port", "8123", "--host", "::1")

    assert read_settings(up.environment(chosen)) == chosen


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
        ("192.168.1.20", "http://192.168.1.20:8000"),
    ],
)
def test_the_address_said_is_one_to_type(host: str, address: str) -> None:
    assert address_of(host, 8000) == address


def test_the_demos_link_stays_the_same_until_it_took_a_form(sqlite_url: str, tmp_path: Path) -> None:
    engine = make_engine(sqlite_url)
    expected = expect_guest(engine, now=clock(), arrives=clock().date() + timedelta(days=3))
    demo = replace(settings("--demo"), data_dir=tmp_path, database_url=sqlite_url)
    assert guests_link(demo, "http://here") is None  # the folder is not marked as the demo's
    data_folder.mark_demo(tmp_path, filled=True)

    first = guests_link(demo, "http://here:1") or ""
    second = guests_link(demo, "http://here:2") or ""

    token = first.partition("  ")[0].rpartition("/")[2]
    assert len(token) == 32
    assert second == first.replace("here:1", "here:2")
    assert f"surname {expected.last_name}, arrival {expected.arrives}" in second
    assert (tmp_path / "demo-link").stat().st_mode & 0o077 == 0
    with writing(engine) as session:
        used = session.scalars(select(GuestLink).where(GuestLink.token_hash == token_hash(token))).one()
        used.used_at = clock()
    assert token not in (guests_link(demo, "http://here:3") or token)


def test_the_demo_brings_phones_and_an_inbox_and_sends_nowhere_else(tmp_path: Path) -> None:
    demo = tmp_path / "data"
    demo.mkdir()
    data_folder.mark_demo(demo, filled=True)

    with open_house(tmp_path, "--demo") as house:
        (address,) = re.findall(r"Phone and inbox of invented guests: (http://\S+)", house.said())
        wait_for(lambda: answers(address), "the page of the guests answers")
        (carrier,) = (pid for pid, line in house.processes().items() if " carrier " in line)
        told = (Path("/proc") / str(carrier) / "environ").read_bytes().decode().split("\0")

    assert urlsplit(address).port in range(house.port + 10, house.port + 60)
    assert f"ONEGUEST_TWILIO_API_BASE={address.rstrip('/')}" in told
    assert any(one.startswith("ONEGUEST_SMTP_URL=smtp://127.0.0.1:") for one in told)


def answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5) as page:  # noqa: S310 (printed by our own command)
            return b"</html>" in page.read()
    except OSError:
        return False


def test_the_demo_never_texts_by_an_account_of_the_environment() -> None:
    real = settings("--demo", ONEGUEST_TWILIO_ACCOUNT_SID="AC" + "1" * 32, ONEGUEST_TWILIO_AUTH_TOKEN="real")

    sending, child, port = with_carrier(replace(real, port=free_port()))

    assert sending.twilio_account != real.twilio_account
    assert sending.twilio_base == f"http://127.0.0.1:{port}"
    assert "real" not in (sending.twilio_token, *child.words)
    assert read_settings(up.environment(sending)) == sending


def test_the_phones_take_the_next_free_port() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = int(other.getsockname()[1])

        _, child, port = with_carrier(replace(settings("--demo"), port=taken - 10))

    assert port > taken
    assert int(child.words[-1]) > port


def run_up(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "server.cli", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_real_work_is_refused_in_the_demos_folder(tmp_path: Path) -> None:
    data_folder.mark_demo(tmp_path, filled=True)

    done = run_up("up", "--data", str(tmp_path), "--port", str(free_port()))

    assert done.returncode == 1
    assert "holds the demo's invented guests" in done.stderr


def test_the_mark_stands_in_the_database_too(tmp_path: Path) -> None:
    from server.commands._house import make_house

    demo = settings("--demo", "--data", str(tmp_path))
    make_house(demo)

    with writing(make_engine(demo.database_url)) as session:
        assert is_demo(session)


def test_a_demo_database_in_a_folder_that_lost_its_mark_is_still_refused(tmp_path: Path) -> None:
    from server.commands._house import make_house
    from server.refusal import Refused

    demo = settings("--demo", "--data", str(tmp_path))
    make_house(demo)
    (demo.data_dir / data_folder.DEMO_MARK).unlink()

    with pytest.raises(Refused, match=r"house\.marked_otherwise"):
        make_house(settings("--data", str(demo.data_dir)))


def test_the_demo_is_imported_property_by_property() -> None:
    manifest = {
        "properties": [{"code": "lake"}, {"code": "spa"}],
        "files": [
            {"path": "mews.csv", "property": "lake", "source": "mews"},
            {"path": "opera.csv", "property": "lake", "source": "opera"},
            {"path": "spa.csv", "property": "spa", "source": "spa"},
            {"path": "letter.csv", "property": None, "source": "mailchimp"},
        ],
    }

    assert import_commands(manifest, Path("/demo")) == [
        ("import", "/demo/mews.csv", "/demo/opera.csv", "--property", "lake"),
        ("import", "/demo/spa.csv", "--property", "spa"),
        ("import", "/demo/letter.csv"),
    ]
