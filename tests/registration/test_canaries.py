"""Words that a guest says to the police form are found nowhere but in the vault: they are looked for in every
file, page, export, log and copy of a house in which everything was done with a form that can be done."""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, text

from server.access import list_routes
from server.captures.identifiers import new_capture_id
from server.captures.links import issue_link
from server.captures.models import Capture
from server.clock import clock
from server.db import reading, writing
from server.discovery import discover
from server.guests.linking import link_waiting
from server.jobs.worker import run_due
from server.keys import read_key
from server.privacy.check import check
from server.privacy.dump import dump
from server.properties.finding import today_at
from server.properties.setup import default_property
from server.records.models import Problem, SourceRecord
from server.registration.finding import sheets_of_record
from server.registration.models import HandIn, KeptSheet
from server.registration.sheet import Person
from server.system import find_postgres
from tests.builders import PATRICK, take_in
from tests.captures.tablet import Tablet, new_tablet
from tests.desk.test_sheets import arrive, keep, opened, post, press
from tests.house import expect_guest, lent_app, seated_client, token_of
from tests.registration.sheets import SHEET
from tests.registration.test_handing_in import SMALL, set_up

CANARIES = {
    "family_name": "Xylocanaryfam",
    "given_names": "Ocarinacanary",
    "birth_place": "Zithercanary",
    "home_line": "Kazoocanary Street 5",
    "home_city": "Celestacanary",
    "email": "dulcimer.canary@guest-mail.example",
    "mobile": "+905321234598",
    "document_number": "CANARY77Q",
    "companion": "Bagpipecanary",
    "reason": "Tubacanary misheard",
    "other": "Harpcanary",
    "stroke": "417,133,266,91,523,177",
}
WORDS = (*CANARIES.values(), "5321234598", "dulcimer")
WORKS = ("open_forms", "read_capture", "link_records", "count_day", "drop_sealed", "withhold_contacts")
PLAIN = "Plainkestrel"
"""What stands in the house in clear: the same search must find it."""

MRZ = "P<TURXYLOCANARYFAM<<OCARINACANARY<<<<<<<<<<<\nCANARY77Q6TUR8003021F3001012<<<<<<<<<<<<<<04\n"
SAID = {
    "nationality": "TUR",
    "has_second": "no",
    "given_names": CANARIES["given_names"],
    "family_name": CANARIES["family_name"],
    "birth_date_day": "2",
    "birth_date_month": "3",
    "birth_date_year": "1980",
    "birth_place": CANARIES["birth_place"],
    "home_line": CANARIES["home_line"],
    "home_city": CANARIES["home_city"],
    "home_country": "TUR",
    "email": CANARIES["email"],
    "mobile": CANARIES["mobile"],
    "companion_1": "yes",
    "companion_1_given_names": CANARIES["companion"],
    "companion_1_birth_date_year": "2020",
    "companion_1_nationality": "TUR",
    "departs_day": "28",
    "departs_month": "12",
    "departs_year": str(clock().year + 1),
    "signature": f'{{"w":600,"h":200,"s":[[{CANARIES["stroke"]}]]}}',
    "signature_text": "0" * 64,  # of another text, so that it is a problem too
}
NAMED = Person(family_name=CANARIES["family_name"], document_number=CANARIES["document_number"])
DESK_SAID = {
    "people": "1",
    "p0_family_name": CANARIES["family_name"],
    "p0_given_names": CANARIES["given_names"],
    "p0_birth_date_year": "1980",
    "p0_birth_date_month": "3",
    "p0_birth_date_day": "2",
    "p0_birth_place": CANARIES["birth_place"],
    "p0_nationality": "TUR",
    "p0_home_line": CANARIES["home_line"],
    "p0_home_city": CANARIES["home_city"],
    "p0_home_country": "TUR",
    "p0_email": CANARIES["email"],
    "p0_mobile": CANARIES["mobile"],
}


