"""Passwords and PINs: how they are kept, and which are refused because they are guessed first."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.refusal import Refused


class Hashing:
    """What a password costs to keep and to try; `nobody` is a hash for whoever has none, at the same cost."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self.hasher = hasher
        self.nobody = hasher.hash("nobody has this password")


HASHING = Hashing(PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1))
"""Argon2id with 19 MiB, two passes, one lane: the least that OWASP's password storage sheet asks for."""

LONGEST = 128
LEAST_ALONE = 15
LEAST_WITH_SECOND_STEP = 12
"""Characters; NIST SP 800-63B-4 asks for 15 where the password stands alone."""
LEAST_LEFT = 6
"""Letters that must be left of a password once the words that anyone would try are taken out."""
LEAST_DIFFERENT = 6

_LOOK_ALIKES = str.maketrans("@4310$57", "aaeiosst")
_COMMON = Path(__file__).parent / "common_passwords.txt"


def _same(text: str) -> str:
    """One form of what different keyboards send for the same letters."""
    return unicodedata.normalize("NFKC", text)


def _folded(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in bare if letter.isalnum())


def hash_password(text: str) -> str:
    """What is kept of a password or PIN: Argon2id with its salt and its cost."""
    return HASHING.hasher.hash(_same(text))


def is_right(stored: str | None, given: str) -> bool:
    """Whether a password or PIN is the one kept. Without a kept one it takes as long, and is wrong."""
    too_long = len(given) > LONGEST
    try:
        right = HASHING.hasher.verify(stored or HASHING.nobody, _same(given[:LONGEST]))
    except (VerificationError, InvalidHashError):
        return False
    return right and stored is not None and not too_long


def is_outdated(stored: str) -> bool:
    """Whether a hash was made at a lower cost than today's."""
    return HASHING.hasher.check_needs_rehash(stored)


def least_length(*, second_step: bool) -> int:
    """How many characters a password must have."""
    return LEAST_WITH_SECOND_STEP if second_step else LEAST_ALONE


def check_password(text: str, *, least: int, own_words: Iterable[str]) -> None:
    """Raise Refused unless a password may be chosen.

    It needs `least` to 128 characters of any kind. Refused are the commonest passwords, also doubled or with
    digits around them, and what little is left when one's own words (the hotel's names, one's name and
    e-mail) are taken out.
    """
    if len(_same(text)) < least:
        raise Refused("password.short", {"least": str(least)})
    if len(text) > LONGEST:
        raise Refused("password.long", {"most": str(LONGEST)})
    folded = _folded(text)
    cores = {_core(folded), _core(_folded(text.translate(_LOOK_ALIKES)))}
    if len(set(folded)) < LEAST_DIFFERENT or _is_run(folded) or cores & common_passwords():
        raise Refused("password.common")
    left = folded
    for word in sorted(set(_words(own_words)), key=len, reverse=True):
        left = left.replace(word, "")
    if left != folded and len(re.sub(r"\d", "", left)) < LEAST_LEFT:
        raise Refused("password.own_words")


def is_pin(text: str) -> bool:
    """Whether a text is made as PINs are: six digits."""
    return re.fullmatch(r"[0-9]{6}", text) is not None


def check_pin(pin: str) -> None:
    """Raise Refused unless a PIN has six digits that are not the first ones to be tried."""
    if not is_pin(pin):
        raise Refused("pin.not_six_digits")
    repeated = pin[:3] == pin[3:] or pin[:2] * 3 == pin
    if _is_run(pin) or len(set(pin)) <= 2 or repeated or pin in common_passwords():
        raise Refused("pin.common")


@cache
def common_passwords() -> frozenset[str]:
    """The passwords that are tried first, folded as they are compared."""
    lines = _COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(folded for line in lines if not line.startswith("#") and (folded := _folded(line)))


def _is_run(text: str) -> bool:
    """Whether it counts up or down, such as 234567 or abcdefg; after 9 comes 0."""
    steps = {(ord(after) - ord(before)) % 10 for before, after in itertools.pairwise(text)}
    return len(steps) == 1


def _core(folded: str) -> str:
    """A password without its digits, once where it is one word repeated."""
    if folded in common_passwords():
        return folded
    bare = re.sub(r"\d", "", folded) or folded
    repeated = re.fullmatch(r"(.+?)\1+", bare)
    return repeated[1] if repeated else bare


def _words(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        yield from (word for part in re.split(r"[\W_]+", text) if len(word := _folded(part)) >= 4)
        if len(whole := _folded(text)) >= 4:
            yield whole
