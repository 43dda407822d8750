"""`doctor` says which keys open how much of the vault, and which of them may be taken away."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from benchmarks.vault import fill
from server.commands import doctor
from server.commands._checking import Check
from server.commands._house import make_house
from server.commands._vault_checks import told
from server.keys import rotate_key
from server.registration.resealing import reseal
from server.settings import Settings
from server.vault import open_vault
from tests.registration.sheets import KEY, NOON
from tests.stores import open_store

FRESH = replace(KEY, id="vault-two", made=NOON)


def lines(rows: dict[str, int], *, after: timedelta = timedelta(minutes=1)) -> list[Check]:
    return list(told([FRESH, KEY], rows, folder="/data/keys", now=NOON + after))[1:]


def test_a_former_key_that_still_opens_rows_is_needed_until_the_worker_is_done() -> None:
    [soon] = lines({"vault-two": 5, "vault-one": 1})
    [late] = lines({"vault-two": 5, "vault-one": 1}, after=timedelta(hours=2))

    assert (soon.found, soon.advice) == (
        "vault-one still opens 1 sealed row, which the worker seals anew",
        None,
    )
    assert "let the worker run" in (late.advice or "")


def test_a_former_key_that_opens_nothing_may_be_taken_away() -> None:
    [gone] = lines({"vault-two": 6})

    assert "take /data/keys/vault-one.json away when you like" in gone.found
    assert "a backup from before 2026-05-04 needs it" in gone.found
    assert gone.advice is None


def test_rows_of_a_key_that_is_missing_are_told_with_what_brings_them_back() -> None:
    _, missing = lines({"vault-lost": 3})

    assert missing.found == "nothing here opens 3 sealed rows of vault-lost"
    assert missing.advice == "put vault-lost.json back into /data/keys from your backup of the keys"


def test_in_a_house_the_key_is_changed_the_rows_follow_and_the_file_may_go(tmp_path: Path) -> None:
    data = tmp_path / "data"
    settings = Settings(data_dir=data, database_url=f"sqlite:///{data / 'oneguest.db'}")
    make_house(settings)
    engine = open_store(settings.database_url)
    fill(engine, open_vault(settings.keys_dir), 10)
    former, present = rotate_key(settings.keys_dir, "vault")
    assert of_vault(settings) == [
        f"{present.id} seals, and opens 0 sealed rows",
        f"{former.id} still opens 10 sealed rows, which the worker seals anew",
    ]

    reseal(engine, open_vault(settings.keys_dir))
    assert "opens nothing here any more" in of_vault(settings)[1]
    (settings.keys_dir / f"{former.id}.json").unlink()

    assert of_vault(settings) == [f"{present.id} seals, and opens 10 sealed rows"]
    engine.dispose()


def of_vault(settings: Settings) -> list[str]:
    return [one.found for one in doctor.look_over(settings, install=False) if one.name == "vault"]


def test_keys_that_cannot_be_read_are_one_line_and_no_traceback(tmp_path: Path) -> None:
    data = tmp_path / "data"
    settings = Settings(data_dir=data, database_url=f"sqlite:///{data / 'oneguest.db'}")
    make_house(settings)
    (settings.keys_dir / "vault.json").write_text("{}")

    assert any("could not be looked at" in one for one in of_vault(settings))
