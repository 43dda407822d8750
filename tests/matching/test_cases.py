"""The cases that must always be right: the specification of the engine, in guests."""

from __future__ import annotations

from typing import Any

import pytest

from server.matching import Records, make_model
from server.record import CleanRecord
from tests.matching.builders import columns, person, resolve

ALIAS: dict[str, Any] = {"email_class": "alias"}


def test_patrick_martin_of_two_systems_is_one_person() -> None:
    desk = resolve(
        person("P", "Martin", mobile="+33652527272"),
        person("Patrick", "M", mobile="+33652527272", born="1956-12-28"),
    )

    assert desk.together(0, 1)


@pytest.mark.parametrize("contact", [{"email": "maria@rossi.it"}, {"mobile": "+393331234590"}])
def test_maria_of_three_systems_is_one_person_by_one_contact(contact: dict[str, Any]) -> None:
    desk = resolve(
        person("Maria", **contact), person("M", "Rossi", **contact), person("Maria", "Rossi", **contact)
    )

    assert desk.together(0, 1, 2)


def test_a_first_name_alone_is_nobody() -> None:
    desk = resolve(person("Maria"), person("Maria"), person("Maria", "Rossi", email="maria@rossi.it"))

    assert desk.persons == 3


@pytest.mark.parametrize("contact", [{"email": "john@email.com"}, {"mobile": "+447700900123"}])
def test_john_smith_in_three_spellings_is_one_person_by_one_contact(contact: dict[str, Any]) -> None:
    desk = resolve(
        person("John", "Smith", **contact),
        person("J", "Smith", **contact),
        person("Jonathan", "Smith", **contact),
    )

    assert desk.together(0, 1, 2)


def test_john_smith_in_three_spellings_without_contact_is_never_linked() -> None:
    desk = resolve(person("John", "Smith"), person("J", "Smith"), person("Jonathan", "Smith"))

    assert desk.persons == 3


def test_two_patrick_martin_of_one_city_are_two() -> None:
    desk = resolve(
        person("Patrick", "Martin", city="Lyon", nationality="FR", born="1956-03-01"),
        person("Patrick", "Martin", city="Lyon", nationality="FR", born="1956-12-28"),
        person("Patrick", "Martin", city="Lyon", nationality="FR"),
    )

    assert not desk.together(0, 1)
    assert desk.persons == 3


def test_father_and_son_with_one_name_and_one_phone_are_two() -> None:
    desk = resolve(
        person("Jean", "Dupont", mobile="+33612345099", born="1951-02-03"),
        person("Jean", "Dupont", mobile="+33612345099", born="1979-08-19"),
    )

    assert desk.persons == 2


def test_twins_are_two() -> None:
    home: dict[str, Any] = {
        "mobile": "+33612345099",
        "street": "3 rue Haute",
        "city": "Lyon",
        "postal_code": "69001",
    }
    desk = resolve(
        person("Camille", "Dupont", born="2009-05-06", **home),
        person("Antoine", "Dupont", born="2009-05-06", **home),
    )

    assert desk.persons == 2


def test_a_couple_on_one_email_is_two() -> None:
    desk = resolve(
        person("Marie", "Dupont", email="les.dupont@orange.fr", mobile="+33612345099"),
        person("Michel", "Dupont", email="les.dupont@orange.fr", mobile="+33612345099"),
    )

    assert desk.persons == 2


def test_an_initial_that_fits_both_of_a_couple_glues_nobody() -> None:
    contact: dict[str, Any] = {"email": "les.dupont@orange.fr", "mobile": "+33612345099"}
    desk = resolve(
        person("Marie", "Dupont", **contact),
        person("Michel", "Dupont", **contact),
        person("M", "Dupont", **contact),
    )

    assert not desk.together(0, 1)


FIRST = (
    "Anna Boris Chloé Dirk Elena Fadi Greta Hugo Ines Jonas Karla Luca Mona Nils Olga Paulo Rita Sven Tara"
)
LAST = "Abel Braun Costa Diaz Ekman Fabre Gomez Haas Ivanov Jansen Klein Lopez Moreau Novak Olsen Petit Silva"


