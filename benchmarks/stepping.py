"""From one question to the next on a slow tablet: python -m benchmarks.stepping [ROUNDS] [--throttle N]

A guest goes through the whole pre-check-in ROUNDS times in Chromium, with its processor made N times slower
(6 is an old tablet). For each step: from the tap to the second frame after it, when the next question stands
there. The house is a new one, in this process; needs the test requirements.
"""

from __future__ import annotations

import argparse
import os
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from server.app import create_app
from server.settings import Settings
from server.system import find_chromium

STEP = """() => new Promise((done) => {
    const here = document.querySelector(".question.now");
    if (here.querySelector("[data-send]")) return done(null);
    for (const name of ["given_name", "family_name"]) {
        const field = here.querySelector(`#f-${name}`);
        if (field) field.value = "Rossi";
    }
    const skip = here.querySelector("[data-out=skipped]"), tap = here.querySelector(".tap input");
    if (!skip && tap && !tap.checked) { // an answer by one tap goes on by itself, after a pause of its own
        tap.click();
        return done(-1);
    }
    const began = performance.now();
    (skip ?? here.querySelector("[data-next]")).click();
    requestAnimationFrame(() => requestAnimationFrame(() => {
        const moved = document.querySelector(".question.now") !== here;
        done(moved ? performance.now() - began : -1);
    }));
})"""
MOST_STEPS = 40
PAUSE = 700


def walk(page: Page, address: str) -> list[float]:
    """One guest's way to the last look; the milliseconds of each step but taps, which pause by design."""
    page.goto(f"{address}/kiosk/pre_check_in/en")
    page.locator(".question.now").wait_for()
    took: list[float] = []
    for _ in range(MOST_STEPS):
        step = page.evaluate(STEP)
        if step is None:
            break
        if step < 0:
            page.wait_for_timeout(PAUSE)
        else:
            took.append(step)
    return took


def main(arguments: list[str] | None = None) -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stepping", description=__doc__)
    parser.add_argument("rounds", type=int, nargs="?", default=20)
    parser.add_argument("--throttle", type=float, default=6)
    asked = parser.parse_args(arguments)
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name) / "data"
        app = create_app(Settings(data_dir=folder, database_url=f"sqlite:///{Path(name, 'bench.db')}"))
        house = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=house.serve_forever, daemon=True).start()
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=sandbox)
        page = browser.new_page(viewport={"width": 1024, "height": 768})
        page.set_default_timeout(120_000)
        throttling = {"rate": asked.throttle}
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", throttling)
        took = sorted(ms for _ in range(asked.rounds) for ms in walk(page, f"http://127.0.0.1:{house.port}"))
        browser.close()
        house.shutdown()
    p95 = took[int(len(took) * 0.95)]
    print(f"{len(took)} steps at {asked.throttle:g} x, load {os.getloadavg()[0]:.1f}")
    print(f"half within {took[len(took) // 2]:.0f} ms, p95 {p95:.0f} ms, all {took[-1]:.0f} ms")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
