"""What a row says of the stay, visit or purchase: references, room, status, party, amount, consent words."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Literal, NamedTuple, cast

from babel import Locale

from server.cleaning.lists import rows
from server.cleaning.text import plain
from server.record import StayStatus

MAX_REFERENCES = 20
_REFERENCE = re.compile(
    r"\b(?:bkg|booking(?:\.com)?|book|resa|r[ée]servation|reservation|reserva|reservierung|prenotazione|reservering|"
    r"rezerwacja|buchung(?:snummer|s-?nr)?|conf(?:irmation)?|crs|pnr|voucher|bon|ref(?:erence|erencia)?|r[ée]f[ée]rence|"
    r"dossier|folio|id resa|бронь|бронирование)\b\.?\s*(?:n[°ºo]\.?|nr\.?|num(?:ber|ero|éro)?|code|id|#)?"
    r"\s*[:=#-]?\s*"
    r"([A-Z0-9](?:[A-Z0-9-]{3,28})[A-Z0-9])(?![A-Za-z0-9])",
    re.I,
)
_ROOM = re.compile(
    r"(?:^|(?<=[\s;,.(/:]))(?:ch(?:b|bre|ambre)?|rooms?|rm|zi(?:mmer)?|hab(?:itaci[oó]n)?|camera|cam|kamer|quarto|qto|pok[oó]j|"
    r"номер|комната|غرفة|房间|房|部屋|zimmernummer|room\s?(?:no|number))\.?\s*(?:n[°ºo]\.?|nr\.?|#|:)?\s*"
    r"([A-Z]?-?\d{1,5}[A-Z]?)(?![\w/:])",
    re.I,
)
_CARD = re.compile(
    r"\b(?:visa|mc|mastercard|master\s?card|amex|american express|cb|maestro|carte|card|diners|jcb|ec)\b"
    r"[\s:]*(?:[*x•.#]{1,12}[\s-]*){1,4}(\d{4})(?!\d)|(?:^|\s)[*x•]{2,12}[\s-]*(?:[*x•]{4}[\s-]*)*(\d{4})(?!\d)",
    re.I,
)
_PAID_GIFT = re.compile(
    r"\b(?:gift\s?(?:card|voucher|certificate)|(?:carte|ch[eè]que|bon)[\s-]cadeau|gutschein|geschenkgutschein|"
    r"buono\s+regalo|carta\s+regalo|tarjeta\s+regalo|cheque\s+regalo|cadeaubon|cart[aã]o\s+presente|karta\s+podarunkowa)\b"
    r"|подарочн\w+\s+(?:карт|сертификат)\w*|礼品卡|ギフトカード",
    re.I,
)
_PAID_ROOM = re.compile(
    r"\b(?:room[\s-]?charge[ds]?|charge[ds]?\s+to\s+(?:the\s+)?room|(?:transfert|report|note|mis|compte)\s+(?:sur\s+|en\s+|de\s+|à\s+la\s+)?"
    r"chambre|(?:auf|aufs)\s+zimmer(?:rechnung)?|addebito\s+(?:in\s+)?camera|cargo\s+a\s+(?:la\s+)?habitaci[oó]n|op\s+kamer)\b",
    re.I,
)
_LONG_TOKEN = re.compile(r"(?=[a-z-]{0,27}\d)[a-z0-9-]{5}", re.I)
_MASKED = re.compile(r"[*xX•.#][\s-]*\d{4}(?!\d)")
_DIGIT = re.compile(r"\d")
_PARTY = re.compile(
    r"(?<![\d.,:/])(\d{1,3})\s*(?:couverts?|pax|covers?|personnes?|pers\b|p\.|personen|people|guests?|persone|personas?|"
    r"pessoas|os[oó]b|gäste|gasten|чел|гостей|человек|人|名様|名|أشخاص|adultes?|adults?|erwachsene|adulti|adultos)",
    re.I,
)
_NUMBER = re.compile(r"-?\d[\d\s.,'’\u00a0\u202f]*")
_PLAIN_AMOUNT = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,2})?")
_SYMBOLS = {
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₽": "RUB",
    "zł": "PLN",
    "us$": "USD",
    "a$": "AUD",
    "c$": "CAD",
    "r$": "BRL",
    "chf": "CHF",
    "fr.": "CHF",
    "$": "USD",
    "₺": "TRY",
    "kč": "CZK",
    "ft": "HUF",
    "د.إ": "AED",
}
_CURRENCY_WORDS = {
    "euro": "EUR",
    "euros": "EUR",
    "dollar": "USD",
    "dollars": "USD",
    "pound": "GBP",
    "pounds": "GBP",
    "livres": "GBP",
    "francs": "CHF",
    "franken": "CHF",
    "yen": "JPY",
}
_MAX_AMOUNT = Decimal(10) ** 12


class Noted(NamedTuple):
    """What the free text of a row names."""

    references: tuple[str, ...] = ()
    room: str | None = None
    card_digits: str | None = None
    party: int | None = None


def read_notes(notes: str) -> Noted:
    """What a note's first 2,000 letters name: `ch. 317 ; BKG 4817985054`, `VISA *2139`, `2 couverts`."""
    return _read_short_notes(notes) if len(notes) <= 200 else _read_any_notes(notes[:2_000])


@lru_cache(maxsize=10_000)
def _read_short_notes(notes: str) -> Noted:
    return _read_any_notes(notes)


