"""One source record's values to its clean record: each field by the file of its kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from server.cleaning.address import read_address
from server.cleaning.country import read_country
from server.cleaning.date import Date, parse, parse_birth
from server.cleaning.email import Email, read_email
from server.cleaning.language import read_language
from server.cleaning.name import Name, read_name
from server.cleaning.phone_columns import Phones, read_phones
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
from server.cleaning.text import all_tidy, cut, read_text, storable
from server.record import FIELDS, CleanRecord, Context, Finding

VERSION = 4
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
        # most rows need nothing but their outer spaces gone: told of all cells in one look, 3 us a row
        if all_tidy(values.values()):
            self.text = {
                field: text
                for field, raw in values.items()
                if len(text := raw.strip()) > 9 or text.lower() not in _NOTHING
            }
        else:
            for field, raw in values.items():
                if raw and field in _KNOWN:
                    self._read(field, raw)

    def _read(self, field: str, raw: str) -> None:
        read = read_text(raw)
        for code in read.codes:
            self.note(code, field, value=storable(raw[:80]), read=read.value[:80])
        if read.lost and field in _NAME_FIELDS:
            self.lost = True
        value = read.value if "[" not in raw else _without_markers(field, read.value)
        if len(value) > MAX_FIELD and field != "notes":
            self.note("text_cut", field, value=value[:80])
            value = cut(value, MAX_FIELD)
        if value.lower() not in _NOTHING:
            self.text[field] = value

    def note(self, code: str, field: str, **params: str) -> None:
        self.findings.append(Finding(code, field, params))


def _without_markers(field: str, text: str) -> str:
    """A text without what the door put in for what it took out; a note keeps it beside its other words."""
    rest = _MARKER.sub(" ", text)
    if field == "notes" and any(ch.isalnum() for ch in rest):
        return text
    return " ".join(rest.split())


_MARKER = re.compile(r"\[[a-z ]{1,40} taken out\]")
_KNOWN = frozenset(FIELDS)
_NAME_FIELDS = frozenset(("first_name", "last_name", "full_name"))
_OWN_PHONES = frozenset(("mobile", "unverifiable"))
_NO_EMAIL = Email()
_NO_PHONES = Phones()
_NO_DATE = Date()
_NOTHING_NOTED = Noted()


def clean(values: Mapping[str, str], context: Context) -> CleanRecord:
    """Read one source record.

    `values` maps names of `record.FIELDS` to raw text exactly as the source holds it; a missing name, an
    empty text and a source's word for nothing (`N/A`) are all absent. Never raises on any text: what cannot
    be read is absent in the result and stands in its findings. Every value fits the columns of
    `records.models.CleanRow`.
    """
    # a row has 6 to 10 of the 33 fields: a blank record is filled, and an absent field costs one `in`
    row, record = _Row(values, context), CleanRecord()
    text = row.text
    if "country" in text:
        record.country = _country(row, "country")
    if "nationality" in text:
        record.nationality = _country(row, "nationality")
    if "language" in text:
        record.language = _language(row)
    if "street" in text or "postal_code" in text or "city" in text:
        _fill_address(record, row)
    name = _fill_name(record, row)
    email = _fill_email(record, row) if "email" in text else _NO_EMAIL
    phones = _fill_phones(record, row) if "phone" in text or "mobile" in text else _NO_PHONES
    if name.kind != "person":
        record.is_person = _is_person(name, email, phones)
    _fill_dates(record, row)
    _fill_stay(record, row)
    if "document_number" in text:
        record.document_number = _document(text["document_number"])
    if "company" in text:
        record.company = _short(row, "company")
    if "loyalty_id" in text:
        record.loyalty_id = _short(row, "loyalty_id")
    if "channel" in text:
        record.channel = _short(row, "channel")
    if "consent_at" in text:
        record.consent_at = _moment(row, "consent_at").moment
    if "email_consent" in text:
        record.email_consent = _consent(row, "email_consent")
    if "sms_consent" in text:
        record.sms_consent = _consent(row, "sms_consent")
    if "notes" in text:
        record.notes = _notes(row)
    if row.findings:
        record.findings = tuple(row.findings)
    return record


def _country(row: _Row, field: str) -> str | None:
    code = read_country(row.text[field])
    if code is None:
        row.note(f"{field}_unknown", field, value=row.text[field][:80])
    return code


def _language(row: _Row) -> str | None:
    code = read_language(row.text["language"])
    if code is None:
        row.note("language_unknown", "language", value=row.text["language"][:80])
    return code


def _fill_address(record: CleanRecord, row: _Row) -> None:
    get = row.text.get
    address = read_address(get("street", ""), get("postal_code", ""), get("city", ""), record.country)
    for code, field, value in address.found:
        row.note(code, field, value=value)
    record.street, record.postal_code, record.city = address.street, address.postal_code, address.city
    record.country = record.country or address.country


def _fill_name(record: CleanRecord, row: _Row) -> Name:
    get = row.text.get
    name = read_name(
        get("first_name", ""),
        get("last_name", ""),
        get("full_name", ""),
        get("title", ""),
        record.language or "",
    )
    for code, field, value in name.found:
        row.note(code, field, value=value)
    record.first_name, record.last_name = name.first, name.last
    record.title, record.gender = name.title, name.gender
    record.name_order_sure, record.companions = name.order_sure, name.companions
    record.lost_letters = row.lost
    return name


def _fill_email(record: CleanRecord, row: _Row) -> Email:
    email = read_email(row.text["email"][:1_000], row.context.own_domains, row.context.own_emails)
    for code, params in email.found:
        row.findings.append(Finding(code, "email", params))
    record.email, record.email_class, record.email_suggestion = email.address, email.kind, email.suggestion
    return email


def _fill_phones(record: CleanRecord, row: _Row) -> Phones:
    phones = read_phones(
        row.text.get("phone", ""),
        row.text.get("mobile", ""),
        country=record.country,
        nationality=record.nationality,
        language=record.language,
        email=record.email,
        home=row.context.country,
        own_phones=row.context.own_phones,
    )
    for code, field, params in phones.found:
        row.findings.append(Finding(code, field, params))
    record.phone, record.phone_class = phones.phone.e164, phones.phone.kind
    record.mobile, record.mobile_class = phones.mobile.e164, phones.mobile.kind
    return phones


def _fill_dates(record: CleanRecord, row: _Row) -> None:
    """The stay, the row's own moments, and the birth date, whose century the others may tell."""
    text = row.text
    if "stay_from" in text:
        record.stay_from = _day(row, "stay_from")
    if "stay_to" in text:
        record.stay_to = _day(row, "stay_to")
        if record.stay_from is not None and record.stay_to is not None and record.stay_to < record.stay_from:
            row.note("stay_ends_before_it_starts", "stay_to", value=f"{record.stay_from} - {record.stay_to}")
    created = _moment(row, "created_at") if "created_at" in text else _NO_DATE
    updated = _moment(row, "updated_at") if "updated_at" in text else _NO_DATE
    record.created_at, record.updated_at = created.moment, updated.moment
    if "birth_date" in text:
        days = [read.value for read in (created, updated) if read.value is not None]
        record.birth_date = _birth(row, max(days, default=record.stay_from))


