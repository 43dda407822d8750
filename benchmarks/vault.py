"""Changing the vault's key under a hundred thousand sealed rows, while the worker is killed over and over.

    python -m benchmarks.vault [rows] [--store postgresql] [--calm]

A real worker (`./oneguest worker`) does it, is ended by SIGKILL every few seconds and started again; beside
it a desk keeps a new form four times a second. Afterwards each row must open by the new key alone and say
what it said. With `--calm` nobody kills it.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from threading import Event

from sqlalchemy import Engine, select

from server.captures.models import VaultedAnswers
from server.clock import clock
from server.db import make_engine, reading, writing
from server.keys import ensure_keys, read_key, rotate_key
from server.opening import open_database
from server.properties.setup import default_property
from server.registration.keeping import Origin, keep_sheet
from server.registration.models import KeptSheet, SheetVersion, place_of
from server.registration.resealing import rows_by_key
from server.registration.sheet import Person, Sheet, Stay
from server.settings import Settings, read_settings
from server.statements import insert_rows
from server.vault import Vault, Where, open_vault

ROOT = Path(__file__).resolve().parents[1]
ROWS = 100_000
KILLED_AFTER = (3.0, 8.0)
"""Seconds that a worker lives; it begins its work after about one and a half."""
AFTER_THE_LEASE = 300
"""Seconds by which each next worker's clock is later: what a killed one held is anybody's by then."""
AT_ONCE = 5_000
DESK_EVERY = 0.25


@dataclass
class Figures:
    """What was found. `waited`: how long each write of the desk took, in seconds."""

    rows: int
    seconds: float
    kills: int
    at_work: int
    waited: list[float] = field(default_factory=list)

    def told(self) -> str:
        """One line."""
        slow = sorted(self.waited) or [0.0]
        return (
            f"{self.rows} rows in {self.seconds:.1f} s, {self.rows / self.seconds:.0f} a second, "
            f"{self.kills} kills ({self.at_work} at work); each row opens by the new key alone, unchanged; "
            f"the desk kept {len(self.waited)} forms meanwhile: median {1000 * slow[len(slow) // 2]:.0f} ms, "
            f"longest {1000 * slow[-1]:.0f} ms"
        )


def content_of(number: int) -> dict[str, bytes]:
    """What the sealed values of a row say: about as long as a form and a signature are."""
    word = sha256(f"row {number}".encode()).hexdigest()
    return {
        "content": f'{{"people":[{{"family_name":"{word}"}}]}}'.encode() + b" " * 500,
        "signature": (word * 30).encode(),
        "answers": f'{{"family_name":"{word}"}}'.encode() + b" " * 700,
    }


def fill(engine: Engine, vault: Vault, rows: int) -> None:
    """So many sealed rows: of five one is a form that nobody read yet, the others are signed forms."""
    today = clock().date()
    with writing(engine) as session:
        place = default_property(session)
        place.country, property_id = "FR", place.id
    for first in range(0, rows, AT_ONCE):
        numbers = range(first, min(rows, first + AT_ONCE))
        with writing(engine) as session:
            signed = [number for number in numbers if number % 5]
            insert_rows(session, KeptSheet, [_sheet(n, property_id, today) for n in signed])
            insert_rows(session, SheetVersion, [_version(n, vault) for n in signed])
            insert_rows(
                session, VaultedAnswers, [_unread(n, vault, property_id) for n in numbers if not n % 5]
            )


def _sheet(number: int, property_id: int, today: date) -> Mapping[str, object]:
    return {
        "id": f"sheet-{number}",
        "property_id": property_id,
        "country": "FR",
        "source": "tablet",
        "state": "signed",
        "version": 1,
        "people": 1,
        "arrives": today,
        "signed_on": today,
        "received_at": clock(),
    }


def _version(number: int, vault: Vault) -> Mapping[str, object]:
    said = content_of(number)
    where = {column: place_of(f"sheet-{number}", 1, column) for column in ("content", "signature")}
    return {
        "sheet_id": f"sheet-{number}",
        "number": 1,
        "form": "police_fr.v1",
        "language": "de",
        "content": vault.seal(said["content"], where["content"]),
        "signature": vault.seal(said["signature"], where["signature"]),
        "digest": vault.digest(said["content"]),
        "key_id": vault.present,
        "made_at": clock(),
        "made_by": "device:1",
    }


def _unread(number: int, vault: Vault, property_id: int) -> Mapping[str, object]:
    plain, where = content_of(number)["answers"], Where("vaulted_answers", "sealed", f"form-{number}/0")
    return {
        "capture_id": f"form-{number}",
        "copy": 0,
        "property_id": property_id,
        "digest": vault.digest(plain),
        "sealed": vault.seal(plain, where),
        "key_id": vault.present,
        "received_at": clock(),
    }


def wrong_rows(engine: Engine, vault: Vault, rows: int) -> list[str]:
    """What is lost, altered, or not opened by this vault, of those that `fill` made; empty: all is well."""
    wrong: list[str] = []
    seen: set[int] = set()
    with reading(engine) as session:
        ours = select(SheetVersion).where(SheetVersion.sheet_id.startswith("sheet-", autoescape=True))
        for version in session.scalars(ours.execution_options(yield_per=1000)):
            number = int(version.sheet_id.removeprefix("sheet-"))
            said = content_of(number)
            found = {
                "content": vault.open(version.content, version.where("content")),
                "signature": vault.open(version.signature or b"", version.where("signature")),
            }
            if any(found[column] != said[column] for column in found) or version.key_id != vault.present:
                wrong.append(version.sheet_id)
            seen.add(number)
        for one in session.scalars(select(VaultedAnswers).execution_options(yield_per=1000)):
            number = int(one.capture_id.removeprefix("form-"))
            opened = vault.open(one.sealed, one.where)
            if opened != content_of(number)["answers"] or one.key_id != vault.present:
                wrong.append(one.capture_id)
            seen.add(number)
    return wrong + [f"row {number} is lost" for number in sorted(set(range(rows)) - seen)]


def measure(rows: int = ROWS, store: str = "sqlite", *, calm: bool = False) -> Figures:
    """Change the key, let workers be killed until nothing is left, and look at every row."""
    with tempfile.TemporaryDirectory() as name, _database(store, Path(name)) as url:
        settings = read_settings({"ONEGUEST_DATA_DIR": name, "ONEGUEST_DATABASE_URL": url})
        ensure_keys(settings.keys_dir)
        engine = open_database(settings)
        fill(engine, open_vault(settings.keys_dir), rows)
        former, present = rotate_key(settings.keys_dir, "vault")
        ended = Event()
        figures = Figures(rows, 0.0, 0, 0)
        with ThreadPoolExecutor(1) as beside:
            desk = beside.submit(_desk, settings, ended, figures.waited)
            start = time.perf_counter()
            try:
                _reseal_killed(settings, engine, former.id, figures, calm=calm)
            finally:
                figures.seconds = time.perf_counter() - start
                ended.set()
            desk.result()
        index = read_key(settings.keys_dir, "index").secret
        wrong = wrong_rows(engine, Vault([present], index), rows)
        engine.dispose()
    if wrong:
        raise RuntimeError(f"{len(wrong)} rows went wrong: {wrong[:5]}")
    return figures


def _reseal_killed(
    settings: Settings, engine: Engine, former: str, figures: Figures, *, calm: bool = False
) -> None:
    chance, left, later = random.Random(7), figures.rows, 0
    while left:
        worker, before = _start(settings, later), left
        until = time.monotonic() + (3600 if calm else chance.uniform(*KILLED_AFTER))
        while left and time.monotonic() < until and worker.poll() is None:
            time.sleep(0.1)
            left = rows_by_key(engine)[former]
        figures.at_work += 0 < left < before
        figures.kills += bool(left)
        worker.kill()
        worker.wait()
        later += AFTER_THE_LEASE


def _start(settings: Settings, later: int) -> subprocess.Popen[bytes]:
    env = os.environ | {
        "ONEGUEST_DATA_DIR": str(settings.data_dir),
        "ONEGUEST_DATABASE_URL": settings.database_url,
        "ONEGUEST_CLOCK_OFFSET": str(later),
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.Popen([sys.executable, "-m", "server.cli", "worker"], env=env, cwd=ROOT)


def _desk(settings: Settings, ended: Event, waited: list[float]) -> None:
    """Keep a new form every so often, as a colleague or a tablet would."""
    engine = make_engine(settings.database_url)
    while not ended.wait(DESK_EVERY):
        begun, now = time.perf_counter(), clock()
        sheet = Sheet(Stay(now.date()), (Person(family_name="Öztürk", given_names="Anna"),))
        with writing(engine) as session:
            keep_sheet(
                session,
                open_vault(settings.keys_dir),
                sheet,
                Origin("desk", "desk.v1", "fr", "staff:1"),
                id=f"new-{len(waited)}",
                property_id=default_property(session).id,
                country="FR",
                record_id=None,
                today=now.date(),
                now=now,
            )
        waited.append(time.perf_counter() - begun)
    engine.dispose()


@contextmanager
def _database(store: str, folder: Path) -> Iterator[str]:
    """The address of a new database; of PostgreSQL on a server of its own."""
    if store == "sqlite":
        yield f"sqlite:///{folder / 'oneguest.db'}"
        return
    from tests import postgres_server

    with postgres_server.running() as address:
        yield address.format(database="postgres")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", type=int, nargs="?", default=ROWS)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--calm", action="store_true")
    arguments = parser.parse_args()
    found = measure(arguments.rows, arguments.store, calm=arguments.calm)
    sys.stdout.write(f"{found.told()}\n")
