"""From one question to the next on a slow tablet.

A guest goes through the whole pre-check-in ROUNDS times in Chromium, with its processor made N times slower
(6 is an old tablet), by real touches, and reads each question for a while before the next one:

    python -m benchmarks.stepping [ROUNDS] [--throttle N] [--reading MS] [--worked]

- *seen*: from the finger leaving the glass to the first frame on the screen with the heading of the next
  question, as the browser says it (Element Timing). This is what a guest waits for, and what the goal means.
- *second frame*: from the same touch to the call before the second frame after it. Until 2026-11-23 this was
  the only figure, of clicks that a script made one right after the other. It adds a frame that shows nothing
  new, and did not see that the first frames of a question were empty, while it faded in; and nobody answers a
  question in the instant it comes. `--reading 0` is nearly that.

On a machine that does other work neither can be had: the browser slows its page down by making it wait N - 1
times as long as it ran by the clock, and the clock also runs while others have the processor. So `--worked`
goes the same way at full speed and tells the *processor time* of the page's own thread from touch to frame,
times N. It lacks what comes on top at any speed: until the next frame is due (17 ms at most), and drawing it.

An answer by one tap goes on after a pause of its own, by design; that pause is taken off. The house is a new
one, in this process; needs the test requirements.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright
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
DOWN = 80
"""Milliseconds that a finger stays on the glass."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step in milliseconds; an answer by one tap has no second frame of its own."""

    came: str
    seen: float
    second: float | None


def touch(page: Page, finger: CDPSession, x: float, y: float) -> None:
    """A finger comes down, and leaves."""
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    page.wait_for_timeout(DOWN)
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def walk(page: Page, finger: CDPSession, address: str, reading: int) -> list[Step]:
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
        touch(page, finger, place["x"], place["y"])
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


def worked(trace: bytes, steps: list[Step]) -> list[float]:
    """Processor milliseconds of the page's thread from touch to frame, for each step but those by one tap."""
    traced = json.loads(trace)["traceEvents"]
    events = sorted((event for event in traced if event.get("ph") == "X"), key=lambda event: event["ts"])
    handled = [event for event in events if event["name"] == "EventDispatch"]
    touches = [event for event in handled if event["args"]["data"]["type"] == "pointerup"]
    clicks = [event for event in handled if event["args"]["data"]["type"] == "click"]
    took = []
    for touch, step in zip(touches, steps, strict=True):
        if step.second is None:
            continue
        own = [e for e in events if (e["pid"], e["tid"]) == (touch["pid"], touch["tid"])]
        click = next(e for e in clicks if e["ts"] > touch["ts"])
        frame = next(e for e in own if e["name"] == "Layerize" and e["ts"] > click["ts"] + click["dur"])
        tasks = [e for e in own if e["name"] == "ThreadControllerImpl::RunTask" and "tdur" in e]
        began, ended = touch["ts"], frame["ts"] + frame["dur"]
        within = [e for e in tasks if e["ts"] + e["dur"] > began and e["ts"] < ended]
        took.append(sum(e["tdur"] for e in outermost(within)) / 1000)
    return took


def outermost(tasks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Those of the tasks, in order, that are not part of another."""
    ended = 0.0
    for task in tasks:
        if task["ts"] >= ended:
            ended = task["ts"] + task["dur"]
            yield task


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
    parser.add_argument("--worked", action="store_true")
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
        tools = page.context.new_cdp_session(page)
        tools.send("Emulation.setCPUThrottlingRate", {"rate": 1 if asked.worked else asked.throttle})
        address = f"http://127.0.0.1:{house.port}"
        if asked.worked:
            browser.start_tracing(page=page, categories=["devtools.timeline", "toplevel"])
        steps = [step for _ in range(asked.rounds) for step in walk(page, tools, address, asked.reading)]
        trace = browser.stop_tracing() if asked.worked else b""
        browser.close()
        house.shutdown()
    print(f"{len(steps)} steps at {asked.throttle:g} x, load {os.getloadavg()[0]:.1f}")
    if asked.worked:
        print(said("processor time", [ms * asked.throttle for ms in worked(trace, steps)]))
        return 0
    print(said("seen", [step.seen for step in steps]))
    print(said("second frame", [step.second for step in steps if step.second is not None]))
    for came in dict.fromkeys(step.came for step in steps):
        print(f"  {said(came, [step.seen for step in steps if step.came == came])}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
