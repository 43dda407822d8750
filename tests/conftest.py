"""What every test may ask for: a migrated database on each store, a browser; and no way off this machine."""

from __future__ import annotations

import gc
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from argon2 import PasswordHasher
from hypothesis import settings
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server import tables
from server.db import Base
from server.migrating import migrate
from server.staff import passwords
from server.system import apt_line, find_chromium
from tests import postgres_server
from tests.drawing import SOAK
from tests.postgres_databases import Databases
from tests.stores import open_store

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

assert len(Base.metadata.tables) >= len(tables.__all__), "every room's models must be known before a test"

HOUSE_HASHING = passwords.HASHING
PAGE_PATIENCE = 10_000  # milliseconds before a page that shows nothing new fails its test
SECOND_GOES = 4
"""How many tests of a browser may need a second go in one run. Chromium on a machine that is busy elsewhere
now and then misses a moment; more than so many is a fault of ours."""
NOT_WANTED = (
    # two pages for the address bar that nobody sees, made with every window: half of what a window costs
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
    # what Playwright switches off itself: of two such lists the browser hears the last alone
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "OptimizationHints"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "NetworkTimeServiceQuerying"),
    *("AimEnabled", "PreconnectToSearch"),
)
QUIET_BROWSER = (
    f"--disable-features={','.join(NOT_WANTED)}",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="also the long runs, each with its full length")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--soak"):
        settings.load_profile(SOAK)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.flaky(reruns=1))
    if config.getoption("--soak"):
        return
    long_runs = [item for item in items if item.get_closest_marker("soak")]
    if long_runs:
        config.hook.pytest_deselected(items=long_runs)
        items[:] = [item for item in items if item not in set(long_runs)]


def second_goes(config: pytest.Config) -> list[pytest.TestReport]:
    """What failed in the browser at first; the process that only hands tests out knows of all of them."""
    printed: Any = config.pluginmanager.get_plugin("terminalreporter")
    return list(printed.stats.get("rerun", ())) if printed else []


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if exitstatus == 0 and len(second_goes(session.config)) > SECOND_GOES:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """A second go is never silent: what failed at first is printed whole."""
    for report in second_goes(config):
        terminalreporter.section(f"failed at first: {report.nodeid}")
        terminalreporter.write_line(report.longreprtext)
    if len(second_goes(config)) > SECOND_GOES:
        terminalreporter.write_line(f"More than {SECOND_GOES} tests of a browser needed a second go")


def pytest_collection_finish() -> None:
    """What is there by now stays to the end: walking it over and over was the most of collecting garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def soak(request: pytest.FixtureRequest) -> bool:
    """Whether the long runs are wanted; a test may take it to choose its length."""
    return bool(request.config.getoption("--soak"))


class OutsideNetwork(AssertionError):
    """A test tried to reach another machine."""


def _is_here(address: object) -> bool:
    if not isinstance(address, tuple):
        return True  # a socket file
    host = str(address[0])
    if host in ("localhost", ""):
        return True
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def _this_machine_only() -> Iterator[None]:
    """Refuse every connection that leaves this machine: a test that needs one depends on the weather."""

    def guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
        def refuse_or_connect(self: socket.socket, address: Any) -> Any:
            if not _is_here(address):
                raise OutsideNetwork(f"a test tried to reach {address[0]}; tests stay on this machine")
            return connect(self, address)

        return refuse_or_connect

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))
        yield


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of whoever runs the tests reaches them, and nobody's data folder is touched."""
    for name in [name for name in os.environ if name.startswith("ONEGUEST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg-data"))


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Iterator[None]:
    """Passwords cost next to nothing here, and what they cost the house in `as_costly_as_in_a_house`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHING", passwords.Hashing(PasswordHasher(1, 8, 1)))
        yield


@pytest.fixture
def as_costly_as_in_a_house(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of the cost of a password: what the house takes."""
    monkeypatch.setattr(passwords, "HASHING", HOUSE_HASHING)


@pytest.fixture(scope="session")
def postgres_server_address() -> Iterator[str]:
    """A PostgreSQL server of this run; `{database}` is to be filled in."""
    try:
        with postgres_server.running() as address:
            yield address
    except postgres_server.NoServer as reason:
        pytest.fail(str(reason), pytrace=False)


@pytest.fixture(scope="session")
def _postgres_databases(postgres_server_address: str) -> Databases:
    return Databases(postgres_server_address)


@pytest.fixture
def postgres_url(_postgres_databases: Databases) -> Iterator[str]:
    """A migrated, empty PostgreSQL database of this test's own."""
    with _postgres_databases.lent() as url:
        yield url


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def lay_sqlite(_migrated_sqlite: Path) -> Callable[[Path], str]:
    """Lays a migrated, empty SQLite database into a folder, which is made; returns its address.

    It is the one that a house in that folder opens by itself. To migrate takes half a second each time.
    """

    def lay(folder: Path) -> str:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / "oneguest.db"
        shutil.copy(_migrated_sqlite, path)
        return f"sqlite:///{path}"

    return lay


@pytest.fixture
def sqlite_url(lay_sqlite: Callable[[Path], str], tmp_path: Path) -> str:
    """A migrated, empty SQLite database of this test's own."""
    return lay_sqlite(tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database; the test runs once on each store."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(fixture))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a migrated, empty database, once on each store."""
    engine = open_store(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session that may write; what the test does not commit is undone."""
    with Session(engine.execution_options(writes=True), expire_on_commit=False) as session:
        yield session


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The installed Chromium, without a window."""
    from playwright.sync_api import sync_playwright

    program = find_chromium()
    if program is None:
        pytest.fail(f"The tests need Chromium. Run: {apt_line(['chromium'])}", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=[*QUIET_BROWSER, *(["--no-sandbox"] if os.geteuid() == 0 else [])],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page in a browser that remembers nothing of other tests."""
    context = browser.new_context()
    context.set_default_timeout(PAGE_PATIENCE)
    yield context.new_page()
    context.close()