def test_an_assistant_s_address_on_forty_guests_is_forty_guests() -> None:
    firsts, lasts = FIRST.split(), LAST.split()
    guests = [
        person(firsts[n % 19], lasts[(n * 7 + n // 17) % 17], email="assistant@bigfirm.com")
        for n in range(40)
    ]
    desk = resolve(*guests)

    assert desk.persons == 40


@pytest.mark.parametrize(
    ("arrivals", "together"),
    [(("2026-05-01", "2026-09-09"), False), (("2026-05-01", "2026-05-01"), True)],
)
def test_an_alias_is_evidence_for_its_own_booking_only(arrivals: tuple[str, str], together: bool) -> None:
    records = [
        person("J", "Weber", email="abc@guest.booking.com", stay=(day, day[:8] + "12"), **ALIAS)
        for day in arrivals
    ]
    desk = resolve(*records)

    assert desk.together(0, 1) is together


def test_equal_loyalty_numbers_with_names_that_fit_are_one_person() -> None:
    desk = resolve(
        person("Léa", "Faivre", loyalty_id="TL100200"), person("L", "Faivre", loyalty_id="TL100200")
    )

    assert desk.together(0, 1)


def test_equal_loyalty_numbers_with_unlike_names_are_two() -> None:
    desk = resolve(
        person("Léa", "Faivre", loyalty_id="TL100200"), person("Rémy", "Faivre", loyalty_id="TL100200")
    )

    assert desk.persons == 2


def test_a_booking_contact_who_does_not_stay_is_not_the_guest() -> None:
    booking: dict[str, Any] = {"references": ("4817985054",), "stay": ("2026-05-01", "2026-05-03")}
    desk = resolve(
        person("Sandrine", "Petit", email="s.petit@free.fr", mobile="+33612345099", **booking),
        person("Marc", "Lefort", email="s.petit@free.fr", mobile="+33612345099", room="212", **booking),
    )

    assert desk.persons == 2


SAME_PERSON = [
    ("day and month swapped", person("Eva", "Kern", email="eva@kern.de", born="1980-03-05"),
     person("Eva", "Kern", email="eva@kern.de", born="1980-05-03")),
    ("one digit of the birth date", person("Eva", "Kern", email="eva@kern.de", born="1980-03-05"),
     person("Eva", "Kern", email="eva@kern.de", born="1980-03-06")),
    ("first and last name swapped", person("Eva", "Kern", mobile="+4915112345678"),
     person("Kern", "Eva", mobile="+4915112345678")),
    ("a nickname", person("Francisco", "Gil", email="paco.gil@hotmail.es"),
     person("Paco", "Gil", email="paco.gil@hotmail.es")),
    ("one of two surnames", person("María", "García Lorca", mobile="+34611222333"),
     person("Maria", "Garcia", mobile="+34611222333")),
    ("a particle", person("Ruben", "van Dillen", mobile="+31653902304"),
     person("Ruben", "Dillen", mobile="+31653902304")),
    ("letters that were lost", person("Hélène", "Roux", email="h.roux@free.fr"),
     person("H\ufffdl\ufffdne", "Roux", email="h.roux@free.fr", lost_letters=True)),
    ("another script", person("Екатерина", "Морозова", mobile="+79262153985"),
     person("Ekaterina", "Morozova", mobile="+79262153985")),
    ("a slip in the surname", person("Frédéric", "Lemoine", mobile="+33612345099"),
     person("Frederic", "Lemione", mobile="+33612345099")),
    ("room and dates", person("Thomas", "Michel", stay=("2026-01-16", "2026-01-18"), room="109"),
     person("T", "Michel", stay=("2026-01-17", "2026-01-17"), room="109")),
    ("one document", person("Ana", "Nunes", document_number="P20311357"),
     person("Ana", "Domingues Nunes", document_number="P20311357")),
    ("a newsletter address", person("Pierre", "André", email="pierreandre@free.fr"),
     person(email="pierreandre@free.fr")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "two"), [case[1:] for case in SAME_PERSON], ids=[case[0] for case in SAME_PERSON]
)
def test_one_person_in_spite_of(one: CleanRecord, two: CleanRecord) -> None:
    assert resolve(one, two).together(0, 1)


UNLIKE = [
    ("siblings in one room", person("Julie", "Roux", stay=("2026-01-16", "2026-01-18"), room="109"),
     person("Julien", "Roux", stay=("2026-01-16", "2026-01-18"), room="109")),
    ("one name at two providers", person("Jean", "Martin", email="jean.martin@free.fr"),
     person("Jean", "Martin", email="jean.martin@orange.fr")),
    ("another surname on one phone", person("M", "Rossi", mobile="+393331234590"),
     person("Carlo", "Bianchi", mobile="+393331234590")),
    ("one room, other weeks", person("Thomas", "Michel", stay=("2026-01-16", "2026-01-18"), room="109"),
     person("Thomas", "Michel", stay=("2026-03-16", "2026-03-18"), room="109")),
    ("a reference of another year",
     person("Thomas", "Michel", references=("1",), stay=("2026-01-16", "2026-01-18")),
     person("Thomas", "Michel", references=("1",), stay=("2024-03-16", "2024-03-18"))),
    ("one address", person("Antoine", "Chauvet", street="3 rue Haute", city="Lyon"),
     person("Antoinette", "Chauvet", street="3 rue Haute", city="Lyon")),
]  # fmt: skip


@pytest.mark.parametrize(("one", "two"), [case[1:] for case in UNLIKE], ids=[case[0] for case in UNLIKE])
def test_two_persons_in_spite_of(one: CleanRecord, two: CleanRecord) -> None:
    assert resolve(one, two).persons == 2


def test_what_anyone_may_have_typed_is_a_question_when_only_contact_agrees() -> None:
    desk = resolve(
        person("Eva", "Kern", email="eva@kern.de", mobile="+4915112345678"),
        person("Eva", "Kern", email="eva@kern.de", mobile="+4915112345678"),
        proofs=["source", "typed"],
    )

    assert desk.persons == 2
    assert desk.asks(0, 1)


def test_what_was_typed_links_by_a_second_witness() -> None:
    desk = resolve(
        person("Eva", "Kern", email="eva@kern.de", born="1980-03-05"),
        person("Eva", "Kern", email="eva@kern.de", born="1980-03-05"),
        proofs=["source", "typed"],
    )

    assert desk.together(0, 1)


def test_the_holder_of_a_booking_is_linked_by_its_reference() -> None:
    booking: dict[str, Any] = {"references": ("BK778899",), "stay": ("2026-05-01", "2026-05-03")}
    desk = resolve(
        person("Eva", "Kern", **booking),
        person("Eva", "Kern", email="eva@kern.de", **booking),
        proofs=["source", "booking-bound"],
    )

    assert desk.together(0, 1)


def test_a_name_however_rare_never_links_alone() -> None:
    desk = resolve(person("Laureano", "Zarzalejos Quitana"), person("Laureano", "Zarzalejos Quitana"))

    assert desk.persons == 2


def test_a_birth_date_that_half_the_house_bears_says_nothing() -> None:
    firsts, lasts = FIRST.split(), LAST.split()
    guests = [person(firsts[n % 19], lasts[n % 17], born="1980-01-01") for n in range(180)]
    same_name = [person("Jean", "Martin", born="1980-01-01") for _ in range(2)]
    desk = resolve(*guests, *same_name)

    assert not desk.together(180, 181)


def test_shared_values_are_found_in_the_data_and_said() -> None:
    firsts, lasts = FIRST.split(), LAST.split()
    records: Records = columns(
        [person(firsts[n], lasts[n], email="groups@agency.com", mobile="+33147308928") for n in range(12)]
    )

    assert len(make_model(records).shared) == 2
