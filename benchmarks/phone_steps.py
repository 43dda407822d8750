"""From one question to the next on a slow phone in a slow network: pre-check-in, survey and one e-mail.

A guest opens their link ROUNDS times in Chromium, with its processor made 6 times slower and its network as a
phone's, and answers each question as a guest would; reading and typing take no time here:

    python -m benchmarks.phone_steps [ROUNDS] [--throttle N] [--network fast|regular]

- *step*: from the tap to the first frame with the next question, as the page's own clock says it. Goal: p95
  800 ms.
- *first page*: all that crosses the network for the first page of a new guest, headers included. Goal: 40 KB.
- *walk*: from opening the link to the thanks, and as a person would need who reads 250 words a minute, types
  5 signs a second and takes 0.9 s for a tap. Goal: 2 minutes.

The networks are those of Chrome's own tools: "Fast 3G" 1.6 Mbit/s down, 750 kbit/s up, 150 ms; "Regular 3G"
750 kbit/s, 250 kbit/s, 100 ms. The delay is that of a request; opening a connection costs none more here. The
house is a new one, in a process of its own; needs the test requirements.
"""

from __future__ import annotations

import argparse
import logging
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright
from werkzeug.serving import make_server

from benchmarks.persona import WORDS
from server.app import create_app
from server.captures.links import issue_link
from server.clock import clock
from server.db import writing
from server.records.models import SourceRecord
from server.settings import Settings
from server.system import find_chromium
from tests.house import Expected, expect_guest

NETWORKS = {"fast": (1_600_000, 750_000, 150), "regular": (750_000, 250_000, 100)}
"""Bits a second down and up, milliseconds."""
FORMS = ("your_email", "survey", "pre_check_in")
MOST_STEPS = 30
WORDS_A_SECOND, SIGNS_A_SECOND, TAP = 250 / 60, 5, 0.9
TYPED = {
    "given_name": "Anna",
    "email": "anna.rossi@posteo.de",
    "mobile": "6 52 52 72 72",
    "wish": "A quiet room",
}

PAUSE = 150
"""Milliseconds between an answer by one tap and what follows, as in static/phone.js: by design, taken off."""

WATCH = """() => {
    const now = () => performance.timeOrigin + performance.now();
    const told = (at) => {
        const tapped = Number(sessionStorage.getItem("tapped"));
        if (!tapped) return;
        sessionStorage.removeItem("tapped");
        const steps = JSON.parse(sessionStorage.getItem("steps") ?? "[]");
        sessionStorage.setItem("steps", JSON.stringify([...steps, at - tapped]));
    };
    addEventListener("click", (event) => {
        if (!event.isTrusted || !event.target.closest("button, .tap")) return;
        const pause = event.target.closest(".tap") ? PAUSE : 0;
        sessionStorage.setItem("tapped", performance.timeOrigin + event.timeStamp + pause);
    }, { capture: true });
    addEventListener("htmx:afterSettle", () => requestAnimationFrame(() => {
        const drawn = new MessageChannel();
        drawn.port1.onmessage = () => told(now());
        drawn.port2.postMessage(null);
    }));
    new PerformanceObserver((list) => {
        for (const one of list.getEntriesByName("first-contentful-paint")) {
            told(performance.timeOrigin + one.startTime);
        }
    }).observe({ type: "paint", buffered: true });
}""".replace("PAUSE", str(PAUSE))


@dataclass
class Walked:
    """One guest's way through one form."""

    steps: list[float] = field(default_factory=list)
    first_page: float = 0.0
    first_seen: float = 0.0
    took: float = 0.0
    human: float = 0.0


class Counter:
    """What crosses the network, headers and all, as the browser counts it."""

    def __init__(self, tools: CDPSession) -> None:
        self.bytes = 0.0
        tools.on("Network.loadingFinished", lambda event: self._add(event["encodedDataLength"]))

    def _add(self, more: float) -> None:
        self.bytes += more


def human_part(page: Page, typed: int) -> float:
    """Seconds that a person takes for the question on the screen."""
    words = int(page.locator("main").evaluate(WORDS))
    return words / WORDS_A_SECOND + typed / SIGNS_A_SECOND + TAP


def answer(page: Page) -> tuple[int, str]:
    """Fill in the question that is shown; the signs typed, and what to press then."""
    typed = 0
    for name, text in TYPED.items():
        box = page.locator(f"#step #f-{name}")
        if box.count() and not box.input_value():
            box.fill(text)
            typed += len(text)
    if page.locator("#step[data-one-tap] .tap").count():
        return typed, "#step .tap"
    skip = page.locator("#step button[value='out:skipped']")
    return typed, "#step button[value='out:skipped']" if skip.count() and not typed else "#step .primary"


