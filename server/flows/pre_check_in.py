"""Pre-check-in: what its answers say about the guest, those who travel along, and the stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from server.captures.links import name_key
from server.captures.models import Capture
from server.flows._telling import (
    Person,
    Told,
    arrival_of,
    filled,
    international,
    iso_date,
    text_version,
    wished_of,
)
from server.forms.questions import YES, Form
from server.forms.rules import answered
from server.record import StayKind

__all__ = ["FLOW", "STAY_KIND", "read", "text_version", "ways_out"]

FLOW = "pre_check_in"
STAY_KIND: StayKind | None = None
"""A pre-check-in speaks of a stay that the house's own systems tell of; it is no second stay."""

CHILD = "child"
"""What stands in the notes of a child: a companion only, never to be contacted."""


def read(capture: Capture, form: Form, *, today: date) -> Told:
    """The main guest first, then the companions; `today` is the day at the house when the guest ended.

    A tick for news is consent to e-mail, at the time the form was received; no tick says nothing, so it
    never withdraws an earlier yes. The words agreed to are those of `text_version(capture)`. Who booked for
    somebody else is a contact of the stay: what they typed is no evidence of who the guest is.
    """
    answers = answered(form, capture.answers)
    is_other = answers.get("staying") == "other"
    contact = {
        "email": answers.get("email"),
        "phone": international(answers.get("mobile"), answers.get("mobile_country")),
    }
    stay = {
        "stay_from": arrival_of(answers, today),
        "reference": answers.get("reference"),
        "created_at": capture.received_at.isoformat(),
    }
    if is_other:
        own: dict[str, str | None] = {
            "first_name": answers.get("guest_given_name"),
            "last_name": answers.get("guest_family_name"),
            **_booked_by(answers.get("booker_name"), contact),
        }
    else:
        own = {
            "first_name": answers.get("given_name"),
            "last_name": answers.get("family_name"),
            "email": contact["email"],
            "mobile": contact["phone"],
            "birth_date": iso_date(answers, "birth_date"),
            "language": capture.language,
        }
        if answers.get("news") == YES and contact["email"]:
            own |= {"email_consent": "yes", "consent_at": capture.received_at.isoformat()}
    people = (Person(filled(own | stay)), *_companions(form, answers, own, contact, stay))
    return Told(people, wished_of(answers, (), today))


def _booked_by(name: str | None, contact: Mapping[str, str | None]) -> dict[str, str | None]:
    return {"booker_name": name, "booker_email": contact["email"], "booker_phone": contact["phone"]}


def _companions(
    form: Form,
    answers: Mapping[str, str],
    main: Mapping[str, str | None],
    contact: Mapping[str, str | None],
    stay: Mapping[str, str | None],
) -> Iterator[Person]:
    """Records of their own. One reached through the main guest has that contact as the stay's, not as theirs.

    Of two with one name in a form (father and son), the booking would make one guest: they go without it.
    """
    booker = answers.get("booker_name") or " ".join(
        filter(None, (main.get("first_name"), main.get("last_name")))
    )
    names = {_name(main.get("first_name"), main.get("last_name"))}
    group = next((step for step in form.steps if step.group == "companion"), None)
    for number in range(1, group.most + 1) if group else ():
        there = f"companion_{number}"
        if answers.get(there) != YES or not answers.get(f"{there}_given_name"):
            continue
        first = answers[f"{there}_given_name"]
        last = answers.get(f"{there}_family_name") or main.get("last_name")
        reach = answers.get(f"{there}_reach")
        name = _name(first, last)
        of_booking = name not in names
        names.add(name)
        values: dict[str, str | None] = {"first_name": first, "last_name": last}
        if reach == "same":
            values |= _booked_by(booker, contact)
        elif reach == "own":
            values["email"] = answers.get(f"{there}_email")
        elif reach == "child":
            values["notes"] = CHILD
        values |= stay if of_booking else {"created_at": stay["created_at"]}
        yield Person(filled(values), there, of_booking)


def _name(first: str | None, last: str | None) -> tuple[str, str]:
    return name_key(first or ""), name_key(last or "")


def ways_out(capture: Capture) -> dict[str, str]:
    """The questions not answered on purpose: step -> skipped, none or declined."""
    end = "_way_out"
    return {name.removesuffix(end): way for name, way in capture.answers.items() if name.endswith(end)}
