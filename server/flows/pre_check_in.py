"""Pre-check-in: what its answers say about the person and the stay, in the record's words."""

from __future__ import annotations

from collections.abc import Mapping

import phonenumbers

from server.captures.models import Capture
from server.record import StayKind

FORM = "pre_check_in"
STAY_KIND: StayKind | None = None
"""A pre-check-in speaks of a stay that the house's own systems tell of; it is no second stay."""


def to_values(capture: Capture) -> dict[str, str]:
    """The answers as a source would send them: FIELDS name -> raw text; what was not answered is left out.

    A tick for news is consent to e-mail, at the time the form was received; no tick says nothing, so it
    never withdraws an earlier yes. The words agreed to are those of `text_version(capture)`.
    """
    answers = capture.answers
    values = {
        "first_name": answers.get("given_name"),
        "last_name": answers.get("family_name"),
        "email": answers.get("email"),
        "mobile": _international(answers.get("mobile"), answers.get("mobile_country")),
        "birth_date": _iso_date(answers, "birth_date"),
        "language": capture.language,
        "stay_from": _iso_date(answers, "arrival"),
        "reference": answers.get("reference"),
        "created_at": capture.received_at.isoformat(),
    }
    if answers.get("news") == "yes" and answers.get("email"):
        values |= {"email_consent": "yes", "consent_at": capture.received_at.isoformat()}
    return {field: text for field, text in values.items() if text}


def text_version(capture: Capture) -> str:
    """The form, version and language whose words the guest saw, as stored with a consent."""
    return f"{capture.form}.v{capture.form_version}.{capture.language}"


def ways_out(capture: Capture) -> dict[str, str]:
    """The questions not answered on purpose: step -> skipped, none or declined."""
    end = "_way_out"
    return {name.removesuffix(end): way for name, way in capture.answers.items() if name.endswith(end)}


def _international(number: str | None, country: str | None) -> str | None:
    """The number with its country's prefix, so that it is read rightly wherever the property lies."""
    if not number:
        return None
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _iso_date(answers: Mapping[str, str], name: str) -> str | None:
    """YYYY-MM-DD, shortened where the guest did not say the month or the day."""
    year, month, day = (answers.get(f"{name}_{part}") for part in ("year", "month", "day"))
    if not year:
        return None
    return "-".join(part.zfill(2) for part in (year, month, day) if part)
