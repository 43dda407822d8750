"""The desk's words for codes that stand in the tables: fields, classes, states, kinds, rules.

Each is marked for translation here and translated in the template with _().
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import phonenumbers
from babel.dates import format_date
from babel.numbers import format_currency
from flask import Blueprint

from server.captures.identifiers import is_capture_id
from server.desk.source_names import source_place, source_title
from server.language import day, locale, number
from server.wording import N_

FIELD_NAMES: Mapping[str, str] = {
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "full_name": N_("Whole name"),
    "title": N_("Title"),
    "email": N_("E-mail"),
    "mobile": N_("Mobile"),
    "phone": N_("Phone"),
    "birth_date": N_("Birth date"),
    "nationality": N_("Nationality"),
    "language": N_("Language"),
    "address": N_("Address"),
    "street": N_("Street"),
    "postal_code": N_("Postal code"),
    "city": N_("Town"),
    "country": N_("Country"),
    "document_number": N_("Document number"),
    "company": N_("Company"),
    "loyalty_id": N_("Loyalty number"),
    "reference": N_("Booking reference"),
    "channel": N_("Channel"),
    "status": N_("Status"),
    "stay_from": N_("Arrival or date"),
    "stay_to": N_("Departure"),
    "room": N_("Room"),
    "party": N_("Party"),
    "amount": N_("Amount"),
    "currency": N_("Currency"),
    "group_reference": N_("Group reference"),
    "group_leader": N_("Leads the group"),
    "booker_name": N_("Booked by"),
    "booker_email": N_("E-mail of who booked"),
    "booker_phone": N_("Phone of who booked"),
    "created_at": N_("Created on"),
    "updated_at": N_("Changed on"),
    "notes": N_("Notes"),
    "property": N_("Property"),
    "email_consent": N_("Consent to e-mail"),
    "sms_consent": N_("Consent to SMS"),
    "consent_at": N_("Consent given on"),
}

CLASSES: Mapping[str, tuple[str, str]] = {
    "real": (N_("real"), "good"),
    "relay": (N_("relay"), "good"),
    "alias": (N_("booking alias"), "attention"),
    "bounced": (N_("does not arrive"), "wrong"),
    "lapsed": (N_("relay that ended"), "wrong"),
    "shared": (N_("shared"), "attention"),
    "disposable": (N_("throw-away"), "attention"),
    "placeholder": (N_("placeholder"), "wrong"),
    "invalid": (N_("invalid"), "wrong"),
    "missing": (N_("missing"), "none"),
    "mobile": (N_("mobile"), "good"),
    "landline": (N_("landline"), "good"),
    "unverifiable": (N_("cannot be verified"), "attention"),
}
"""Classes of e-mails and numbers: the word, and the signal that goes with it."""

KINDS: Mapping[str, str] = {
    "pms": N_("Reservation system (PMS)"),
    "channel": N_("Booking channel"),
    "restaurant": N_("Restaurant"),
    "spa": N_("Spa"),
    "till": N_("Till"),
    "shop": N_("Shop"),
    "newsletter": N_("Newsletter"),
    "wifi": N_("Wi-Fi"),
    "events": N_("Events"),
    "cards": N_("Check-in cards"),
    "gift": N_("Gift cards"),
    "form": N_("Guest form"),
}

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

STATES: Mapping[str, tuple[str, str]] = {
    "looking": (N_("being looked at"), "none"),
    "preview": (N_("to confirm"), "attention"),
    "queued": (N_("waiting its turn"), "none"),
    "running": (N_("reading rows"), "none"),
    "linking": (N_("linking guests"), "none"),
    "done": (N_("done"), "good"),
    "failed": (N_("failed"), "wrong"),
    "dropped": (N_("discarded"), "none"),
    "undoing": (N_("being undone"), "none"),
    "undone": (N_("undone"), "none"),
}
"""States of an import: the word, and its signal."""

RULES: Mapping[str, str] = {
    "pinned": N_("chosen by a colleague"),
    "only": N_("the only value"),
    "class": N_("the most usable"),
    "proof": N_("the most trusted origin"),
    "full": N_("the fullest"),
    "agreed": N_("most records agree"),
    "newest": N_("the newest"),
}
"""Why a value is the best known one."""

RULE_SENTENCES: Mapping[str, str] = {
    "pinned": N_("A colleague chose it, so it stays whatever is told."),
    "only": N_("No record tells another one."),
    "class": N_("It can be used as it is; the others are a booking site's, shared or in part only."),
    "proof": N_(
        "Who stands behind it counts most: verified, then given through the booking, then the guest's own "
        "word, then the house's systems, then booking sites."
    ),
    "full": N_("Of those equally trusted it is the fullest."),
    "agreed": N_("Of those equally trusted, most records say so."),
    "newest": N_("Of those equally trusted it is the newest."),
}
"""The same in a sentence."""

HOUSEHOLD_REASONS: Mapping[str, str] = {
    "household_home": N_("one home"),
    "household_email": N_("one e-mail"),
    "household_phone": N_("one telephone"),
    "household_word": N_("a colleague's word"),
}
"""What makes guests a household."""

CAUSES: Mapping[str, str] = {
    "arrival": N_("a record came or changed"),
    "import": N_("an import"),
    "pin": N_("a colleague's choice"),
    "deed": N_("a colleague's decision"),
}
"""What made a value become another, by the first word of the cause."""

PROOFS: Mapping[str, str] = {
    "source": N_("told by the system"),
    "typed": N_("the guest's own word"),
    "booking-bound": N_("the guest's own word, through the booking"),
    "verified": N_("verified by the guest"),
}

SURE: Mapping[str, str] = {
    "certain": N_("practically certain"),
    "very_likely": N_("very likely"),
    "likely": N_("likely"),
    "perhaps": N_("perhaps"),
}

STAY_STATES: Mapping[str, str] = {
    "booked": N_("booked"),
    "in_house": N_("in house"),
    "left": N_("left"),
    "cancelled": N_("cancelled"),
    "no_show": N_("did not come"),
    "unknown": N_("state not told"),
}

STAY_KINDS: Mapping[str, str] = {"stay": N_("Stay"), "visit": N_("Visit"), "purchase": N_("Purchase")}

TITLES: Mapping[str, str] = {
    "mr": N_("Mr"),
    "mrs": N_("Mrs"),
    "ms": N_("Ms"),
    "dr": N_("Dr"),
    "prof": N_("Prof."),
    "master": N_("Master"),
}

ORDERS: Mapping[str, str] = {
    "dmy": N_("day, month, year"),
    "mdy": N_("month, day, year"),
    "ymd": N_("year, month, day"),
}


def country_name(code: str | None) -> str:
    """A country in the page's language; the code itself where there is no name for it."""
    return "" if not code else str(locale().territories.get(code.upper(), code))


