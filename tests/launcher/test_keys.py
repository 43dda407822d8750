"""Secrets: made once, private, each with an id, never shown."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.keys import NAMES, KeyProblem, ensure_keys, read_all_keys, read_key, rotate_key


@pytest.fixture
def keys_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "keys"
    ensure_keys(folder)
    return folder


def test_each_secret_is_32_bytes_of_its_own_with_an_id_of_its_own(keys_dir: Path) -> None:
    keys = [read_key(keys_dir, name) for name in NAMES]

    assert {len(key.secret) for key in keys} == {32}
    assert len({key.secret for key in keys}) == len({key.id for key in keys}) == len(NAMES)


def test_only_the_owner_can_read_a_secret(keys_dir: Path) -> None:
    assert stat.S_IMODE(keys_dir.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in keys_dir.iterdir()} == {0o600}


def test_a_second_start_keeps_the_secrets(keys_dir: Path) -> None:
    before = read_key(keys_dir, "vault")

    ensure_keys(keys_dir)

    assert read_key(keys_dir, "vault") == before


def test_processes_that_start_together_agree_on_the_secrets(tmp_path: Path) -> None:
    folder = tmp_path / "keys"

    def start(_: int) -> bytes:
        ensure_keys(folder)
        return read_key(folder, "sealing").secret

    with ThreadPoolExecutor(8) as starting:
        seen = set(starting.map(start, range(16)))

    assert len(seen) == 1
    assert sorted(file.name for file in folder.iterdir()) == sorted(f"{name}.json" for name in NAMES)


def test_a_secret_never_appears_in_print(keys_dir: Path) -> None:
    key = read_key(keys_dir, "session")

    assert repr(key) == f"Key(name='session', id='{key.id}')"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_secret_that_others_can_read_is_refused(keys_dir: Path, mode: int) -> None:
    (keys_dir / "vault.json").chmod(mode)

    with pytest.raises(KeyProblem, match=r"can be read by others .* chmod 600"):
        read_key(keys_dir, "vault")


def test_a_keys_folder_that_others_can_open_is_refused(keys_dir: Path) -> None:
    keys_dir.chmod(0o755)

    with pytest.raises(KeyProblem, match="chmod 700"):
        ensure_keys(keys_dir)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        "not json",
        json.dumps({"id": "vault-1", "made": "2026-11-22T10:00:00+00:00", "secret": "c2hvcnQ="}),
        json.dumps({"id": "vault-1", "made": "2026-11-22T10:00:00+00:00", "secret": "*"}),
        json.dumps({"id": "vault-1", "made": "yesterday", "secret": "A" * 44}),
    ],
)
def test_a_damaged_secret_is_said_and_not_replaced(keys_dir: Path, content: str) -> None:
    (keys_dir / "vault.json").write_text(content)

    with pytest.raises(KeyProblem, match=r"damaged\. Put it back from your backup"):
        read_key(keys_dir, "vault")
    assert (keys_dir / "vault.json").read_text() == content


def test_a_lost_secret_is_said_with_what_to_do(keys_dir: Path) -> None:
    (keys_dir / "sealing.json").unlink()

    with pytest.raises(KeyProblem, match=r"missing\. Put it back from your backup"):
        read_key(keys_dir, "sealing")


def test_a_new_secret_leaves_the_one_before_to_open_what_it_sealed(keys_dir: Path) -> None:
    first = read_key(keys_dir, "sealing")

    rotate_key(keys_dir, "sealing")
    former, present = rotate_key(keys_dir, "sealing")

    assert [key.id for key in read_all_keys(keys_dir, "sealing")] == [present.id, former.id, first.id]
    assert {stat.S_IMODE(file.stat().st_mode) for file in keys_dir.iterdir()} == {0o600}
