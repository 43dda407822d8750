"""What the police form says is sealed for one place, and opens nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.keys import Key
from server.vault import CannotOpenVault, Vault, Where, sealed_by

MADE = datetime(2026, 5, 4, tzinfo=UTC)
OLD, NEW = (Key("vault", f"vault-{name}", name.encode() * 8, MADE) for name in ("aaaa", "bbbb"))
HERE = Where("registration_version", "content", "7f3c/1")
vault = Vault([OLD], b"i" * 32)


@given(st.binary(max_size=300))
def test_what_was_sealed_opens_where_it_lies(plain: bytes) -> None:
    sealed = vault.seal(plain, HERE)

    assert vault.open(sealed, HERE) == plain
    assert sealed_by(sealed) == "vault-aaaa"
    assert len(plain) < 4 or plain not in sealed
    assert vault.seal(plain, HERE) != sealed, "nobody sees that two values are one"


@pytest.mark.parametrize(
    "elsewhere",
    [
        Where("vaulted_answers", "content", "7f3c/1"),
        Where("registration_version", "signature", "7f3c/1"),
        Where("registration_version", "content", "7f3c/2"),
        Where("registration_version\ncontent", "", "7f3c/1"),
    ],
)
def test_moved_elsewhere_it_does_not_open(elsewhere: Where) -> None:
    sealed = vault.seal(b"Mustermann", HERE)

    with pytest.raises(CannotOpenVault, match="damaged"):
        vault.open(sealed, elsewhere)


@given(st.data())
def test_a_changed_bit_is_seen(data: st.DataObject) -> None:
    sealed = bytearray(vault.seal(b"Mustermann", HERE))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(CannotOpenVault):
        vault.open(bytes(sealed), HERE)


def test_after_a_rotation_the_former_key_opens_what_it_sealed() -> None:
    sealed = vault.seal(b"Mustermann", HERE)

    assert Vault([NEW, OLD], b"i" * 32).open(sealed, HERE) == b"Mustermann"
    with pytest.raises(CannotOpenVault, match="unknown_key"):
        Vault([NEW], b"i" * 32).open(sealed, HERE)


@given(st.binary(max_size=60))
def test_bytes_that_are_none_of_ours_are_refused_by_name(rubbish: bytes) -> None:
    with pytest.raises(CannotOpenVault):
        vault.open(rubbish, HERE)


def test_a_digest_is_the_houses_own() -> None:
    assert vault.digest(b"1980-01-01") == Vault([NEW], b"i" * 32).digest(b"1980-01-01")
    assert vault.digest(b"1980-01-01") != Vault([OLD], b"j" * 32).digest(b"1980-01-01")
