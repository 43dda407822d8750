"""United Kingdom: everybody of 16 or more, by name and nationality; of aliens also passport and next stop."""

from __future__ import annotations

from server.registration.profile import Duty, Layout, Party, Profile, Question, is_child
from server.registration.sheet import Person, Stay
from server.wording import N_

ADULT = 16

BRITISH = frozenset({"GBR", "GBD", "GBN", "GBO", "GBP", "GBS"})
"""Every kind of British nationality that a passport names: none of them makes an alien."""

COMMONWEALTH = BRITISH | frozenset(
    (
        *("IRL", "ATG", "AUS", "BHS", "BGD", "BRB", "BLZ", "BWA", "BRN", "CMR", "CAN", "CYP", "DMA"),
        *("SWZ", "FJI", "GAB", "GMB", "GHA", "GRD", "GUY", "IND", "JAM", "KEN", "KIR", "LSO", "MWI", "MYS"),
        *("MDV", "MLT", "MUS", "MOZ", "NAM", "NRU", "NZL", "NGA", "PAK", "PNG", "RWA", "KNA", "LCA", "VCT"),
        *("WSM", "SYC", "SLE", "SGP", "SLB", "ZAF", "LKA", "TZA", "TGO", "TON", "TTO", "TUV", "UGA", "VUT"),
        "ZMB",
    )
)
"""British, Irish and the citizens of the Commonwealth as its secretariat lists its members in 2024."""

_OTHER = Question("second_nationality", required=False)  # it may make a guest no alien
_ASKED = (Question("family_name"), Question("given_names", required=False), Question("nationality"), _OTHER)
_OF_ALIENS = (
    Question("document_number"),
    Question("document_place"),
    Question("next_destination", required=False),  # asked on departure, "if known"
)


def _duty(person: Person, stay: Stay, party: Party) -> Duty:
    return Duty.NONE if is_child(person, stay, ADULT) else Duty.SHEET


def _questions(person: Person, stay: Stay, duty: Duty) -> tuple[Question, ...]:
    """The age decides who is asked and is no field of the record: the birth date is not kept."""
    if duty is not Duty.SHEET:
        return ()
    return _ASKED if COMMONWEALTH.intersection(person.nationalities) else (*_ASKED, *_OF_ALIENS)


PROFILE = Profile(
    country="GB",
    own="GBR",
    law=("Immigration (Hotel Records) Order 1972 (SI 1972/1689)",),
    duty=_duty,
    questions=_questions,
    of_stay=(Question("arrives"),),
    signs=lambda person, stay: False,
    signing="none",
    layout=Layout.NOT_SEEN,
    outputs=("sheet", "register"),
    child_below=ADULT,
    unknown=(
        N_("Which countries count as Commonwealth was taken from its own list, not from the law's text."),
    ),
)
