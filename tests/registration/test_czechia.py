"""Czechia's file: byte for byte the police's format, and questions instead of lines that it would refuse."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.registration.code_lists import read_list
from server.registration.countries.cz import PROFILE
from server.registration.dates import PartialDate
from server.registration.output import Filed, House, Lack, Lacking
from server.registration.outputs import cz_unl
from server.registration.outputs._unl_lines import guest_line, house_line
from server.registration.profile import Duty, Party
from server.registration.sheet import Person, Sheet, Stay
from tests.registration.odd_people import people, sheets

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "police" / "cz"
EXAMPLE = (DATA / "example.unl").read_bytes()
CODES = {"UcelyPobytu": read_list("UcelyPobytu", (DATA / "ucel_pobytu.csv").read_bytes())}
HOUSE = House(
    "Hotel U Dubu",
    "Europe/Prague",
    line="Lennonova",
    postcode="140 00",
    city="Praha",
    email="recepce@udubu.cz",
    ids={"cz_idub": "100162012588", "cz_mark": "AAKLI", "cz_district": "Praha", "cz_house_number": "123"},
)
NOW = datetime(2018, 6, 27, 20, 57, tzinfo=UTC)
STAY = Stay(date(2018, 6, 27), date(2018, 6, 30), purpose="10")
ERIK = Person(
    family_name="Příjmení",
    given_names="Jmeno",
    birth_date=PartialDate(1980, 5, 12),
    nationality="SVK",
    home_line="Hlavná 1",
    home_city="Košice",
    home_country="SVK",
    document_number="AK47",
    visa_number="V123",
)
LENGTHS = {3: 50, 4: 24, 10: 128, 11: 30, 12: 15, 15: 255}
"""The longest value of each field of a record U, by its place."""


def filed(*people: Person, stay: Stay = STAY, name: str = "s1") -> Filed:
    return Filed(name, Sheet(stay, people))


def lacks(*given: Filed, house: House = HOUSE) -> list[Lack]:
    return cz_unl.check(house, given, CODES, now=NOW)


def records(*given: Filed) -> list[list[str]]:
    """The fields of each line, the house's first."""
    [file] = cz_unl.build(HOUSE, given, CODES, now=NOW)
    return [line.split("|") for line in file.content.decode("cp1250").split("\r\n")]


def test_the_example_is_made_again_byte_for_byte() -> None:
    house = ("id1", "abbr1", "Ubyt", "Kontakt", "Okr", "Obc", "Cast", "Ulice", "2A", "id1", "11150")
    person = replace(ERIK, home_city=None, home_country=None, home_line="Bydl")

    first = house_line(house, datetime(2018, 6, 27, 22, 57))  # noqa: DTZ001  # the house's own time
    second = guest_line(STAY, person, person, CODES) + "Pozn"  # a note, which we have for children only

    assert f"{first}\r\n{second}".encode("cp1250") == EXAMPLE


def test_a_file_bears_the_name_and_the_house_that_the_police_want() -> None:
    [file] = cz_unl.build(HOUSE, [filed(ERIK)], CODES, now=NOW)

    assert file.name == "100162012588_2018_06_27_2257.unl"
    assert file.content.splitlines()[0].decode("cp1250") == (
        "A|2|100162012588|AAKLI|Hotel U Dubu|recepce@udubu.cz|Praha|Praha||Lennonova|123||14000|"
        "27.06.2018 22:57:00||"
    )
    assert not file.content.endswith(b"\n")
    assert [(row.filed, row.person) for row in file.rows] == [("s1", 0)]


def test_an_address_goes_from_the_state_to_the_street() -> None:
    [_house, record] = records(filed(replace(ERIK, home_city="Київ", home_line="вул. Хрещатик | 1")))

    assert record[10] == "SVK, Kiiv, vul. Khreshchatik 1"  # read letter by letter: good enough of a place
    assert record[13] == "10"


def test_only_foreigners_are_told_and_a_file_holds_99_of_them() -> None:
    czech = replace(ERIK, nationality="CZE")
    citizen = replace(ERIK, second_nationality="CZE")

    files = cz_unl.build(HOUSE, [filed(czech, *[ERIK] * 60, citizen), filed(*[ERIK] * 45)], CODES, now=NOW)

    assert [len(file.rows) for file in files] == [99, 6]
    assert [file.name for file in files] == [
        "100162012588_2018_06_27_2257_1.unl",
        "100162012588_2018_06_27_2257_2.unl",
    ]
    assert cz_unl.build(HOUSE, [filed(czech)], CODES, now=NOW) == []