@dataclass
class Nest:
    """A house, and all places where a word could have got to. `told`: what its pages and logs said."""

    app: Flask
    desk: FlaskClient
    folder: Path
    logs: pytest.LogCaptureFixture
    told: dict[str, bytes] = field(default_factory=dict)

    @property
    def engine(self) -> Engine:
        engine: Engine = self.app.config["ENGINE"]
        return engine

    def work(self) -> None:
        """The worker does what waits for these forms, once."""
        kinds = {name: work for name, work in discover("server.work", ("run",)).items() if name in WORKS}
        run_due(self.engine, self.app.config["ONEGUEST"], kinds, once=True, stop=threading.Event())

    def places(self) -> Iterator[tuple[str, bytes]]:
        """Everything there is outside the vault's own pages, by where it is."""
        yield from self.told.items()
        yield "log", "\n".join(f"{r.getMessage()} {r.exc_info}" for r in self.logs.records).encode()
        for path in (*self.folder.rglob("*"), *database_files(self.engine)):
            if path.is_file():
                yield f"file {path}", path.read_bytes()
        with reading(self.engine) as session:
            yield "dump", "\n".join(dump(session)).encode()
            yield "check", repr(check(session)).encode()
        yield "copy", backup(self.engine, self.folder.with_name("copy"))

    def found(self, *words: str) -> list[str]:
        """Where one of these words stands."""
        sought = [word.lower().encode() for word in words]
        return [where for where, content in self.places() if any(word in content.lower() for word in sought)]


def database_files(engine: Engine) -> Iterator[Path]:
    """The files of the database, its write-ahead log and what its server logs."""
    if engine.dialect.name == "sqlite":
        yield from Path(str(engine.url.database)).parent.glob("oneguest.db*")
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CHECKPOINT")
        data = Path(str(connection.scalar(text("SHOW data_directory"))))
        number = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
    yield from (data / "base" / str(number)).iterdir()
    yield from (data / "pg_wal").iterdir()
    yield data.parent / "log"


def backup(engine: Engine, to: Path) -> bytes:
    """A copy of the database as each store's own program makes one."""
    if engine.dialect.name == "sqlite":
        to.unlink(missing_ok=True)
        with sqlite3.connect(str(engine.url.database)) as source, sqlite3.connect(to) as copy:
            source.backup(copy)
        return to.read_bytes() + "\n".join(sqlite3.connect(to).iterdump()).encode()
    programs = find_postgres()
    found = shutil.which("pg_dump") or (programs / "pg_dump" if programs else None)
    if found is None or not Path(found).exists():
        return b""
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return subprocess.run([found, url], capture_output=True, check=True).stdout


@pytest.fixture
def nest(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[Nest]:
    """A house that keeps its forms here; what is written to temporary files stays to be looked at."""
    kept = tmp_path / "house" / "temporary"
    with lent_app(tmp_path, database_url) as app:
        kept.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(kept))

        class Staying(tempfile.TemporaryDirectory[str]):
            def cleanup(self) -> None:
                """Leave what was written."""

            def __exit__(self, *_: object) -> None:
                self._finalizer.detach()  # type: ignore[attr-defined]  # as its own cleanup does

        monkeypatch.setattr("server.papers.rendering.tempfile.TemporaryDirectory", Staying)
        if app.config["ENGINE"].dialect.name != "sqlite":  # no store changes how type is set: once is enough
            monkeypatch.setattr("server.desk.sheet_prints.pdf_of", lambda html, folder: b"%PDF-")
        caplog.set_level(logging.INFO)
        caplog.set_level(logging.DEBUG, "oneguest")
        yield Nest(app, seated_client(app), tmp_path / "house", caplog)


def do_everything(nest: Nest) -> None:
    """All that is done with a police form: by a tablet, a phone, the desk, for an authority, and in vain."""
    record_id = arrive(nest.app)
    with writing(nest.engine) as session:
        default_property(session).country = "FR"
    from_tablets(nest)
    from_a_phone(nest)
    nest.work()
    from_the_desk(nest, record_id)
    nest.work()