def language_name(code: str | None) -> str:
    """A language in the page's language; the code itself where there is no name for it."""
    return "" if not code else str(locale().languages.get(code.lower(), code))


def phone_number(number: str | None) -> str:
    """A number in E.164 as people write it, such as +33 6 52 52 72 72."""
    if not number:
        return ""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
    except phonenumbers.NumberParseException:
        return number


def iso_day(text: str) -> str:
    """A day that a table keeps as text, in the page's language."""
    return day(date.fromisoformat(text))


def month_name(month: str) -> str:
    """A month such as 2026-05 in the page's language: May 2026."""
    return format_date(date.fromisoformat(f"{month}-01"), "MMM y", locale=locale())


def money(amount: Decimal, currency: str | None) -> str:
    """An amount in its currency; the bare number where the source does not say which."""
    return format_currency(amount, currency, locale=locale()) if currency else number(amount)


def tells_staff(key: str) -> bool:
    """Whether a record's key is a number somebody can look up: not a digest, not the number of a form."""
    return not key.startswith("#") and not is_capture_id(key)


def readable(params: Mapping[str, str]) -> dict[str, str]:
    """The parameters of an evidence's sentence, days and numbers in the way people write them."""
    return {name: _readable(text) for name, text in params.items()}


def _readable(text: str) -> str:
    if E164.fullmatch(text):
        return phone_number(text)
    if ISO_DAY.fullmatch(text):
        try:
            return iso_day(text)
        except ValueError:
            return text
    return text


def points(change: float) -> str:
    """A difference of two shares in points, such as 3.1; the sign is left to words."""
    return number(round(abs(change) * 100, 1))


def size(count: int) -> str:
    """The size of a file in kB or MB."""
    return (
        f"{number(round(count / 1_000_000, 1))} MB"
        if count >= 1_000_000
        else f"{number(-(-count // 1000))} kB"
    )


def use_words(pages: Blueprint) -> None:
    """Give the templates of a blueprint the words for codes, and the filters that show values."""
    pages.context_processor(lambda: dict(WORDS))
    for shown in (phone_number, iso_day, month_name, points, size, readable, source_title, tells_staff):
        pages.add_app_template_filter(shown)


WORDS: Mapping[str, Any] = {
    "field_names": FIELD_NAMES,
    "classes": CLASSES,
    "kinds": KINDS,
    "states": STATES,
    "rules": RULES,
    "rule_sentences": RULE_SENTENCES,
    "causes": CAUSES,
    "household_reasons": HOUSEHOLD_REASONS,
    "proofs": PROOFS,
    "sure": SURE,
    "stay_states": STAY_STATES,
    "stay_kinds": STAY_KINDS,
    "titles": TITLES,
    "orders": ORDERS,
    "country_name": country_name,
    "language_name": language_name,
    "money": money,
    "source_place": source_place,
    "source_title": source_title,
}
