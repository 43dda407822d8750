"""France: every foreigner signs a sheet on arrival, which the police may ask for."""

from __future__ import annotations

from server.registration.profile import (
    Duty,
    Layout,
    Party,
    Profile,
    Question,
    is_child,
)
from server.registration.sheet import Person, Stay
from server.wording import N_

CHILD_BELOW = 15
"""Only children under 15 may stand on the sheet of an adult who travels along (R. 814-2)."""

_NAMED = (Question("family_name"), Question("given_names"), Question("birth_date"))
_ASKED = (
    *_NAMED,
    Question("birth_place"),
    Question("nationality"),
    Question("home_line"),
    Question("home_postcode", required=False),  # not every country has them
    Question("home_city"),
    Question("home_country"),
    # the decree names both; who has no telephone or no e-mail address still signs
    Question("mobile", required=False),
    Question("email", required=False),
)
_CHILD = (*_NAMED, Question("birth_place", required=False), Question("nationality"))


def _duty(person: Person, stay: Stay, party: Party) -> Duty:
    """French nationals owe nothing, also those of a second nationality; foreigners who live in France do."""
    if "FRA" in person.nationalities:
        return Duty.NONE
    if is_child(person, stay, CHILD_BELOW):
        # alone, a child has nobody's sheet to stand on
        return Duty.ON_ANOTHERS if party.size > 1 else Duty.SHEET
    return Duty.SHEET


def _questions(person: Person, stay: Stay, duty: Duty) -> tuple[Question, ...]:
    """The list of R. 814-1 and nothing besides: no document, sex, profession or room."""
    return _CHILD if duty is Duty.ON_ANOTHERS else _ASKED


def _signs(person: Person, stay: Stay) -> bool:
    return not is_child(person, stay, CHILD_BELOW)


PROFILE = Profile(
    country="FR",
    own="FRA",
    law=(
        "CESEDA L. 814-1, R. 814-1 à R. 814-3",
        "arrêté du 1er octobre 2015 (JORFTEXT000031285813)",
    ),
    duty=_duty,
    questions=_questions,
    of_stay=(Question("arrives"), Question("departs")),
    signs=_signs,
    signing="screen",
    layout=Layout.NOT_SEEN,
    outputs=("sheet", "register"),
    child_below=CHILD_BELOW,
    unknown=(
        N_("The model in the annex of 2015 was not seen: the sheet follows the law's list of fields."),
        N_("From when the six months run is not said in what was read: the house chooses."),
    ),
)
