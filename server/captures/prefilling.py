"""What a tablet is told of a guest whose stay the reception hands over: named fields, of that stay only.

This is the only place from which anything of a guest goes to a tablet. What other stays, other records of the
guest or the household tell stays here; so do consents, wishes, and the addresses of those who travel along.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import phonenumbers
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.captures.links import stay_of
from server.captures.models import Bound, Capture, GuestLink, Handover
from server.forms.questions import YES, Form, Step
from server.forms.suggestion import is_alias
from server.records.models import CleanRow, SourceRecord
from server.stays.models import Stay, StaySource

FORM = "pre_check_in"
CONTACT = "your_email"

OF_THE_GUEST = (
    "given_name",
    "family_name",
    "arrives",
    "arrival_day",
    "arrival_month",
    "arrival_year",
    "reference",
    "email",
    "mobile_country",
    "mobile",
)
OF_A_COMPANION = ("given_name", "family_name", "reach")
"""The answers that leave for the tablet: nothing else does."""

REACHED_BY = ("same", "child")
"""How a companion may be reached, where that says no address of theirs."""


def handed_names(form: Form) -> frozenset[str]:
    """The names of all answers that a tablet may be told of a form."""
    found = set(OF_THE_GUEST)
    for step in form.steps:
        for number in range(1, step.most + 1) if step.group else ():
            found |= {step.marker(number), *(f"{step.marker(number)}_{name}" for name in OF_A_COMPANION)}
    return frozenset(found & set(form.names))


def language_of(session: Session, record: SourceRecord) -> str | None:
    """The language that the guest of a stay chose, or is known to read; None where nothing tells."""
    filled_in = _filled_in(session, record)
    if filled_in is not None:
        return filled_in.language
    clean = session.get(CleanRow, record.id)
    return clean.language if clean else None


def answers_for(session: Session, record: SourceRecord, form: Form, *, today: date) -> dict[str, str]:
    """What is known of a stay, as answers of its form: what its guest last filled in for it and the address
    that came back for it, else what the house's own record says. `today` is the day at the house."""
    filled_in = _filled_in(session, record)
    found = _of_record(session, record, today) | (_of_form(filled_in.answers) if filled_in else {})
    if filled_in is None or filled_in.answers.get("staying") != "other":
        came_back = _came_back(session, record, since=filled_in.received_at if filled_in else None)
        found |= {"email": came_back} if came_back else {}
    groups = [step for step in form.steps if step.group]
    if groups and not any(name.startswith(f"{groups[0].group}_") for name in found):
        found |= _companions(session, record, groups[0])
    allowed = handed_names(form)
    return {name: text for name, text in found.items() if text and name in allowed}


def _of_record(session: Session, record: SourceRecord, today: date) -> dict[str, str]:
    clean, stay = session.get(CleanRow, record.id), stay_of(session, record)
    found: dict[str, str | None] = {}
    if clean is not None:
        found |= {"given_name": clean.first_name, "family_name": clean.last_name}
        if clean.email_class == "real":
            found["email"] = clean.email
        if clean.mobile_class in ("mobile", "unverifiable"):
            found |= _number(clean.mobile)
    if stay is not None:
        found["reference"] = stay.reference
        found |= _arrival(stay.arrives, today)
    return _filled(found)


def _arrival(day: date | None, today: date) -> dict[str, str]:
    if day is None:
        return {}
    if day == today:
        return {"arrives": "today"}
    parts = {"arrival_day": day.day, "arrival_month": day.month, "arrival_year": day.year}
    return {"arrives": "later"} | {name: str(part) for name, part in parts.items()}


def _number(text: str | None) -> dict[str, str]:
    """A mobile number as the form asks for it: the country of its prefix, then the rest."""
    try:
        parsed = phonenumbers.parse(text or "", None)
    except phonenumbers.NumberParseException:
        return {}
    country = phonenumbers.region_code_for_number(parsed)
    national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return {"mobile_country": country, "mobile": national} if country else {}


def _filled_in(session: Session, record: SourceRecord) -> Capture | None:
    """The form that was filled in last for the stay of a record, through its link or handed over before."""
    ways = _for_stay(session, record, GuestLink.record_id), _for_stay(session, record, Handover.record_id)
    query = (
        select(Capture)
        .outerjoin(GuestLink, GuestLink.id == Capture.guest_link_id)
        .outerjoin(Handover, Handover.capture_id == Capture.id)
        .where(Capture.form == FORM, Capture.state == "read", or_(*ways))
        .order_by(Capture.received_at.desc(), Capture.id.desc())
    )
    return session.scalar(query.limit(1))


def _came_back(session: Session, record: SourceRecord, *, since: datetime | None) -> str | None:
    """The address that was given for the stay of a record last: by the guest, or by a colleague for them. One
    that its owner took back reads as none."""
    ways = _for_stay(session, record, GuestLink.record_id), _for_stay(session, record, Bound.record_id)
    query = (
        select(CleanRow.email)
        .join(Capture, Capture.record_id == CleanRow.record_id)
        .outerjoin(GuestLink, GuestLink.id == Capture.guest_link_id)
        .outerjoin(Bound, Bound.capture_id == Capture.id)
        .where(Capture.form == CONTACT, Capture.state == "read", CleanRow.email_class == "real", or_(*ways))
        .order_by(Capture.received_at.desc(), Capture.id.desc())
    )
    return session.scalar((query if since is None else query.where(Capture.received_at > since)).limit(1))


def _for_stay(
    session: Session, record: SourceRecord, column: InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    """That a column names the record, or another one that tells of the same stay."""
    stay = stay_of(session, record)
    of_record: ColumnElement[bool] = column == record.id
    if not isinstance(stay, Stay):
        return of_record
    return or_(of_record, column.in_(select(StaySource.record_id).where(StaySource.stay_id == stay.id)))


def _of_form(answers: Mapping[str, str]) -> dict[str, str]:
    """What a guest filled in before; the day of arrival and the booking are the house's to know."""
    given = {name: text for name, text in answers.items() if not name.startswith(("arriv", "reference"))}
    if answers.get("staying") == "other":  # who booked is not who stands there now
        names = {"given_name": "guest_given_name", "family_name": "guest_family_name"}
        return {name: answers.get(asked, "") for name, asked in names.items()}
    if is_alias(given.get("email", "")):
        del given["email"]
    for name in [name for name in given if name.endswith("_reach") and given[name] not in REACHED_BY]:
        del given[name]
    return given


def _companions(session: Session, record: SourceRecord, group: Step) -> dict[str, str]:
    """Those whom the house's records tell of as travelling along in this stay: their names."""
    stay = stay_of(session, record)
    if not isinstance(stay, Stay):
        return {}
    query = (
        select(CleanRow.first_name, CleanRow.last_name)
        .join(StaySource, StaySource.record_id == CleanRow.record_id)
        .where(
            StaySource.stay_id == stay.id, StaySource.role == "companion", CleanRow.first_name.is_not(None)
        )
        .order_by(CleanRow.record_id)
    )
    found: dict[str, str | None] = {}
    for number, (first, last) in enumerate(session.execute(query.limit(group.most)), start=1):
        there = group.marker(number)
        found |= {there: YES, f"{there}_given_name": first, f"{there}_family_name": last}
    return _filled(found)


def _filled(values: Mapping[str, str | None]) -> dict[str, str]:
    """The values that there are."""
    return {name: text for name, text in values.items() if text}
