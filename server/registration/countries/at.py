"""Austria: everybody is entered in the guest register within 24 hours, under a number that never changes."""

from __future__ import annotations

from server.registration.profile import Deadline, Duty, Layout, Party, Profile, Question, is_child
from server.registration.sheet import Person, Stay
from server.wording import N_

ADULT = 18
GROUP = 8
WEEK = 7
"""From so many on, for at most a week, a travel group has one list, which its leader signs."""

_NAMED = (Question("family_name"), Question("given_names"), Question("birth_date"))
_ASKED = (
    *_NAMED,
    Question("sex"),
    Question("nationality"),
    Question("origin_country"),
    Question("home_line"),
    Question("home_postcode"),
    Question("home_city"),
    Question("home_country"),
)
_OF_FOREIGNERS = (
    Question("document_type"),
    Question("document_number"),
    Question("document_issued_on"),
    Question("document_authority"),
)


def _duty(person: Person, stay: Stay, party: Party) -> Duty:
    """The members of a family stand on one entry, by name and birth date; so do those of a group's list."""
    in_family = person.role in ("spouse", "child") or is_child(person, stay, ADULT)
    is_short = stay.nights is not None and stay.nights <= WEEK
    in_list = party.is_group and party.size >= GROUP and is_short and person.role != "main"
    return Duty.ON_ANOTHERS if party.size > 1 and (in_family or in_list) else Duty.SHEET


def _questions(person: Person, stay: Stay, duty: Duty) -> tuple[Question, ...]:
    """Nothing besides Anlage A: no telephone, no e-mail."""
    if duty is not Duty.SHEET:
        return _NAMED
    return _ASKED if "AUT" in person.nationalities else (*_ASKED, *_OF_FOREIGNERS)


PROFILE = Profile(
    country="AT",
    own="AUT",
    law=("MeldeG §§ 5, 10", "MeldeV § 19, Anlage A"),
    duty=_duty,
    questions=_questions,
    of_stay=(Question("arrives"), Question("departs")),
    signs=lambda person, stay: True,
    signing="screen",
    layout=Layout.NOT_SEEN,
    outputs=("sheet", "register"),
    deadline=Deadline(hours=24),
    child_below=ADULT,
    numbered=True,
    unknown=(N_("Anlage A itself was not seen: the form follows its list of fields."),),
)
