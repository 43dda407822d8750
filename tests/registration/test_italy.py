"""Italy's file: byte for byte the portal's layout, and questions instead of lines that it would refuse."""

from __future__ import annotations

import csv
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.registration.code_lists import read_list
from server.registration.countries.it import PROFILE
from server.registration.dates import PartialDate
from server.registration.output import Filed, House, Lack, Lacking
from server.registration.outputs import it_alloggiati
from server.registration.outputs._italian_places import Places
from server.registration.profile import Duty, Party
from server.registration.sheet import Person, Sheet, Stay
from tests.registration.odd_people import people, sheets

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "police" / "it"
LAYOUT = list(csv.DictReader((DATA / "record_layout.csv").read_text("utf-8").splitlines()))
SAMPLES = (DATA / "sample_schedine_168.txt").read_text("utf-8").splitlines()
STATES = read_list("Luoghi", (DATA / "stati_2014.csv").read_bytes())
TOWNS = {
    "412058091": "ROMA (RM)",
    "403015146": "MILANO (MI)",
    "418094001": "SAN TEODORO (SS)",
    "419083090": "SAN TEODORO (ME)",
    "403018194": "CORTEOLONA (PV) † 31/12/2015",
}
CODES = {
    "Luoghi": {**STATES, **TOWNS},
    "Tipi_Documento": read_list("Tipi_Documento", (DATA / "tipi_documento_2014.csv").read_bytes()),
}
HOUSE = House("Albergo Sole", "Europe/Rome")
NOW = datetime(2022, 4, 8, 15, tzinfo=UTC)
STAY = Stay(date(2022, 4, 8), date(2022, 4, 13))
MARIO = Person(
    family_name="Rossetti",
    given_names="Mario",
    sex="m",
    birth_date=PartialDate(1981, 8, 1),
    birth_country="FRA",
    nationality="FRA",
    document_type="id_card",
    document_number="AT 11143366",
    document_issuer="ITA",
    document_place="100000100",
)
GIOVANNI = Person("child", "Rossetti", given_names="Giovanni", sex="f", birth_date=PartialDate(1981, 8, 1),
                  birth_country="FRA", nationality="FRA")  # fmt: skip


def filed(*people: Person, stay: Stay = STAY, name: str = "s1") -> Filed:
    return Filed(name, Sheet(stay, people))


def lines(*given: Filed, now: datetime = NOW) -> list[str]:
    [file] = it_alloggiati.build(HOUSE, given, CODES, now=now)
    return file.content.decode("utf-8").split("\r\n")


def lacks(*given: Filed, now: datetime = NOW) -> list[Lack]:
    return it_alloggiati.check(HOUSE, given, CODES, now=now)


def lack(person: Person, stay: Stay = STAY) -> tuple[str, str, str | None]:
    """The one thing lacking of a person alone."""
    [found] = lacks(filed(person, stay=stay))
    return found.code.removeprefix("registration."), found.whom, found.field


def cut(line: str) -> dict[str, str]:
    """The fields of a line by the portal's own layout."""
    return {
        row["field"]: line[int(row["from_0based"]) : int(row["to_0based"]) + 1]
        for row in LAYOUT
        if int(row["to_0based"]) < it_alloggiati.LENGTH
    }


def test_the_samples_are_made_again_byte_for_byte() -> None:
    made = lines(filed(MARIO, GIOVANNI))

    assert made[0] == SAMPLES[0]
    # the sample gives a family member a document, which the police's manual forbids
    assert made[1] == SAMPLES[1][:134] + " " * 34


def test_a_file_ends_its_lines_as_the_portal_wants_and_says_whose_they_are() -> None:
    [file] = it_alloggiati.build(HOUSE, [filed(MARIO, GIOVANNI)], CODES, now=NOW)

    assert file.content.count(b"\r\n") == 1
    assert not file.content.endswith((b"\r", b"\n"))
    assert [(row.filed, row.person) for row in file.rows] == [("s1", 0), ("s1", 1)]
    assert file.name == "alloggiati-20220408T1500Z.txt"


def test_an_italian_is_told_by_municipality_and_province() -> None:
    anna = replace(MARIO, birth_country="ITA", nationality="ITA", birth_municipality="roma",
                   document_place="Milano", sex="f")  # fmt: skip

    fields = cut(lines(filed(anna))[0])

    assert fields["comune_nascita"] == "412058091"
    assert fields["provincia_nascita"] == "RM"
    assert fields["stato_nascita"] == fields["cittadinanza"] == "100000100"
    assert fields["luogo_rilascio"] == "403015146"
    assert fields["tipo_alloggiato"] == "16"
    assert fields["sesso"] == "2"


