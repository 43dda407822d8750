"""The told guests: one small story for each thing that OneGuest claims, told in the systems' own rows.

They make the same rows in every demo, at dates that follow its today. The manifest carries each with its rows
and with what a person at the kiosk or the desk should type and then see.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from server.demo.exports import Export
from server.demo.stories import contact, faults, households, spellings
from server.demo.telling import GMAIL, Story, Teller

ADDRESSES = tuple(
    f"{local}{GMAIL}"
    for local in (
        "elodie_vasseur",
        "tomas_lindqvist",
        "patrick_m_1956",
        "maria_rossi",
        "helen_chang",
        "john_smith",
        "leonard_frechet",
        "costa_family",
        "camille_et_paul",
        "marc_aubert",
    )
)
"""Addresses of the told guests; no drawn person gets one of them."""


def tell(exports: Mapping[str, Export], today: date) -> list[Story]:
    """Add every story's rows to the exports; return the stories, the one to begin with first."""
    teller = Teller(exports, today)
    return [
        contact.recapture(teller, today),
        contact.known_elsewhere(teller, today),
        spellings.patrick(teller),
        spellings.maria(teller),
        spellings.smith(teller),
        households.chang(teller),
        spellings.damaged_letters(teller),
        households.couple_with_one_address(teller),
        households.companion(teller),
        households.twins(teller),
        households.father_and_son(teller),
        faults.kept_out(teller),
        faults.typo(teller),
        faults.no_such_day(teller),
    ]
