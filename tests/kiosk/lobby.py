"""A lobby as a tablet knows it: a house that comes and goes, a Wi-Fi that lies, a browser that is killed."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from sqlalchemy import select
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from server.captures.models import Capture, SealedForm
from server.captures.sealing import fingerprint
from server.clock import clock
from server.db import reading, writing
from server.devices.enrolling import enrolment_address, issue_code
from server.devices.models import Device
from server.intake import open_forms
from server.keys import Key, read_all_keys
from server.properties.setup import default_property, property_by_code
from server.system import find_chromium
from server.vault import open_vault
from tests.conftest import PAGE_PATIENCE, QUIET_BROWSER

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from playwright.sync_api import Browser, Page

PORTAL = b"<!doctype html><title>Hotel Wi-Fi</title><h1>Please accept our terms</h1>"
HAND_OVER = """async (names) => {
    const { chooseWay, newCaptureId } = await import("/static/kiosk/sending.js");
    const way = await chooseWay();
    const kept = [];
    for (const given_name of names) {
        const form = { id: newCaptureId(), form: "pre_check_in", version: 1, language: "en" };
        kept.push(await way.handOver({ ...form, answers: { given_name, family_name: "Rossi" } }));
    }
    return kept;
}"""
CACHES_OF_PAGES = "caches.keys().then((names) => names.filter((name) => name.startsWith('kiosk-')).length)"
Way = Callable[["House", "WSGIEnvironment", "StartResponse"], Iterable[bytes]]


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def connection_dropped(self, error: BaseException, environ: WSGIEnvironment | None = None) -> None:
        """Hang up: a connection that is kept open without an answer would make the browser wait."""
        self.close_connection = True


class House:
    """The house at an address that stays, whether it answers or not; `way`: what becomes of a question."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.inner: WSGIApplication = app
        self.way: Way = well
        self.asked: list[str] = []
        self._server: BaseWSGIServer | None = None
        self._port = 0
        self.open()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def engine(self) -> Any:
        return self.app.config["ENGINE"]

    @property
    def keys(self) -> tuple[Key, ...]:
        return read_all_keys(self.app.config["ONEGUEST"].keys_dir, "sealing")

    def open(self) -> None:
        """Answer, at the address as before."""
        server = make_server("127.0.0.1", self._port, self._answer, threaded=True, request_handler=_Quiet)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        self._server, self._port = server, server.server_port

    def shut(self) -> None:
        """Answer nobody any more: connections are refused."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._server is None:  # on a connection that the browser had opened before, to be quick
            raise ConnectionResetError
        self.asked.append(environ["PATH_INFO"])
        return self.way(self, environ, start_response)

    def code(self, at: str = "") -> str:
        """The address with which a tablet is enrolled, at the main house or at another of the group."""
        with writing(self.engine) as session:
            place = property_by_code(session, at) if at else default_property(session)
            secret = self.app.config["INDEX_KEY"]
            issued = issue_code(session, place, "", secret=secret, actor="command", now=clock())
            return enrolment_address(self.address, issued.text, fingerprint(self.keys[0]))

    def sealed(self) -> list[SealedForm]:
        """Every form that arrived, in the order in which the tablet numbered them."""
        with reading(self.engine) as session:
            return list(session.scalars(select(SealedForm).order_by(SealedForm.number)))

    def devices(self) -> list[Device]:
        with reading(self.engine) as session:
            return list(session.scalars(select(Device).order_by(Device.id)))

    def opened(self) -> list[Capture]:
        """Open what arrived, as the worker does; every capture there is."""
        vault = open_vault(self.app.config["ONEGUEST"].keys_dir)
        while open_forms(self.engine, self.keys, 20, vault):
            pass
        with reading(self.engine) as session:
            return list(session.scalars(select(Capture).order_by(Capture.id)))


def well(house: House, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """All is well."""
    return house.inner(environ, start_response)


def portal(house: House, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The Wi-Fi wants its terms accepted first: 200 and a page, whatever is asked."""
    start_response("200 OK", [("Content-Type", "text/html")])
    return [PORTAL]


