"""The cases that must always be right: the specification of the engine, in guests.

Each case is raw rows read by the real cleaning, and runs in every writing of `writings.py`: all rows so
written, and only every other one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from server.matching import Records, make_model
from server.record import CleanRecord
from tests.matching.builders import Desk, columns, person, resolve
from tests.matching.writings import WRITINGS, Row, arrive, guest

EMAIL = {"email": "maria.rossi@libero.it"}
MOBILE = {"mobile": "+39 333 123 4590"}
STAY = {"room": "210", "stay_from": "2026-05-01", "stay_to": "2026-05-04"}
HOME = {"mobile": "+33 6 12 34 50 99", "street": "3 rue Haute", "city": "Besançon", "postal_code": "25000"}
BOOKING = {"reference": "4817985054", "stay_from": "2026-05-01", "stay_to": "2026-05-03"}
ALIAS = {"email": "abc@guest.booking.com"}

ONE = [
    ("Patrick Martin of two systems", (
        guest("P", "Martin", mobile="+33 6 52 52 72 72"),
        guest("Patrick", "M.", mobile="+33 6 52 52 72 72", birth_date="28/12/1956"))),
    ("Maria by one e-mail", (
        guest("María", **EMAIL), guest("M.", "Rossi", **EMAIL), guest("María", "Rossi", **EMAIL))),
    ("Maria by one telephone", (
        guest("María", **MOBILE), guest("M.", "Rossi", **MOBILE), guest("María", "Rossi", **MOBILE))),
    ("John Smith by one e-mail", (
        guest("John", "Smith", email="js@oakhill.co.uk"), guest("J.", "Smith", email="js@oakhill.co.uk"),
        guest("Jonathan", "Smith", email="js@oakhill.co.uk"))),
    ("John Smith by one telephone", (
        guest("John", "Smith", mobile="+44 7911 123456"), guest("J.", "Smith", mobile="+44 7911 123456"),
        guest("Jonathan", "Smith", mobile="+44 7911 123456"))),
    ("John Smith by his stay", (
        guest("John", "Smith", **STAY), guest("J.", "Smith", **STAY), guest("Jonathan", "Smith", **STAY))),
    ("an alias twice for one booking", (
        guest("J.", "Wéber", **ALIAS, stay_from="2026-05-01", stay_to="2026-05-03"),
        guest("Jürgen", "Wéber", **ALIAS, stay_from="2026-05-01", stay_to="2026-05-03"))),
    ("one loyalty number and names that fit", (
        guest("Léa", "Faivre", loyalty_id="TL100200"), guest("L.", "Faivre", loyalty_id="TL100200"))),
]  # fmt: skip

APART = [
    ("Maria alone is nobody", (
        guest("María"), guest("María"), guest("María", "Rossi", **EMAIL))),
    ("John Smith in three spellings without contact", (
        guest("John", "Smith"), guest("J.", "Smith"), guest("Jonathan", "Smith"))),
    ("two Patrick Martin of one city, born the same year", (
        guest("Patrick", "Martin", city="Besançon", nationality="FR", birth_date="1956-03-01"),
        guest("Patrick", "Martin", city="Besançon", nationality="FR", birth_date="1956-12-28"),
        guest("Patrick", "Martin", city="Besançon", nationality="FR"))),
    ("father and son with one name and one telephone", (
        guest("Jérôme", "Lefèvre", mobile="+33 6 12 34 50 99", birth_date="03/02/1951"),
        guest("Jérôme", "Lefèvre", mobile="+33 6 12 34 50 99", birth_date="19/08/1979"))),
    ("twins", (
        guest("Chloé", "Lefèvre", birth_date="06/05/2009", **HOME),
        guest("Antoine", "Lefèvre", birth_date="06/05/2009", **HOME))),
    ("twins with names alike", (
        guest("Zoé", "Lefèvre", birth_date="06/05/2009", **HOME),
        guest("Noé", "Lefèvre", birth_date="06/05/2009", **HOME))),
    ("a couple on one e-mail", (
        guest("Mélanie", "Béranger", email="les.beranger@orange.fr", mobile="+33 6 12 34 50 99"),
        guest("Michel", "Béranger", email="les.beranger@orange.fr", mobile="+33 6 12 34 50 99"))),
    ("an alias twice for two bookings", (
        guest("Jürgen", "Wéber", **ALIAS, stay_from="2026-05-01", stay_to="2026-05-03"),
        guest("Jürgen", "Wéber", **ALIAS, stay_from="2026-09-09", stay_to="2026-09-12"))),
    ("a birth date that a system made up", (
        guest("Céline", "Moreau", birth_date="01/01/1970", city="Besançon"),
        guest("Céline", "Moreau", birth_date="01/01/1970", city="Besançon"))),
    ("one loyalty number and unlike names", (
        guest("Léa", "Faivre", loyalty_id="TL100200"), guest("Rémy", "Faivre", loyalty_id="TL100200"))),
    ("a booking's contact who does not stay", (
        guest("Sandrine", "Hérault", email="s.herault@free.fr", **BOOKING),
        guest("Marc", "Lefort", email="s.herault@free.fr", room="212", **BOOKING))),
    ("a family of another country whose columns are exchanged", (
        guest("Kowalczyk", "Zofia", mobile="+48 601 234 567"),
        guest("Kowalczyk", "Tomasz", mobile="+48 601 234 567"))),
]  # fmt: skip


BIRTH = {"email": "claire.dupre@orange.fr", "birth_date": "04/05/1984"}
RUSSIAN, CHINESE = {"mobile": "+7 926 215 39 85"}, {"mobile": "+86 131 2345 6789"}
SAUDI, GREEK = {"mobile": "+966 50 123 4567"}, {"mobile": "+30 691 234 5678"}
FRENCH, POLISH = {"mobile": "+33 6 12 34 50 99"}, {"mobile": "+48 601 234 567"}
JAPANESE, HUNGARIAN = {"email": "taroyamada@softbank.jp"}, {"mobile": "+36 20 123 4567"}

ONE_OF_A_CULTURE = [
    ("married, by birth date and e-mail", (
        guest("Claire", "Dupré", **BIRTH), guest("Claire", "Morel", **BIRTH))),
    ("married, with the maiden name", (
        guest("Claire", "Martin née Dupré", **FRENCH), guest("Claire", "Dupré", **FRENCH))),
    ("a maiden name in one column", (
        guest(full_name="Claire Martin née Dupré", **FRENCH), guest("Claire", "Dupré", **FRENCH))),
    ("off a card", (guest(full_name="ROSSI/MARIA MRS", **MOBILE), guest("María", "Rossi", **MOBILE))),
    ("umlauts", (guest("Jürgen", "Müller", **FRENCH), guest("Juergen", "Mueller", **FRENCH))),
    ("two Spanish surnames", (
        guest("María José", "García López", **EMAIL), guest("Pepa", "García", **EMAIL))),
    ("a Polish short form", (
        guest("Gosia", "Wiśniewska", **POLISH), guest("Małgorzata", "Wiśniewska", **POLISH))),
    ("a Czech surname without -ová", (guest("Jana", "Nováková", **POLISH), guest("Jana", "Novák", **POLISH))),
    ("a Russian name in a passport", (
        guest("Сергей", "Чайковский", **RUSSIAN), guest("Serguei", "Tchaikovsky", **RUSSIAN))),
    ("an Arabic name", (guest("محمد", "الزهراني", **SAUDI), guest("Mohammed", "Al Zahrani", **SAUDI))),
    ("a Greek name", (guest("Γιώργος", "Παπαδόπουλος", **GREEK), guest("Giorgos", "Papadopoulos", **GREEK))),
    ("a Chinese name in any order", (
        guest(full_name="王伟", **CHINESE), guest(full_name="Wang Wei", **CHINESE),
        guest(full_name="Wei Wang", **CHINESE))),
    ("a Japanese name", (guest(full_name="山田太郎", **JAPANESE), guest("Taro", "Yamada", **JAPANESE))),
    ("a Japanese name in kana", (
        guest(full_name="ヤマダ タロウ", **JAPANESE), guest("太郎", "山田", **JAPANESE))),
    ("a Hungarian name", (guest(full_name="Nagy László", **HUNGARIAN), guest("László", "Nagy", **HUNGARIAN))),
    ("a Vietnamese name", (guest(full_name="Nguyễn Văn An", **EMAIL), guest("Van An", "Nguyen", **EMAIL))),
    ("an Indian name", (guest("Lakshmi", "Choudhury", **EMAIL), guest("Laxmi", "Chowdhury", **EMAIL))),
    ("a name in the e-mail address", (
        guest(email="claire.dupre@orange.fr"), guest("Claire", "Dupré", email="claire.dupre@orange.fr"))),
]  # fmt: skip

APART_OF_A_CULTURE = [
    ("Julie and Julien", (guest("Julie", "Béranger", **HOME), guest("Julien", "Béranger", **HOME))),
    ("Jean and Jeanne", (guest("Jean", "Béranger", **HOME), guest("Jeanne", "Béranger", **HOME))),
    ("a Russian couple", (guest("Сергей", "Иванов", **RUSSIAN), guest("Светлана", "Иванова", **RUSSIAN))),
    ("a Greek couple", (guest("Γιώργος", "Παπαδόπουλος", **GREEK), guest("Maria", "Papadopoulou", **GREEK))),
    ("Arabic brothers", (guest("محمد", "الزهراني", **SAUDI), guest("محمود", "الزهراني", **SAUDI))),
    ("Arabic brothers in two scripts", (
        guest("محمد", "الزهراني", **SAUDI), guest("Ahmed", "Al-Zahrani", **SAUDI))),
    ("Chinese siblings whose names sound alike", (
        guest(full_name="王伟", **CHINESE), guest(full_name="王薇", **CHINESE))),
    ("a Chinese family in Latin letters", (
        guest(full_name="Li Wei", **CHINESE), guest(full_name="Li Na", **CHINESE))),
    ("a Japanese couple in two scripts", (
        guest(full_name="山田花子", **JAPANESE), guest("Taro", "Yamada", **JAPANESE))),
]  # fmt: skip

WRITINGS_OF_NAMES = ["as written", "first and last exchanged", "accents lost", "shouted", "mojibake"]


def _ids(cases: Sequence[tuple[str, tuple[Row, ...]]]) -> list[str]:
    return [name for name, _ in cases]


@pytest.mark.parametrize("every", [1, 2], ids=["all rows", "every other row"])
@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("rows", [rows for _, rows in ONE], ids=_ids(ONE))
def test_one_guest_is_one_person_however_it_is_written(
    rows: tuple[Row, ...], writing: str, every: int
) -> None:
    desk = arrive(*rows, writing=writing, every=every)

    assert desk.persons == 1


@pytest.mark.parametrize("every", [1, 2], ids=["all rows", "every other row"])
@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("rows", [rows for _, rows in APART], ids=_ids(APART))
def test_different_guests_stay_apart_however_they_are_written(
    rows: tuple[Row, ...], writing: str, every: int
) -> None:
    desk = arrive(*rows, writing=writing, every=every)

    assert desk.persons == len(rows)


@pytest.mark.parametrize("writing", WRITINGS_OF_NAMES)
@pytest.mark.parametrize("rows", [rows for _, rows in ONE_OF_A_CULTURE], ids=_ids(ONE_OF_A_CULTURE))
def test_a_guest_of_any_country_is_one_person(rows: tuple[Row, ...], writing: str) -> None:
    assert arrive(*rows, writing=writing, every=2).persons == 1


@pytest.mark.parametrize("writing", WRITINGS_OF_NAMES)
@pytest.mark.parametrize("rows", [rows for _, rows in APART_OF_A_CULTURE], ids=_ids(APART_OF_A_CULTURE))
def test_a_family_of_any_country_is_not_one_person(rows: tuple[Row, ...], writing: str) -> None:
    assert arrive(*rows, writing=writing, every=2).persons == len(rows)


def test_an_initial_that_fits_both_of_a_couple_glues_nobody() -> None:
    contact: dict[str, Any] = {"email": "les.dupont@orange.fr", "mobile": "+33612345099"}
    desk = resolve(
        person("Marie", "Dupont", **contact),
        person("Michel", "Dupont", **contact),
        person("M", "Dupont", **contact),
    )

    assert not desk.together(0, 1)


FIRST = (
    "Anna Boris Chloé Dirk Elena Fadi Greta Hugo Inès Jonas Karla Luca Mona Nils Olga Paulo Rita Sven Tara"
)
LAST = "Abel Bräun Costa Díaz Ekman Fabre Gómez Haas Ivanov Jansen Klein López Moreau Novák Olsen Petit Silva"


def _office(writing: str) -> Desk:
    firsts, lasts = FIRST.split(), LAST.split()
    rows = [
        guest(firsts[n % 19], lasts[(n * 7 + n // 17) % 17], email="assistant@bigfirm.com") for n in range(40)
    ]
    return arrive(*rows, writing=writing, every=3)


@pytest.mark.parametrize("writing", WRITINGS)
def test_an_assistant_s_address_on_forty_guests_is_forty_guests(writing: str) -> None:
    assert _office(writing).persons == 40


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
