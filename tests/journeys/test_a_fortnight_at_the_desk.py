"""A fortnight of a hotel's staff life: first start, hire, PIN, forgotten password, lost telephone, end."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.clock import clock
from server.db import reading, writing
from server.jobs.worker import Task
from server.journal.models import JournalEntry
from server.properties.finding import today_at
from server.properties.setup import default_property
from server.staff.entry import first_link
from server.staff.models import Colleague
from server.work import forget_leavers
from tests.door import Clock, at_the_door, code_of, give_code, is_in, send, sign_in, unlock
from tests.house import make_app

OWNER, NADIA, OMAR = "owner@hotel.example", "nadia@hotel.example", "omar@hotel.example"
OWNERS, NADIAS, NEW = "seven herons by the sluice", "lanterns over quiet water", "a kettle on a cold morning"


def codes_on(page: str) -> list[str]:
    return re.findall(r"<code>([^<]+)</code>", page)


def link_on(page: str) -> str:
    found = re.search(r'value="http://localhost:8000(/desk/enter/[^"]+)"', page)
    assert found, "a link is shown"
    return found[1]


def number_of(app: Flask, email: str) -> int:
    with reading(app.config["ENGINE"]) as session:
        return session.scalars(select(Colleague.id).where(Colleague.email == email)).one()


def choose(client: FlaskClient, link: str, password: str, **fields: str) -> int:
    return send(client, link, link, password=password, repeated=password, **fields).status_code


def hire(boss: FlaskClient, name: str, email: str, **posts: str) -> str:
    answer = send(boss, "/desk/colleagues/new", "/desk/colleagues/new", name=name, email=email, **posts)
    return link_on(answer.get_data(as_text=True))


def test_a_fortnight_at_the_desk(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app, time = make_app(tmp_path, database_url), Clock(monkeypatch)
    office, desk, phone = app.test_client(), app.test_client(), app.test_client()

    # Monday: the owner opens the link of the terminal and becomes the administrator
    with writing(app.config["ENGINE"]) as session:
        made = first_link(session, now=clock())
    assert made is not None
    first = f"/desk/enter/{made.token}"
    assert choose(office, first, OWNERS, name="Anneke", email=OWNER) == 303
    owner = number_of(app, OWNER)
    page = send(office, "/desk/second-step/app", "/desk/second-step", code=code_of(app, owner))
    owners_codes = codes_on(page.get_data(as_text=True))
    assert is_in(office)
    assert phone.get(first).status_code == 404

    # she hires two receptionists and a manager's deputy
    nadias_link = hire(office, "Nadia", NADIA, **{"post-reception-0": "yes"})
    omars_link = hire(office, "Omar", OMAR, **{"post-reception-0": "yes", "post-manager-0": "yes"})

    # Tuesday: the first sign-ins, each sets a PIN, and they share the desk
    time.passes(days=1)
    assert choose(desk, nadias_link, NADIAS) == 303
    assert is_in(desk)
    send(desk, "/desk/me/pin", "/desk/me/pin", pin="480213", repeated="480213")
    send(desk, "/desk/lock", "/")
    assert choose(desk, omars_link, NEW) == 303
    omar = number_of(app, OMAR)
    page = send(desk, "/desk/second-step/app", "/desk/second-step", code=code_of(app, omar))
    omars_codes = codes_on(page.get_data(as_text=True))
    send(desk, "/desk/me/pin", "/desk/me/pin", pin="705914", repeated="705914")
    assert at_the_door(desk) == []  # Omar sits there
    for _ in range(3):
        send(desk, "/desk/lock", "/")
        assert at_the_door(desk) == ["Nadia", "Omar"]
        assert unlock(desk, "480213", "Nadia").status_code == 303
        send(desk, "/desk/lock", "/")
        assert unlock(desk, "705914", "Omar").status_code == 303
        time.passes(hours=1)
    time.passes(hours=10)
    assert at_the_door(desk) == []  # the day is over

    # Thursday: Nadia forgot her password over her days off
    time.passes(days=2)
    assert sign_in(desk, NADIA, "what was it again?").status_code == 422
    assert sign_in(office, OWNER, OWNERS).status_code == 303
    give_code(office, code_of(app, owner))
    nadia = number_of(app, NADIA)
    answer = send(office, f"/desk/colleagues/{nadia}/link", f"/desk/colleagues/{nadia}")
    assert choose(desk, link_on(answer.get_data(as_text=True)), "soup for the night porter") == 303
    assert is_in(desk)
    assert sign_in(phone, NADIA, NADIAS).status_code == 422
    send(desk, "/desk/sign-out", "/")

    # the week after, Omar's telephone falls into the lake: a recovery code opens, and he sets up the new one
    time.passes(days=4)
    sign_in(desk, OMAR, NEW)
    assert give_code(desk, omars_codes[0]).status_code == 303
    assert is_in(desk)
    send(desk, "/desk/me/second-step/app", "/desk/me/second-step")
    send(desk, "/desk/second-step/app", "/desk/second-step", code=code_of(app, omar))
    assert is_in(desk)

    # two days later the new one is stolen with the codes in its case: the owner lets him begin anew
    time.passes(days=2)
    sign_in(office, OWNER, OWNERS)
    assert give_code(office, owners_codes[5]).status_code == 303
    send(office, f"/desk/colleagues/{omar}/second-step", f"/desk/colleagues/{omar}")
    sign_in(desk, OMAR, NEW)
    assert give_code(desk, omars_codes[1]).status_code == 403  # there is no second step to answer
    send(desk, "/desk/second-step/app", "/desk/second-step", code=code_of(app, omar))
    assert is_in(desk)

    # the second Friday is Nadia's last day
    with reading(app.config["ENGINE"]) as session:
        # the house's day, not that of UTC
        today = today_at(default_property(session), now=clock()).isoformat()
    account = office.get(f"/desk/colleagues/{nadia}").get_data(as_text=True)
    seen = account.split('name="seen" value="')[1].split('"')[0]
    changed = {"name": "Nadia", "email": NADIA, "post-reception-0": "yes", "ends_on": today, "seen": seen}
    assert send(office, f"/desk/colleagues/{nadia}", "/desk/me", **changed).status_code == 303
    assert sign_in(phone, NADIA, "soup for the night porter").status_code == 303
    time.passes(days=2)
    assert not is_in(phone)
    assert sign_in(phone, NADIA, "soup for the night porter").status_code == 422

    # and a season later her name is gone, but not what she did
    time.passes(days=91)
    forget_leavers.run(Task(app.config["ENGINE"], app.config["ONEGUEST"], {}, threading.Event().is_set))
    with reading(app.config["ENGINE"]) as session:
        assert session.get_one(Colleague, nadia).name == "former colleague"
        acts = session.scalars(
            select(JournalEntry.act).where(JournalEntry.actor == f"staff:{nadia}").order_by(JournalEntry.id)
        ).all()
    assert "colleague.signed_in" in acts
    assert "colleague.pin_set" in acts
