"""By what a house may text to a country, what of it can be answered, and why a choice cannot work there.

What networks allow differs by country (Twilio's guidelines by country and its French terms): in France a
name is shown and cannot be answered, long numbers may not send automated texts, and only a short code is
answered; in the United States and Canada no name is shown at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

import phonenumbers
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.prompts.models import Asking, Sender
from server.properties.models import Property

Kind = Literal["name", "long", "short"]
Mode = Literal["link", "reply", "nothing"]

KINDS: tuple[Kind, ...] = ("name", "long", "short")
MODES: tuple[Mode, ...] = ("link", "reply", "nothing")

NO_NAMES = frozenset(
    {"US", "CA", "CN", "KR", "JP", "BR", "MX", "AR", "CO", "CL", "PE", "UY", "CR", "GT", "NZ", "ZA"}
)
"""Countries whose networks show no name, or change it into a number."""

NO_LONG = frozenset({"FR", "GP", "MQ", "GF", "RE", "YT"})
"""France and its départements overseas: automated texts from mobiles are barred."""

_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{2,11}")
"""Up to eleven letters, digits and spaces, a letter among them (3GPP TS 23.040, alphanumeric address)."""
_LONG = re.compile(r"\+[1-9]\d{7,14}")
_SHORT = re.compile(r"\d{3,8}")
_SHAPES = {"name": _NAME, "long": _LONG, "short": _SHORT}


def kind_of(value: str) -> Kind | None:
    """What a sender is by how it is written; None for what no network takes."""
    return next((kind for kind in KINDS if _SHAPES[kind].fullmatch(value)), None)


def why_refused(kind: str, mode: str, country: str) -> str | None:
    """The code of why a sender of that kind cannot do this in a country; None when it can."""
    if mode == "nothing":
        return None
    if kind == "name" and country in NO_NAMES:
        return "sender.no_names"
    if kind == "long" and country in NO_LONG:
        return "sender.no_long"
    if kind == "name" and mode == "reply":
        return "sender.name_not_answered"
    return None


def country_of(number: str | None) -> str | None:
    """The country of a number in international form; None where it belongs to none, as a satellite phone."""
    try:
        parsed = phonenumbers.parse(number or "", None)
    except phonenumbers.NumberParseException:
        return None
    region = phonenumbers.region_code_for_number(parsed)
    region = region or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return None if region in ("ZZ", "001") else str(region)


def is_mobile(number: str) -> bool:
    """Whether a text can reach it, by the ranges of its country; where those do not tell, as in North
    America, it is tried, and the provider says when it was a landline."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return False
    kinds = phonenumbers.PhoneNumberType
    return phonenumbers.number_type(parsed) in (kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE)


def senders_of(session: Session, property_id: int) -> dict[str, Sender]:
    """The senders of a house by country, as they were set."""
    query = select(Sender).where(Sender.property_id == property_id).order_by(Sender.country)
    return {sender.country: sender for sender in session.scalars(query)}


def sender_for(house: Property, country: str, own: Mapping[str, Sender]) -> tuple[Kind, str] | None:
    """What a house texts by to a country: what was set for it, else the one of its settings; or None."""
    if country in own:
        return own[country].kind, own[country].value  # type: ignore[return-value]  # one of KINDS
    value = house.senders.get("sms", "")
    kind = kind_of(value)
    return (kind, value) if kind is not None else None


def sender_to_country(session: Session, property_id: int, country: str) -> str | None:
    """The number or name that a house texts by to a country; None: by none."""
    found = sender_for(session.get_one(Property, property_id), country, senders_of(session, property_id))
    return None if found is None else found[1]


def mode_for(house: Property, asking: Asking | None, country: str | None) -> Mode:
    """Link, reply or nothing to a number of that country. To others than the hotel's own: nothing, until
    somebody of the house said otherwise: texts to far countries are what fraudsters have others pay for."""
    if country is None:
        return "nothing"
    said = (asking.countries if asking is not None else {}).get(country)
    if said in MODES:
        return said
    return "link" if country == house.country else "nothing"