def _fill_stay(record: CleanRecord, row: _Row) -> None:
    text = row.text
    noted = _NOTHING_NOTED
    currency = None
    if "amount" in text:
        record.amount, currency = read_amount(text["amount"])
        if record.amount is None:
            row.note("amount_unreadable", "amount", value=text["amount"][:80])
    if "notes" in text:
        noted = read_notes(text["notes"])
        record.card_digits = noted.card_digits
    if "status" in text:
        record.status = read_status(text["status"])
        if record.status == "unknown":
            row.note("status_unknown", "status", value=text["status"][:80])
    if "reference" in text or noted.references:
        record.references = read_references(text.get("reference", ""), noted)
    record.room = read_room(text["room"], noted) if "room" in text else noted.room
    record.party = read_party(text["party"], noted) if "party" in text else noted.party
    record.currency = (currency_of(text["currency"]) if "currency" in text else None) or currency


def _day(row: _Row, field: str) -> date | None:
    text = row.text[field]
    read = parse(text, row.context.date_orders.get(field), row.context.today)
    if read.code is not None:
        row.note(read.code, field, value=text[:80])
    return read.value


def _moment(row: _Row, field: str) -> Date:
    """A moment in UTC; a day without a time is its midnight."""
    text = row.text[field]
    read = parse(text, row.context.date_orders.get(field), row.context.today)
    if read.code is not None:
        row.note(read.code, field, value=text[:80])
    return read.at_midnight() if read.moment is None else read


def _birth(row: _Row, written: date | None) -> date | None:
    text = row.text["birth_date"]
    order = row.context.date_orders.get("birth_date")
    read = parse_birth(text, order, row.context.today, written)
    if read.code is not None:
        row.note(_BIRTH_CODES.get(read.code, read.code), "birth_date", value=text[:80])
    return read.value


def _is_person(name: Name, email: Email, phones: Phones) -> bool:
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


def _document(text: str) -> str | None:
    number = "".join(ch for ch in text.upper() if ch.isalnum())
    if len(number) < 4 or len(set(number)) == 1:
        return None
    return number[: _LIMITS["document_number"]]


def _short(row: _Row, field: str) -> str:
    text = row.text[field]
    if len(text) > _LIMITS[field]:
        row.note("text_cut", field, value=text[:80])
    return cut(text, _LIMITS[field])


def _consent(row: _Row, field: str) -> bool | None:
    said = read_consent(row.text[field])
    if said is None:
        row.note("consent_unclear", field, value=row.text[field][:80])
    return said


def _notes(row: _Row) -> str:
    text = row.text["notes"]
    if len(text) > MAX_NOTES:
        row.note("text_cut", "notes", value=text[:80])
    return cut(text, MAX_NOTES)
