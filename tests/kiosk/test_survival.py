"""Whatever is killed and whatever is lost on the way: each form that was thanked for is at the house, once.

`--soak`: a hundred forms for each of ten seeds, from a browser that is killed, to a server that is killed.
"""

from __future__ import annotations

import random
import socket
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from tests.kiosk import lobby
from tests.kiosk.lobby import House, Tablet, enrol, settle_down, tablet_in
from tests.kiosk.process import Process
from tests.kiosk.simulated import proof_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from playwright.sync_api import Browser, Page

LOST = 0.3
"""Of the answers, so many are lost after the house has stored the forms."""
HAND_OVER = """(names) => {
    window.thanked = [];
    window.work = (async () => {
        const { chooseWay, newCaptureId } = await import("/static/kiosk/sending.js");
        const way = await chooseWay();
        for (const [given_name, family_name] of names) {
            const form = { id: newCaptureId(), form: "pre_check_in", version: 1, language: "en" };
            const kept = await way.handOver({ ...form, answers: { given_name, family_name } });
            if (kept) window.thanked.push(given_name);
        }
    })();
}"""
THANKED = "async (all) => { if (all) await window.work; return window.thanked; }"


@dataclass
class Lobby:
    """A tablet with two pages open, a house, and who was thanked so far."""

    house: House
    tablet: Tablet
    drawn: random.Random
    guests: int = 0
    thanked: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    def open_pages(self) -> None:
        self.pages = [self.tablet.page, self.tablet.page.context.new_page()]
        for page in self.pages:
            page.goto(f"{self.house.address}/kiosk/")
            page.locator("nav[data-open]").wait_for()

    def begin(self, forms: int) -> None:
        """Guests finish forms on both pages; nobody waits for them."""
        for page in self.pages:
            names = [signed(self.guests + number) for number in range(forms)]
            self.guests += forms
            page.evaluate(HAND_OVER, names)

    def note_thanks(self, *, all: bool = True) -> None:
        for page in self.pages:
            self.thanked += page.evaluate(THANKED, all)


def signed(number: int) -> tuple[str, str]:
    """A guest whose second name proves the first: an altered form would not fit."""
    name = f"Guest {number}"
    return name, proof_of(name)


def faulty(drawn: random.Random) -> lobby.Way:
    """What becomes of each question is drawn anew."""
    ways = [lobby.lost, lobby.portal, lobby.broken, lobby.halved, lobby.well]

    def way(house: House, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith("/api/"):
            return lobby.well(house, environ, start_response)
        chosen = drawn.choices(ways, weights=[LOST, 0.1, 0.1, 0.1, 1 - LOST - 0.3])[0]
        return chosen(house, environ, start_response)

    return way


def survive(there: Lobby, forms: int, rounds: int, *, killed: Process | None) -> None:
    """Hand over so many forms while things fail; then let all be well, and count."""
    each = forms // (rounds * 2)
    enrol(there.tablet.page, there.house)
    there.open_pages()
    there.house.way = faulty(there.drawn)
    for round_ in range(rounds):
        there.begin(each)
        if killed and there.drawn.random() < 0.5:
            time.sleep(there.drawn.random() * 0.4)
            killed.kill()
        if round_ == rounds // 2:
            time.sleep(there.drawn.random() * 0.2)
            there.note_thanks(all=False)
            there.tablet.restart()
            there.open_pages()
        else:
            there.note_thanks()
        if killed and not killed.is_alive:
            killed.start()
    there.house.way = lobby.well
    for page in there.pages:
        page.evaluate("dispatchEvent(new Event('online'))")
    settle_down(there.pages[0], within=90)


def assert_each_once(there: Lobby) -> None:
    """None lost, none doubled, none altered, no number missing."""
    arrived = there.house.opened()
    names = Counter(capture.answers["given_name"] for capture in arrived)
    assert set(there.thanked) <= set(names), "lost"
    assert set(names.values()) == {1}, "doubled"
    for capture in arrived:
        number = int(capture.answers["given_name"].removeprefix("Guest "))
        assert (capture.answers["given_name"], capture.answers["family_name"]) == signed(number), "altered"
    sealed = there.house.sealed()
    assert [form.number for form in sealed] == list(range(1, len(sealed) + 1)), "a gap"
    assert len(sealed) == len(arrived)


def test_each_form_that_was_thanked_for_arrives_once(house: House, tablet: Tablet) -> None:
    there = Lobby(house, tablet, random.Random(20261123))

    survive(there, 24, 3, killed=None)

    assert len(there.thanked) >= 16
    assert_each_once(there)


@pytest.fixture
def process(app: Flask, house: House) -> Iterator[Process]:
    """The server in a process of its own; the house's address leads to it."""
    settings = app.config["ONEGUEST"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    names = {"ONEGUEST_DATA_DIR": str(settings.data_dir), "ONEGUEST_DATABASE_URL": settings.database_url}
    process = Process(names, port)
    process.start()
    house.inner = process
    yield process
    process.kill()


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(10))
def test_a_hundred_forms_survive_a_killed_browser_and_a_killed_server(
    house: House, process: Process, browser: Browser, tmp_path: Path, seed: int
) -> None:
    with tablet_in(tmp_path / "profile", browser) as tablet:
        there = Lobby(house, tablet, random.Random(seed))

        survive(there, 100, 10, killed=process)

        assert_each_once(there)
    print(f"seed {seed}: {len(there.thanked)} thanked for, {len(house.sealed())} arrived")