def test_a_stay_without_a_night_is_one_day_and_a_document_from_abroad_tells_its_state() -> None:
    fields = cut(lines(filed(replace(MARIO, document_issuer="DEU", document_type="passport"),
                             stay=replace(STAY, departs=STAY.arrives)))[0])  # fmt: skip

    assert fields["giorni_permanenza"] == "1 "
    assert fields["luogo_rilascio"] == "100000216"
    assert fields["tipo_documento"] == "PASOR"


def test_a_group_of_45_follows_its_leader() -> None:
    members = [replace(GIOVANNI, role="member", given_names=f"Socio {'I' * (n % 9)}") for n in range(44)]

    made = [cut(line) for line in lines(filed(MARIO, *members))]

    assert [fields["tipo_alloggiato"] for fields in made] == ["18"] + ["20"] * 44
    assert {fields["data_arrivo"] for fields in made} == {"08/04/2022"}
    assert {fields["numero_documento"].strip() for fields in made[1:]} == {""}


def test_sheets_of_one_stay_are_one_party_and_others_are_not() -> None:
    together = replace(STAY, reference="R1")
    child = replace(GIOVANNI, role="main", birth_date=PartialDate(2015, 1, 1))
    given = (
        filed(child, stay=together, name="child"),
        filed(MARIO, stay=STAY, name="alone"),
        filed(MARIO, GIOVANNI, stay=together, name="parents"),
    )

    [file] = it_alloggiati.build(HOUSE, given, CODES, now=NOW)

    kinds = [line[:2] for line in file.content.decode().split("\r\n")]
    assert [(row.filed, row.person) for row in file.rows] == [
        ("parents", 0), ("child", 0), ("parents", 1), ("alone", 0),
    ]  # fmt: skip
    assert kinds == ["18", "20", "20", "16"]


def test_a_thousand_lines_make_a_file_and_no_party_is_parted() -> None:
    given = [filed(MARIO, *[GIOVANNI] * 2, name=f"s{n}") for n in range(340)]

    files = it_alloggiati.build(HOUSE, given, CODES, now=NOW)

    assert [len(file.rows) for file in files] == [999, 21]
    assert files[1].content.startswith(b"17")
    assert [file.name[-6:] for file in files] == ["-1.txt", "-2.txt"]


def test_a_long_stay_is_handed_in_again_every_thirty_days() -> None:
    stay = replace(STAY, departs=STAY.arrives + timedelta(days=45))

    first = cut(lines(filed(MARIO, stay=stay))[0])
    second = cut(lines(filed(MARIO, stay=stay), now=NOW + timedelta(days=30))[0])

    assert [(one.first, one.days) for one in it_alloggiati.arrivals(stay)] == [
        (date(2022, 4, 8), 30),
        (date(2022, 5, 8), 15),
    ]
    assert (first["data_arrivo"], first["giorni_permanenza"]) == ("08/04/2022", "30")
    assert (second["data_arrivo"], second["giorni_permanenza"]) == ("08/05/2022", "15")


@pytest.mark.parametrize(
    ("stay", "code"),
    [
        (replace(STAY, departs=None), "no_departure"),
        (replace(STAY, departs=date(2022, 4, 1)), "departure_first"),
        (Stay(date(2022, 4, 9), date(2022, 4, 10)), "not_arrived"),
        (Stay(date(2022, 4, 6), date(2022, 4, 10)), "it_too_late"),
    ],
)
def test_staff_are_asked_about_a_stay_that_the_portal_would_refuse(stay: Stay, code: str) -> None:
    [found] = lacks(filed(MARIO, stay=stay))

    assert (found.code, found.whom, found.person) == (f"registration.{code}", "staff", None)
    with pytest.raises(Lacking):
        it_alloggiati.build(HOUSE, [filed(MARIO, stay=stay)], CODES, now=NOW)


def test_late_in_the_evening_it_is_the_day_of_the_house() -> None:
    arrived = Stay(date(2022, 4, 9), date(2022, 4, 10))

    assert lacks(filed(MARIO, stay=arrived), now=datetime(2022, 4, 8, 22, 30, tzinfo=UTC)) == []


