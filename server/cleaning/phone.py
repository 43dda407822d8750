"""A phone cell: the number in E.164, what it is, and what was done to read it."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple, cast

from server.cleaning.lists import words
from server.cleaning.numbering import Number, has_shape_of, has_trunk_prefix, international, national
from server.record import PhoneClass


class Phone(NamedTuple):
    """A number as read. `second` is another number of the same cell; `guessed`: its country is."""

    e164: str | None = None
    kind: PhoneClass = "missing"
    found: tuple[tuple[str, dict[str, str]], ...] = ()
    second: str | None = None
    guessed: bool = False


_EXTENSION = re.compile(
    r"\s*(?:;?\bext(?:ension)?\b\.?|\bposte\b|\bdurchwahl\b|\bdw\b|\binterno\b|\bint\b\.|\btoestel\b|\bx|#|,,)\s*[.:=]?\s*(\d{1,6})\s*$",
    re.I,
)
_SCIENTIFIC = re.compile(r"(\d)[.,]?(\d*)e\+?(\d{1,2})", re.I)
_FLOAT = re.compile(r"\+?\d{6,15}[.,]0+")
_SPLIT = re.compile(r"\s*(?:;|\||\n|\s/\s|\s(?:ou|or|oder|o|of|et|and|und|e|y)\s|,\s+(?=[+0(]))\s*", re.I)
_SLASHED = re.compile(r"((?:\+|00)?[\d .()-]{8,})/\s*((?:\+|00)?[\d .()-]{8,})")
_PUNCTUATION = str.maketrans("", "", " +()-/")
_DOTS = re.compile(r"(?<=\d)\.(?=\d\d)")
_LETTER_DIGITS = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1", "|": "1"})
_LETTERED = re.compile(r"[\d+().\s/-]*(?:[OolI|][\d+().\s/-]*){1,3}")
_REPEATED = re.compile(r"0?\d?(\d)\1{6,}|0?(\d\d)\2{3,}|\d{0,2}(\d)\3{7,}")
_TYPED_FOR_NOTHING = words("placeholder_phones")
_RUN = re.compile(r"0?(?:12345678\d?0?|23456789\d?|98765432\d?0?|87654321\d?)")


def read_phone(
    raw: str,
    countries: tuple[str, ...] = (),
    home: str = "",
    weak: tuple[str, ...] = (),
    own_phones: frozenset[str] = frozenset(),
) -> Phone:
    """Read one phone cell.

    For a number without a prefix, ISO 3166 codes are tried in turn: `countries` of the row (its own, the
    guest's nationality), then `home`, the property's, then `weak` ones (the language's, the e-mail
    ending's). A number that lacks the trunk zero of `home` is tried with the weak ones before: nobody
    writes `612 345 678` in France.

    A number possible by its length but in no assigned range is `unverifiable`: numbering plans move, and
    the ranges kept for fiction are such. So is one that no hint has a length for and that is a mobile of a
    country many guests come from (`guessed`): the digits are worth comparing, the country is not certain.
    An extension makes a number `shared`: a switchboard.
    """
    if not raw:
        return Phone()
    found: list[tuple[str, dict[str, str]]] = []
    second: str | None = None
    extension = False
    text, digits = raw, raw
    if not raw.isdigit():
        digits = (_DOTS.sub("", raw) if "." in raw else raw).translate(_PUNCTUATION)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15):
        tidied = _tidy(raw, found)
        if tidied is None:
            return Phone(None, "missing", (("phone_placeholder", {"value": raw[:80]}),))
        text, second, extension = tidied
        if not text:
            return Phone(None, "invalid", tuple(found), second)
        digits = "".join(ch for ch in text if ch.isdigit())
    if _is_placeholder(digits):
        found.append(("phone_placeholder", {"value": raw[:80]}))
        return Phone(None, "placeholder", tuple(found), second)
    number, code = _parse(text, digits, *_in_turn(digits, countries, home, weak))
    guessed = False
    if number is None and "+" not in text and not digits.startswith("00"):
        number = _mobile_of_travellers(digits)
        guessed, code = number is not None, "phone_country_guessed"
    if number is None:
        found.append(("phone_invalid", {"value": raw[:80]}))
        return Phone(None, "invalid", tuple(found), second)
    e164, kind = number.e164, cast(PhoneClass, "unverifiable" if guessed else number.kind)
    if _is_placeholder(number.national):
        if digits.removeprefix("00") == e164[1:] and _has_run(number.national):
            # whoever wrote the country's code as well may have meant a number: kept, and doubted
            found.append(("phone_run_of_digits", {"value": raw[:80]}))
            return Phone(e164, "unverifiable", tuple(found), second)
        found.append(("phone_placeholder", {"value": raw[:80]}))
        return Phone(None, "placeholder", tuple(found), second)
    if code:
        found.append((code, {"value": raw[:80], "read": e164}))
    if extension or e164 in own_phones:
        found.append(("phone_extension" if extension else "phone_own", {"value": raw[:80]}))
        kind = "shared"
    if kind == "unverifiable" and not guessed:
        found.append(("phone_unverifiable", {"value": raw[:80]}))
    return Phone(e164, kind, tuple(found), second, guessed)


# where most foreign hotel guests in Europe live (Eurostat, tour_occ_ninraw) and mobiles have a fixed length;
# North America last, as nearly any ten digits are a number there
_TRAVELLERS = ("DE", "GB", "NL", "CH", "BE", "FR", "IT", "ES", "PT", "PL", "US")


def _mobile_of_travellers(digits: str) -> Number | None:
    """The mobile that digits without a country are in the first country of `_TRAVELLERS` that has it."""
    if not 9 <= len(digits) <= 12:
        return None
    numbers = (national(digits, country) for country in _TRAVELLERS)
    return next((number for number in numbers if number is not None and number.kind == "mobile"), None)


def _in_turn(
    digits: str, countries: tuple[str, ...], home: str, weak: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The countries to try, and those to try only when no number of the house's shape stands there."""
    if not home:
        return (*countries, *weak), ()
    if not has_trunk_prefix(home):
        return (*countries, home, *weak), ()
    if not digits.startswith("0"):
        return (*countries, *weak, home), ()
    return (*countries, home), weak


def _tidy(raw: str, found: list[tuple[str, dict[str, str]]]) -> tuple[str, str | None, bool] | None:
    """What is left to parse of an odd cell, its second number, and whether it had an extension.

    None when there is no digit at all; an empty text when the digits are lost.
    """
    text = unicodedata.normalize("NFKC", raw[:200]).strip().lstrip("'")
    text = "".join(
        str(unicodedata.digit(ch)) if not ch.isascii() and unicodedata.digit(ch, None) is not None else ch
        for ch in text
    )
    if not any(ch.isdigit() for ch in text):
        return None
    text, second = _first_of_two(text, found)
    scientific = _SCIENTIFIC.fullmatch(text.replace(" ", ""))
    if scientific:
        digits, exponent = scientific[1] + scientific[2], int(scientific[3])
        if len(digits) - 1 < exponent:
            found.append(("phone_digits_lost", {"value": raw[:80]}))
            return "", second, False
        text = digits[: exponent + 1]
        found.append(("phone_from_spreadsheet", {"value": raw[:80]}))
    elif _FLOAT.fullmatch(text):
        text = re.split(r"[.,]", text)[0]
        found.append(("phone_from_spreadsheet", {"value": raw[:80]}))
    extension = _EXTENSION.search(text)
    if extension:
        text = text[: extension.start()]
    if _LETTERED.fullmatch(text) and sum(ch.isdigit() for ch in text) >= 6:
        text = text.translate(_LETTER_DIGITS)
        found.append(("phone_letters_read_as_digits", {"value": raw[:80]}))
    return text, second, extension is not None


def _first_of_two(text: str, found: list[tuple[str, dict[str, str]]]) -> tuple[str, str | None]:
    parts = [part for part in _SPLIT.split(text) if sum(ch.isdigit() for ch in part) >= 6]
    if len(parts) < 2:
        slashed = _SLASHED.fullmatch(text)
        if slashed is None:
            return text, None
        parts = [slashed[1], slashed[2]]
    found.append(("phone_several", {"value": parts[1][:80]}))
    return parts[0].strip(), parts[1].strip()


def _is_placeholder(digits: str) -> bool:
    if digits in _TYPED_FOR_NOTHING or digits == digits[:1] * len(digits):
        return True
    # the two expressions are costly and hardly ever match: what each needs is looked for first
    return (digits[-1:] == digits[-3:-2] and _REPEATED.fullmatch(digits) is not None) or (
        _has_run(digits) and _RUN.fullmatch(digits) is not None
    )


def _has_run(digits: str) -> bool:
    return "45678" in digits or "76543" in digits


def _parse(
    text: str, digits: str, countries: tuple[str, ...], weak: tuple[str, ...]
) -> tuple[Number | None, str | None]:
    """The number, and a code when a country prefix had to be read into it."""
    if not 6 <= len(digits) <= 18:
        return None, None
    if "+" in text or digits.startswith("00"):
        number = international(digits.removeprefix("00").removeprefix("00"))
        if number is None and "+" not in text:  # 00, a known country and a possible length are meant
            for country in (*countries, *weak):
                inside = national(digits[2:], country)
                if inside is not None and inside.kind != "unverifiable":
                    return inside, "phone_prefix_read"
        return number, None
    possible: Number | None = None
    for country in countries:
        number = national(digits, country)
        if number is not None and number.kind != "unverifiable":
            return number, None
        possible = possible or number
    if weak and not has_shape_of(digits, countries[-1]):
        for country in weak:
            number = national(digits, country)
            if number is not None and number.kind != "unverifiable":
                return number, None
            possible = possible or number
    if len(digits) >= 10 and not digits.startswith("0"):
        number = international(digits)
        if number is not None and number.kind != "unverifiable":
            return number, "phone_prefix_read"
    return possible, None
