"""./oneguest on a fresh machine: the environment is made once, again when it must be, and never half."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
OWN_TIME = 0.1  # seconds that the launcher may take when there is nothing to make

SHOW_WHAT_ARRIVED = """
import json, os, sys
from importlib.metadata import distributions
packages = {d.name: d.version for d in distributions()}
told = {"argv": sys.argv[1:], "cwd": os.getcwd(), "path": sys.path[:2], "packages": packages}
json.dump(told | {"compiles_each_time": sys.dont_write_bytecode}, sys.stdout)
"""


class Checkout:
    """A clone of the project with one small requirement, and a folder of packages instead of an index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.launcher = folder / "oneguest"
        self.packages = folder.parent / f"{folder.name}-packages"

    def lay(self) -> None:
        """Lay the files of a clone; nothing is installed yet."""
        (self.folder / "server").mkdir(parents=True)
        (self.folder / "requirements").mkdir()
        self.packages.mkdir()
        shutil.copy(ROOT / "oneguest", self.launcher)
        for name in ("__init__.py", "system.py"):
            shutil.copy(ROOT / "server" / name, self.folder / "server" / name)
        (self.folder / "server" / "cli.py").write_text(SHOW_WHAT_ARRIVED)
        self.require("bootstrap", "uv", "0.0.1", digest="0" * 64)  # not to be had: pip does it alone
        self.require("run", "lobby", "1.0")
        self.require("dev", "lobby", "1.0")

    def copy_to(self, folder: Path) -> Checkout:
        """The same checkout elsewhere, with its environment: clones are moved, too."""
        shutil.copytree(self.folder, folder, symlinks=True)
        shutil.copytree(self.packages, folder.parent / f"{folder.name}-packages")
        return Checkout(folder)

    def require(self, level: str, name: str, version: str, digest: str | None = None) -> None:
        """Pin one package by its hash; without a digest, also make the package."""
        found = digest or hashlib.sha256(self._package(name, version).read_bytes()).hexdigest()
        pins = self.folder / "requirements" / f"{level}.txt"
        pins.write_text(f"{name}=={version} \\\n    --hash=sha256:{found}\n")

    def _package(self, name: str, version: str) -> Path:
        wheel = self.packages / f"{name}-{version}-py3-none-any.whl"
        info = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(wheel, "w") as file:
            file.writestr(f"{name}.py", "")
            file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            file.writestr(f"{info}/RECORD", "")
        return wheel

    def environ(self) -> dict[str, str]:
        """No index, only the folder of packages."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PIP_", "UV_", "PYTHON"))
        }
        return kept | {
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.packages),
            "PIP_CONFIG_FILE": os.devnull,
        }

    def start(self, *words: str, cwd: Path | None = None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, self.launcher, *words],
            cwd=cwd or self.folder,
            env=self.environ(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, cwd: Path | None = None) -> tuple[int, str, str]:
        """Run the launcher; return exit code, stdout, stderr."""
        process = self.start(*words, cwd=cwd)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    checkout = Checkout(tmp_path_factory.mktemp("fresh") / "clone")
    checkout.lay()
    code, out, err = checkout.run("up", "--port", "8123")
    assert code == 0, err
    assert json.loads(out)["argv"] == ["up", "--port", "8123"]
    assert "Making the environment" in err
    return checkout


@pytest.fixture
def checkout(made_once: Checkout, tmp_path: Path) -> Checkout:
    return made_once.copy_to(tmp_path / "moved")


def launcher_module() -> ModuleType:
    loader = SourceFileLoader("oneguest_launcher", str(ROOT / "oneguest"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_a_second_start_makes_nothing_and_says_nothing(checkout: Checkout) -> None:
    code, out, err = checkout.run("doctor")

    assert (code, err) == (0, "")
    assert json.loads(out)["packages"]["lobby"] == "1.0"


def test_a_command_runs_where_its_caller_stands_and_finds_our_code_only(
    checkout: Checkout, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "exports"
    elsewhere.mkdir()
    (elsewhere / "json.py").write_text("raise SystemExit('a file of the caller was imported')")
    link = tmp_path / "oneguest"
    link.symlink_to(checkout.launcher)

    done = subprocess.run(
        [sys.executable, link, "import", "arrivals.csv"],
        cwd=elsewhere,
        env=checkout.environ(),
        capture_output=True,
        text=True,
        check=True,
    )

    arrived = json.loads(done.stdout)
    assert arrived["cwd"] == str(elsewhere)
    assert arrived["path"][0] == str(checkout.folder)


def test_a_command_compiles_our_code_once_whatever_the_shell_says(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = checkout.environ() | {"PYTHONDONTWRITEBYTECODE": "1"}
    monkeypatch.setattr(checkout, "environ", lambda: said)

    _, out, _ = checkout.run("doctor")

    assert json.loads(out)["compiles_each_time"] is False


def test_changed_requirements_are_installed_at_the_next_start(checkout: Checkout) -> None:
    checkout.require("run", "lobby", "1.1")

    code, out, err = checkout.run("up")

    assert code == 0, err
    assert json.loads(out)["packages"]["lobby"] == "1.1"


def test_the_tests_requirements_come_only_with_the_test_command(checkout: Checkout) -> None:
    checkout.require("dev", "bellboy", "2.0")
    assert "bellboy" not in json.loads(checkout.run("up")[1])["packages"]

    arrived = json.loads(checkout.run("test", "--soak", "-k", "lobby")[1])

    assert arrived["packages"]["bellboy"] == "2.0"
    assert arrived["argv"] == ["test", "--", "--soak", "-k", "lobby"]


def test_a_file_with_another_hash_is_refused_with_a_sentence(checkout: Checkout) -> None:
    checkout.require("run", "lobby", "1.1", digest="f" * 64)
    checkout._package("lobby", "1.1")

    code, out, err = checkout.run("up")

    assert (code, out) == (1, "")
    assert "could not be installed" in err
    assert "Traceback" not in err


def test_an_installation_that_was_killed_is_begun_again(checkout: Checkout) -> None:
    checkout.require("run", "lobby", "1.1")
    unfinished = checkout.folder / ".venv" / "oneguest-unfinished"
    process = checkout.start("up")
    wait_for(unfinished.exists)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    (checkout.folder / ".venv" / "bin" / "python").unlink()  # as if cut off still earlier

    code, out, err = checkout.run("up")

    assert code == 0, err
    assert json.loads(out)["packages"]["lobby"] == "1.1"
    assert not unfinished.exists()


def test_two_started_at_once_make_one_environment(checkout: Checkout) -> None:
    checkout.require("run", "lobby", "1.1")

    both = [checkout.start("up"), checkout.start("up")]
    said = [process.communicate(timeout=120) for process in both]

    assert [process.returncode for process in both] == [0, 0]
    assert sum("Making the environment" in err for _, err in said) == 1
    assert all(json.loads(out)["packages"]["lobby"] == "1.1" for out, _ in said)


def test_an_environment_of_somebody_else_is_left_alone(checkout: Checkout) -> None:
    shutil.rmtree(checkout.folder / ".venv")
    (checkout.folder / ".venv").mkdir()
    (checkout.folder / ".venv" / "precious").write_text("mine")

    code, _, err = checkout.run("up")

    assert code == 1
    assert "Move it away" in err
    assert (checkout.folder / ".venv" / "precious").read_text() == "mine"


def test_an_old_python_is_told_what_is_needed() -> None:
    pretend = (
        "import runpy, sys; sys.version_info = (3, 9, 2, 'final', 0);"
        f"runpy.run_path({str(ROOT / 'oneguest')!r}, run_name='__main__')"
    )

    done = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith("OneGuest needs Python 3.11 or newer, and this is Python 3.9.")


def test_the_launcher_takes_no_time_of_its_own(checkout: Checkout) -> None:
    python = checkout.folder / ".venv" / "bin" / "python"
    direct = [python, "-m", "server.cli"]

    def fastest(command: list[object]) -> float:
        """Seconds of processor: the clock on the wall also counts whatever else the machine does."""
        times = []
        for _ in range(7):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(
                [str(word) for word in command],
                cwd=checkout.folder,
                env=checkout.environ(),
                capture_output=True,
                check=True,
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        return min(times)

    assert fastest([sys.executable, checkout.launcher]) - fastest([*direct]) < OWN_TIME


@pytest.mark.parametrize(
    ("said", "name", "handed_over"),
    [
        ({"index-url": "https://a.example/simple"}, "UV_DEFAULT_INDEX", "https://a.example/simple"),
        ({"extra-index-url": "https://a.example\nhttps://b.example"}, "UV_INDEX", "https://a.example https://b.example"),
        ({"find-links": "/a /b"}, "UV_FIND_LINKS", "/a,/b"),
        ({"no-index": "true"}, "UV_NO_INDEX", "1"),
        ({"no-index": "false"}, "UV_NO_INDEX", None),
        ({"proxy": "http://proxy.example:3128"}, "ALL_PROXY", "http://proxy.example:3128"),
        ({"trusted-host": "a.example b.example"}, "UV_INSECURE_HOST", "a.example b.example"),
        ({"cert": "/etc/hotel.pem"}, "SSL_CERT_FILE", "/etc/hotel.pem"),
        ({}, "UV_DEFAULT_INDEX", None),
    ],
)  # fmt: skip
def test_where_pip_finds_packages_uv_finds_them(
    said: dict[str, str], name: str, handed_over: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(name, raising=False)

    assert launcher_module().uv_environment(said).get(name) == handed_over


@pytest.mark.parametrize(
    ("said", "offline"),
    [
        ("WARNING: Retrying after connection broken by 'NewConnectionError'", True),
        ("ERROR: HTTPSConnectionPool: Read timed out.", True),
        ("error: dns error: failed to lookup address information", True),
        ("ERROR: No matching distribution found for uv==0.0.1", False),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES; the connection was fine", False),
    ],
)
def test_only_a_silent_index_is_called_unreachable(
    said: str, offline: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher = launcher_module()
    log = tmp_path / "log"
    log.write_text(f"\n$ an earlier step\nconnection timed out\n\n$ pip install\n{said}\n")
    monkeypatch.setattr(launcher, "LOG", str(log))

    assert launcher.looks_offline() is offline


def wait_for(happened: Callable[[], bool], within: float = 30.0) -> None:
    until = time.monotonic() + within
    while not happened():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.005)
