"""People as Hypothesis makes them up: what a form's fields may hold at worst."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from server.registration.dates import PartialDate
from server.registration.sheet import Person, Sheet, Stay

NAMES = (
    "Schmidt",
    "Günther-Øst",
    "O'Brien | Smith",
    "Nguyễn",
    "Щербаков",
    "Παπαδόπουλος",
    "محمد",
    "李小龍",
    "Z̴̡̛͙a̷̢l̶g̸o" * 9,
    "e" + "\u0301" * 2_000,
    "Wolfeschlegelsteinhausenbergerdorff" * 2,
    "Line\r\nbreak",
    "<b>\u202eevil</b>",
    "\x00",
    "’",
    " ",
    "",
)
texts = st.one_of(st.none(), st.sampled_from(NAMES), st.text(max_size=70))
countries = st.sampled_from([None, "ITA", "CZE", "DEU", "FRA", "GBN", "XXA", "XXC", "RKS", "UTO", "", "d"])
days = st.dates(date(2022, 3, 1), date(2022, 6, 30))


@st.composite
def births(draw: st.DrawFn) -> PartialDate | None:
    day = draw(st.one_of(st.none(), st.dates(date(1900, 1, 1), date(2030, 1, 1))))
    if day is None:
        return None
    known = draw(st.sampled_from((1, 2, 3)))
    return PartialDate(*(day.year, day.month, day.day)[:known])


people = st.builds(
    Person,
    role=st.sampled_from(("main", "spouse", "child", "member")),
    family_name=texts,
    given_names=texts,
    birth_date=births(),
    birth_country=countries,
    birth_municipality=st.one_of(st.none(), st.sampled_from(("ROMA", "412058091", "Nowhere"))),
    sex=st.sampled_from((None, "f", "m", "x")),
    nationality=countries,
    second_nationality=countries,
    home_line=texts,
    home_city=texts,
    home_country=countries,
    document_type=st.sampled_from((None, "passport", "id_card", "residence", "driving", "other")),
    document_number=st.one_of(texts, st.from_regex(r"[A-Z0-9]{4,20}", fullmatch=True)),
    document_issuer=countries,
    document_place=st.one_of(st.none(), st.sampled_from(("ROMA", "100000100", "Nowhere"))),
    visa_number=texts,
)


@st.composite
def stays(draw: st.DrawFn) -> Stay:
    arrives = draw(days)
    nights = draw(st.one_of(st.none(), st.integers(-3, 70)))
    return Stay(
        arrives=arrives,
        departs=None if nights is None else arrives + timedelta(nights),
        reference=draw(st.sampled_from((None, "R1", "R2"))),
        purpose=draw(st.sampled_from((None, "10", "99", "tourism|10"))),
    )


sheets = st.builds(Sheet, stays(), st.lists(people, min_size=1, max_size=4).map(tuple))