def test_a_child_in_a_parents_passport_says_so_with_its_number() -> None:
    child = Person("child", "Malý", given_names="Ján", birth_date=PartialDate(2015, 1, 2), nationality="SVK",
                   home_city="Košice", home_country="SVK")  # fmt: skip

    [_house, _parent, record] = records(filed(ERIK, child))

    assert (record[11], record[15]) == ("INPASS", "AK47")


def test_unknown_days_of_birth_are_noughts() -> None:
    made = records(filed(replace(ERIK, birth_date=PartialDate(1950)),
                         replace(ERIK, birth_date=PartialDate(1950, 4))))  # fmt: skip

    assert [record[6] for record in made[1:]] == ["00.00.1950", "00.04.1950"]


@pytest.mark.parametrize(
    ("stay", "code", "field"),
    [
        (replace(STAY, departs=None), "no_departure", "departs"),
        (replace(STAY, departs=date(2018, 6, 1)), "departure_first", "departs"),
        (replace(STAY, departs=STAY.arrives), "cz_same_day", "departs"),
        (Stay(date(2018, 6, 28), date(2018, 6, 29)), "not_arrived", "arrives"),
        (replace(STAY, purpose="77"), "purpose", "purpose"),
    ],
)
def test_a_stay_that_ubyport_would_refuse_is_asked_about(stay: Stay, code: str, field: str) -> None:
    [found] = lacks(filed(ERIK, stay=stay))

    assert (found.code, found.field, found.person) == (f"registration.{code}", field, None)
    with pytest.raises(Lacking):
        cz_unl.build(HOUSE, [filed(ERIK, stay=stay)], CODES, now=NOW)


@pytest.mark.parametrize(
    ("said", "code", "whom", "field"),
    [
        ({"family_name": "Щербаков"}, "latin_name", "guest", "family_name"),
        ({"given_names": "Lee 李"}, "latin_name", "guest", "given_names"),
        ({"family_name": "A|B"}, "latin_name", "guest", "family_name"),
        ({"family_name": "A" * 60}, "long_name", "guest", "family_name"),
        ({"given_names": "Maximiliana Guadalupe Fernanda"}, "long_name", "guest", "given_names"),
        ({"family_name": "", "given_names": None}, "missing", "guest", "family_name"),
        ({"birth_date": None}, "missing", "guest", "birth_date"),
        ({"birth_date": PartialDate(2019)}, "born_later", "guest", "birth_date"),
        ({"nationality": ""}, "missing", "guest", "nationality"),
        ({"nationality": "XXA"}, "list_missing", "house", "nationality"),
        ({"nationality": "UTO"}, "list_missing", "house", "nationality"),
        ({"home_country": None}, "missing", "guest", "home_country"),
        ({"home_line": "x" * 130}, "long_address", "guest", "home_line"),
        ({"document_number": None}, "missing", "guest", "document_number"),
        ({"document_number": "A1"}, "document_number", "guest", "document_number"),
        ({"document_number": "A" * 31}, "long_number", "guest", "document_number"),
        ({"document_number": "inpass"}, "cz_parents_passport", "guest", "document_number"),
        ({"visa_number": "ВИЗА"}, "document_number", "guest", "visa_number"),
        ({"visa_number": "1" * 16}, "long_number", "guest", "visa_number"),
    ],
)  # fmt: skip
def test_what_ubyport_would_refuse_is_asked_of_whoever_can_answer(
    said: dict[str, object], code: str, whom: str, field: str
) -> None:
    [found] = lacks(filed(replace(ERIK, **said)))  # type: ignore[arg-type]

    assert (found.code, found.whom, found.field) == (f"registration.{code}", whom, field)


@pytest.mark.parametrize(
    ("said", "family", "given"),
    [
        ({"family_name": "Müller-Groß", "given_names": "Zoë d’Arc"}, "Müller-Groß", "Zoë d'Arc"),
        ({"family_name": "Peña", "given_names": "Øystein"}, "Pena", "Oeystein"),
        ({"family_name": None, "given_names": "Suharto"}, "Suharto", ""),
        ({"family_name": " Ng\r\nVăn ", "given_names": "Đức"}, "Ng Văn", "Đuc"),
    ],
)
def test_names_keep_the_letters_that_windows_1250_has(said: dict[str, str], family: str, given: str) -> None:
    [_house, record] = records(filed(replace(ERIK, **said)))  # type: ignore[arg-type]

    assert (record[3], record[4]) == (family, given)


