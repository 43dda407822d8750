"""Wishes before arrival: who wishes, for which stay, and what."""

from __future__ import annotations

from datetime import date

from server.captures.models import Capture
from server.flows._telling import Person, Told, arrival_of, filled, text_version, wished_of
from server.forms.questions import YES, Form
from server.forms.rules import answered
from server.record import StayKind

__all__ = ["FLOW", "STAY_KIND", "read", "text_version"]

FLOW = "wishes"
STAY_KIND: StayKind | None = None
"""Wishes speak of a stay that the house's own systems tell of; they are no second stay."""


def read(capture: Capture, form: Form, *, today: date) -> Told:
    """The guest, and as wishes every box that was ticked and every choice that was made, save the arrival."""
    answers = answered(form, capture.answers)
    values = {
        "first_name": answers.get("given_name"),
        "last_name": answers.get("family_name"),
        "language": capture.language,
        "stay_from": arrival_of(answers, today),
        "reference": answers.get("reference"),
        "created_at": capture.received_at.isoformat(),
    }
    ticked = [
        f.id for step in form.steps for f in step.fields if f.kind == "tick" and answers.get(f.id) == YES
    ]
    chosen = [
        f"{f.id}:{answers[f.id]}"
        for step in form.steps
        for f in step.fields
        if f.kind == "choice" and f.id != "arrives" and answers.get(f.id) in f.options
    ]
    return Told((Person(filled(values)),), wished_of(answers, (*ticked, *chosen), today))
