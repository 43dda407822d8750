"""A tablet at the door of the house: enrolled once, it hands over forms and reads nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from server.captures.models import SealedForm
from server.clock import clock
from server.db import reading, writing
from server.devices.enrolling import issue_code, revoke_device
from server.devices.models import Device
from server.journal.models import JournalEntry
from server.keys import read_key
from server.properties.setup import default_property
from tests.captures.tablet import Tablet

PROTOCOL = "oneguest-1"


def code_of(app: Flask, name: str = "") -> str:
    with writing(app.config["ENGINE"]) as session:
        place, secret = default_property(session), app.config["INDEX_KEY"]
        return issue_code(session, place, name, secret=secret, actor="staff:1", now=clock()).text


def say(client: FlaskClient, what: str, token: str = "", **content: Any) -> TestResponse:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return client.post(f"/api/v1/{what}", json={"protocol": PROTOCOL, **content}, headers=headers)


@pytest.fixture
def tablet(app: Flask, client: FlaskClient) -> Tablet:
    """A tablet that was enrolled as one is."""
    told = say(client, "enrol", code=code_of(app)).get_json()
    return Tablet(told["device"], told["token"], read_key(app.config["ONEGUEST"].keys_dir, "sealing"))


def test_a_code_enrols_one_tablet_once(app: Flask, client: FlaskClient) -> None:
    code = code_of(app, "Lobby")

    first, second = (say(client, "enrol", code=f" {code[:4].lower()}-{code[4:]}") for _ in range(2))

    told = first.get_json()
    assert (first.status_code, told["protocol"], told["name"]) == (200, PROTOCOL, "Lobby")
    assert set(told) == {"protocol", "at", "device", "name", "house", "code", "export", "key", "token"}
    assert (second.status_code, second.get_json()["error"]) == (403, "device.code_wrong")
    with reading(app.config["ENGINE"]) as session:
        device = session.scalars(select(Device)).one()
        assert told["token"].encode() not in device.token_hash
        done = session.execute(select(JournalEntry.actor, JournalEntry.act).order_by(JournalEntry.id)).all()
    assert ("staff:1", "device.enrolled") in done


def test_a_code_lives_ten_minutes(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    code = code_of(app)
    monkeypatch.setattr("server.api.tablets.clock", lambda: clock() + timedelta(minutes=11))

    assert say(client, "enrol", code=code).status_code == 403


def test_whoever_tries_codes_waits_after_ten(app: Flask, client: FlaskClient) -> None:
    tried = [say(client, "enrol", code=f"WRONG{n}").status_code for n in range(12)]

    assert tried == [403] * 10 + [429] * 2
    assert say(client, "enrol", code=code_of(app)).status_code == 429


def test_two_tablets_with_one_code_are_one(app: Flask) -> None:
    code = code_of(app)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: say(app.test_client(), "enrol", code=code).status_code, range(4)))

    assert sorted(answers) == [200, 403, 403, 403]


def test_forms_are_acknowledged_one_by_one(app: Flask, client: FlaskClient, tablet: Tablet) -> None:
    items = [tablet.item(), {"id": "?"}, tablet.item()]

    answer = say(client, "sync", tablet.token, items=items, sent_at=clock().isoformat(), last_number=2)

    told = answer.get_json()
    assert (answer.status_code, told["protocol"]) == (200, PROTOCOL)
    assert [one["status"] for one in told["items"]] == ["stored", "rejected", "stored"]
    assert [one["sha256"] for one in told["items"]][::2] == [one["sha256"] for one in items[::2]]
    with reading(app.config["ENGINE"]) as session:
        assert len(session.scalars(select(SealedForm.id)).all()) == 2
        assert session.get_one(Device, tablet.device).last_number == 2


def test_a_batch_that_is_too_large_is_to_be_halved(client: FlaskClient, tablet: Tablet) -> None:
    item = tablet.item()

    answer = say(client, "sync", tablet.token, items=[item] * 21)

    assert (answer.status_code, answer.get_json()["error"]) == (413, "sync.too_many")


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"items": []}', b'{"protocol": "oneguest-1"}'])
def test_what_is_no_batch_of_ours_stores_nothing(client: FlaskClient, tablet: Tablet, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {tablet.token}"}

    answer = client.post("/api/v1/sync", data=body, headers=headers)

    assert (answer.status_code, answer.get_json()["error"]) == (422, "sync.not_understood")


@pytest.mark.parametrize("spoken", ["oneguest-0", "oneguest-2"])
def test_a_tablet_of_another_release_is_sent_for_newer_pages_in_its_own_protocol(
    app: Flask, client: FlaskClient, tablet: Tablet, spoken: str
) -> None:
    item = tablet.item()
    say(client, "beat", tablet.token, waiting=1, last_number=1, build="b1")

    answers = [
        client.post(
            f"/api/v1/{what}",
            json={"protocol": spoken, "items": [item]},
            headers={"Authorization": f"Bearer {tablet.token}"},
        )
        for what in ("sync", "beat", "enrol")
    ]

    assert [answer.status_code for answer in answers] == [426] * 3
    assert {(a.get_json()["protocol"], a.get_json()["error"]) for a in answers} == {
        (spoken, "tablet.outdated")
    }
    with reading(app.config["ENGINE"]) as session:
        assert session.scalars(select(SealedForm.id)).all() == []
        device = session.get_one(Device, tablet.device)
        assert (device.waiting, device.told) == (1, {"build": "b1", "trouble": "outdated"})
    say(client, "beat", tablet.token, build="b2")
    assert say(client, "sync", tablet.token, items=[item]).get_json()["items"][0]["status"] == "stored"
    with reading(app.config["ENGINE"]) as session:
        assert "trouble" not in session.get_one(Device, tablet.device).told


def test_a_tablet_that_cannot_look_at_its_store_is_not_taken_for_empty(
    app: Flask, client: FlaskClient, tablet: Tablet
) -> None:
    say(client, "beat", tablet.token, waiting=3, parked=1, last_number=7)

    say(client, "beat", tablet.token, trouble="storage_closed", last_number=7)

    with reading(app.config["ENGINE"]) as session:
        device = session.get_one(Device, tablet.device)
        assert (device.waiting, device.parked, device.told["trouble"]) == (3, 1, "storage_closed")


def test_a_revoked_tablet_is_told_so_in_our_words(app: Flask, client: FlaskClient, tablet: Tablet) -> None:
    with writing(app.config["ENGINE"]) as session:
        revoke_device(session, tablet.device, actor="staff:1", now=clock())

    answers = [say(client, what, tablet.token, items=[tablet.item()]) for what in ("sync", "beat", "token")]

    assert [answer.status_code for answer in answers] == [401] * 3
    assert {(a.get_json()["protocol"], a.get_json()["error"]) for a in answers} == {
        (PROTOCOL, "device.revoked")
    }
    with reading(app.config["ENGINE"]) as session:
        assert session.scalars(select(SealedForm.id)).all() == []


def test_a_strange_token_opens_nothing(client: FlaskClient, tablet: Tablet) -> None:
    for token in ("", "ogd_wrong", tablet.token[:-1], "ö" * 40):
        answer = say(client, "sync", token.encode().decode("latin-1"), items=[])
        assert (answer.status_code, answer.get_json()["error"]) == (401, "device.unknown")


def test_a_tablet_never_waits_for_the_wrong_tokens_of_its_lobby(client: FlaskClient, tablet: Tablet) -> None:
    tried = [say(client, "beat", "ogd_" + "x" * 43).status_code for _ in range(12)]
    assert tried == [401] * 10 + [429] * 2

    assert say(client, "beat", tablet.token).status_code == 200


def test_a_token_of_a_tablet_reads_nothing(client: FlaskClient, tablet: Tablet) -> None:
    headers = {"Authorization": f"Bearer {tablet.token}"}

    assert client.get("/api/v1/events", headers=headers).status_code == 401
    assert client.get("/desk/guests", headers=headers).status_code == 303


def test_a_newer_token_ends_the_one_before_with_its_first_use(client: FlaskClient, tablet: Tablet) -> None:
    newer = say(client, "token", tablet.token).get_json()["token"]

    before = say(client, "beat", tablet.token).status_code  # the answer with the newer one may get lost
    used = say(client, "beat", newer).status_code
    after = say(client, "beat", tablet.token).status_code

    assert (before, used, after) == (200, 200, 401)


def test_a_beat_tells_the_desk_how_a_tablet_is(app: Flask, client: FlaskClient, tablet: Tablet) -> None:
    slow = clock() - timedelta(days=3)
    said = {
        "sent_at": slow.isoformat(),
        "last_number": 7,
        "waiting": 3,
        "waiting_since": (slow - timedelta(minutes=20)).isoformat(),
        "build": "b1",
        "battery": 80,
        "persisted": False,
        "charging": "yes",
        "guest": "Anna Berg",
    }

    answer = say(client, "beat", tablet.token, **said)

    assert set(answer.get_json()) == {"protocol", "at", "device", "name", "house", "code", "export", "key"}
    with reading(app.config["ENGINE"]) as session:
        device = session.get_one(Device, tablet.device)
        assert (device.last_number, device.waiting, device.skew_seconds) == (7, 3, 3 * 86400)
        assert device.waiting_since is not None
        assert timedelta(minutes=19) < clock() - device.waiting_since < timedelta(minutes=21)
        assert device.told == {"build": "b1", "battery": 80, "persisted": False}


def test_a_tablet_learns_of_a_newer_key_by_its_beat(app: Flask, client: FlaskClient, tablet: Tablet) -> None:
    from server.keys import rotate_key

    _, newer = rotate_key(app.config["ONEGUEST"].keys_dir, "sealing")

    assert say(client, "beat", tablet.token).get_json()["key"]["id"] == newer.id
    stored = say(client, "sync", tablet.token, items=[tablet.item()]).get_json()["items"]
    assert [one["status"] for one in stored] == ["stored"], "what was sealed to the former one is taken"