def broken(house: House, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Whatever stands before the house fails."""
    start_response("500 Internal Server Error", [("Content-Type", "text/plain")])
    return [b"no"]


def lost(house: House, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The house does what it is asked, and its answer is lost on the way."""
    list(house.inner(environ, lambda *_: lambda _: None))
    start_response("502 Bad Gateway", [("Content-Type", "text/plain")])
    return [b"no"]


def halved(house: House, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The house acknowledges all, and of its acknowledgements every second is missing."""
    kept: list[Any] = []

    def keep(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], None]:
        kept.extend((status, [(n, v) for n, v in headers if n.lower() != "content-length"]))
        return lambda _: None

    body = b"".join(house.inner(environ, keep))
    if environ["PATH_INFO"] == "/api/v1/sync" and kept[0].startswith("200"):
        said = json.loads(body)
        body = json.dumps(said | {"items": said["items"][::2]}).encode()
    start_response(*kept)
    return [body]


def narrow(house: House, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """What stands before the house lets one form through at a time."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if len((json.loads(body) if body else {}).get("items", [])) > 1:
        start_response("413 Content Too Large", [("Content-Type", "text/html")])
        return [b"too large"]
    return house.inner(environ | {"wsgi.input": BytesIO(body)}, start_response)


def busy(house: House, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The house asks to be left alone for a while."""
    start_response("503 Service Unavailable", [("Content-Type", "text/plain"), ("Retry-After", "2")])
    return [b"not now"]


def tired(house: House, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """What stands before the house has had too many questions."""
    start_response("429 Too Many Requests", [("Content-Type", "text/plain"), ("Retry-After", "2")])
    return [b"not so fast"]


def walled(house: House, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """What stands before the house lets no form through."""
    if environ["PATH_INFO"] != "/api/v1/sync":
        return house.inner(environ, start_response)
    start_response("413 Content Too Large", [("Content-Type", "text/html")])
    return [b"too large"]


def other_release(house: House, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The house speaks another protocol than the tablet's pages do."""
    start_response("426 Upgrade Required", [("Content-Type", "application/json")])
    return [json.dumps({"protocol": "oneguest-1", "error": "tablet.outdated"}).encode()]


class Tablet:
    """A real browser with a profile of its own on the disk, which can be killed."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._type = browser.browser_type
        self.folder = folder
        self.page = self._start()

    def _start(self) -> Page:
        program = find_chromium()
        assert program is not None
        (self.folder / "DevToolsActivePort").unlink(missing_ok=True)
        own = ["--headless=new", "--remote-debugging-port=0", f"--user-data-dir={self.folder}", "about:blank"]
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        self._process = subprocess.Popen(
            [program, *QUIET_BROWSER, *sandbox, *own], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._browser = self._type.connect_over_cdp(f"http://127.0.0.1:{self._port()}")
        context = self._browser.contexts[0]
        context.set_default_timeout(PAGE_PATIENCE)
        return context.pages[0] if context.pages else context.new_page()

    def _port(self) -> str:
        told = self.folder / "DevToolsActivePort"
        for _ in range(400):
            if told.is_file() and "\n" in told.read_text():
                return told.read_text().split()[0]
            time.sleep(0.05)
        raise AssertionError("the browser did not start")

    def kill(self) -> None:
        """As when the battery is taken out: the browser has no time to tidy up."""
        self._process.kill()
        self._process.wait()
        self._browser.close()

    def restart(self) -> None:
        self.kill()
        (self.folder / "SingletonLock").unlink(missing_ok=True)
        self.page = self._start()

    def files_with(self, *words: str) -> list[str]:
        """The files of the profile in which any of these words stands, in 8 or in 16 bits a letter."""
        wanted = [form for word in words for form in (word.encode(), word.encode("utf-16-le"))]
        found = []
        for path in self.folder.rglob("*"):
            try:
                content = path.read_bytes() if path.is_file() else b""
            except OSError:  # it is being written anew
                continue
            if any(form in content for form in wanted):
                found.append(str(path.relative_to(self.folder)))
        return found


@contextmanager
def tablet_in(folder: Path, browser: Browser) -> Iterator[Tablet]:
    """A tablet, until the test is over."""
    tablet = Tablet(browser, folder)
    yield tablet
    tablet.kill()


def enrol(page: Page, house: House, at: str = "") -> None:
    """Make this browser a tablet, with all pages on it."""
    page.goto(house.code(at))
    page.get_by_role("link", name="To the resting screen").click()
    page.locator("nav[data-open]").wait_for()


def fill_in(page: Page, name: str = "Anna", email: str = "") -> None:
    """A guest's way from the resting screen to the last look before sending."""
    page.get_by_role("link", name="English").click()
    page.locator(".question.now").wait_for()
    page.locator(".now .tap").first.click()
    page.fill("#f-given_name", name)
    page.fill("#f-family_name", "Rossi")
    page.locator(".now [data-next]").click()
    while not page.locator(".now [data-send]").count():
        if email and page.locator(".now #f-email").count():
            page.fill("#f-email", email)
            page.locator(".now [data-next]").click()
        else:
            page.locator(".now [data-out=skipped], .now [data-next]").first.click()


def send(page: Page) -> None:
    page.locator(".now [data-send]").click()
    page.locator("[data-thanks-screen] h1").wait_for()


def check_in(page: Page, name: str = "Anna", email: str = "") -> None:
    """A guest's whole way, to the thanks and back to the resting screen."""
    fill_in(page, name, email)
    send(page)
    page.locator("[data-thanks-screen] [data-leave]").click()
    page.locator("nav[data-open]").wait_for()


def hand_over(page: Page, *names: str) -> None:
    """So many guests finish a form, as quickly as the tablet can keep them."""
    kept = page.evaluate(HAND_OVER, names)
    assert kept == [True] * len(names)


def waiting(page: Page) -> int:
    """How many forms wait on the tablet, asked of its own store."""
    return int(
        page.evaluate("async () => (await (await import('/static/kiosk/outbox.js')).standing()).waiting")
    )


def until(true: Callable[[], bool], within: float = 8.0) -> None:
    """Wait for something to become so; it fails the test when it does not."""
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, f"not so after {within:g} seconds"
        time.sleep(0.05)


def settle_down(page: Page, forms: int = 0, within: float = 8.0) -> None:
    """Wait until no more than so many forms wait on the tablet."""
    until(lambda: waiting(page) <= forms, within)