def from_tablets(nest: Nest) -> None:
    """Forms of a tablet: a good one, the same id with other words, some that cannot be read or opened."""
    keys = nest.app.config["ONEGUEST"].keys_dir
    tablet = new_tablet(nest.engine, secret=read_key(keys, "index").secret, now=clock())
    sealing = read_key(keys, "sealing")
    tablet.key = sealing
    now, id_ = clock(), new_capture_id(clock())

    def item(said: dict[str, str], *, id: str | None = None, version: int = 1) -> dict[str, Any]:
        return tablet.item(said, id=id, at=now, version=version, form="police_fr")

    impossible = SAID | {"birth_date_month": "13"}
    hand_over(nest, tablet, item(SAID, id=id_), item(impossible), item(SAID, version=99))
    nest.work()
    again = item(SAID | {"family_name": CANARIES["other"]}, id=id_)
    lost = Tablet(tablet.device, tablet.token, number=tablet.number)
    foreign = lost.item(SAID, at=now, form="police_fr") | {"key": sealing.id}  # sealed with another key
    hand_over(nest, tablet, again, foreign)
    nest.work()


def hand_over(nest: Nest, tablet: Tablet, *items: dict[str, Any]) -> None:
    sent = {"protocol": "oneguest-1", "sent_at": clock().isoformat(), "items": items}
    body = sent | {"last_number": tablet.number + 1, "waiting": 0}
    answer = nest.app.test_client().post(
        "/api/v1/sync", json=body, headers={"Authorization": f"Bearer {tablet.token}"}
    )
    assert answer.status_code == 200
    assert {one["status"] for one in answer.get_json()["items"]} <= {"stored", "conflict"}


def from_a_phone(nest: Nest) -> None:
    """A form by a link, step by step without JavaScript."""
    guest = expect_guest(nest.engine, now=clock(), last_name="Rossi")
    with writing(nest.engine) as session:
        record = session.get_one(SourceRecord, guest.record_id)
        token = issue_link(session, record, form="police_fr", actor="test", now=clock()).token
    phone = nest.app.test_client()
    address = f"/g/{token}"
    phone.post(address, data=guest.right_answers | {"csrf_token": token_of(phone, address)})
    said = SAID | {"csrf_token": token_of(phone, "/g/form"), "language": "en", "version": "1"}
    del said["signature"], said["signature_text"]
    wrong = phone.post("/g/form", data=said | {"step": "birth", "go": "next", "birth_date_month": "13"})
    sent = phone.post("/g/form", data=said | {"step": "signature", "go": "out:skipped"})
    assert (wrong.status_code, sent.headers["Location"]) == (303, "/g/received")


def from_the_desk(nest: Nest, record_id: int) -> None:
    """Typed, from a document's lines, corrected, witnessed, printed, told to an authority, searched for."""
    desk, address = nest.desk, f"/desk/sheets/type/{record_id}"
    assert post(desk, address, {"people": "1", "mrz": MRZ, "go": "mrz"})[0] == 200
    assert post(desk, address, DESK_SAID | {"p0_birth_place": ""})[0] == 422
    assert post(desk, address, DESK_SAID | {"source": "paper", "on_paper": "yes"})[0] == 303
    with reading(nest.engine) as session:
        sheet = sheets_of_record(session, record_id)[0].id
        place = default_property(session)
        house, today = place.id, str(today_at(place, now=clock()))
    stay = {"s_arrives": today, "reason": CANARIES["reason"]}
    other = DESK_SAID | stay | {"p0_family_name": CANARIES["other"]}
    assert post(desk, f"/desk/sheets/form/{sheet}/correct", other)[0] == 303
    assert post(desk, f"/desk/sheets/form/{sheet}/void", {"reason": CANARIES["other"]})[0] == 422
    press(desk, f"/desk/sheets/form/{sheet}/witness", saw="yes")
    asked = {"first": today, "last": today, "authority": "Gendarmerie", "basis": "R. 814-3"}
    assert post(desk, f"/desk/sheets/request/{house}", asked)[0] == 200
    assert desk.get(f"/desk/sheets/print/{sheet}").data.startswith(b"%PDF-")
    if nest.engine.dialect.name != "sqlite":
        assert post(desk, f"/desk/sheets/request/{house}", asked | {"go": "pdf"})[1].startswith("%PDF-")
    for canary in CANARIES.values():
        page = search(desk, canary)
        assert "Nobody found" in page
        nest.told[f"search {canary}"] = page.replace(canary, "").encode()  # it says what was looked for
        desk.get(f"/desk/sheets/form/{canary}").close()


