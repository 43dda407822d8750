"""Italy: everybody who sleeps there is told to the police within a day (TULPS art. 109)."""

from __future__ import annotations

from server.registration.profile import Deadline, Duty, Layout, Party, Profile, Question, is_child
from server.registration.sheet import Person, Stay
from server.wording import N_

OF_AGE = 18
"""Spouses and minor children may be declared by one spouse, groups by their leader (DM 7 January 2013)."""

_NAMED = (
    Question("family_name"),
    Question("given_names", required=False),  # some have one name only
    Question("sex"),
    Question("birth_date"),
    Question("birth_country"),
)
_DOCUMENT = (Question("document_type"), Question("document_number"), Question("document_issuer"))


def _duty(person: Person, stay: Stay, party: Party) -> Duty:
    """All, of any nationality and age; who comes along is named on the sheet of the head."""
    if party.size == 1:
        return Duty.SHEET
    if is_child(person, stay, OF_AGE) or person.role == "spouse":
        return Duty.ON_ANOTHERS
    return Duty.ON_ANOTHERS if party.is_group and person.role == "member" else Duty.SHEET


def _questions(person: Person, stay: Stay, duty: Duty) -> tuple[Question, ...]:
    """Municipality and place of issue only where Italy is named; the document only of a sheet's head.
    Residence is no longer sent."""
    named = (*_NAMED, *_italian(person.birth_country, "birth_municipality"), Question("nationality"))
    if duty is Duty.ON_ANOTHERS:
        return named
    return (*named, *_DOCUMENT, *_italian(person.document_issuer, "document_place"))


def _italian(state: str | None, field: str) -> tuple[Question, ...]:
    """A municipality, once Italy is said; before that it may stay open."""
    if state is None:
        return (Question(field, required=False),)
    return (Question(field),) if state == "ITA" else ()


def _signs(person: Person, stay: Stay) -> bool:
    return False


PROFILE = Profile(
    country="IT",
    own="ITA",
    law=(
        "TULPS (R.D. 18 giugno 1931, n. 773) art. 109",
        "DM 7 gennaio 2013, modificato dal DM 16 settembre 2021",
    ),
    duty=_duty,
    questions=_questions,
    of_stay=(Question("arrives"), Question("departs")),
    signs=_signs,
    signing="none",
    layout=Layout.CLIENTS,
    outputs=("it_alloggiati",),
    deadline=Deadline(hours=24, hours_of_short_stay=6),
    child_below=OF_AGE,
    unknown=(
        N_("How long guests' own data may be kept is not said in what was read: the house chooses. The "
           "portal's receipts are kept for five years."),
        N_("No signature is named in what was read, so none is asked: have the questura confirm it."),
        N_("The portal takes arrivals of today and of yesterday, and stays of 30 days: of a longer stay, "
           "every further 30 days are handed in as a new arrival on their first day."),
        N_("How numbers are padded in the file is not said in what was read: check the first file with the "
           "portal's own test before sending it."),
        N_("The guest must be seen with the document in person (Consiglio di Stato 9101/2025, as reported)."),
    ),
)  # fmt: skip
