"""Whatever stands on a sheet, Spain's files are either asked about or accepted by the ministry's schemas."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from server.registration.dates import PartialDate
from server.registration.output import Filed
from server.registration.outputs import es_pv, es_rh
from server.registration.sentences import SENTENCES
from server.registration.sheet import Person, Sheet, Stay
from tests.registration.spain import HOUSE, JUAN, LENA, NOW, PEDRO, STAY, assert_valid, codes, filed

T = TypeVar("T", Person, Stay)

WORDS = st.one_of(
    st.none(),
    st.sampled_from(("Ana", "O’Brien", "Nguyễn", "محمد", "\x00", "\ud800", "<a>&amp;</a>", "]]>", " ")),
    st.text(max_size=130),
)
STATES = st.sampled_from((None, "ESP", "DEU", "D", "GBN", "XXA", "UTO", "ES", "", "\ufffe"))
OF_PERSON: Mapping[str, st.SearchStrategy[Any]] = {
    "role": st.sampled_from(("main", "spouse", "child", "member")),
    **dict.fromkeys(("family_name", "second_family_name", "given_names", "mobile"), WORDS),
    **dict.fromkeys(("home_line", "home_postcode", "home_city", "document_support"), WORDS),
    **dict.fromkeys(("nationality", "second_nationality", "home_country"), STATES),
    "birth_date": st.sampled_from(
        (None, PartialDate(2009, 2, 3), PartialDate(1980), PartialDate(2030, 1, 1))
    ),
    "sex": st.sampled_from((None, "f", "m", "x")),
    "home_municipality": st.sampled_from((None, "28079", "1", "٢٨٠٧٩")),
    "email": st.sampled_from((None, "a@example.com", "a@b", "a@@b.c", "\x01@a.b")) | st.emails(),
    "document_type": st.sampled_from((None, "passport", "id_card", "residence", "driving", "other")),
    "document_number": WORDS | st.sampled_from(("12345678Z", "X1234567L", "٠١٢٣٤٥٦٧T", "K1234567L")),
    "kinship": st.sampled_from((None, "HJ", "ZZ", "\x00")),
}
OF_STAY: Mapping[str, st.SearchStrategy[Any]] = {
    "arrives": st.dates(date(2026, 11, 20), date(2026, 11, 26)),
    "departs": st.none() | st.dates(date(2026, 11, 20), date(2026, 11, 26)),
    "arrival_time": st.times(),
    "departure_time": st.times(timezones=st.none() | st.timezones()),
    **dict.fromkeys(("reference", "payment_means", "payment_holder", "payment_type"), WORDS),
    **dict.fromkeys(("rooms", "persons"), st.none() | st.integers()),
    **dict.fromkeys(("contract_date", "payment_date"), st.none() | st.dates()),
    "internet": st.none() | st.booleans(),
    "payment_expiry": WORDS | st.sampled_from(("09/2027", "9/27", "٠٩/٢٠٢٧")),
}


def changed(thing: T, fields: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[T]:
    """A thing that is right, but for two of its fields at most."""
    names = st.lists(st.sampled_from(sorted(fields)), max_size=2, unique=True)
    drawn = names.flatmap(lambda some: st.fixed_dictionaries({name: fields[name] for name in some}))
    return drawn.map(lambda values: replace(thing, **values))


SHEETS = st.lists(
    st.builds(
        Sheet,
        changed(replace(STAY, persons=9), OF_STAY),
        st.lists(
            st.sampled_from((LENA, JUAN, PEDRO)).flatmap(lambda one: changed(one, OF_PERSON)),
            min_size=1,
            max_size=2,
        ).map(tuple),
    ),
    min_size=1,
    max_size=2,
)


@settings(deadline=None, max_examples=150)
@given(SHEETS)
def test_any_sheets_are_asked_about_or_accepted(sheets: list[Sheet]) -> None:
    kept = [Filed(f"s-{number}", sheet) for number, sheet in enumerate(sheets)]

    for output, schema in ((es_pv, "altaParteHospedaje"), (es_rh, "altaReservaHospedaje")):
        found = output.check(HOUSE, kept, codes(), now=NOW)
        assert {lack.code for lack in found} <= SENTENCES.keys()
        if not found:
            for file in output.build(HOUSE, kept, codes(), now=NOW):
                assert_valid(file, schema)


@settings(deadline=None, max_examples=150)
@given(line=st.text(min_size=1, max_size=220))
def test_an_address_is_told_whole_or_asked_about(line: str) -> None:
    sheet = filed(replace(LENA, home_line=line))

    if es_pv.check(HOUSE, [sheet], codes(), now=NOW):
        return

    (file,) = es_pv.build(HOUSE, [sheet], codes(), now=NOW)
    home = assert_valid(file, "altaParteHospedaje").find(".//persona/direccion")
    told = "".join(home.findtext(name, "") for name in ("direccion", "direccionComplementaria"))
    seen = [sign for sign in unicodedata.normalize("NFC", line) if unicodedata.category(sign) != "Cf"]
    assert "".join(told.split()) == "".join("".join(seen).split())


def test_a_time_of_day_has_no_fraction_of_a_second() -> None:
    stay = replace(STAY, arrival_time=time(15, 0, 1, 999_999))

    (file,) = es_pv.build(HOUSE, [filed(LENA, stay=stay)], codes(), now=NOW)

    assert b"<fechaEntrada>2026-11-23T15:00:01</fechaEntrada>" in file.content