def search(desk: FlaskClient, words: str) -> str:
    """What the desk finds of guests by some words."""
    said = {"q": words, "csrf_token": token_of(desk, "/desk/keys")}
    return unescape(desk.post("/desk/guests", data=said, follow_redirects=True).get_data(as_text=True))


def look_everywhere(nest: Nest) -> None:
    """Keep what every page says that is not of the police forms themselves, and every export."""
    for route in list_routes(nest.app):
        if "GET" in route["methods"] and "<" not in route["rule"] and "/sheets" not in route["rule"]:
            answer = nest.desk.get(route["rule"])
            nest.told[f"page {route['rule']}"] = answer.data
            answer.close()
    for per in ("person", "household"):
        token = token_of(nest.desk, "/desk/keys")
        answer = nest.desk.post("/desk/households/export", data={"csrf_token": token, "per": per})
        nest.told[f"export {per}"] = answer.data
    with reading(nest.engine) as session:
        problems = session.scalars(select(Problem)).all()
        captures = session.scalars(select(Capture).where(Capture.form == "police_fr")).all()
        nest.told["problems"] = repr([(one.code, one.params, one.content) for one in problems]).encode()
        nest.told["captures"] = json.dumps([one.answers for one in captures]).encode()


def test_what_a_guest_says_to_the_police_form_is_found_nowhere_but_in_the_vault(nest: Nest) -> None:
    do_everything(nest)
    look_everywhere(nest)

    with reading(nest.engine) as session:
        codes = sorted(session.scalars(select(Problem.code)))
        sheets = session.scalars(select(KeptSheet)).all()
        sources = sorted(one.source for one in sheets)
    assert sources == ["paper", "phone", "tablet"]
    assert codes == [
        "capture.second_copy",
        "capture.unknown_form",
        "capture.unreadable",
        "registration.other_text",
        "sealed.cannot_open",
    ]
    of_tablet = next(one for one in sheets if one.source == "tablet")
    assert opened(nest.app, of_tablet.id).sheet.main.birth_place == CANARIES["birth_place"]
    assert nest.found(*WORDS) == []


def test_a_file_for_an_authority_leaves_nothing_of_itself_behind(
    nest: Nest, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("due", "handing_in", "houses"):
        monkeypatch.setattr(f"server.registration.{module}.outputs", lambda: {"it_alloggiati": SMALL})
    record_id = arrive(nest.app)
    set_up(nest.engine)
    keep(nest.app, record_id, sheet=replace(SHEET, people=(NAMED,)), country="IT")
    with reading(nest.engine) as session:
        house = default_property(session).id

    assert press(nest.desk, f"/desk/sheets/hand-in/house/{house}/it_alloggiati/look") == 200
    assert press(nest.desk, f"/desk/sheets/hand-in/house/{house}/it_alloggiati/make") == 303
    with reading(nest.engine) as session:
        made = f"/desk/sheets/hand-in/{session.scalars(select(HandIn.id)).one()}"
    status, file = post(nest.desk, f"{made}/file", {})
    assert (status, CANARIES["family_name"] in file) == (200, True)
    assert press(nest.desk, f"{made}/handed-in", receipt="R-2026-1") == 303
    assert press(nest.desk, f"{made}/results", pasted="ok") == 303
    look_everywhere(nest)

    assert nest.found(*WORDS) == []


def test_the_same_search_finds_what_stands_in_clear(nest: Nest) -> None:
    arrive(nest.app)
    take_in(nest.engine, PATRICK | {"key": "1", "last_name": PLAIN})
    link_waiting(nest.engine)
    logging.getLogger("oneguest").info("a guest named %s", PLAIN)
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(PLAIN.encode())
    nest.told["search"] = search(nest.desk, PATRICK["email"]).encode()
    look_everywhere(nest)

    found = nest.found(PLAIN)

    for where in ("log", "dump", "copy", "search", "export", "page", "file"):
        assert any(one.startswith(where) for one in found), (where, found)
