"""Netherlands: every main guest stands in the night register; the number of a document must not be asked."""

from __future__ import annotations

from server.registration.profile import Duty, Layout, Party, Profile, Question
from server.registration.sheet import Person, Stay
from server.wording import N_

_ASKED = (
    Question("family_name"),
    Question("given_names", required=False),
    Question("home_city"),
    Question("home_country", required=False),
    Question("document_type"),
)


def _duty(person: Person, stay: Stay, party: Party) -> Duty:
    """Spouses, minor children and the members of a group are exempt."""
    return Duty.SHEET if person.role == "main" else Duty.NONE


def _questions(person: Person, stay: Stay, duty: Duty) -> tuple[Question, ...]:
    return _ASKED if duty is Duty.SHEET else ()


PROFILE = Profile(
    country="NL",
    own="NLD",
    law=("Wetboek van Strafrecht art. 438", "algemene plaatselijke verordening"),
    duty=_duty,
    questions=_questions,
    of_stay=(Question("arrives"), Question("departs")),
    signs=lambda person, stay: False,
    signing="none",
    layout=Layout.NOT_SEEN,
    outputs=("sheet", "register"),
    unknown=(
        N_("How long the register is kept is not said in what was read: the house chooses."),
        N_("Some municipalities want a digital register, or its data each month: ask yours."),
    ),
)
