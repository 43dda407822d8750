"""When the database cannot: the answer is 503 with a time to try again, and nothing is half done."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from flask import Flask, g
from sqlalchemy import Engine, event, func, make_url, select

from server.access import machine
from server.db import reading
from server.properties.models import LegalEntity
from tests.house import make_app, seated_client

HOLD_THE_DATABASE = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
"""


def with_a_page_that_writes(app: Flask, length: int = 10) -> Flask:
    @app.post("/writes")
    @machine(lambda: True)
    def writes() -> str:
        g.session.add_all(LegalEntity(name=f"New house {number}") for number in range(length))
        return "done"

    return app


def new_houses(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).where(LegalEntity.name.like("New%"))) or 0


@pytest.mark.soak  # SQLite waits 15 seconds before it gives up
def test_a_house_that_another_process_holds_for_long_asks_to_try_again(
    own_app: Flask, sqlite_url: str
) -> None:
    client = with_a_page_that_writes(own_app).test_client()
    path = sqlite_url.removeprefix("sqlite:///")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_DATABASE, path, "20"], stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"

        answer = client.post("/writes")

        assert (answer.status_code, bool(answer.headers["Retry-After"])) == (503, True)
        assert client.get("/desk/completeness").status_code < 500  # reading goes on
    assert client.post("/writes").status_code == 200
    assert new_houses(own_app.config["ENGINE"]) == 10


def test_a_full_disk_asks_to_try_again_and_keeps_nothing_by_halves(own_app: Flask) -> None:
    engine: Engine = own_app.config["ENGINE"]
    client = with_a_page_that_writes(own_app, length=5000).test_client()
    engine.dispose()

    def fill_the_disk(connection: sqlite3.Connection, _: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")  # SQLite then says: database or disk is full

    event.listen(engine, "connect", fill_the_disk)
    answer = client.post("/writes")
    event.remove(engine, "connect", fill_the_disk)
    engine.dispose()

    assert (answer.status_code, bool(answer.headers["Retry-After"])) == (503, True)
    assert new_houses(engine) == 0
    assert client.post("/writes").status_code == 200


def test_a_database_server_that_is_gone_asks_to_try_again(
    postgres_server_address: str, postgres_url: str, tmp_path: Path
) -> None:
    app = with_a_page_that_writes(make_app(tmp_path, postgres_url))
    client = seated_client(app)
    assert client.get("/desk/completeness").status_code == 200
    server = postgres_server_address.format(database="postgres").replace("+psycopg", "")
    name = make_url(postgres_url).database

    def admit(is_open: bool) -> None:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {is_open}".encode())
            ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            connection.execute(ends, [name])

    admit(False)
    written, read = client.post("/writes"), client.get("/desk/completeness")
    admit(True)

    for answer in (written, read):
        assert (answer.status_code, bool(answer.headers.get("Retry-After"))) == (503, True)
    assert client.post("/writes").status_code == 200
    app.config["ENGINE"].dispose()
