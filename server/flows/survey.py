"""A survey: scores, a comment, and an address only of whoever wants an answer. It tells of nobody.

Any form may be one: its first scale is the score, its first note the comment, its first e-mail the address
for an answer. Nothing of it becomes a record of a guest.
"""

from __future__ import annotations

from datetime import date

from server.captures.models import Capture
from server.captures.wishes import Surveyed
from server.flows._telling import Told, text_version
from server.forms.questions import FieldKind, Form
from server.forms.rules import answered
from server.record import StayKind

__all__ = ["FLOW", "STAY_KIND", "read", "text_version"]

FLOW = "survey"
STAY_KIND: StayKind | None = None
TAPPED: tuple[FieldKind, ...] = ("scale", "choice", "tick")


def read(capture: Capture, form: Form, *, today: date) -> Told:
    """Whatever was answered, however little: a score from 0 to 100 for each scale."""
    answers = answered(form, capture.answers)
    fields = [field for step in form.steps for field in step.fields]
    given = [(field, answers[field.id]) for field in fields if field.id in answers]
    scores = {
        field.id: round(100 * field.options.index(text) / (len(field.options) - 1))
        for field, text in given
        if field.kind == "scale" and text in field.options
    }
    return Told(
        surveyed=Surveyed(
            scores=scores,
            answers={field.id: text for field, text in given if field.kind in TAPPED},
            comment=next((text for field, text in given if field.kind == "note"), None),
            reply_to=next((text[:254] for field, text in given if field.kind == "email"), None),
        )
    )