@pytest.mark.parametrize(
    ("said", "code", "whom", "field"),
    [
        ({"family_name": "Щербаков"}, "latin_name", "guest", "family_name"),
        ({"given_names": "李小龍"}, "latin_name", "guest", "given_names"),
        ({"given_names": "محمد"}, "latin_name", "guest", "given_names"),
        ({"family_name": "A" * 60}, "long_name", "guest", "family_name"),
        ({"given_names": "Anna " * 12}, "long_name", "guest", "given_names"),
        ({"family_name": None, "given_names": " "}, "missing", "guest", "family_name"),
        ({"family_name": "O|Brien"}, "latin_name", "guest", "family_name"),
        ({"birth_date": PartialDate(1981)}, "whole_birth_date", "guest", "birth_date"),
        ({"birth_date": PartialDate(2024, 1, 1)}, "born_later", "guest", "birth_date"),
        ({"sex": "x"}, "it_sex", "staff", "sex"),
        ({"sex": None}, "missing", "guest", "sex"),
        ({"nationality": None}, "missing", "guest", "nationality"),
        ({"nationality": "SRB"}, "state_not_listed", "house", "nationality"),
        ({"nationality": "XXB"}, "no_state", "staff", "nationality"),
        ({"birth_country": "ITA"}, "it_municipality", "guest", "birth_municipality"),
        ({"birth_country": "ITA", "birth_municipality": "San Teodoro"}, "it_municipality", "guest",
         "birth_municipality"),
        ({"document_place": None}, "it_municipality", "guest", "document_place"),
        ({"document_type": "residence"}, "it_document_type", "staff", "document_type"),
        ({"document_number": "АВ123"}, "document_number", "guest", "document_number"),
        ({"document_number": "A" * 21}, "long_number", "guest", "document_number"),
        ({"document_number": " - "}, "missing", "guest", "document_number"),
    ],
)  # fmt: skip
def test_what_the_portal_would_refuse_is_asked_of_whoever_can_answer(
    said: dict[str, object], code: str, whom: str, field: str
) -> None:
    assert lack(replace(MARIO, **said)) == (code, whom, field)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "family", "given"),
    [
        ({"family_name": "Müller-Groß", "given_names": "Zoë d’Arc"}, "MUELLER GROSS", "ZOE D'ARC"),
        ({"family_name": None, "given_names": "Suharto"}, "SUHARTO", ""),
        ({"family_name": "Suharto", "given_names": None}, "SUHARTO", ""),
        ({"family_name": "Nguyễn\r\nVăn", "given_names": "Đức"}, "NGUYEN VAN", "DUC"),
        ({"family_name": "e" + "\u0301" * 500, "given_names": "Peña"}, "E", "PENA"),
    ],
)
def test_names_stand_in_the_letters_of_the_portal(said: dict[str, str], family: str, given: str) -> None:
    fields = cut(lines(filed(replace(MARIO, **said)))[0])  # type: ignore[arg-type]

    assert (fields["cognome"].rstrip(), fields["nome"].rstrip()) == (family, given)


def test_a_minor_alone_and_a_stateless_guest_are_handed_in() -> None:
    alone = replace(MARIO, birth_date=PartialDate(2010, 1, 1), nationality="XXA")

    fields = cut(lines(filed(alone))[0])

    assert (fields["tipo_alloggiato"], fields["cittadinanza"]) == ("16", "100000999")


def test_without_the_portals_lists_only_the_house_is_asked() -> None:
    found = it_alloggiati.check(HOUSE, [filed(MARIO)], {}, now=NOW)

    assert {(one.code, one.whom, one.params) for one in found} == {
        ("registration.list_missing", "house", (("name", "Luoghi"),)),
        ("registration.list_missing", "house", (("name", "Tipi_Documento"),)),
    }


def test_states_are_found_by_name_in_an_old_list_and_never_guessed() -> None:
    places = Places(CODES["Luoghi"])

    found = {
        code: places.state(code) for code in ("CZE", "SVK", "CHN", "KEN", "GBN", "D", "USA", "COD", "COG")
    }

    assert {code: STATES[found] for code, found in found.items() if found} == {
        "CZE": "REPUBBLICA CECA", "SVK": "REPUBBLICA SLOVACCA", "CHN": "CINA POPOLARE", "KEN": "KENIA",
        "GBN": "REGNO UNITO", "D": "GERMANIA", "USA": "STATI UNITI D'AMERICA",
        "COD": "REPUBBLICA DEMOCRATICA DEL CONGO", "COG": "CONGO",
    }  # fmt: skip
    assert places.state("MNE") is None


