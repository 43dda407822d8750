"""How long guests take, at a human pace: python -m benchmarks.persona [--show]

Chromium taps and types through the real pages; the seconds are those of a guest, added up, and what the
machine took besides. Assumed: 0.9 s for each tap (to see it, to reach it, to let go) and for each field
before it is typed in; 5 signs a second typed; 250 words a minute read, of all that stands on each new page,
also of what a guest would skip (what a list unfolds to is not read). English, nobody errs.

Guests of a new house, in this process (needs the test requirements): one alone checks in at the tablet, from
the resting screen; one checks a family of four in at home, through the link; the same one confirms at the
tablet, once with a partner who is reached at the same address, once with one who has an own. That begins when
the reception hands the stay over with `t`.
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Locator, Page, sync_playwright
from sqlalchemy import select

from server.app import create_app
from server.captures.handing import hand_over
from server.captures.links import issue_link
from server.captures.models import Capture
from server.clock import clock
from server.db import reading, writing
from server.devices.models import Device
from server.guests.linking import link_waiting
from server.intake import read_capture
from server.properties.setup import default_property
from server.records.models import SourceRecord
from server.settings import Settings
from server.system import find_chromium
from tests.builders import take_in
from tests.kiosk.lobby import House, enrol

TAP, SIGNS_A_SECOND, WORDS_A_MINUTE = 0.9, 5, 250
WORDS = """(page) => {
  const count = (element) => element.innerText.split(/\\s+/).filter(Boolean).length;
  return [...page.querySelectorAll("select")].reduce((words, list) => words - count(list), count(page));
}"""
CHILDREN = ("Emma", "Noah")


@dataclass
class Guest:
    """Somebody before a page; their seconds, and what they tapped, typed and read so far."""

    page: Page
    shows: bool = False
    seconds: float = 0
    machine: float = 0
    taps: int = 0
    fields: int = 0
    words: int = 0
    steps: list[str] = field(default_factory=list)

    def read(self) -> None:
        """Read what stands there, once it stands there."""
        began = time.monotonic()
        what = self.page.locator(".question:visible").first
        what.wait_for()
        self.machine += time.monotonic() - began
        words = int(what.evaluate(WORDS))
        self.words += words
        self.seconds += words * 60 / WORDS_A_MINUTE
        self.steps.append(what.locator("h1").inner_text())
        if self.shows:
            print(f"  {self.seconds + self.machine:6.1f} s  {self.steps[-1]} ({words} words)")

    def tap(self, what: str | Locator, *, then: str = "") -> None:
        """Tap it; with `then` wait for that and read the page that it is on."""
        target = self.page.locator(what).first if isinstance(what, str) else what
        self.seconds, self.taps = self.seconds + TAP, self.taps + 1
        began = time.monotonic()
        target.tap()
        if then:
            self.page.locator(then).first.wait_for()
        self.machine += time.monotonic() - began
        if then:
            self.read()

    def type(self, name: str, text: str) -> None:
        """Look at a field and type into it; nothing where it holds that already."""
        if self.page.input_value(f"#f-{name}") == text:
            return
        self.seconds, self.fields = self.seconds + TAP + len(text) / SIGNS_A_SECOND, self.fields + 1
        self.page.fill(f"#f-{name}", text)

    def told(self, who: str) -> str:
        """One line of what it took."""
        whole = self.seconds + self.machine
        done = f"{self.fields} fields typed, {self.taps} taps, {self.words} words read"
        return f"{who}: {whole:.0f} s (of that the machine {self.machine:.1f}); {done}"


def alone_at_the_tablet(guest: Guest) -> None:
    """From the resting screen to the thanks."""
    step, on = ".question.now[data-step={}]".format, ".now [data-next]"
    guest.tap("a.language[lang=en]", then=step("staying"))
    guest.tap(".now .tap", then=step("name"))
    guest.type("given_name", "Anna")
    guest.type("family_name", "Lindqvist")
    guest.tap(on, then=step("stay"))
    guest.tap(".now .tap")
    guest.tap(on, then=step("companions"))
    guest.tap(on, then=step("email"))
    guest.type("email", "anna.lindqvist@posteo.example")
    guest.tap(on, then=step("mobile"))
    guest.type("mobile", "06 12 34 56 78")
    guest.tap(on, then=step("wishes"))
    guest.tap(".now [data-out=skipped]", then=step("check"))
    guest.tap("[data-send]", then="[data-thanks-screen]:not([hidden])")


def family_at_home(guest: Guest, address: str, partner_email: str) -> None:
    """Through the link, from the door to the thanks: a partner, two children."""
    page = guest.page
    page.goto(address)
    guest.read()
    today = clock()
    guest.type("last_name", "Moreau")
    for part in ("day", "month", "year"):
        guest.type(part, str(getattr(today, part)))
    on = ".actions .button.primary"
    guest.tap(on, then="#f-staying")
    guest.tap(".tap", then="#f-given_name")
    guest.type("given_name", "Camille")
    guest.type("family_name", "Moreau")
    guest.tap(on, then="#f-arrival_time")
    guest.tap(on, then="button[value=add]")
    for number, name in enumerate(("Alix", *CHILDREN), start=1):
        there = f"companion_{number}"
        guest.tap("button[value=add]")
        page.locator(f"#f-{there}_given_name").wait_for()
        guest.type(f"{there}_given_name", name)
        reach = "child" if name in CHILDREN else "own" if partner_email else "same"
        guest.tap(page.locator(f"[name={there}_reach][value={reach}]"))
        if reach == "own":
            guest.type(f"{there}_email", partner_email)
    guest.tap(on, then="#f-email")
    guest.type("email", "camille.moreau@posteo.example")
    guest.tap(on, then="#f-mobile")
    guest.type("mobile", "06 98 76 54 32")
    guest.tap(on, then="#f-wish")
    guest.tap("button[value='out:skipped']", then=".review")
    guest.tap(on)
    page.wait_for_url("**/received")


def family_at_the_tablet(guest: Guest, house: House, record_id: int, partner_email: str) -> None:
    """From the colleague's `t` to the thanks: what was given at home is there, and is looked at once more."""
    began = time.monotonic()
    with writing(house.engine) as session:
        record, tablet = session.get_one(SourceRecord, record_id), session.scalars(select(Device)).first()
        hand_over(session, record, tablet, secret=house.app.config["INDEX_KEY"], actor="staff:1", now=clock())
    guest.page.wait_for_url("**/kiosk/pre_check_in/**")
    while not guest.page.input_value("#f-family_name"):
        time.sleep(0.02)
    guest.machine += time.monotonic() - began
    guest.read()
    guest.tap(".now .tap", then=".question.now:not([data-step=staying])")
    while not guest.page.locator(".now [data-send]").count():  # what the tablet is not told, or was not said
        reach = guest.page.locator(".now [name=companion_1_reach][value=own]")
        if reach.count():
            guest.tap(reach)
            guest.type("companion_1_email", partner_email)
        here = guest.page.locator(".now").get_attribute("data-step")
        guest.tap(".now [data-next]", then=f".question.now:not([data-step={here}])")
    guest.tap("[data-send]", then="[data-thanks-screen]:not([hidden])")


