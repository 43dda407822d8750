"""Your e-mail, please: one answer, about a stay that its link or the message it answers is bound to."""

from __future__ import annotations

from datetime import date

from server.captures.models import Capture
from server.flows._telling import Person, Told, filled, text_version
from server.forms.questions import Form
from server.forms.rules import answered
from server.record import StayKind

__all__ = ["FLOW", "STAY_KIND", "read", "text_version"]

FLOW = "contact"
STAY_KIND: StayKind | None = None
"""It speaks of a stay that the house's own systems tell of; it is no second stay."""


def read(capture: Capture, form: Form, *, today: date) -> Told:
    """The guest of the booking, whom nobody asks for a name again, with the address that was given.

    The language is the guest's own choice, kept for the next stay. One who has no address, or declined, told
    that much: what is said of it stands with the question.
    """
    answers = answered(form, capture.answers)
    values = {
        "email": answers.get("email"),
        "language": capture.language,
        "created_at": capture.received_at.isoformat(),
    }
    return Told((Person(filled(values), named_by_booking=True),))
