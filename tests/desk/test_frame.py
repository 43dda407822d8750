"""The desk's frame: keys, light and dark, a word after something was done, and a session that ran out."""

from __future__ import annotations

from flask import Blueprint, Flask, render_template_string, url_for
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from werkzeug.wrappers import Response

from server.access import polls, staff
from server.clock import clock
from server.db import writing
from server.desk.toasts import toast
from server.desk.watching import as_known, tag_of
from server.staff.models import StaffSession
from server.staff.sessions import IDLE
from tests.house import expect_guest, seated_client, token_of


def let_all_sessions_idle(app: Flask) -> None:
    """Nobody touched a desk for longer than it stays open."""
    with writing(app.config["ENGINE"]) as session:
        for held in session.query(StaffSession):
            held.seen_at = clock() - IDLE - IDLE


def test_the_keys_are_told_at_a_question_mark(page: Page, served: str) -> None:
    page.goto(f"{served}/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()

    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_two_keys_lead_to_any_place_and_one_to_the_search(page: Page, served: str) -> None:
    page.goto(f"{served}/")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/desk/imports")

    page.keyboard.press("/")
    expect(page.get_by_label("Search guests")).to_be_focused()


def test_a_question_mark_typed_into_the_search_stays_there(page: Page, served: str) -> None:
    page.goto(f"{served}/")
    page.keyboard.press("/")
    page.keyboard.type("?g")

    assert page.get_by_label("Search guests").input_value() == "?g"


def test_without_a_script_the_keys_stand_on_a_page(desk: FlaskClient) -> None:
    assert 'href="/desk/keys"' in desk.get("/").text
    assert "Search guests" in desk.get("/desk/keys").text


def test_a_colleague_who_wants_it_dark_has_it_dark_and_stays_on_the_page(desk: FlaskClient) -> None:
    token = token_of(desk, "/desk/imports")
    answer = desk.post(
        "/desk/appearance", data={"csrf_token": token, "appearance": "dark", "back": "/desk/imports?page=1"}
    )

    assert answer.headers["Location"] == "/desk/imports?page=1"
    page = desk.get("/desk/imports").text
    assert 'data-theme="dark"' in page
    assert "dark.css" in page
    assert "prefers-color-scheme" not in page


def test_a_language_is_kept_and_leads_nowhere_else(desk: FlaskClient) -> None:
    token = token_of(desk, "/")
    answer = desk.post(
        "/desk/language", data={"csrf_token": token, "language": "fr", "back": "//evil.example/"}
    )

    assert answer.headers["Location"] == "/"
    assert "Arrivées" in desk.get("/").text


def at_a_place_where_things_are_done(app: Flask) -> FlaskClient:
    """At the desk of a house that has a page more."""
    pages = Blueprint("doing", __name__, url_prefix="/desk/doing")

    @pages.post("")
    @staff("desk.open")
    def do() -> str:
        toast("Done.", undo=url_for("doing.do"))
        return render_template_string("<p>the fragment</p>")

    @pages.get("/live")
    @staff("desk.open")
    @polls
    def live() -> str | Response:
        return as_known(tag_of(["seven"])) or "seven"

    app.register_blueprint(pages)
    return seated_client(app)


def test_what_was_done_is_said_beside_a_fragment_once(own_app: Flask) -> None:
    client = at_a_place_where_things_are_done(own_app)
    token = token_of(client, "/")

    fragment = client.post("/desk/doing", data={"csrf_token": token}, headers={"HX-Request": "true"}).text

    assert "the fragment" in fragment
    assert 'hx-swap-oob="true"' in fragment
    assert "Done." in fragment
    assert 'action="/desk/doing"' in fragment
    assert "Done." not in client.get("/").text


def test_what_was_done_is_said_on_the_next_page_without_a_script(own_app: Flask) -> None:
    client = at_a_place_where_things_are_done(own_app)
    client.post("/desk/doing", data={"csrf_token": token_of(client, "/")})

    assert "Done." in client.get("/").text
    assert "Done." not in client.get("/").text


def test_a_part_that_knows_it_all_is_told_so(own_app: Flask) -> None:
    client = at_a_place_where_things_are_done(own_app)

    again = client.get("/desk/doing/live", headers={"If-None-Match": f'"{tag_of(["seven"])}"'})

    assert (again.status_code, again.data) == (304, b"")
    assert client.get("/desk/doing/live", headers={"If-None-Match": '"other"'}).text == "seven"


def test_asking_by_itself_does_not_keep_the_desk_awake(own_app: Flask) -> None:
    client = at_a_place_where_things_are_done(own_app)
    with writing(own_app.config["ENGINE"]) as session:
        held = session.query(StaffSession).one()
        held.seen_at = before = clock() - IDLE / 2

    client.get("/desk/doing/live").close()
    with writing(own_app.config["ENGINE"]) as session:
        assert session.query(StaffSession).one().seen_at == before

    client.get("/").close()
    with writing(own_app.config["ENGINE"]) as session:
        assert session.query(StaffSession).one().seen_at > before


def test_a_desk_left_alone_leads_to_signing_in_and_back_from_a_fragment_too(
    app: Flask, client: FlaskClient
) -> None:
    let_all_sessions_idle(app)

    whole = client.get("/desk/guests?page=2")
    part = client.get(
        "/desk/imports/list",
        headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/desk/imports?page=3"},
    )

    assert whole.headers["Location"] == "/desk/sign-in?next=/desk/guests?page%3D2"
    assert part.headers["HX-Redirect"] == "/desk/sign-in?next=/desk/imports?page%3D3"
    assert part.data == b""


def test_todays_page_is_told_when_somebody_is_to_arrive_and_only_then(
    app: Flask, client: FlaskClient
) -> None:
    page = client.get("/").text
    known = {"If-None-Match": page.split('"If-None-Match": "\\"')[1].split("\\")[0].join('""')}

    assert client.get("/desk/today", headers=known).status_code == 304

    expect_guest(app.config["ENGINE"], now=clock())
    moved = client.get("/desk/today", headers=known)
    assert moved.status_code == 200
    assert "de la Cruz Gómez" in moved.text
