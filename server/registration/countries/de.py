"""Germany: foreigners sign a special form by hand on the day of arrival; since 2025 Germans owe none."""

from __future__ import annotations

from server.registration.profile import Duty, Layout, Party, Profile, Question, is_child
from server.registration.sheet import Person, Stay
from server.wording import N_

ADULT = 18
LARGE_GROUP = 10
"""Of a larger travel group the leader alone fills one in, with the number of those who travel along."""

_ASKED = (
    Question("family_name"),
    Question("given_names"),
    Question("birth_date"),
    Question("nationality"),
    Question("second_nationality", required=False),
    Question("home_line"),
    Question("home_postcode", required=False),
    Question("home_city"),
    Question("home_country"),
    Question("document_number"),  # the serial number of the passport or card, and nothing else of it
)


def _duty(person: Person, stay: Stay, party: Party) -> Duty:
    """Accompanying spouses, partners and minors, and the members of a large group, are only counted."""
    if "DEU" in person.nationalities:
        return Duty.NONE
    if party.size > 1 and (person.role == "spouse" or is_child(person, stay, ADULT)):
        return Duty.COUNTED
    if party.is_group and party.size > LARGE_GROUP and person.role != "main":
        return Duty.COUNTED
    return Duty.SHEET


def _questions(person: Person, stay: Stay, duty: Duty) -> tuple[Question, ...]:
    """What BMG § 30 (2) lists, which is exclusive."""
    return _ASKED if duty is Duty.SHEET else ()


PROFILE = Profile(
    country="DE",
    own="DEU",
    law=("BMG §§ 29, 30 (Fassung ab 1. Januar 2025)",),
    duty=_duty,
    questions=_questions,
    of_stay=(Question("arrives"), Question("departs"), Question("counted", required=False)),
    signs=lambda person, stay: True,
    signing="hand",
    layout=Layout.NOT_SEEN,
    outputs=("sheet", "register"),
    child_below=ADULT,
    unknown=(
        N_("Whether a signature on a screen is one by hand was not found: print it, have it signed."),
        N_("There is no official model: the form follows the law's list, which allows nothing besides."),
    ),
)