def _read_any_notes(text: str) -> Noted:
    if _DIGIT.search(text) is None:
        return Noted()
    found: dict[str, None] = {}
    for match in _REFERENCE.finditer(text) if _LONG_TOKEN.search(text) else ():
        token = match[1].strip("-").upper()
        if sum(ch.isdigit() for ch in token) >= 3:
            found[token] = None
    room, party = _ROOM.search(text), _PARTY.search(text)
    # the two costliest; most notes have no word of letters and digits, and no masked ones
    card = _CARD.search(text) if _MASKED.search(text) else None
    return Noted(
        tuple(found)[:MAX_REFERENCES],
        room[1].upper() if room else None,
        (card[1] or card[2]) if card else None,
        _people(party[1]) if party else None,
    )


def read_payment(notes: str) -> Literal["room", "gift"] | None:
    """How a bill was paid, where its note says so in words: put on the room, or with a gift card."""
    if _PAID_GIFT.search(notes[:2_000]):
        return "gift"
    return "room" if _PAID_ROOM.search(notes[:2_000]) else None


def read_references(own: str, noted: Noted) -> tuple[str, ...]:
    """Booking references: the row's own first, then those that its notes name, each once."""
    if not own:
        return noted.references
    mine = own.strip(" #'")[:60].upper()
    return tuple(dict.fromkeys(ref for ref in (mine, *noted.references) if ref))[:MAX_REFERENCES]


def read_room(cell: str, noted: Noted) -> str | None:
    """The room, from its own column or from the notes: `ch. 317`, `room 310`, `RM323`, `Zi. 12`."""
    if not cell:
        return noted.room
    match = _ROOM.search(cell[:200])
    text = match[1] if match else cell.strip(" .#").removesuffix(".0")
    return text[:20].strip().upper() or None


def read_party(cell: str, noted: Noted) -> int | None:
    """How many people: the column's number, else what the notes say (`2 couverts`)."""
    if not cell:
        return noted.party
    match = re.search(r"[0-9]{1,4}", cell)
    return _people(match[0]) if match else None


def _people(text: str) -> int | None:
    return int(text) if 0 < int(text) <= 500 else None


def read_amount(text: str) -> tuple[Decimal | None, str | None]:
    """An amount and the currency it carries: `1 731,58 €`, `1,731.58`, `CHF 1’200.-`, `(12.50)`.

    A single separator with three digits after it groups thousands, unless a zero stands before it. None for
    what is no number or passes a million millions.
    """
    if _PLAIN_AMOUNT.fullmatch(text):
        return Decimal(text), None
    cell = text.strip()[:60]
    currency = currency_of(cell)
    match = _NUMBER.search(cell.replace("−", "-"))
    if match is None:
        return None, currency
    digits = re.sub(r"[\s'’\u00a0\u202f]", "", match[0]).rstrip(".,")
    negative = digits.startswith("-") or (cell.startswith("(") and cell.endswith(")"))
    digits = digits.lstrip("-")
    comma, dot = digits.rfind(","), digits.rfind(".")
    if comma >= 0 and dot >= 0:
        decimal = "," if comma > dot else "."
        digits = digits.replace("." if decimal == "," else ",", "").replace(",", ".")
    elif comma >= 0 or dot >= 0:
        mark = "," if comma >= 0 else "."
        head, _, tail = digits.rpartition(mark)
        groups = digits.split(mark)
        grouped = (
            all(len(group) == 3 for group in groups[1:]) and 0 < len(groups[0]) <= 3 and groups[0] != "0"
        )
        digits = digits.replace(mark, "") if grouped or digits.count(mark) > 1 else f"{head}.{tail}"
    try:
        value = Decimal(digits)
    except InvalidOperation:
        return None, currency
    if value >= _MAX_AMOUNT:
        return None, currency
    return (-value if negative else value), currency


@lru_cache(maxsize=2_000)
def currency_of(text: str) -> str | None:
    """The ISO 4217 code in a text, as code, sign or word."""
    if not text or (text.isascii() and not any(ch.isalpha() or ch == "$" for ch in text)):
        return None
    lowered = text.lower()
    code = re.search(r"(?<![A-Za-z])[A-Za-z]{3}(?![A-Za-z])", text)
    if code and code[0].upper() in _currency_codes():
        return code[0].upper()
    for sign, currency in sorted(_SYMBOLS.items(), key=lambda item: -len(item[0])):
        if sign in lowered and (not sign.isalpha() or re.search(rf"(?<!\w){sign}(?!\w)", lowered)):
            return currency
    return next((_CURRENCY_WORDS[word] for word in plain(text).split() if word in _CURRENCY_WORDS), None)


@cache
def _currency_codes() -> frozenset[str]:
    return frozenset(Locale("en").currencies)


@cache
def _status_index() -> dict[str, StayStatus]:
    return {_key(row[0]): cast(StayStatus, row[1]) for row in rows("status_words")}


def _key(text: str) -> str:
    return plain(text).replace(" ", "")


@lru_cache(maxsize=2_000)
def read_status(text: str) -> StayStatus:
    """The status of a stay or visit from a source's word for it; `unknown` for words nobody listed."""
    return _status_index().get(_key(text[:60]), "unknown")


@cache
def _consent_index() -> dict[str, bool]:
    return {_key(row[0]): row[1] == "yes" for row in rows("consent_words")}


@lru_cache(maxsize=2_000)
def read_consent(text: str) -> bool | None:
    """Whether a consent column says yes or no (`SUBSCRIBED`, `oui`, `1`); None for what says neither."""
    return _consent_index().get(_key(text[:60]))