def test_provinces_tell_states_from_towns_in_the_portals_own_table() -> None:
    table = b"Codice;Descrizione;Provincia;DataFineVal\r\n100000215;FRANCIA;ES;\r\n412058091;ROMA;RM;\r\n"
    places = Places(read_list("Luoghi", table))

    assert places.state("FRA") == "100000215"
    assert (places.municipality("Roma"), places.province("412058091")) == ("412058091", "RM")
    assert places.municipality("FRANCIA") is None


def test_a_town_that_ended_gives_way_to_one_that_is_but_keeps_its_own_name() -> None:
    places = Places({"1": "ALTAVALLE (TN) † 31/12/2015", "403": "ALTAVALLE (TN)", **TOWNS})

    assert places.municipality("altavalle") == "403"
    assert places.municipality("Corteolona") == "403018194"


def test_everybody_is_told_but_only_heads_show_a_document() -> None:
    child = replace(GIOVANNI, birth_date=PartialDate(2015, 1, 1))
    family, group = Party(3), Party(3, is_group=True)

    assert PROFILE.duty(replace(MARIO, nationality="ITA"), STAY, family) is Duty.SHEET
    assert PROFILE.duty(child, STAY, family) is Duty.ON_ANOTHERS
    assert PROFILE.duty(child, STAY, Party(1)) is Duty.SHEET
    assert PROFILE.duty(replace(MARIO, role="member"), STAY, group) is Duty.ON_ANOTHERS
    asked = {one.field for one in PROFILE.questions(child, STAY, Duty.ON_ANOTHERS)}
    assert not asked & {"document_number", "document_type", "birth_municipality", "home_line"}


def test_municipalities_are_asked_of_those_whom_italy_names() -> None:
    def asked(person: Person) -> dict[str, bool]:
        return {one.field: one.required for one in PROFILE.questions(person, STAY, Duty.SHEET)}

    assert asked(replace(MARIO, birth_country="ITA"))["birth_municipality"] is True
    assert asked(Person())["birth_municipality"] is False
    assert "birth_municipality" not in asked(MARIO)


@settings(max_examples=150, deadline=None)
@given(st.lists(sheets, max_size=3))
def test_any_sheets_either_lack_something_or_make_whole_lines(given_sheets: list[Sheet]) -> None:
    given = [Filed(f"s{n}", one) for n, one in enumerate(given_sheets)]
    arrived = max((one.stay.arrives for one in given_sheets), default=NOW)
    now = datetime(arrived.year, arrived.month, arrived.day, 12, tzinfo=UTC)

    found = it_alloggiati.check(HOUSE, given, CODES, now=now)

    if found:
        with pytest.raises(Lacking):
            it_alloggiati.build(HOUSE, given, CODES, now=now)
        return
    files = it_alloggiati.build(HOUSE, given, CODES, now=now)
    for line in (line for file in files for line in file.content.decode("utf-8").split("\r\n")):
        assert len(line) == len(line.encode()) == it_alloggiati.LENGTH
        assert cut(line)["cognome"].strip()


@settings(max_examples=300, deadline=None)
@given(people, st.sampled_from([field.name for field in dataclass_fields(Person)]))
def test_one_odd_answer_is_asked_about_or_makes_a_whole_line(odd: Person, field: str) -> None:
    person = replace(MARIO, **{field: getattr(odd, field)})

    if not lacks(filed(person)):
        [line] = lines(filed(person))
        assert len(line) == it_alloggiati.LENGTH
        assert set(cut(line)["cognome"] + cut(line)["nome"]) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ' ")
        assert cut(line)["cognome"].strip(" '")


PIECES = st.tuples(
    st.sampled_from(["Rossi", "Ødegård", "D'Angelo", "Ibáñez-López", "Ng", "Ævarsdóttir"]),
    st.sampled_from([None, "Anna", "José María", "Zoë"]),
    st.integers(0, 44),
)


@settings(max_examples=60, deadline=None)
@given(PIECES, st.integers(0, 60), st.sampled_from(["member", "child", "spouse"]))
def test_whole_sheets_make_whole_lines(pieces: tuple[str, str | None, int], nights: int, role: str) -> None:
    family, names, others = pieces
    person = replace(MARIO, family_name=family, given_names=names)
    beside = replace(person, role=role)  # type: ignore[arg-type]
    stay = replace(STAY, departs=STAY.arrives + timedelta(nights))

    made = lines(filed(person, *[beside] * others, stay=stay))

    assert [len(line) for line in made] == [it_alloggiati.LENGTH] * (others + 1)
    for fields in map(cut, made):
        assert set(fields["cognome"] + fields["nome"]) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ' ")
        assert 1 <= int(fields["giorni_permanenza"]) <= 30
