"""Spain's report of travellers: what the ministry's schema and manual want, asked before it is handed in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from server.registration.dates import PartialDate
from server.registration.output import Filed, Lack, Lacking
from server.registration.outputs import es_pv
from server.registration.sheet import Person, Stay
from tests.registration.spain import (
    ARRIVES,
    DATA,
    HOUSE,
    JUAN,
    LENA,
    NOW,
    PEDRO,
    SAMPLE_STAY,
    STAY,
    assert_valid,
    canonical,
    codes,
    filed,
    said,
)


def document(*sheets: Filed) -> Any:
    """The one file of these sheets."""
    (file,) = es_pv.build(HOUSE, sheets, codes(), now=NOW)
    return assert_valid(file, "altaParteHospedaje")


def lacks(*sheets: Filed) -> list[Lack]:
    return es_pv.check(HOUSE, sheets, codes(), now=NOW)


def asked(*sheets: Filed) -> list[tuple[str, str | None]]:
    return [(lack.code.removeprefix("registration."), lack.field) for lack in lacks(*sheets)]


def asked_of(person: Person, **changed: Any) -> list[tuple[str, str | None]]:
    return asked(filed(replace(person, **changed)))


def test_the_ministrys_own_sample_is_what_we_write_of_its_guests() -> None:
    sample = (DATA / "sample_parte_viajeros_PV.xml").read_bytes()
    # the manual's placeholder is no NIF, and would be refused
    sample = sample.replace(b"000000000T", b"00000000T")

    (file,) = es_pv.build(HOUSE, [filed(JUAN, PEDRO, stay=SAMPLE_STAY)], codes(), now=NOW)

    assert canonical(file.content) == canonical(sample)


def test_a_guest_from_abroad_is_one_communication() -> None:
    told = document(filed(LENA))

    assert said(told, "codigoEstablecimiento") == ["1234567890"]
    assert said(told, "fechaEntrada") == ["2026-11-23T15:00:00"]
    assert (said(told, "tipoDocumento"), said(told, "nombreMunicipio")) == (["PAS"], ["Berlin"])
    assert said(told, "soporteDocumento") == said(told, "codigoMunicipio") == []


def test_sheets_of_one_stay_are_one_contract_with_all_its_people() -> None:
    tom = replace(LENA, given_names="Tom", sex="m", document_number="C02")
    other = filed(tom, id_="s-3", stay=replace(STAY, reference="R-9"))

    (file,) = es_pv.build(HOUSE, [filed(LENA), other, filed(tom, id_="s-2")], codes(), now=NOW)

    told = assert_valid(file, "altaParteHospedaje")
    assert said(told, "referencia") == ["R-2041", "R-9"]
    assert said(told, "numPersonas") == ["2", "1"]
    assert said(told, "nombre") == ["Lena", "Tom", "Tom"]
    assert [(row.filed, row.answer) for row in file.rows] == [("s-1", 0), ("s-2", 0), ("s-3", 1)]


def test_the_contract_of_people_who_come_apart_runs_from_the_first_to_the_last() -> None:
    late = replace(STAY, arrival_time=time(23, 5), departure_time=time(9))
    early = replace(STAY, arrival_time=time(16), departure_time=time(12))

    told = document(filed(LENA, stay=late), filed(LENA, id_="s-2", stay=early))

    assert said(told, "fechaEntrada") == ["2026-11-23T16:00:00"]
    assert said(told, "fechaSalida") == ["2026-11-25T12:00:00"]


def test_sheets_of_one_stay_that_contradict_each_other_are_asked_about() -> None:
    other = replace(STAY, payment_type="DESTI")

    (lack,) = lacks(filed(LENA), filed(LENA, id_="s-2", stay=other))

    assert (lack.code, lack.whom, lack.filed, lack.field) == (
        "registration.es_differs",
        "staff",
        "s-2",
        "payment_type",
    )


def test_a_group_of_45_is_one_communication() -> None:
    group = [filed(replace(LENA, document_number=f"C{n}"), id_=f"s-{n}") for n in range(45)]

    told = document(*group)

    assert said(told, "numPersonas") == ["45"]
    assert len(said(told, "rol")) == 45


def test_more_than_a_hundred_stays_are_several_files() -> None:
    many = [filed(LENA, id_=f"s-{n}", stay=replace(STAY, reference=f"R-{n}")) for n in range(205)]

    files = es_pv.build(HOUSE, many, codes(), now=NOW)

    assert [len(file.rows) for file in files] == [100, 100, 5]
    assert [file.name for file in files] == [f"es-pv-20261124T0930Z-{n}.xml" for n in (1, 2, 3)]
    assert [row.filed for file in files for row in file.rows] == [one.id for one in many]
    assert files[2].rows[0].answer == 0
    for file in files:
        assert_valid(file, "altaParteHospedaje")


def test_nobody_came_and_there_is_nothing_to_hand_in() -> None:
    assert es_pv.build(HOUSE, [], codes(), now=NOW) == []


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"given_names": None}, ("es_single_name", "given_names")),
        ({"family_name": " "}, ("es_single_name", "family_name")),
        ({"family_name": "W" * 60}, ("es_too_long", "family_name")),
        ({"family_name": "Мюллер"}, ("latin_name", "family_name")),
        ({"given_names": "Le\x00na"}, ("es_characters", "given_names")),
        ({"given_names": "Le\ud800na"}, ("es_characters", "given_names")),
        ({"home_city": "Ber\ufffelin"}, ("es_characters", "home_city")),
        ({"birth_date": None}, ("missing", "birth_date")),
        ({"birth_date": PartialDate(1988, 4)}, ("whole_birth_date", "birth_date")),
        ({"birth_date": PartialDate(1988)}, ("whole_birth_date", "birth_date")),
        ({"birth_date": PartialDate(2026, 11, 24)}, ("born_later", "birth_date")),
        ({"nationality": None}, ("missing", "nationality")),
        ({"nationality": "UTO"}, ("es_state", "nationality")),
        ({"sex": None}, ("missing", "sex")),
        ({"document_type": None}, ("missing", "document_type")),
        ({"document_number": " "}, ("missing", "document_number")),
        ({"document_number": "٠١٢٣٤٥"}, ("document_number", "document_number")),
        ({"document_number": "X" * 16}, ("es_too_long", "document_number")),
        ({"home_line": None}, ("missing", "home_line")),
        ({"home_line": "W" * 101}, ("es_too_long", "home_line")),
        ({"home_city": None}, ("missing", "home_city")),
        ({"home_postcode": None}, ("es_postcode", "home_postcode")),
        ({"home_country": None}, ("missing", "home_country")),
        ({"home_country": "XXA"}, ("es_state", "home_country")),
        ({"mobile": None}, ("es_contact", "mobile")),
        ({"mobile": "1" * 21}, ("es_too_long", "mobile")),
        ({"email": "lena"}, ("es_email", "email")),
        ({"email": "lena@"}, ("es_email", "email")),
    ],
)
def test_the_guest_is_asked_for_what_the_ministry_would_refuse(
    changed: dict[str, Any], wanted: tuple[str, str]
) -> None:
    (lack, *_others) = lacks(filed(replace(LENA, **changed)))

    assert (lack.code.removeprefix("registration."), lack.field) == wanted
    assert (lack.whom, lack.filed, lack.person) == ("guest", "s-1", 0)
    with pytest.raises(Lacking):
        es_pv.build(HOUSE, [filed(replace(LENA, **changed))], codes(), now=NOW)


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"reference": None}, ("missing", "reference")),
        ({"reference": "R" * 51}, ("es_too_long", "reference")),
        ({"contract_date": None}, ("missing", "contract_date")),
        ({"departs": None}, ("no_departure", "departs")),
        ({"departs": date(2026, 11, 22)}, ("departure_first", "departs")),
        ({"departs": ARRIVES}, ("es_hours_of_day_stay", "departure_time")),
        (
            {"departs": ARRIVES, "arrival_time": time(12), "departure_time": time(11)},
            ("departure_first", "departure_time"),
        ),
        ({"payment_type": None}, ("missing", "payment_type")),
        ({"payment_type": "1"}, ("es_not_listed", "payment_type")),
        ({"payment_expiry": "9/27"}, ("es_expiry", "payment_expiry")),
        ({"payment_expiry": "13/2027"}, ("es_expiry", "payment_expiry")),
        ({"rooms": 0}, ("es_number", "rooms")),
        ({"persons": 0}, ("es_more_people", "persons")),
        ({"persons": 2**40}, ("es_number", "persons")),
    ],
)
def test_the_reception_is_asked_for_what_it_knows_of_the_stay(
    changed: dict[str, Any], wanted: tuple[str, str]
) -> None:
    (lack, *_others) = lacks(filed(LENA, stay=replace(STAY, **changed)))

    assert (lack.code.removeprefix("registration."), lack.field) == wanted
    assert (lack.whom, lack.filed, lack.person) == ("staff", "s-1", None)


def test_a_stay_of_one_day_has_its_hours() -> None:
    day = replace(STAY, departs=ARRIVES, arrival_time=time(10), departure_time=time(18))

    told = document(filed(LENA, stay=day))

    assert said(told, "fechaSalida") == ["2026-11-23T18:00:00"]


def test_a_house_that_has_no_sheets_yet_is_asked_for_its_code() -> None:
    found = es_pv.check(replace(HOUSE, ids={}), [], codes(), now=NOW)

    assert [(one.whom, one.field) for one in found] == [("house", "codigoEstablecimiento")]


@pytest.mark.parametrize(
    "ids", [{}, {"codigoEstablecimiento": "12345678901", "horaEntrada": "25:00", "horaSalida": "noon"}]
)
def test_the_house_is_asked_for_its_code_and_hours(ids: dict[str, str]) -> None:
    found = es_pv.check(replace(HOUSE, ids=ids), [filed(LENA), filed(LENA, id_="s-2")], codes(), now=NOW)

    assert [(one.code.removeprefix("registration."), one.field) for one in found] == [
        ("house_number", "codigoEstablecimiento"),
        ("es_house_hours", "horaEntrada"),
        ("es_house_hours", "horaSalida"),
    ]
    assert {(one.whom, one.filed) for one in found} == {("house", None)}


def test_without_the_ministrys_lists_it_is_said_which_to_load() -> None:
    found = es_pv.check(HOUSE, [filed(JUAN, PEDRO)], {}, now=NOW)

    assert [one.params for one in found] == [
        (("name", name),) for name in ("TIPO_DOCUMENTO", "SEXO", "TIPO_PAGO", "TIPO_PARENTESCO")
    ]
    assert {(one.code, one.whom) for one in found} == {("registration.list_missing", "house")}


def test_a_sex_that_the_ministrys_list_lacks_is_the_houses_matter() -> None:
    lists = {**codes(), "SEXO": {"H": "Hombre", "M": "Mujer"}}

    (lack,) = es_pv.check(HOUSE, [filed(replace(LENA, sex="x"))], lists, now=NOW)

    assert (lack.code, lack.whom) == ("registration.es_sex_not_listed", "house")
    assert asked(filed(replace(LENA, sex="x"))) == []


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"second_family_name": None}, ("es_second_surname", "second_family_name")),
        ({"document_support": None}, ("es_support", "document_support")),
        ({"document_support": "BAA0005891"}, ("es_too_long", "document_support")),
        ({"document_number": "12345678A"}, ("es_nif", "document_number")),
        ({"document_number": "1234567Z"}, ("es_nif", "document_number")),
    ],
)
def test_a_spanish_identity_card_bears_two_surnames_a_letter_and_a_number_of_its_own(
    changed: dict[str, Any], wanted: tuple[str, str]
) -> None:
    assert asked_of(JUAN, **changed) == [wanted]


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"document_number": "x-1234567-l", "home_country": "DEU"}, "NIE"),
        ({"document_number": "Y1234567X", "home_country": "ESP"}, "NIE"),
        ({"document_number": "FR4711", "home_country": "DEU"}, "OTRO"),
    ],
)
def test_a_residence_card_is_spains_or_another_states(changed: dict[str, Any], kind: str) -> None:
    card: dict[str, Any] = {
        "document_type": "residence",
        "document_support": "E00000000",
        "home_municipality": "28079",
    }

    told = document(filed(replace(LENA, **(card | changed))))

    assert said(told, "tipoDocumento") == [kind]
    assert said(told, "soporteDocumento") == (["E00000000"] if kind == "NIE" else [])


@pytest.mark.parametrize("number", ["X1234567A", "X123456L", "1234567L"])
def test_a_mistyped_nie_is_asked_again_and_is_no_other_document(number: str) -> None:
    card: dict[str, Any] = {"document_type": "residence", "document_support": "E00000000"}
    home: dict[str, Any] = {"home_country": "ESP", "home_municipality": "28079"}

    assert asked_of(LENA, **card, **home, document_number=number) == [("es_nie", "document_number")]


def test_of_two_nationalities_the_number_tells_whose_card_it_is() -> None:
    both: dict[str, Any] = {"nationality": "FRA", "second_nationality": "ESP", "document_type": "id_card"}
    card: dict[str, Any] = {"second_family_name": "Ruiz", "document_support": "BAA000589"}

    french = document(filed(replace(LENA, **both, document_number="D2H6862M2")))
    spanish = document(filed(replace(LENA, **both, **card, document_number="12345678Z")))

    assert (said(french, "tipoDocumento"), said(french, "nacionalidad")) == (["OTRO"], ["FRA"])
    assert (said(spanish, "tipoDocumento"), said(spanish, "nacionalidad")) == (["NIF"], ["ESP"])


@pytest.mark.parametrize(
    ("code", "told"),
    [("GBO", ["GBR"]), ("D", ["DEU"]), ("RKS", ["XKX"]), ("XXA", []), ("XXB", [])],
)
def test_a_nationality_is_written_as_iso_does_and_none_for_who_has_none(code: str, told: list[str]) -> None:
    assert said(document(filed(replace(LENA, nationality=code))), "nacionalidad") == told


def test_a_child_lives_and_is_reached_where_its_parent_is() -> None:
    told = document(filed(LENA, replace(PEDRO, nationality="DEU")))

    assert said(told, "nombreMunicipio") == ["Berlin", "Berlin"]
    assert said(told, "telefono") == ["+49301234567", "+49301234567"]
    assert said(told, "parentesco") == ["HJ"]


@pytest.mark.parametrize(("kinship", "code"), [(None, "missing"), ("ZZ", "es_not_listed")])
def test_how_a_minor_is_kin_is_asked(kinship: str | None, code: str) -> None:
    assert asked(filed(LENA, replace(PEDRO, kinship=kinship))) == [(code, "kinship")]


def test_a_minor_alone_is_the_receptions_matter() -> None:
    teenager = replace(LENA, birth_date=PartialDate(2010, 1, 1), kinship="HJ", document_type=None)
    teenager = replace(teenager, document_number=None)

    assert asked(filed(teenager)) == [("es_minor_alone", "birth_date")]
    assert asked(filed(LENA), filed(teenager, id_="s-2")) == []


def test_who_turns_18_on_the_day_of_arrival_is_an_adult() -> None:
    assert asked_of(LENA, birth_date=PartialDate(2008, 11, 23)) == []
    assert ("missing", "kinship") in asked_of(LENA, birth_date=PartialDate(2008, 11, 24))


@pytest.mark.parametrize(
    ("city", "postcode", "code"),
    [
        ("madrid", "28001", "28079"),
        ("Las Rozas de Madrid", "28230", "28127"),
        ("Alacant", "03001", "03014"),
        ("L'Hospitalet de Llobregat", "08901", "08101"),
    ],
)
def test_the_municipality_is_found_by_its_name(city: str, postcode: str, code: str) -> None:
    home: dict[str, Any] = {"home_city": city, "home_postcode": postcode, "home_municipality": None}

    told = document(filed(replace(JUAN, **home)))

    assert (said(told, "codigoMunicipio"), said(told, "nombreMunicipio")) == ([code], [])


@pytest.mark.parametrize(
    "home",
    [
        {"home_municipality": None, "home_city": "Villanueva"},
        {"home_municipality": None, "home_postcode": "08001"},
        {"home_municipality": "2807"},
        {"home_municipality": "99079"},
        {"home_municipality": "28999"},
    ],
)
def test_a_municipality_that_is_not_found_is_the_receptions_matter(home: dict[str, Any]) -> None:
    (lack,) = lacks(filed(replace(JUAN, **home)))

    assert (lack.code, lack.whom) == ("registration.es_municipality", "staff")


def test_who_has_not_come_yet_is_not_reported() -> None:
    tomorrow = replace(STAY, arrives=date(2026, 11, 25), departs=date(2026, 11, 27))

    assert asked(filed(LENA, stay=tomorrow)) == [("not_arrived", "arrives")]


def test_marks_that_nobody_sees_are_left_out() -> None:
    told = document(filed(replace(LENA, family_name="\u202eMu\u0308ller\u200b")))

    assert said(told, "apellido1") == ["Müller"]


def test_a_flood_of_marks_is_asked_about_at_once() -> None:
    assert asked_of(LENA, home_city="e" + "\u0301\u0316" * 500_000) == [("es_too_long", "home_city")]


def test_a_long_address_stands_on_two_lines_and_loses_nothing() -> None:
    line = "Urbanización " + "de los Álamos " * 8 + "7"

    told = document(filed(replace(LENA, home_line=line)))

    (first,), (second,) = said(told, "direccion/direccion"), said(told, "direccionComplementaria")
    assert f"{first} {second}" == line


def test_markup_in_an_address_is_told_as_it_is_written() -> None:
    line = '<b>&amp; ]]> Straße</b> "5"'

    assert said(document(filed(replace(LENA, home_line=line))), "direccion/direccion") == [line]


def test_the_same_sheets_give_the_same_bytes() -> None:
    once, again = (es_pv.build(HOUSE, [filed(JUAN, PEDRO)], codes(), now=NOW) for _ in range(2))

    assert once == again


def test_a_lack_holds_nothing_that_anybody_typed() -> None:
    person = Person(family_name="Geheim\x00", home_country="SECRET", document_number="SECRET", email="SECRET")
    stay = Stay(ARRIVES, payment_type="SECRET", payment_expiry="SECRET")

    assert "SECRET" not in repr(lacks(filed(person, stay=stay)))
    assert "Geheim" not in repr(lacks(filed(person, stay=stay)))
