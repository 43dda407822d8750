"""What a finished form tells: of whom, in the record's words; wishes; or answers that are nobody's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import phonenumbers

from server.captures.models import Capture
from server.captures.wishes import Surveyed, Wished
from server.forms.parsing import UNKNOWN_TIME


@dataclass(frozen=True, slots=True)
class Person:
    """One person of a form: FIELDS name -> raw text, what was not answered left out.

    `part` tells the record's key from that of the main guest, whose part is empty. Whoever is `of_booking`
    shares the booking that a link was made for. Who was asked for no name is `named_by_booking`.
    """

    values: dict[str, str]
    part: str = ""
    of_booking: bool = True
    named_by_booking: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a form tells. The first person is the main guest; a survey tells of nobody."""

    people: tuple[Person, ...] = ()
    wished: Wished | None = None
    surveyed: Surveyed | None = None


def text_version(capture: Capture) -> str:
    """The form, version and language whose words the guest saw, as stored with a consent."""
    return f"{capture.form}.v{capture.form_version}.{capture.language}"


def finished_at(capture: Capture) -> datetime:
    """When the guest ended the form: by our clock where a tablet told it, else when it came."""
    return capture.captured_at or capture.received_at


def filled(values: Mapping[str, str | None]) -> dict[str, str]:
    """The values that there are."""
    return {field: text for field, text in values.items() if text}


def international(number: str | None, country: str | None) -> str | None:
    """The number with its country's prefix, so that it is read rightly wherever the property lies."""
    if not number:
        return None
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def iso_date(answers: Mapping[str, str], name: str) -> str | None:
    """YYYY-MM-DD, shortened where the guest did not say the month or the day."""
    year, month, day = (answers.get(f"{name}_{part}") for part in ("year", "month", "day"))
    if not year:
        return None
    return "-".join(part.zfill(2) for part in (year, month, day) if part)


def arrival_of(answers: Mapping[str, str], today: date) -> str | None:
    """The day of arrival as the guest said it: today, or the day that was typed."""
    return today.isoformat() if answers.get("arrives") == "today" else iso_date(answers, "arrival")


def wished_of(answers: Mapping[str, str], kinds: tuple[str, ...], today: date) -> Wished:
    """What was wished for, on the day of arrival; on the day the form came where none was said."""
    try:
        day = date.fromisoformat(arrival_of(answers, today) or "")
    except ValueError:
        day = today
    if abs(day - today) > FAR:
        day = today
    time = answers.get("arrival_time")
    return Wished(day, None if time == UNKNOWN_TIME else time, kinds, answers.get("wish"))


FAR = timedelta(days=800)
"""A day of arrival farther away was mistyped: the wish would wait where nobody looks."""