def walk(browser: Browser, address: str, expected: Expected, form: str, asked: argparse.Namespace) -> Walked:
    """One guest, who was never here, from the link to the thanks."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, locale="en-GB")
    context.set_default_timeout(120_000)
    context.add_init_script(f"({WATCH})()")
    page = context.new_page()
    tools = context.new_cdp_session(page)
    down, up, delay = NETWORKS[asked.network]
    tools.send("Network.enable")
    tools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": delay,
            "downloadThroughput": down / 8,
            "uploadThroughput": up / 8,
        },
    )
    tools.send("Emulation.setCPUThrottlingRate", {"rate": asked.throttle})
    crossed, walked = Counter(tools), Walked()
    began = time.monotonic()
    page.goto(address, wait_until="load")
    page.wait_for_timeout(100)
    walked.first_page, walked.first_seen = crossed.bytes, time.monotonic() - began
    walked.human += human_part(page, 20)
    if page.locator("#f-last_name").count():
        for name, text in expected.right_answers.items():
            page.fill(f"#f-{name}", text)
    page.locator("#door .primary").click()
    page.locator("#step").wait_for()
    page.wait_for_load_state("load")
    for _ in range(MOST_STEPS):
        here = page.locator("#step [name=step]").input_value()
        page.wait_for_function("() => !sessionStorage.getItem('tapped')")  # the frame before was drawn
        typed, press = answer(page)
        walked.human += human_part(page, typed)
        page.locator(press).first.click()
        page.wait_for_function(
            """(here) => location.pathname.endsWith("/received")
                || document.querySelector("#step [name=step]")?.value !== here""",
            arg=here,
            polling=50,
        )
        if page.url.endswith("/received"):
            break
    page.wait_for_url("**/received")
    page.wait_for_function("() => !sessionStorage.getItem('tapped')")
    walked.took = time.monotonic() - began
    walked.steps = page.evaluate("JSON.parse(sessionStorage.getItem('steps'))")
    context.close()
    return walked


def said(name: str, took: list[float], unit: str = "ms") -> str:
    """The line for one figure."""
    took = sorted(took)
    p95 = took[min(len(took) - 1, int(len(took) * 0.95))]
    half = took[len(took) // 2]
    return f"{name}: half within {half:.0f} {unit}, p95 {p95:.0f}, all {took[-1]:.0f}, n {len(took)}"


def main(arguments: list[str] | None = None) -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.phone_steps", description=__doc__)
    parser.add_argument("rounds", type=int, nargs="?", default=5)
    parser.add_argument("--throttle", type=float, default=6)
    parser.add_argument("--network", choices=tuple(NETWORKS), default="fast")
    asked = parser.parse_args(arguments)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    walks: dict[str, list[Walked]] = {form: [] for form in FORMS}
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        app = create_app(Settings(data_dir=Path(name, "data"), database_url=f"sqlite:///{name}/bench.db"))
        house = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=house.serve_forever, daemon=True).start()
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=sandbox)
        for number in range(asked.rounds):
            expected = expect_guest(app.config["ENGINE"], now=clock(), last_name=f"Rossi {number}")
            for form in FORMS:
                with writing(app.config["ENGINE"]) as session:
                    record = session.get_one(SourceRecord, expected.record_id)
                    token = issue_link(session, record, form=form, actor="benchmark", now=clock()).token
                address = f"http://127.0.0.1:{house.port}/g/{token}"
                walks[form].append(walk(browser, address, expected, form, asked))
        browser.close()
        house.shutdown()
    print(f"{asked.network} 3G, {asked.throttle:g} x, load {os.getloadavg()[0]:.1f}")
    for form, ways in walks.items():
        print(form)
        print(f"  {said('step', [step for way in ways for step in way.steps])}")
        print(f"  {said('first page', [way.first_page / 1000 for way in ways], 'KB')}")
        print(f"  {said('first page seen', [way.first_seen * 1000 for way in ways])}")
        print(f"  {said('walk', [way.took for way in ways], 's')}")
        print(f"  {said('walk of a person', [way.took + way.human for way in ways], 's')}")
        for at, of_step in enumerate(zip(*(way.steps for way in ways), strict=False), start=1):
            print(f"    {said(f'step {at}', list(of_step))}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
