"""One source record's values to its clean record: each field by the file of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from server.cleaning.address import Address, read_address
from server.cleaning.country import read_country
from server.cleaning.date import Date, parse, parse_birth
from server.cleaning.email import Email, read_email
from server.cleaning.language import read_language
from server.cleaning.name import Name, read_name
from server.cleaning.phone import Phone, read_phone
from server.cleaning.stay import (
    Noted,
    currency_of,
    read_amount,
    read_consent,
    read_notes,
    read_party,
    read_references,
    read_room,
    read_status,
)
from server.cleaning.text import cut, read_text, storable, tidy
from server.record import FIELDS, CleanRecord, Context, Finding

VERSION = 1
"""Raised whenever the same raw text may read differently; clean records of an older version are rebuilt."""

MAX_NOTES = 5_000
MAX_FIELD = 400
"""Longer than any column of a clean record, short enough that what is remembered stays small."""
_LIMITS = {"company": 200, "loyalty_id": 60, "channel": 120, "document_number": 40}
_NOTHING = frozenset(
    (
        "",
        "-",
        "--",
        "---",
        ".",
        "n/a",
        "na",
        "n.a.",
        "null",
        "none",
        "nil",
        "nan",
        "undefined",
        "#n/a",
        "(null)",
        "\\n",
    )
)
_BIRTH_CODES = {
    "date_unreadable": "birth_date_unreadable",
    "date_does_not_exist": "birth_date_does_not_exist",
}


class _Row:
    """The readable text of each given field, and what was noticed."""

    __slots__ = ("context", "findings", "lost", "text")

    def __init__(self, values: Mapping[str, str], context: Context) -> None:
        self.context = context
        self.findings: list[Finding] = []
        self.lost = False
        self.text: dict[str, str] = {}
        for field, raw in values.items():
            if not raw or field not in _KNOWN:
                continue
            plain = tidy(raw)
            if plain is not None:
                if len(plain) > 9 or plain.lower() not in _NOTHING:
                    self.text[field] = plain
                continue
            read = read_text(raw)
            for code in read.codes:
                self.note(code, field, value=storable(raw[:80]), read=read.value[:80])
            if read.lost and field in _NAME_FIELDS:
                self.lost = True
            value = read.value
            if len(value) > MAX_FIELD and field != "notes":
                self.note("text_cut", field, value=value[:80])
                value = cut(value, MAX_FIELD)
            if value.lower() not in _NOTHING:
                self.text[field] = value

    def get(self, field: str) -> str:
        return self.text.get(field, "")

    def note(self, code: str, field: str, **params: str) -> None:
        self.findings.append(Finding(code, field, params))


_KNOWN = frozenset(FIELDS)
_NAME_FIELDS = frozenset(("first_name", "last_name", "full_name"))


_NO_ADDRESS = Address()
_NO_EMAIL = Email()
_NO_PHONE = Phone()
_NO_DATE = Date()
_NOTHING_NOTED = Noted()


class _Phones(NamedTuple):
    phone: Phone = _NO_PHONE
    mobile: Phone = _NO_PHONE


_NO_PHONES = _Phones()
_OWN_PHONES = frozenset(("mobile", "unverifiable"))


def clean(values: Mapping[str, str], context: Context) -> CleanRecord:
    """Read one source record.

    `values` maps names of `record.FIELDS` to raw text exactly as the source holds it; a missing name, an
    empty text and a source's word for nothing (`N/A`) are all absent. Never raises on any text: what cannot
    be read is absent in the result and stands in its findings. Every value fits the columns of
    `records.models.CleanRow`.
    """
    row = _Row(values, context)
    text = row.text
    get = text.get
    country = _country(row, "country")
    nationality = _country(row, "nationality")
    language = _language(row)
    address = _NO_ADDRESS
    if "street" in text or "postal_code" in text or "city" in text:
        address = read_address(get("street", ""), get("postal_code", ""), get("city", ""), country)
        for code, field, value in address.found:
            row.note(code, field, value=value)
        country = country or address.country
    name = read_name(
        get("first_name", ""), get("last_name", ""), get("full_name", ""), get("title", ""), language or ""
    )
    for code, field, value in name.found:
        row.note(code, field, value=value)
    email = _email(row)
    phones = _phones(row, country, nationality, language, email.address)
    stay_from, stay_to = _day(row, "stay_from"), _day(row, "stay_to")
    if stay_from is not None and stay_to is not None and stay_to < stay_from:
        row.note("stay_ends_before_it_starts", "stay_to", value=f"{stay_from} - {stay_to}")
    created = _moment(row, "created_at")
    updated = _moment(row, "updated_at")
    written = max((moment.value for moment in (created, updated) if moment.value), default=stay_from)
    birth_date = _birth(row, written)
    amount, currency = read_amount(get("amount", "")) if "amount" in text else (None, None)
    if "amount" in text and amount is None:
        row.note("amount_unreadable", "amount", value=get("amount", "")[:80])
    noted = read_notes(get("notes", "")) if "notes" in text else _NOTHING_NOTED
    status = read_status(get("status", "")) if "status" in text else "unknown"
    if "status" in text and status == "unknown":
        row.note("status_unknown", "status", value=get("status", "")[:80])
    return CleanRecord(
        first_name=name.first,
        last_name=name.last,
        title=name.title,
        gender=name.gender,
        name_order_sure=name.order_sure,
        lost_letters=row.lost,
        companions=name.companions,
        is_person=_is_person(name, email, phones),
        email=email.address,
        email_class=email.kind,
        email_suggestion=email.suggestion,
        phone=phones.phone.e164,
        phone_class=phones.phone.kind,
        mobile=phones.mobile.e164,
        mobile_class=phones.mobile.kind,
        birth_date=birth_date,
        nationality=nationality,
        language=language,
        street=address.street,
        postal_code=address.postal_code,
        city=address.city,
        country=country,
        document_number=_document(row),
        company=_short(row, "company"),
        loyalty_id=_short(row, "loyalty_id"),
        references=read_references(get("reference", ""), noted),
        room=read_room(get("room", ""), noted),
        card_digits=noted.card_digits,
        stay_from=stay_from,
        stay_to=stay_to,
        status=status,
        channel=_short(row, "channel"),
        party=read_party(get("party", ""), noted),
        amount=amount,
        currency=currency_of(get("currency", "")) or currency,
        created_at=created.moment,
        updated_at=updated.moment,
        consent_at=_moment(row, "consent_at").moment,
        email_consent=_consent(row, "email_consent"),
        sms_consent=_consent(row, "sms_consent"),
        notes=_notes(row),
        findings=tuple(row.findings),
    )


def _country(row: _Row, field: str) -> str | None:
    text = row.get(field)
    if not text:
        return None
    code = read_country(text)
    if code is None:
        row.note(f"{field}_unknown", field, value=text[:80])
    return code


def _language(row: _Row) -> str | None:
    text = row.get("language")
    if not text:
        return None
    code = read_language(text)
    if code is None:
        row.note("language_unknown", "language", value=text[:80])
    return code


def _email(row: _Row) -> Email:
    text = row.get("email")
    if not text:
        return _NO_EMAIL
    email = read_email(text[:1_000], row.context.own_domains, row.context.own_emails)
    for code, params in email.found:
        row.findings.append(Finding(code, "email", params))
    return email


def _phones(
    row: _Row, country: str | None, nationality: str | None, language: str | None, email: str | None
) -> _Phones:
    """Both phone columns; a mobile fills `mobile` and a landline `phone`, whichever column it stands in."""
    phone_text, mobile_text = row.text.get("phone"), row.text.get("mobile")
    if not phone_text and not mobile_text:
        return _NO_PHONES
    own = row.context.own_phones
    hints = (country,) if country else ()
    if nationality and nationality != country:
        hints = (*hints, nationality)
    weak = _speakers(language, email)
    home = row.context.country

    def read(field: str, text: str | None) -> Phone:
        if not text:
            return _NO_PHONE
        number = read_phone(text, hints, home, weak, own)
        for code, params in number.found:
            row.findings.append(Finding(code, field, params))
        return number

    phone, mobile = read("phone", phone_text), read("mobile", mobile_text)
    if phone.e164 and mobile.e164 and phone.e164 != mobile.e164 and phone.e164[-8:] == mobile.e164[-8:]:
        # one number written twice, once with its country: "00351914130254" and "914.130.254"
        phone = mobile = phone if (phone_text or "").lstrip("( ").startswith(("+", "00")) else mobile
    second = phone.second or mobile.second
    other = read_phone(second, hints, home, weak, own) if second else _NO_PHONE
    if mobile.kind == "landline":
        row.note("phone_landline_as_mobile", "mobile", value=mobile.e164 or "")
        if phone.e164 is None or phone.e164 == mobile.e164:
            phone, mobile = mobile, _NO_PHONE
    if phone.e164 is None and other.kind in ("landline", "unverifiable"):
        phone = other
    if mobile.e164 is None:
        mobile = next((number for number in (phone, other) if number.kind == "mobile"), mobile)
    return _Phones(phone, mobile)


# where a language is the common one; Arabic and French speakers are of too many countries to tell
_HOME_OF = {
    "en": ("GB", "US"),
    "de": ("DE",),
    "es": ("ES",),
    "it": ("IT",),
    "nl": ("NL",),
    "pt": ("PT",),
    "pl": ("PL",),
    "ru": ("RU",),
    "zh": ("CN",),
    "ja": ("JP",),
    "el": ("GR",),
    "fr": ("FR",),
    "ko": ("KR",),
    "sv": ("SE",),
    "da": ("DK",),
    "no": ("NO",),
    "fi": ("FI",),
    "cs": ("CZ",),
    "tr": ("TR",),
}
# endings that are countries by law and everybody's by use
_GENERIC_ENDINGS = frozenset(("co", "me", "io", "tv", "ai", "cc", "fm", "ly", "to", "ws", "eu"))


def _speakers(language: str | None, email: str | None) -> tuple[str, ...]:
    """Countries that the row's language and its address's ending point to: the last hints for a phone."""
    found = _HOME_OF.get(language or "", ())
    ending = email.rpartition(".")[2] if email else ""
    if len(ending) == 2 and ending not in _GENERIC_ENDINGS:
        code = "GB" if ending == "uk" else ending.upper()
        return (code, *(country for country in found if country != code))
    return found


def _day(row: _Row, field: str) -> date | None:
    text = row.get(field)
    if not text:
        return None
    read = parse(text, row.context.date_orders.get(field), row.context.today)
    _note_date(row, field, text, read)
    return read.value


def _moment(row: _Row, field: str) -> Date:
    """A moment in UTC; a day without a time is its midnight."""
    text = row.get(field)
    if not text:
        return _NO_DATE
    read = parse(text, row.context.date_orders.get(field), row.context.today)
    _note_date(row, field, text, read)
    if read.value is not None and read.moment is None:
        return read.at_midnight()
    return read


def _birth(row: _Row, written: date | None) -> date | None:
    text = row.get("birth_date")
    if not text:
        return None
    order = row.context.date_orders.get("birth_date")
    read = parse_birth(text, order, row.context.today, written)
    if read.code is not None:
        row.note(_BIRTH_CODES.get(read.code, read.code), "birth_date", value=text[:80])
    return read.value


def _note_date(row: _Row, field: str, text: str, read: Date) -> None:
    if read.code is not None:
        row.note(read.code, field, value=text[:80])


def _is_person(name: Name, email: Email, phones: _Phones) -> bool:
    """Whether the record is of a person: under `Guest` or `Groupe Wilson` only when it has a contact of
    somebody's own.

    A company is none, whatever it comes with.
    """
    if name.kind == "company":
        return False
    if name.kind in ("placeholder", "group"):
        return email.kind in ("real", "relay") or not _OWN_PHONES.isdisjoint(
            (phones.phone.kind, phones.mobile.kind)
        )
    return True


def _document(row: _Row) -> str | None:
    if "document_number" not in row.text:
        return None
    number = "".join(ch for ch in row.get("document_number").upper() if ch.isalnum())
    if len(number) < 4 or len(set(number)) == 1:
        return None
    return number[: _LIMITS["document_number"]]


def _short(row: _Row, field: str) -> str | None:
    text = row.get(field)
    if not text:
        return None
    if len(text) > _LIMITS[field]:
        row.note("text_cut", field, value=text[:80])
    return cut(text, _LIMITS[field])


def _consent(row: _Row, field: str) -> bool | None:
    text = row.get(field)
    if not text:
        return None
    said = read_consent(text)
    if said is None:
        row.note("consent_unclear", field, value=text[:80])
    return said


def _notes(row: _Row) -> str | None:
    text = row.get("notes")
    if len(text) > MAX_NOTES:
        row.note("text_cut", "notes", value=text[:80])
        return cut(text, MAX_NOTES)
    return text or None
