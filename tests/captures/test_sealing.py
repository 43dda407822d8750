"""Forms sealed on the tablet, opened in the house."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from server.captures.sealing import (
    CannotOpen,
    Envelope,
    fingerprint,
    open_sealed,
    private_key,
    public_bytes,
    seal,
)
from server.keys import Key

NOW = datetime(2027, 3, 1, 10, tzinfo=UTC)
KEY = Key("sealing", "sealing-1", b"k" * 32, NOW)
ENVELOPE = Envelope("0195e1f0-0000-7000-8000-000000000001", 17, 3, "pre_check_in", 1, KEY.id)


def test_a_key_pair_is_derived_as_the_standard_says() -> None:
    """The first vector of RFC 9180, appendix A.3.1."""
    ikm = bytes.fromhex("4270e54ffd08d79d5928020af4686d8f6b7d35dbe470265f1f5aa22816ce860e")

    numbers = private_key(ikm).private_numbers()

    assert f"{numbers.private_value:064x}" == (
        "4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb"
    )


def test_what_the_tablet_sealed_opens_with_the_key_of_the_house() -> None:
    sealed = seal("Zoë Ünal".encode(), ENVELOPE, public_bytes(KEY))

    assert "Zoë".encode() not in sealed
    assert open_sealed(sealed, ENVELOPE, [KEY]).decode() == "Zoë Ünal"


def test_what_was_sealed_before_the_keys_changed_still_opens() -> None:
    newer = Key("sealing", "sealing-2", b"n" * 32, NOW)
    sealed = seal(b"{}", ENVELOPE, public_bytes(KEY))

    assert open_sealed(sealed, ENVELOPE, [newer, KEY]) == b"{}"
    assert fingerprint(newer) != fingerprint(KEY)


@pytest.mark.parametrize(
    "other",
    [
        {"id": "0195e1f0-0000-7000-8000-000000000002"},
        {"seq": 18},
        {"device": 4},
        {"form": "survey"},
        {"version": 2},
    ],
)
def test_sealed_bytes_moved_to_another_envelope_do_not_open(other: dict[str, object]) -> None:
    sealed = seal(b"{}", ENVELOPE, public_bytes(KEY))

    with pytest.raises(CannotOpen) as refused:
        open_sealed(sealed, replace(ENVELOPE, **other), [KEY])  # type: ignore[arg-type]  # one field at a time

    assert refused.value.code == "sealed.cannot_open"


def test_the_key_that_is_not_there_any_more_is_named() -> None:
    sealed = seal(b"{}", ENVELOPE, public_bytes(KEY))

    with pytest.raises(CannotOpen) as refused:
        open_sealed(sealed, ENVELOPE, [replace(KEY, id="sealing-9")])

    assert refused.value.code == "sealed.unknown_key"


@pytest.mark.parametrize("rubbish", [b"", b"x", b"\x04" * 65, b"\x00" * 500])
def test_rubbish_is_told_from_a_form(rubbish: bytes) -> None:
    with pytest.raises(CannotOpen) as refused:
        open_sealed(rubbish, ENVELOPE, [KEY])

    assert refused.value.code == "sealed.cannot_open"
