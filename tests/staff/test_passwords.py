"""Passwords and PINs: kept so that they cannot be read back, refused when they are guessed first."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher, extract_parameters
from hypothesis import given, settings
from hypothesis import strategies as st

from server.refusal import Refused
from server.staff.passwords import (
    check_password,
    check_pin,
    common_passwords,
    hash_password,
    is_outdated,
    is_right,
)

HOTEL = ["Hôtel des Arcades", "Nadia Benali", "nadia.benali", "arcades-paris"]


def reason(password: str, least: int = 15) -> str | None:
    try:
        check_password(password, least=least, own_words=HOTEL)
    except Refused as refusal:
        return refusal.code
    return None


@pytest.mark.usefixtures("as_costly_as_in_a_house")
def test_a_password_is_kept_as_argon2id_with_19_mib_two_passes_and_one_lane() -> None:
    kept = extract_parameters(hash_password("lanterns over the harbour"))

    assert (kept.type.name, kept.memory_cost, kept.time_cost, kept.parallelism) == ("ID", 19_456, 2, 1)


def test_only_the_password_itself_is_right() -> None:
    kept = hash_password("lanterns over the harbour")

    assert is_right(kept, "lanterns over the harbour")
    assert not is_right(kept, "Lanterns over the harbour")
    assert not is_right(kept, "")
    assert not is_right(None, "nobody has this password")
    assert not is_right("no hash at all", "lanterns over the harbour")


def test_the_same_letters_from_another_keyboard_are_the_same_password() -> None:
    assert is_right(hash_password("caf\u00e9 au lait à minuit"), "cafe\u0301 au lait à minuit")


def test_a_password_of_128_characters_counts_to_its_last_one() -> None:
    long = "ab c" * 32

    assert is_right(hash_password(long), long)
    assert not is_right(hash_password(long), long[:-1] + "x")
    assert not is_right(hash_password(long), long + "x")


@pytest.mark.usefixtures("as_costly_as_in_a_house")
def test_a_hash_of_cheaper_times_is_outdated() -> None:
    assert is_outdated(PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash("x"))
    assert not is_outdated(hash_password("x"))


@pytest.mark.parametrize(
    ("password", "least", "refused"),
    [
        ("lanterns over the harbour", 15, None),
        ("correct horse battery staple", 15, None),
        ("quiet harbour", 12, None),
        ("quiet harbour", 15, "password.short"),
        ("short", 12, "password.short"),
        ("日本の静かな港の灯りと夜の船と星", 15, None),
        ("x" * 129, 15, "password.long"),
        ("aaaaaaaaaaaaaaaa", 15, "password.common"),
        ("123456789012345", 15, "password.common"),
        ("abcdefghijklmnop", 15, "password.common"),
        ("passwordpassword", 15, "password.common"),
        ("P@ssw0rd!!!!!!!!", 15, "password.common"),
        ("Password 2026 password", 15, "password.common"),
        ("1q2w3e4r5t6y", 12, "password.common"),
        ("sonyericsson", 12, "password.common"),
        ("HotelDesArcades2026", 15, "password.own_words"),
        ("nadia benali 1987", 15, "password.own_words"),
        ("arcades-paris-2026", 15, "password.own_words"),
        ("the arcades sleep under snow", 15, None),
    ],
)
def test_which_passwords_may_be_chosen(password: str, least: int, refused: str | None) -> None:
    assert reason(password, least) == refused


@given(st.text(min_size=15, max_size=40))
@settings(max_examples=60, deadline=None)
def test_any_text_is_answered_by_a_reason_or_taken(text: str) -> None:
    assert reason(text) in (
        None,
        "password.short",
        "password.common",
        "password.own_words",
    )


def test_the_commonest_three_thousand_are_known() -> None:
    assert len(common_passwords()) >= 3000
    assert {"123456", "password", "qwerty", "dragon"} <= common_passwords()


@pytest.mark.parametrize(
    ("pin", "refused"),
    [
        ("480213", None),
        ("905174", None),
        ("000000", "pin.common"),
        ("123456", "pin.common"),
        ("987654", "pin.common"),
        ("890123", "pin.common"),
        ("121212", "pin.common"),
        ("112211", "pin.common"),
        ("123123", "pin.common"),
        ("159753", "pin.common"),
        ("12345", "pin.not_six_digits"),
        ("1234567", "pin.not_six_digits"),
        ("48021a", "pin.not_six_digits"),
        ("٤٨٠٢١٣", "pin.not_six_digits"),
    ],
)
def test_which_pins_may_be_chosen(pin: str, refused: str | None) -> None:
    try:
        check_pin(pin)
        said = None
    except Refused as refusal:
        said = refusal.code

    assert said == refused
