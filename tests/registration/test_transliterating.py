"""Names in the letters that an authority takes: as the passport has them, or asked."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.registration.transliterating import CAPITALS, LONGEST_READ, Written, name_in, text_in

PORTAL = CAPITALS | {" ", "'"}
LATIN = frozenset(string.ascii_letters + " '-äöü")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Ärger", "AERGER"),
        ("Ødegård", "OEDEGAARD"),
        ("Çelik", "CELIK"),
        ("Ğökşın", "GOEKSIN"),
        ("Weiß", "WEISS"),
        ("Muñoz", "MUNOZ"),
        ("Þórðardóttir", "THORDARDOTTIR"),
        ("Łukasz", "LUKASZ"),
        ("Ĳssel", "IJSSEL"),
        ("Cœur", "COEUR"),
        ("Əliyev", "ELIYEV"),
        ("Trần Thị", "TRAN THI"),
        ("Jean–Luc", "JEAN LUC"),
        ("O’Neill", "O'NEILL"),
        ("Martin, Jr.", "MARTIN JR"),
        ("Ａｎｎａ", "ANNA"),
        ("ﬁona", "FIONA"),
        ("An\u200bna\t\r\nB", "ANNA B"),
        ("Jose\u0301", "JOSE"),
    ],
)
def test_latin_letters_become_what_the_passport_says(name: str, written: str) -> None:
    assert name_in(name, PORTAL) == Written(written, is_certain=True)


@pytest.mark.parametrize(
    ("name", "proposal"),
    [
        ("Иванов", "IVANOV"),
        ("Παπάς", "PAPAS"),
        ("李", "LI"),
        ("O|B", "OB"),
        ("Ann4", "ANN"),
        ("Eva🙂", "EVA"),
    ],
)
def test_of_other_scripts_and_signs_there_is_a_proposal_only(name: str, proposal: str) -> None:
    found = name_in(name, PORTAL)

    assert found.is_certain is False
    assert found.text.startswith(proposal)


def test_letters_that_the_target_has_stay_as_they_are() -> None:
    assert name_in("Günther Ñandú-Weiß", LATIN) == Written("Günther Nandu-Weiss", is_certain=True)


def test_signs_alone_are_no_name() -> None:
    assert name_in("’ - .", PORTAL).text == ""


def test_a_flood_of_marks_is_one_letter() -> None:
    assert name_in("a" + "\u0301" * 100_000, PORTAL) == Written("A", is_certain=True)


def test_an_address_loses_what_nobody_can_write() -> None:
    assert text_in("Straße 5 | 北京\r\n", LATIN | set("5")).text == "Strasse 5 BeiJing"
    assert text_in("|", LATIN) == Written("", is_certain=False)


@given(st.text())
def test_only_letters_of_the_target_come_out(text: str) -> None:
    for found in (name_in(text, PORTAL), text_in(text, PORTAL)):
        assert set(found.text) <= PORTAL
        assert found.text == " ".join(found.text.split())


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=LONGEST_READ))
def test_plain_letters_are_certain(text: str) -> None:
    assert name_in(text, PORTAL) == Written(text.upper(), is_certain=True)
