"""Every number of the completeness page, defined once: its code, its name, its formula, its SQL.

A number counts one of three populations:

* `stays`: checked-in stays at check-out (left or past their departure, not cancelled, no no-shows, at least
  one night) of adult main guests, each once however many systems and sharers tell of it, told by the PMS
  (by another source where the property has none);
* `records`: source records that identify somebody: what each system believes to be one guest;
* `guests`: unified guests that are identified: a name or a usable contact.

`before` reads the value in the record itself, `after` in the unified guest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.sql.selectable import Subquery

from server.consents.models import Consent
from server.guests.models import GuestValue, Link
from server.guests.values import USABLE_EMAIL, USABLE_PHONE
from server.records.models import CleanRow, Source, SourceRecord
from server.stays.models import Stay, ToldStay
from server.stays.told import CAME_TO_NOTHING
from server.wording import N_

Population = Literal["stays", "records", "guests"]
ADULT_AGE = 18
OF_THE_HOUSE = ("folio", "pms")
"""Kinds of sources that know who stayed."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that a page shows: what it is called, and how it is counted."""

    code: str
    name: str
    formula: str


NUMBERS: dict[str, Number] = {
    number.code: number
    for number in (
        Number("all", N_("All"), N_("Everybody in the population.")),
        Number(
            "email.filled",
            N_("E-mail filled"),
            N_("The e-mail field holds something, whatever it is worth: an OTA alias counts."),
        ),
        Number(
            "email.reachable",
            N_("Reachable by e-mail"),
            N_("A real address, or one that relays to it: mail still arrives after the stay."),
        ),
        Number(
            "email.marketable",
            N_("May be written to"),
            N_("Reachable by e-mail, and said yes to news; one no among all records outweighs every yes."),
        ),
        Number("phone", N_("Phone"), N_("A number that can be dialled, mobile or landline.")),
        Number("address", N_("Address"), N_("A town, and a street or a postal code.")),
        Number("birth_date", N_("Birth date"), N_("A whole birth date that is no placeholder.")),
        Number("language", N_("Language"), N_("A language to write in.")),
    )
}

EMAIL_CLASSES = (
    "real",
    "relay",
    "alias",
    "bounced",
    "lapsed",
    "shared",
    "disposable",
    "placeholder",
    "invalid",
    "missing",
)


def record_flags() -> dict[str, ColumnElement[bool]]:
    """For each number, whether a record's own reading fulfils it (`before`), consent apart."""
    return {
        "email.filled": CleanRow.email_class != "missing",
        "email.reachable": CleanRow.email_class.in_(USABLE_EMAIL),
        "phone": or_(CleanRow.phone_class.in_(USABLE_PHONE), CleanRow.mobile_class.in_(USABLE_PHONE)),
        "address": and_(
            CleanRow.city.is_not(None), or_(CleanRow.street.is_not(None), CleanRow.postal_code.is_not(None))
        ),
        "birth_date": CleanRow.birth_date.is_not(None),
        "language": CleanRow.language.is_not(None),
    }


def identified() -> ColumnElement[bool]:
    """Whether a record identifies somebody: a person's name, or a usable contact."""
    named = and_(CleanRow.is_person, or_(CleanRow.last_name.is_not(None), CleanRow.first_name.is_not(None)))
    flags = record_flags()
    return or_(named, flags["email.reachable"], flags["phone"])


def _has_values() -> dict[str, tuple[ColumnElement[bool], ...]]:
    """For each number, what its guest needs: at least one unified value for each condition."""
    field, value_class = GuestValue.field, GuestValue.value_class
    return {
        "email.filled": (field == "email",),
        "email.reachable": (and_(field == "email", value_class.in_(USABLE_EMAIL)),),
        "phone": (and_(field.in_(("mobile", "phone")), value_class.in_(USABLE_PHONE)),),
        "address": (field == "city", field.in_(("street", "postal_code"))),
        "birth_date": (field == "birth_date",),
        "language": (field == "language",),
    }