def test_the_house_is_asked_for_what_the_police_gave_it() -> None:
    without = replace(HOUSE, ids={"cz_mark": "AAKLI", "cz_house_number": "twelve"})

    found = lacks(filed(ERIK), house=without)

    assert {(one.field, one.whom, one.filed) for one in found} == {
        ("cz_idub", "house", None),
        ("cz_house_number", "house", None),
    }


def test_the_police_list_of_states_decides_where_it_is_loaded() -> None:
    codes = {**CODES, "Staty": {"SVK": "Slovensko", "XKX": "Kosovo", "XXA": "Bez státní příslušnosti"}}
    given = [filed(replace(ERIK, nationality="RKS"), replace(ERIK, nationality="XXA"))]

    [file] = cz_unl.build(HOUSE, given, codes, now=NOW)
    [refused] = cz_unl.check(HOUSE, [filed(replace(ERIK, nationality="DEU"))], codes, now=NOW)

    assert [line.split("|")[9] for line in file.content.decode("cp1250").split("\r\n")[1:]] == ["XKX", "XXA"]
    assert (refused.code, refused.whom) == ("registration.state_not_listed", "house")


def test_czechs_owe_nothing_and_children_stand_on_a_sheet() -> None:
    child = replace(ERIK, birth_date=PartialDate(2010, 1, 1))

    assert PROFILE.duty(replace(ERIK, second_nationality="CZE"), STAY, Party(2)) is Duty.NONE
    assert PROFILE.duty(ERIK, STAY, Party(2)) is Duty.SHEET
    assert PROFILE.duty(child, STAY, Party(2)) is Duty.ON_ANOTHERS
    assert PROFILE.duty(child, STAY, Party(1)) is Duty.SHEET


def test_a_childs_own_document_may_stay_open() -> None:
    child = replace(ERIK, birth_date=PartialDate(2010, 1, 1))

    def required(person: Person, duty: Duty) -> bool:
        return {one.field: one.required for one in PROFILE.questions(person, STAY, duty)}["document_number"]

    assert required(child, Duty.ON_ANOTHERS) is False
    assert required(ERIK, Duty.SHEET) is required(child, Duty.SHEET) is True


@settings(max_examples=150, deadline=None)
@given(st.lists(sheets, max_size=3))
def test_any_sheets_either_lack_something_or_make_fields_within_limits(given_sheets: list[Sheet]) -> None:
    given = [Filed(f"s{n}", one) for n, one in enumerate(given_sheets)]
    now = datetime(2022, 7, 1, 12, tzinfo=UTC)

    found = cz_unl.check(HOUSE, given, CODES, now=now)

    if found:
        with pytest.raises(Lacking):
            cz_unl.build(HOUSE, given, CODES, now=now)
        return
    for file in cz_unl.build(HOUSE, given, CODES, now=now):
        within_limits(file.content)


@settings(max_examples=300, deadline=None)
@given(people, st.sampled_from([field.name for field in fields(Person)]))
def test_one_odd_answer_is_asked_about_or_written_within_limits(odd: Person, field: str) -> None:
    person = replace(ERIK, **{field: getattr(odd, field)})

    if not lacks(filed(person)):
        for file in cz_unl.build(HOUSE, [filed(person)], CODES, now=NOW):
            within_limits(file.content)


@settings(max_examples=100, deadline=None)
@given(
    st.text(max_size=60).filter(lambda text: "CZE" not in text),
    st.sampled_from(["Ødegård", "O'Neill", "Šťastný", "Ng", "İnönü"]),
    st.integers(1, 90),
)
def test_whole_sheets_make_whole_lines(typed: str, family: str, nights: int) -> None:
    person = replace(ERIK, family_name=family, home_line=typed)
    stay = replace(STAY, departs=STAY.arrives + timedelta(nights))

    [file] = cz_unl.build(HOUSE, [filed(person, stay=stay)], CODES, now=NOW)

    within_limits(file.content)


def within_limits(content: bytes) -> None:
    head, *guests = content.decode("cp1250").split("\r\n")
    assert head.count("|") == 15
    for line in guests:
        record = line.split("|")
        assert len(record) == 16
        assert all(len(record[place]) <= most for place, most in LENGTHS.items())
        assert all(value == value.strip() for value in record)
        assert record[3]
