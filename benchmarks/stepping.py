"""From one question to the next on a slow tablet.

A guest goes through the whole pre-check-in ROUNDS times in Chromium, with its processor made N times slower
(6 is an old tablet), by real touches, and reads each question for a while before the next one:

    python -m benchmarks.stepping [ROUNDS] [--throttle N] [--reading MS]

- *seen*: from the finger leaving the glass to the first frame on the screen with the heading of the next
  question, as the browser says it (Element Timing). This is what a guest waits for, and what the goal means.
- *second frame*: from the same touch to the call before the second frame after it. Until 2026-11-23 this was
  the only figure, of clicks that a script made one right after the other. It adds a frame that shows nothing
  new, and did not see that the first frames of a question were empty, while it faded in; and nobody answers a
  question in the instant it comes. `--reading 0` is nearly that.

An answer by one tap goes on after a pause of its own, by design; that pause is taken off. The house is a new
one, in this process; needs the test requirements.
"""

from __future__ import annotations

import argparse
import logging
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from server.app import create_app
from server.settings import Settings
from server.system import find_chromium

WATCH = """() => {
    window.seen = {};
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.seen[entry.identifier] = entry.renderTime;
    }).observe({ type: "element", buffered: true });
    for (const step of document.querySelectorAll("[data-step]:not(.now)")) {
        step.querySelector("h1").setAttribute("elementtiming", step.dataset.step);
    }
    addEventListener("pointerup", (event) => { window.began = event.timeStamp; }, { capture: true });
    addEventListener("click", (event) => {
        if (!event.target.closest(".question button")) return;
        requestAnimationFrame(() => requestAnimationFrame(() => {
            window.second = performance.now() - window.began;
        }));
    }, { capture: true });
}"""
FILL = """() => {
    window.second = null;
    const here = document.querySelector(".question.now");
    if (here.querySelector("[data-send]")) return null;
    for (const name of ["given_name", "family_name"]) {
        const field = here.querySelector(`#f-${name}`);
        if (field) field.value = "Rossi";
    }
    const byTap = "oneTap" in here.dataset;
    const ways = byTap ? [".tap"] : ["[data-out=skipped]", "[data-next]"];
    const box = ways.map((way) => here.querySelector(way)).find(Boolean).getBoundingClientRect();
    return { step: here.dataset.step, byTap, x: box.x + box.width / 2, y: box.y + box.height / 2 };
}"""
SEEN = """() => {
    const now = document.querySelector(".question.now").dataset.step;
    return { step: now, seen: (window.seen[now] ?? NaN) - window.began, second: window.second };
}"""
MOST_STEPS = 40
PAUSE = 150
"""Milliseconds between an answer by one tap and the next question, as in static/kiosk/form.js."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step in milliseconds; an answer by one tap has no second frame of its own."""

    came: str
    seen: float
    second: float | None


def walk(page: Page, address: str, reading: int) -> list[Step]:
    """One guest's way to the last look."""
    page.goto(f"{address}/kiosk/pre_check_in/en")
    page.locator(".question.now").wait_for()
    page.evaluate(WATCH)
    steps: list[Step] = []
    for _ in range(MOST_STEPS):
        page.wait_for_timeout(reading)
        place = page.evaluate(FILL)
        if place is None:
            break
        page.touchscreen.tap(place["x"], place["y"])
        page.wait_for_function(
            """([from, byTap]) => { const now = document.querySelector(".question.now").dataset.step;
                return now !== from && now in window.seen && (byTap || window.second !== null); }""",
            arg=[place["step"], place["byTap"]],
            polling=100,
        )
        seen = page.evaluate(SEEN)
        pause = PAUSE if place["byTap"] else 0
        steps.append(Step(seen["step"], seen["seen"] - pause, seen["second"]))
    return steps


def said(name: str, took: list[float]) -> str:
    """The line for one figure."""
    took = sorted(took)
    p95 = took[int(len(took) * 0.95)]
    return f"{name}: half within {took[len(took) // 2]:.0f} ms, p95 {p95:.0f} ms, all {took[-1]:.0f} ms"


def main(arguments: list[str] | None = None) -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stepping", description=__doc__)
    parser.add_argument("rounds", type=int, nargs="?", default=20)
    parser.add_argument("--throttle", type=float, default=6)
    parser.add_argument("--reading", type=int, default=700)
    asked = parser.parse_args(arguments)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name) / "data"
        app = create_app(Settings(data_dir=folder, database_url=f"sqlite:///{Path(name, 'bench.db')}"))
        house = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=house.serve_forever, daemon=True).start()
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=sandbox)
        page = browser.new_page(viewport={"width": 1024, "height": 768}, has_touch=True)
        page.set_default_timeout(120_000)
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": asked.throttle})
        address = f"http://127.0.0.1:{house.port}"
        steps = [step for _ in range(asked.rounds) for step in walk(page, address, asked.reading)]
        browser.close()
        house.shutdown()
    print(f"{len(steps)} steps at {asked.throttle:g} x, load {os.getloadavg()[0]:.1f}")
    print(said("seen", [step.seen for step in steps]))
    print(said("second frame", [step.second for step in steps if step.second is not None]))
    for came in dict.fromkeys(step.came for step in steps):
        print(f"  {said(came, [step.seen for step in steps if step.came == came])}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