def guest_facts() -> Select[*tuple[Any, ...]]:
    """One row a guest that has any value: guest_id, the numbers its unified values fulfil (`after`, consent
    apart) as bits in the order of FULFILLED, and the class of its e-mail (None: it has none)."""
    fulfilled: ColumnElement[int] = literal(0)
    for bit, conditions in enumerate(_has_values().values()):
        both: ColumnElement[int] = literal(1 << bit)
        for condition in conditions:
            both = both * func.max(case((condition, 1), else_=0))
        fulfilled = fulfilled + both
    email_class = func.max(case((GuestValue.field == "email", GuestValue.value_class)))
    return select(GuestValue.guest_id, fulfilled, email_class).group_by(GuestValue.guest_id)


FULFILLED = tuple(_has_values())
"""The numbers behind guest_facts' bits, the lowest first."""


def record_bits() -> ColumnElement[int]:
    """Which numbers a record's own reading fulfils (`before`, consent apart), as bits in that order."""
    bits: ColumnElement[int] = literal(0)
    for bit, code in enumerate(FULFILLED):
        bits = bits + case((record_flags()[code], 1 << bit), else_=0)
    return bits


def fulfilled_by(bits: int, *, consented: bool) -> frozenset[str]:
    """The codes of the numbers behind such bits; who consented and is reachable may be written to."""
    codes = {code for bit, code in enumerate(FULFILLED) if bits >> bit & 1}
    if consented and "email.reachable" in codes:
        codes.add("email.marketable")
    return frozenset(codes)


def guest_fulfils(code: str, guest_id: ColumnElement[str]) -> ColumnElement[bool]:
    """The same for one guest, by its key: a list looks up those it shows instead of all there are."""
    return and_(
        *(
            select(GuestValue.guest_id).where(GuestValue.guest_id == guest_id, condition).exists()
            for condition in _has_values()[code]
        )
    )


def consents() -> Subquery:
    """One row a guest that said anything about news by e-mail: `given` is 1 only where nothing says no."""
    return (
        select(Link.guest_id, func.min(case((Consent.given, 1), else_=0)).label("given"))
        .join(Link, Link.record_id == Consent.record_id)
        .where(Consent.channel == "email")
        .group_by(Link.guest_id)
        .subquery("guest_consent")
    )


def counted_stays(today: date) -> Select[*tuple[Any, ...]]:
    """The population `stays`: record_id, guest_id, property_id, source_id, departs; one row a stay."""
    pms_houses = (
        select(ToldStay.property_id)
        .join(SourceRecord, SourceRecord.id == ToldStay.record_id)
        .join(Source, Source.id == SourceRecord.source_id)
        .where(ToldStay.kind == "stay", Source.kind.in_(OF_THE_HOUSE))
    )
    born_before = today.replace(year=today.year - ADULT_AGE, day=min(today.day, 28))
    return (
        select(Stay.record_id, Stay.guest_id, Stay.property_id, SourceRecord.source_id, Stay.departs)
        .join(SourceRecord, SourceRecord.id == Stay.record_id)
        .join(Source, Source.id == SourceRecord.source_id)
        .join(CleanRow, CleanRow.record_id == Stay.record_id)
        .where(
            Stay.kind == "stay",
            Stay.status.not_in(CAME_TO_NOTHING),
            # coalesce, so that SQLite reads the table through: nearly all stays lie behind us, and going
            # to each by the index of departures took three times as long (1.2 s against 0.4 for 100,000)
            func.coalesce(Stay.departs, Stay.arrives) <= today,
            Stay.departs > Stay.arrives,
            CleanRow.is_person,
            or_(CleanRow.birth_date.is_(None), CleanRow.birth_date <= born_before),
            or_(Source.kind.in_(OF_THE_HOUSE), Stay.property_id.not_in(pms_houses)),
        )
    )


def record_population() -> Select[*tuple[Any, ...]]:
    """The population `records`: record_id, guest_id, property_id, source_id."""
    return (
        select(
            SourceRecord.id.label("record_id"),
            Link.guest_id,
            SourceRecord.property_id,
            SourceRecord.source_id,
        )
        .join(CleanRow, CleanRow.record_id == SourceRecord.id)
        .join(Link, Link.record_id == SourceRecord.id)
        .where(identified())
    )
