"""Feeds at the desk: set up, corrected, seen on Today."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.door import token_on


def send(desk: FlaskClient, address: str, **fields: str) -> tuple[int, str]:
    page = desk.get("/desk/feeds").get_data(as_text=True)
    said = {"csrf_token": token_on(page)} | {name.replace("__", "-"): text for name, text in fields.items()}
    answer = desk.post(address, data=said, follow_redirects=True)
    return answer.status_code, answer.get_data(as_text=True)


def test_a_feed_is_set_up_changed_rested_and_seen_on_today(desk: FlaskClient) -> None:
    status, page = send(
        desk, "/desk/feeds", kind="folder", folder__name="Arrivals report", folder__place="arrivals"
    )
    assert status == 200
    assert "feeds/house/arrivals" in page
    assert "No file has come so far." in desk.get("/").get_data(as_text=True)

    changed = {"folder__name": "Night audit", "folder__place": "arrivals", "folder__expected_at": "5h30"}
    assert send(desk, "/desk/feeds/1", **changed)[0] == 200
    assert "Night audit" in desk.get("/").get_data(as_text=True)

    send(desk, "/desk/feeds/1/state", state="off")
    assert "Night audit" not in desk.get("/").get_data(as_text=True)


def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(desk: FlaskClient) -> None:
    status, page = send(
        desk, "/desk/feeds", kind="mailbox", mailbox__name="PMS", mailbox__senders="reports at pms"
    )

    assert status == 422
    assert "“reports” is neither an address nor a domain" in page
    assert 'value="reports at pms"' in page


def test_no_name_of_a_folder_leads_out_of_the_feeds(desk: FlaskClient) -> None:
    for place in ("../keys", "/etc", "..", ".ssh", "a/b", "a\\b", ""):
        status, _ = send(desk, "/desk/feeds", kind="folder", folder__name="PMS", folder__place=place)
        assert status == 422, place