def expect(house: House, key: str) -> tuple[int, str]:
    """A stay booked from today on, by somebody whose contact a portal kept to itself; record and link."""
    today = clock().date()
    row = {
        "key": key,
        "first_name": "Camille",
        "last_name": "Moreau",
        "email": f"guest.{key}@guest.booking.com",
        "reference": f"BK-{key}",
        "stay_from": today.isoformat(),
        "stay_to": (today + timedelta(days=3)).isoformat(),
        "status": "booked",
    }
    with reading(house.engine) as session:
        place = default_property(session).code
    take_in(house.engine, row, stay_kind="stay", now=clock(), at=place)
    link_waiting(house.engine)
    with writing(house.engine) as session:
        record = session.scalars(select(SourceRecord).where(SourceRecord.key == key)).one()
        issued = issue_link(session, record, actor="command", now=clock())
        return record.id, f"{house.address}/g/{issued.token}?lang=en"


def new_page(browser: Browser, width: int, height: int) -> Page:
    """A page of a browser that remembers nothing, to be tapped."""
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=True)
    context.set_default_timeout(120_000)
    return context.new_page()


def main(arguments: list[str] | None = None) -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.persona", description=__doc__)
    parser.add_argument("--show", action="store_true", help="also each page, with the seconds until then")
    shows = parser.parse_args(arguments).show
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name) / "data"
        house = House(
            create_app(Settings(data_dir=folder, database_url=f"sqlite:///{Path(name, 'bench.db')}"))
        )
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=sandbox)
        tablet = new_page(browser, 1024, 768)
        enrol(tablet, house)

        guest = Guest(tablet, shows)
        alone_at_the_tablet(guest)
        print(guest.told("alone, at the tablet"))
        for partner, email in (("same address", ""), ("own address", "alix.moreau@posteo.example")):
            record_id, address = expect(house, str(len(email) + 2040))
            guest = Guest(new_page(browser, 390, 844), shows)
            family_at_home(guest, address, email)
            print(guest.told(f"family of four, partner with {partner}, at home"))
            _read_forms(house)
            tablet.goto(f"{house.address}/kiosk/")
            guest = Guest(tablet, shows)
            family_at_the_tablet(guest, house, record_id, email)
            print(guest.told(f"family of four, partner with {partner}, confirming at the tablet"))
        browser.close()
        house.shut()
    print(f"load {os.getloadavg()[0]:.1f}")
    return 0


def _read_forms(house: House) -> None:
    """What the worker does with forms that came through a link."""
    with reading(house.engine) as session:
        waiting = list(session.scalars(select(Capture.id).where(Capture.state == "stored")))
    for one in waiting:
        read_capture(house.engine, one)


if __name__ == "__main__":
    raise SystemExit(main())
