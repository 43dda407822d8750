"""`doctor` says what is well and what to do, and never shows a secret. `keys list` neither."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from server.commands import doctor, keys_list
from server.commands._house import make_house
from server.keys import NAMES, read_key
from server.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    data = tmp_path / "data"
    return Settings(data_dir=data, database_url=f"sqlite:///{data / 'oneguest.db'}")


def advice(settings: Settings) -> dict[str, str | None]:
    return {check.name: check.advice for check in doctor.look_over(settings, install=False)}


def test_a_machine_before_its_first_start_has_nothing_wrong_with_its_data(settings: Settings) -> None:
    said = advice(settings)

    assert [said[name] for name in ("data folder", "keys", "database")] == [None, None, None]
    assert not settings.data_dir.exists()


def test_a_made_house_is_well(settings: Settings) -> None:
    make_house(settings)

    assert [advice(settings)[name] for name in ("data folder", "keys", "database")] == [None, None, None]


def test_what_others_can_read_is_said_with_the_line_that_closes_it(settings: Settings) -> None:
    make_house(settings)
    settings.data_dir.chmod(0o755)
    (settings.keys_dir / "vault.json").chmod(0o644)

    said = advice(settings)

    assert said["data folder"] == f"chmod 700 {settings.data_dir}"
    assert "chmod 600" in (said["keys"] or "")


def test_a_database_that_cannot_be_opened_is_one_line_not_a_traceback(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    make_house(settings)
    (settings.data_dir / "oneguest.db").write_bytes(b"this is no database at all")

    assert doctor.run(argparse.Namespace(install_system=False), settings) == 1

    assert "could not be looked at" in capsys.readouterr().out


def test_the_list_of_keys_shows_ids_and_ages_and_no_secret(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert keys_list.run(argparse.Namespace(), settings) == 0

    shown = capsys.readouterr().out
    for name in NAMES:
        key = read_key(settings.keys_dir, name)
        assert key.id in shown
        assert key.secret.hex() not in shown
    assert "0 days old" in shown
    assert "secret" not in shown
