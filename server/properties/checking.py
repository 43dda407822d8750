"""What may be written into a setting: each kind of value, its limits, and the code of what is wrong with it.

Every setting ends before a guest, in a mail's header or on paper. So what cannot be seen or turns the line
around is refused (Unicode categories Cc, Cf, Cs, Co, Zl, Zp, and heaps of marks), and everything else is
plain text that is shown as it is written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import available_timezones

import phonenumbers
from email_validator import validate_email

LINE, PARAGRAPH, LIST = 120, 400, 50
"""Characters of a line, characters of a sentence, entries of a list."""

COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
MARKS_IN_A_ROW = 3

FORM_NAME = re.compile(r"[a-z][a-z_]{0,39}")

_CODE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38})[a-z0-9]")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")

Wrong = tuple[str, dict[str, str]]
"""The code of a sentence and its parameters."""


class NotSo(ValueError):
    """A value cannot be a setting; the sentence of the code says why and what to write instead."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.wrong: Wrong = (code, params)


@dataclass
class Form:
    """A section as it was sent: fields are read one by one, and what is wrong with each is kept."""

    given: Mapping[str, Sequence[str]]
    errors: dict[str, Wrong] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The first value of a field as it was sent; empty when it was not."""
        return next(iter(self.given.get(name, ())), "")

    def all(self, name: str) -> list[str]:
        """All values of a field that may be sent more than once."""
        return list(self.given.get(name, ()))

    def read(self, name: str, kind: Callable[[str], Any], default: Any = "") -> Any:
        """A field as `kind` reads it; the default, and its error kept, where that cannot be."""
        try:
            return kind(self.text(name))
        except NotSo as not_so:
            self.errors[name] = not_so.wrong
            return default

    def wrong(self, name: str, code: str, **params: str) -> None:
        """Keep an error of a field."""
        self.errors[name] = (code, params)


def line(text: str, limit: int = LINE) -> str:
    """One line of text, trimmed and composed; may be empty."""
    if "\n" in text.strip() or "\r" in text.strip():
        raise NotSo("setting.many_lines")
    return _plain(text, limit)


def sentence(text: str) -> str:
    """A sentence or two for guests, on one line."""
    return line(text, PARAGRAPH)


def needed(kind: Callable[[str], Any]) -> Callable[[str], Any]:
    """The same kind of value, but it may not be left empty."""

    def read(text: str) -> Any:
        if not text.strip():
            raise NotSo("setting.required")
        return kind(text)

    return read


def _plain(text: str, limit: int) -> str:
    if len(text) > limit * 4:  # composing is work; far too long is far too long either way
        raise NotSo("setting.too_long", limit=str(limit))
    composed = unicodedata.normalize("NFC", text.strip())
    marks = 0
    for letter in composed:
        kind = unicodedata.category(letter)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if kind in UNSEEN or marks > MARKS_IN_A_ROW:
            raise NotSo("setting.unseen")
    whole = " ".join(composed.split())
    if len(whole) > limit:
        raise NotSo("setting.too_long", limit=str(limit))
    return whole


def one_of(choices: Collection[str]) -> Callable[[str], str]:
    """One of a closed list."""

    def read(text: str) -> str:
        if text not in choices:
            raise NotSo("setting.choice")
        return text

    return read


def some_of(values: Sequence[str], choices: Collection[str]) -> list[str]:
    """Those of a closed list that were ticked, in the list's order."""
    return [choice for choice in choices if choice in values]


def code(text: str) -> str:
    """A property's code, as it stands in addresses and sources."""
    if not _CODE.fullmatch(text.strip()):
        raise NotSo("setting.code")
    return text.strip()


def email(text: str) -> str:
    """An e-mail address, in lower case; may be empty."""
    found = line(text, 254)
    if not found:
        return ""
    try:
        checked = validate_email(found, check_deliverability=False, test_environment=True)
    except ValueError:  # EmailNotValidError is one, and so is what odd letters raise
        raise NotSo("setting.email") from None
    return checked.normalized.lower()


def phone(text: str) -> str:
    """A phone number with its country, in E.164; may be empty."""
    found = line(text, 40)
    if not found:
        return ""
    try:
        number = phonenumbers.parse(found, None)
    except phonenumbers.NumberParseException:
        raise NotSo("setting.phone") from None
    if not phonenumbers.is_possible_number(number):
        raise NotSo("setting.phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def sms_sender(text: str) -> str:
    """A number in E.164, or the name that phones show (GSM 03.38: 11 letters and digits); may be empty."""
    found = line(text, 40)
    if not found or _SENDER.fullmatch(found):
        return found
    try:
        number = phone(found)
    except NotSo:
        raise NotSo("setting.sms_sender") from None
    if not _E164.fullmatch(number):
        raise NotSo("setting.sms_sender")
    return number


def colour(text: str) -> str:
    """#rrggbb in lower case."""
    found = text.strip().lower()
    if not _COLOUR.fullmatch(found):
        raise NotSo("setting.colour")
    return found


def zone(text: str) -> str:
    """A time zone of the IANA database."""
    if text.strip() not in available_timezones():
        raise NotSo("setting.zone")
    return text.strip()


def country(text: str) -> str:
    """A country by ISO 3166-1 alpha-2."""
    if text not in COUNTRIES:
        raise NotSo("setting.country")
    return text


def time_of_day(text: str) -> str:
    """HH:MM; may be empty."""
    found = text.strip()
    if found and not _TIME.fullmatch(found):
        raise NotSo("setting.time")
    return found


def domain(text: str) -> str:
    """A domain in lower case, its letters as DNS has them."""
    shown = line(text, 253)
    try:
        found = shown.lower().rstrip(".").encode("idna").decode("ascii")
    except UnicodeError:
        raise NotSo("setting.domain", value=shown) from None
    labels = found.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise NotSo("setting.domain", value=shown)
    return found


def lines_of(kind: Callable[[str], str]) -> Callable[[str], list[str]]:
    """A value a line, each once, in the order written."""

    def read(text: str) -> list[str]:
        if len(text) > LIST * 300:
            raise NotSo("setting.list_long", limit=str(LIST))
        found = list(dict.fromkeys(kind(each) for each in text.splitlines() if each.strip()))
        if len(found) > LIST:
            raise NotSo("setting.list_long", limit=str(LIST))
        return found

    return read


def months(text: str) -> int:
    """A number of months, 1 to 120; 0 for an empty field."""
    found = text.strip()
    if not found:
        return 0
    if not (found.isascii() and found.isdigit() and len(found) <= 3 and 1 <= int(found) <= 120):
        raise NotSo("setting.months")
    return int(found)
