"""The tablet in a real browser: filled in, sent, and wiped."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from sqlalchemy import select

from server.captures.identifiers import is_capture_id
from server.captures.models import Capture
from server.db import reading
from server.forms.definition import find_form, published_forms
from server.forms.showing import ShownForm
from server.forms.suggestion import suggest_email
from server.properties.models import Property
from tests.forms.agreement import steps_for_the_browser

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from playwright.sync_api import Page, Route

CORPUS = json.loads((Path(__file__).parents[1] / "forms" / "corpus.json").read_text("utf-8"))


def start(page: Page, served: str, language: str = "English") -> None:
    page.goto(f"{served}/kiosk/")
    page.get_by_role("link", name=language).click()
    page.locator(".question.now").wait_for()


def go_on(page: Page) -> None:
    page.locator(".now [data-next]").click()


def skip(page: Page) -> None:
    page.locator(".now [data-out=skipped]").click()


def stay_oneself(page: Page) -> None:
    """One tap goes on by itself."""
    page.locator(".now .tap").first.click()
    page.locator("#f-given_name").wait_for()


def name_oneself(page: Page) -> None:
    """To the question for the address: who it is, nothing of the stay, nobody travels along."""
    stay_oneself(page)
    page.fill("#f-given_name", "Anna")
    page.fill("#f-family_name", "Rossi")
    go_on(page)
    skip(page)
    go_on(page)


def skip_the_rest(page: Page) -> None:
    for _ in range(3):
        skip(page)


def captures(app: Flask) -> list[Capture]:
    with reading(app.config["ENGINE"]) as session:
        return list(session.scalars(select(Capture)))


def test_a_guest_checks_in_at_the_tablet(app: Flask, served: str, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    start(page, served)

    assert page.locator(".now .progress p").inner_text() == "1 of 8"
    name_oneself(page)
    page.fill("#f-email", "anna@gmial.com")
    go_on(page)
    page.get_by_role("button", name="Yes, use it").click()
    page.fill("#f-mobile", "06 52 52 72 72")
    go_on(page)
    page.fill("#f-wish", "A quiet room")
    go_on(page)
    assert "anna@gmail.com" in page.locator(".now .review").inner_text()
    page.locator("[data-change=name]").click()
    page.locator(".now[data-step=name]").wait_for()
    go_on(page)  # whoever changes one answer is not asked for all those after it once more
    assert "anna@gmail.com" in page.locator(".now .review").inner_text()
    assert not page.locator("#f-news").is_checked()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()

    capture = captures(app)[0]
    assert is_capture_id(capture.id)
    assert capture.answers == {
        "staying": "self",
        "given_name": "Anna",
        "family_name": "Rossi",
        "stay_way_out": "skipped",
        "email": "anna@gmail.com",
        "mobile_country": "FR",
        "mobile": "06 52 52 72 72",
        "wish": "A quiet room",
    }
    assert complaints == []


def test_after_a_guest_nothing_is_left_to_the_next(served: str, page: Page) -> None:
    start(page, served)
    name_oneself(page)
    page.fill("#f-email", "canary@example.com")

    page.get_by_role("link", name="Finish and erase").click()
    page.wait_for_url("**/kiosk/")

    left = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert left == "[{},{}]"
    page.go_back()
    assert page.url == "about:blank"  # the tablet's pages replaced one another: there is no way back


def test_the_language_changes_without_losing_an_answer(served: str, page: Page) -> None:
    start(page, served)
    name_oneself(page)
    page.fill("#f-email", "anna@example.com")

    page.get_by_role("link", name="Français").click()
    page.get_by_role("heading", name="Quelle est votre adresse e-mail ?").wait_for()

    assert page.input_value("#f-email") == "anna@example.com"
    assert page.input_value("#f-given_name") == "Anna"
    assert page.evaluate("document.documentElement.lang") == "fr"


def test_what_is_missing_is_said_and_takes_the_focus(served: str, page: Page) -> None:
    start(page, served)
    stay_oneself(page)
    go_on(page)

    summary = page.locator(".now [data-summary]")
    assert "First name – Please fill this in." in summary.inner_text()
    assert summary.evaluate("el => el === document.activeElement")
    assert page.locator("#f-given_name").get_attribute("aria-invalid") == "true"


def test_who_booked_for_somebody_is_asked_for_both_names_and_offered_no_news(served: str, page: Page) -> None:
    start(page, served)
    page.locator(".now .tap").nth(1).click()
    page.locator("#f-booker_name").fill("Clara Weber")
    go_on(page)
    page.fill("#f-guest_given_name", "Otto")
    go_on(page)
    skip(page)
    go_on(page)
    page.fill("#f-email", "clara@gmail.com")
    go_on(page)
    skip(page)
    skip(page)

    review = page.locator(".now .review").inner_text()
    assert "Clara Weber" in review
    assert "Otto" in review
    assert not page.locator("[data-of=name]").is_visible()
    assert not page.locator("#f-news").is_visible()


def test_those_who_travel_along_are_added_and_taken_out_one_by_one(
    app: Flask, served: str, page: Page
) -> None:
    start(page, served)
    stay_oneself(page)
    page.fill("#f-given_name", "Anna")
    go_on(page)
    skip(page)
    for name in ("Luca", "Mia", "Leo"):
        page.locator(".now [data-add]").click()
        page.locator(".now input[type=text]:focus").fill(name)
    assert page.locator("#f-companion_1_email").is_hidden()
    for person, tap in ((1, 0), (3, 2)):
        page.locator(f".now [data-member='{person}'] .tap").nth(tap).click()
    page.locator(".now [data-member='2'] [data-remove]").click()
    go_on(page)
    for _ in range(3):
        skip(page)

    assert "Luca · Leo" in page.locator(".now .review").inner_text()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    answers = captures(app)[0].answers
    assert {name: text for name, text in answers.items() if name.startswith("companion")} == {
        "companion_1": "yes",
        "companion_1_given_name": "Luca",
        "companion_1_reach": "same",
        "companion_3": "yes",
        "companion_3_given_name": "Leo",
        "companion_3_reach": "child",
    }


def test_an_address_of_a_booking_site_is_explained_once_and_may_stay(served: str, page: Page) -> None:
    start(page, served)
    name_oneself(page)
    page.fill("#f-email", "anna.4711@guest.booking.com")
    go_on(page)
    assert "belongs to a booking site" in page.locator(".now [data-suggestion]").inner_text()

    go_on(page)

    assert page.locator("#f-mobile").is_visible()


def test_one_tap_writes_the_end_of_an_address(served: str, page: Page) -> None:
    start(page, served)
    name_oneself(page)
    page.fill("#f-email", "anna.rossi@gma")

    page.get_by_role("button", name="@gmail.com").click()

    assert page.input_value("#f-email") == "anna.rossi@gmail.com"


def test_a_survey_is_one_tap_a_question_and_never_holds_up(app: Flask, served: str, page: Page) -> None:
    page.goto(f"{served}/kiosk/survey/en")
    for step in ("overall", "team", "room", "food"):
        page.locator(f".now[data-step={step}] .tap").nth(3).click()
    page.locator(".now[data-step=comment]").wait_for()
    skip(page)
    assert page.locator("#f-reply_email").is_hidden()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()

    answers = captures(app)[0].answers
    scores = dict.fromkeys(("overall", "team", "room", "food"), "4")
    assert answers == scores | {"comment_way_out": "skipped"}


def half_a_survey(page: Page, served: str) -> None:
    """One answer, and a minute of silence: the tablet asks whether anybody is there."""
    page.clock.install()
    page.goto(f"{served}/kiosk/survey/en")
    page.locator(".now[data-step=overall] .tap").nth(1).click()
    page.clock.run_for(200)
    page.locator(".now[data-step=team]").wait_for()
    page.clock.run_for(61_000)
    page.get_by_role("dialog").wait_for()


def test_what_was_answered_before_walking_away_counts_however_slow_the_house_is(
    app: Flask, served: str, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering = app.wsgi_app

    def slowly(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            time.sleep(1)
        return answering(environ, start_response)

    monkeypatch.setattr(app, "wsgi_app", slowly)
    half_a_survey(page, served)

    page.clock.run_for(34_000)
    page.wait_for_url("**/kiosk/")

    until = time.monotonic() + 20
    while not captures(app) and time.monotonic() < until:
        time.sleep(0.1)
    assert [capture.answers for capture in captures(app)] == [{"overall": "2"}]


def test_what_was_to_be_erased_does_not_count(app: Flask, served: str, page: Page) -> None:
    half_a_survey(page, served)

    page.get_by_role("button", name="Erase now").click()
    page.clock.run_for(3_000)
    page.wait_for_url("**/kiosk/")

    assert captures(app) == []


def test_news_are_not_offered_to_a_guest_without_an_address(served: str, page: Page) -> None:
    start(page, served)
    name_oneself(page)
    page.get_by_role("button", name="I’d rather not").locator("visible=true").click()
    skip(page)
    skip(page)

    assert page.locator(".now .review").is_visible()
    assert not page.locator("#f-news").is_visible()
    assert "Not given" in page.locator(".now .review").inner_text()


def test_a_form_that_cannot_be_sent_stays_and_is_sent_once_later(app: Flask, served: str, page: Page) -> None:
    start(page, served)
    name_oneself(page)
    skip_the_rest(page)
    page.route("**/pre_check_in/en", lambda route: route.fulfill(status=200, body="<h1>Hotel Wi-Fi</h1>"))
    page.get_by_role("button", name="Send").click()
    page.locator("[data-not-sent]").wait_for()
    assert captures(app) == []

    page.unroute("**/pre_check_in/en")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()

    assert len(captures(app)) == 1


def test_an_answer_lost_on_the_way_is_asked_for_again_and_the_form_kept_once(
    app: Flask, served: str, page: Page
) -> None:
    start(page, served)
    name_oneself(page)
    skip_the_rest(page)

    def arrives_but_answer_is_lost(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/pre_check_in/en", arrives_but_answer_is_lost)
    page.get_by_role("button", name="Send").click()
    page.locator("[data-not-sent]").wait_for()
    assert "tell the reception" in page.locator("[data-not-sent]").inner_text()
    page.unroute("**/pre_check_in/en")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()

    assert len(captures(app)) == 1


def test_a_guest_who_walked_away_is_asked_and_then_wiped(served: str, page: Page) -> None:
    page.clock.install()
    start(page, served)
    page.locator(".now .tap").first.click()
    page.clock.run_for(200)
    page.fill("#f-given_name", "canary")

    page.clock.run_for(61_000)
    page.get_by_role("dialog").wait_for()
    page.get_by_role("button", name="I’m still here").click()
    assert page.input_value("#f-given_name") == "canary"
    page.clock.run_for(61_000)
    page.clock.run_for(31_000)
    page.wait_for_url("**/kiosk/")

    assert "canary" not in page.content()


def test_every_target_is_large_enough_for_a_thumb(served: str, page: Page) -> None:
    page.set_viewport_size({"width": 768, "height": 1024})
    start(page, served)
    name_oneself(page)

    for target in page.locator("a:visible, button:visible, input:visible, select:visible").all():
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= 48, target.evaluate("el => el.outerHTML")


def test_the_browser_judges_as_the_server_does(served: str, page: Page) -> None:
    forms: dict[str, Any] = {form.key: steps_for_the_browser(form) for form in published_forms().values()}
    page.goto(f"{served}/kiosk/")

    judged = page.evaluate(
        """async ([forms, cases, today]) => {
            const { checkStep } = await import("/static/kiosk/rules.js");
            const [year, month, day] = today.split("-").map(Number);
            const step = (c) => forms[c.form ?? "pre_check_in.v1"].find((s) => s.id === c.step);
            return cases.map((c) => checkStep(step(c), c.answers, { year, month, day }));
        }""",
        [forms, CORPUS["cases"], CORPUS["today"]],
    )

    assert judged == [case["errors"] for case in CORPUS["cases"]]


def test_the_tablet_never_suggests_what_the_server_would_not(served: str, page: Page) -> None:
    domains = (
        "gmail.com gmial.com gmail.con hotmial.com yahooo.fr oragne.fr outlok.com example.com mfr.fr sfr.fr"
    )
    domains += (
        " free.com wanado.fr lapost.net iclaud.com protonmial.com orangefr hotmail.fr outlook.co gmx.con"
    )
    addresses = [f"anna.rossi@{domain}" for domain in domains.split()]
    form = find_form("pre_check_in", 1)
    assert form is not None
    house = Property(code="house", name="House", languages=["en"], country="FR", sentences={}, tones={})
    known = json.loads(ShownForm(form, "en", house).rules_json)["known"]
    page.goto(f"{served}/kiosk/")

    offered = page.evaluate(
        """async ([addresses, known]) => {
            const { suggestEmail } = await import("/static/kiosk/suggestion.js");
            return addresses.map((address) => suggestEmail(address, known));
        }""",
        [addresses, known],
    )

    for address, meant in zip(addresses, offered, strict=True):
        assert meant in (None, suggest_email(address)), address
    assert offered[1] == "anna.rossi@gmail.com"
