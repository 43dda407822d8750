"""Czechia: foreigners are told to the foreign police within three working days (Act 326/1999)."""

from __future__ import annotations

from server.registration.profile import Deadline, Duty, Layout, Party, Profile, Question, is_child
from server.registration.sheet import Person, Stay
from server.wording import N_

OF_AGE = 18
"""Accompanying minors, spouses and members of travel groups need not sign themselves (Schengen Convention
art. 45(1)(a)); all are named."""

_NAMED = (
    Question("family_name"),
    Question("given_names", required=False),  # some have one name only
    Question("birth_date"),
    Question("nationality"),
)
_HOME = (
    Question("home_line", required=False),  # the service takes a record without it
    Question("home_city"),
    Question("home_country"),
)
_DOCUMENT = Question("document_number")
_CHILDS_DOCUMENT = Question("document_number", required=False)  # empty: in the passport of a parent
_VISA = Question("visa_number", required=False)


def _duty(person: Person, stay: Stay, party: Party) -> Duty:
    """Czech nationals owe nothing, also those of a second nationality; other EU citizens do."""
    if "CZE" in person.nationalities:
        return Duty.NONE
    if party.size == 1:
        return Duty.SHEET
    if is_child(person, stay, OF_AGE) or person.role == "spouse":
        return Duty.ON_ANOTHERS
    return Duty.ON_ANOTHERS if party.is_group and person.role == "member" else Duty.SHEET


def _questions(person: Person, stay: Stay, duty: Duty) -> tuple[Question, ...]:
    is_beside = duty is Duty.ON_ANOTHERS and is_child(person, stay, OF_AGE)
    return (*_NAMED, *_HOME, _CHILDS_DOCUMENT if is_beside else _DOCUMENT, _VISA)


def _signs(person: Person, stay: Stay) -> bool:
    return not is_child(person, stay, OF_AGE)


PROFILE = Profile(
    country="CZ",
    own="CZE",
    law=(
        "zákon č. 326/1999 Sb., o pobytu cizinců na území České republiky, § 97, § 101 a násl.",
        "Provozní řád Internetové aplikace Ubyport",
    ),
    duty=_duty,
    questions=_questions,
    of_stay=(Question("arrives"), Question("departs"), Question("purpose", required=False)),
    signs=_signs,
    signing="screen",
    layout=Layout.CLIENTS,
    outputs=("sheet", "register", "cz_unl"),
    deadline=Deadline(working_days=3),
    child_below=OF_AGE,
    unknown=(
        N_("In the text of the law that was read, the house book is kept on paper: print it, until the "
           "police say otherwise."),
        N_("From when the six years of the house book run is not said in what was read: here, departure."),
        N_("Whether a signature is asked besides is not said in what was read; the Schengen Convention asks "
           "one of adults."),
        N_("A second version of Ubyport's file is announced: check with the police before the first file."),
        N_("A child without a document number of its own is handed in as standing in the passport of the "
           "person who signs."),
    ),
)  # fmt: skip
