"""A sealed draft opens for this house, this link and a while; for everything else it is nothing."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.drafting import seal, unseal
from tests.house import NOON

SECRET = b"k" * 32
LIFE = timedelta(hours=2)
ANSWERS = {"given_name": "Zoë", "email": "zoe@example.com"}


@settings(max_examples=30)
@given(st.dictionaries(st.text(max_size=20), st.text(max_size=60), max_size=8))
def test_whatever_was_typed_comes_back_as_it_was(answers: dict[str, str]) -> None:
    sealed = seal(SECRET, answers, bound_to="link 1", now=NOON)

    assert unseal(SECRET, sealed, bound_to="link 1", now=NOON, life=LIFE) == answers


@pytest.mark.parametrize(
    ("secret", "bound_to", "later"),
    [
        (b"x" * 32, "link 1", timedelta()),
        (SECRET, "link 2", timedelta()),
        (SECRET, "link 1", LIFE),
        (SECRET, "link 1", -timedelta(minutes=1)),
    ],
    ids=["another house", "another link", "too late", "before it was made"],
)
def test_a_draft_opens_nowhere_else(secret: bytes, bound_to: str, later: timedelta) -> None:
    sealed = seal(SECRET, ANSWERS, bound_to="link 1", now=NOON)

    assert unseal(secret, sealed, bound_to=bound_to, now=NOON + later, life=LIFE) == {}


@pytest.mark.parametrize("text", ["", "x", "é", "!!!!", urlsafe_b64encode(b"short").decode(), "A" * 4000])
def test_what_we_never_sealed_is_no_draft(text: str) -> None:
    assert unseal(SECRET, text, bound_to="link 1", now=NOON, life=LIFE) == {}
