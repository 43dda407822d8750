"""Whom a message went to is known by a keyed hash once its text is gone."""

from __future__ import annotations

from server.prompts.contacts import contact_key

SECRET, OTHER = b"s" * 32, b"o" * 32


def test_one_mailbox_is_known_by_one_key_however_it_is_written() -> None:
    assert contact_key(SECRET, "email", " Jean@Hotel.example ") == contact_key(
        SECRET, "email", "jean@hotel.example"
    )


def test_a_key_tells_nothing_to_who_does_not_hold_the_secret() -> None:
    assert contact_key(SECRET, "sms", "+33612345678") != contact_key(OTHER, "sms", "+33612345678")


def test_a_number_and_an_address_of_the_same_letters_are_two_contacts() -> None:
    assert contact_key(SECRET, "sms", "1") != contact_key(SECRET, "email", "1")
