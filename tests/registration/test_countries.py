"""Who must fill in what, country by country."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.properties.retention import TABLE
from server.registration.asking import duties, is_text, lacks, signers, strip
from server.registration.dates import PartialDate, age_at
from server.registration.profile import Duty, Party, Profile, profile_of, profiles
from server.registration.sheet import (
    FIELDS,
    PERSON_FIELDS,
    STAY_FIELDS,
    Counted,
    Person,
    Sheet,
    Stay,
    from_bytes,
    to_bytes,
)

ARRIVES = date(2026, 5, 4)
STAY = Stay(ARRIVES, date(2026, 5, 6))
ALONE, FOUR, BUS = Party(), Party(4), Party(45, is_group=True)
EVERY = sorted(profiles())


def person(nationality: str, age: int | None = 40, role: str = "main", **said: object) -> Person:
    born = PartialDate(ARRIVES.year - age, 5, 4) if age is not None else None
    return Person(role=role, nationality=nationality, birth_date=born, **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("country", "who", "party", "owes"),
    [
        ("FR", person("FRA"), ALONE, Duty.NONE),
        ("FR", person("TUR", second_nationality="FRA"), ALONE, Duty.NONE),
        ("FR", person("DEU"), ALONE, Duty.SHEET),
        ("FR", person("XXA"), ALONE, Duty.SHEET),
        ("FR", person("TUR", 15, "child"), FOUR, Duty.SHEET),
        ("FR", person("TUR", 14, "child"), FOUR, Duty.ON_ANOTHERS),
        ("FR", person("TUR", 14), ALONE, Duty.SHEET),
        ("FR", person("TUR", None, "child"), FOUR, Duty.ON_ANOTHERS),
        ("FR", person("TUR", None), FOUR, Duty.SHEET),
        ("DE", person("DEU"), ALONE, Duty.NONE),
        ("DE", person("FRA"), ALONE, Duty.SHEET),
        ("DE", person("FRA", 38, "spouse"), FOUR, Duty.COUNTED),
        ("DE", person("FRA", 17, "child"), FOUR, Duty.COUNTED),
        ("DE", person("FRA", 18, "child"), FOUR, Duty.SHEET),
        ("DE", person("FRA", role="member"), BUS, Duty.COUNTED),
        ("DE", person("FRA"), BUS, Duty.SHEET),
        ("AT", person("AUT"), ALONE, Duty.SHEET),
        ("AT", person("AUT", 9, "child"), FOUR, Duty.ON_ANOTHERS),
        ("AT", person("JPN", role="member"), BUS, Duty.ON_ANOTHERS),
        ("AT", person("XXA"), ALONE, Duty.SHEET),
        ("NL", person("NLD"), ALONE, Duty.SHEET),
        ("NL", person("XXA", None), ALONE, Duty.SHEET),
        ("DE", person("XXB", None), ALONE, Duty.SHEET),
        ("DE", person("TUR", second_nationality="DEU"), ALONE, Duty.NONE),
        ("GB", person("XXA", None), ALONE, Duty.SHEET),
        ("NL", person("NLD", role="spouse"), FOUR, Duty.NONE),
        ("GB", person("GBR"), ALONE, Duty.SHEET),
        ("GB", person("USA", 15, "child"), FOUR, Duty.NONE),
        ("GB", person("USA", 16, "child"), FOUR, Duty.SHEET),
    ],
)
def test_who_owes_what(country: str, who: Person, party: Party, owes: Duty) -> None:
    profile = profile_of(country)

    assert profile is not None
    assert profile.duty(who, STAY, party) is owes


def asked(country: str, who: Person, party: Party = ALONE) -> set[str]:
    profile = profiles()[country]
    return {one.field for one in profile.questions(who, STAY, profile.duty(who, STAY, party))}


def test_what_a_law_leaves_out_is_not_asked() -> None:
    turk = person("TUR")
    assert not asked("FR", turk) & {"document_number", "document_type", "sex"}
    assert not asked("DE", turk) & {"mobile", "email", "birth_place", "document_type", "sex"}
    assert not asked("AT", turk) & {"mobile", "email", "birth_place"}
    assert "document_number" not in asked("NL", turk)
    assert "document_number" in asked("GB", turk)
    assert "document_number" not in asked("GB", person("AUS"))
    assert asked("AT", person("AUT")) < asked("AT", turk)
    assert asked("AT", person("AUT", 9, "child"), FOUR) == {"family_name", "given_names", "birth_date"}


@pytest.mark.parametrize("country", EVERY)
def test_every_country_says_what_it_is_sure_of_and_how_long_it_keeps(country: str) -> None:
    profile = profiles()[country]

    kept = [one for one in TABLE if one.code == "police" and country in (one.countries or ())]
    assert len(kept) == 1
    assert not profile.is_checked_by_counsel
    assert profile.law
    assert {one.field for one in profile.of_stay} <= {*STAY_FIELDS, "counted"}
    assert set(PERSON_FIELDS) | set(STAY_FIELDS) | {"counted"} == set(FIELDS)


names = st.text(st.characters(codec="utf-8", categories=["L"]), min_size=1, max_size=30)
states = st.sampled_from(["FRA", "DEU", "AUT", "NLD", "GBR", "ESP", "ITA", "CZE", "TUR", "JPN", "XXA"])
births = st.builds(PartialDate, st.integers(1930, 2026)) | st.builds(
    PartialDate, st.integers(1930, 2025), st.integers(1, 12), st.integers(1, 28)
)


def people(role: str) -> st.SearchStrategy[Person]:
    said = {name: names for name in PERSON_FIELDS if name not in ("birth_date", "document_issued_on")}
    return st.builds(
        Person,
        role=st.just(role) if role == "main" else st.sampled_from(["spouse", "child", "member"]),
        **said | {"nationality": states, "birth_date": births, "document_type": st.just("passport")},
    )


sheets = st.builds(
    lambda first, others: Sheet(STAY, (first, *others)), people("main"), st.lists(people("other"), max_size=4)
)


@pytest.mark.parametrize("country", EVERY)
@given(sheet=sheets)
def test_what_a_country_does_not_ask_is_not_kept(country: str, sheet: Sheet) -> None:
    profile: Profile = profiles()[country]
    party = Party(len(sheet.people))

    kept = strip(profile, sheet, party)

    for who, duty in zip(kept.people, duties(profile, STAY, kept.people, party), strict=True):
        wanted = {one.field for one in profile.questions(who, STAY, duty)}
        assert {name for name in PERSON_FIELDS if getattr(who, name) is not None} <= wanted
    assert from_bytes(to_bytes(kept)) == kept
    assert set(signers(profile, kept)) <= set(range(len(kept.people)))


def test_a_german_sheet_names_one_and_counts_the_family() -> None:
    family = (
        person("FRA"),
        person("FRA", 38, "spouse"),
        person("FRA", 4, "child"),
        person("BEL", 9, "child"),
    )

    kept = strip(profiles()["DE"], Sheet(STAY, family), FOUR)

    assert len(kept.people) == 1
    assert kept.counted == (Counted(2, "FRA"), Counted(1, "BEL"))


ANNA = Person(
    family_name="Öztürk",
    given_names="Anna",
    birth_date=PartialDate(1980),
    birth_place="Ankara",
    nationality="TUR",
    home_line="Caddesi 5",
    home_city="Ankara",
    home_country="TUR",
)


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"given_names": None}, []),
        ({"family_name": None}, []),
        ({"family_name": None, "given_names": None}, ["missing", "missing"]),
        ({"home_city": None}, ["missing"]),
        ({"nationality": "UTO"}, ["unknown_state"]),
        ({"nationality": "XXB"}, []),
        ({"birth_date": PartialDate(2026, 5, 5)}, ["born_impossible"]),
        ({"birth_date": PartialDate(1890)}, ["born_impossible"]),
        ({"family_name": "x" * 201}, ["no_text"]),
        ({"family_name": "e" + "\u0301" * 60}, ["no_text"]),
        ({"family_name": "a\x00b"}, ["no_text"]),
        ({"family_name": "\u202egnirts"}, ["no_text"]),
    ],
)
def test_what_is_missing_is_a_question_to_who_can_answer(
    changed: dict[str, object], codes: list[str]
) -> None:
    sheet = Sheet(STAY, (replace(ANNA, **changed),))  # type: ignore[arg-type]  # field by field, as said

    found = lacks(profiles()["FR"], sheet, ALONE)

    assert [one.code.removeprefix("registration.") for one in found] == codes


def test_a_stay_that_ends_before_it_begins_and_a_child_alone_are_asked_about() -> None:
    early = Sheet(replace(STAY, departs=date(2026, 5, 3)), (ANNA,))
    assert [one.code for one in lacks(profiles()["FR"], early, ALONE)] == ["registration.departs_before"]

    child = Sheet(STAY, (replace(ANNA, birth_date=PartialDate(2015)),))
    found = lacks(profiles()["GB"], child, ALONE)
    assert "registration.child_alone" in [one.code for one in found]


@pytest.mark.parametrize("text", ["Nguyễn", "O’Connor-Şahin", "عبد الرحمن", "山田", "Ζωή", "ณัฐวุฒิ", "שָׁלוֹם"])
def test_names_of_all_scripts_are_names(text: str) -> None:
    assert is_text(text)


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (PartialDate(2011, 5, 4), 15),
        (PartialDate(2011, 5, 5), 14),
        (PartialDate(2011, 5), 14),
        (PartialDate(2011), 14),
    ],
)
def test_the_age_is_that_on_the_day_of_arrival(born: PartialDate, age: int) -> None:
    assert age_at(born, ARRIVES) == age


def test_nothing_is_kept_of_a_guest_at_home() -> None:
    marie = replace(ANNA, nationality="FRA", email="marie@example.com")

    kept = strip(profiles()["FR"], Sheet(STAY, (marie,)), ALONE)

    assert kept.people == (Person(),)
    assert lacks(profiles()["FR"], Sheet(STAY, (marie,)), ALONE) == []


def test_a_foreign_child_of_a_french_parent_has_a_sheet_of_its_own() -> None:
    family = Sheet(STAY, (person("FRA"), replace(ANNA, role="child", birth_date=PartialDate(2018, 3, 1))))

    kept = strip(profiles()["FR"], family, Party(2))

    assert [one.given_names for one in kept.people] == ["Anna"]
    assert kept.main.home_city == "Ankara"


def test_the_foreign_wife_of_a_german_fills_one_in_and_counts_her_child() -> None:
    family = (person("DEU"), person("TUR", 38, "spouse", given_names="Ayşe"), person("TUR", 4, "child"))

    kept = strip(profiles()["DE"], Sheet(STAY, family), Party(3))

    assert [one.given_names for one in kept.people] == ["Ayşe"]
    assert kept.counted == (Counted(1, "TUR"),)


def test_who_stands_on_anothers_entry_does_not_sign() -> None:
    family = Sheet(STAY, (person("AUT"), person("AUT", 38, "spouse"), person("AUT", 9, "child")))

    assert signers(profiles()["AT"], family) == [0]


def test_an_austrian_group_has_one_list_for_a_week_at_most() -> None:
    member, austria = person("JPN", role="member"), profiles()["AT"]

    assert austria.duty(member, replace(STAY, departs=date(2026, 5, 11)), BUS) is Duty.ON_ANOTHERS
    assert austria.duty(member, replace(STAY, departs=date(2026, 5, 12)), BUS) is Duty.SHEET
    assert austria.duty(member, replace(STAY, departs=None), BUS) is Duty.SHEET


def test_a_second_nationality_that_is_not_kept_asks_for_no_passport_later() -> None:
    dual = Sheet(STAY, (person("TUR", second_nationality="AUT"),))

    kept = strip(profiles()["AT"], dual, ALONE)

    assert kept.main.nationality == "AUT"
    assert "document_number" not in {one.field for one in lacks(profiles()["AT"], kept, ALONE)}


@pytest.mark.parametrize("code", ["GBR", "GBD", "GBN", "GBO", "GBP", "GBS", "IRL", "IND"])
def test_no_kind_of_british_guest_is_an_alien(code: str) -> None:
    assert "document_number" not in asked("GB", person(code))


def test_somebody_answers_for_a_child_that_travels_alone() -> None:
    child = Sheet(STAY, (replace(ANNA, birth_date=PartialDate(2013)),))

    assert signers(profiles()["FR"], child) == []
    assert [one.code for one in lacks(profiles()["FR"], child, ALONE)] == ["registration.child_alone"]


def test_germany_has_one_code_on_a_sheet() -> None:
    german = Sheet(STAY, (replace(ANNA, nationality="D"),))

    assert [one.code for one in lacks(profiles()["FR"], german, ALONE)] == ["registration.unknown_state"]
