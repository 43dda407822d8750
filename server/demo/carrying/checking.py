"""Whether the carrier takes a text: who may send to whom, as Twilio checks it before it answers."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

import phonenumbers

from server.demo.carrying.refusals import NotTaken
from server.demo.carrying.texts import country_of

LONGEST = 1600
NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 +&_-]{1,11}")
"""An alphanumeric sender: at most 11 signs, at least one letter."""
SHORT = re.compile(r"[0-9]{3,8}")
LONG = re.compile(r"\+[1-9][0-9]{7,14}")
NO_NAMES = frozenset({"US", "CA"})
"""Where texts from a name are not carried."""

MAGIC_TO = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
MAGIC_FROM = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
"""Numbers that always answer so: https://www.twilio.com/docs/iam/test-credentials."""


def refuse_number(to: str, *, codes: Mapping[str, int], regions: Collection[str] | None) -> None:
    """NotTaken for a number that no text can go to; `codes` are set for single ones, `regions` are open."""
    if not to:
        raise NotTaken(21604)
    code = codes.get(to, MAGIC_TO.get(to, 0))
    if code in (21211, 21408, 21610, 21614):
        raise NotTaken(code, to=to)
    try:
        parsed = phonenumbers.parse(to)
    except phonenumbers.NumberParseException:
        raise NotTaken(21211, to=to) from None
    if to != MAGIC_SENDER and not phonenumbers.is_possible_number(parsed):
        raise NotTaken(21211, to=to)
    if regions is not None and country_of(to) not in regions:
        raise NotTaken(21408, to=to)
    if phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.FIXED_LINE:
        raise NotTaken(21614, to=to)


MAGIC_SENDER = "+15005550006"


def refuse_sender(sender: str, to: str, *, owned: Collection[str], codes: Mapping[str, int]) -> None:
    """NotTaken where this sender cannot send to that number."""
    if not sender:
        raise NotTaken(21603)
    if sender in MAGIC_FROM:
        raise NotTaken(MAGIC_FROM[sender], sender=sender)
    if codes.get(to, MAGIC_TO.get(to)) == 21612:
        raise NotTaken(21612, to=to, sender=sender)
    if sender in owned or sender == MAGIC_SENDER:
        return
    if is_name(sender):
        if country_of(to) in NO_NAMES:
            raise NotTaken(21612, to=to, sender=sender)
        return
    if SHORT.fullmatch(sender) or sender.startswith("+"):
        raise NotTaken(21606, sender=sender)
    raise NotTaken(21212, sender=sender)


def refuse_words(body: str, callback: str) -> None:
    """NotTaken for a text without words or with too many, or an address that nothing can be posted to."""
    if not body:
        raise NotTaken(21602)
    if len(body) > LONGEST:
        raise NotTaken(21617)
    if callback and (urlsplit(callback).scheme not in ("http", "https") or not urlsplit(callback).hostname):
        raise NotTaken(21609, callback=callback)


def is_name(sender: str) -> bool:
    """Whether a telephone shows it as a name, which nobody can answer."""
    return NAME.fullmatch(sender) is not None


def is_number(sender: str) -> bool:
    """Whether it is written as a telephone number or a short code."""
    return SHORT.fullmatch(sender) is not None or LONG.fullmatch(sender) is not None
