"""The address of a desk tells a company, not a person."""

from __future__ import annotations

import pytest

from tests.matching.writings import arrive, guest

DESKS = [
    "info@tour.example.com",
    "recepcja@hotel-gdynia.pl",
    "rezervace@penzion-praha.cz",
    "foglalas@hotel-pecs.hu",
    "kontakt@firma-nord.de",
    "recepção@hotel-faro.pt",
    "marketing@big-firm.com",
]


@pytest.mark.parametrize("address", DESKS)
def test_who_writes_from_a_desk_is_not_known_by_its_address(address: str) -> None:
    rows = [guest("Maria", email=address), guest("Maria", "Rossi", email=address)]

    assert arrive(*rows, writing="as written", every=1).persons == 2


def test_a_guest_s_own_address_still_tells_her() -> None:
    rows = [guest("Maria", email="mrossi@libero.it"), guest("Maria", "Rossi", email="mrossi@libero.it")]

    assert arrive(*rows, writing="as written", every=1).persons == 1


def test_a_desk_makes_no_household() -> None:
    rows = [guest("Boris", "Abel", email=DESKS[0]), guest("Elena", "Costa", email=DESKS[0])]

    assert len(arrive(*rows, writing="as written", every=1).partition.households) == 0
