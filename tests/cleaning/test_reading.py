"""A whole row to its clean record."""

from __future__ import annotations

import csv
import dataclasses
import gzip
import inspect
import json
import re
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import String

import server.cleaning
from server.cleaning import VERSION, clean
from server.cleaning.sentences import SENTENCES
from server.record import FIELDS, CleanRecord, Context
from server.records.models import CleanRow
from server.sources.door import MARKERS

FRANCE = Context(country="FR", today=date(2026, 11, 22))
PUBLIC = Path(__file__).parents[2].parent / "shared" / "bench" / "hotel" / "public"
LIMITS = {
    column.name: column.type.length
    for column in CleanRow.__table__.columns
    if column.name in {field.name for field in dataclasses.fields(CleanRecord)}
    and isinstance(column.type, String)
    and column.type.length
}


def codes(record: CleanRecord) -> set[str]:
    return {finding.code for finding in record.findings}


def assert_storable(record: CleanRecord) -> None:
    """No database takes NUL or half a character."""
    shown = json.dumps(dataclasses.asdict(record), default=str, ensure_ascii=False)
    assert shown.encode("utf-8")
    assert "\\u0000" not in shown


def test_two_ways_of_writing_patrick_martin_read_alike() -> None:
    one = clean(
        {"title": "M.", "first_name": "P", "last_name": "MARTIN", "phone": "+33 6 52 52 72 72"}, FRANCE
    )
    two = clean(
        {"first_name": "Patrick", "last_name": "M.", "phone": "06 52 52 72 72", "birth_date": "28/12/1956"},
        FRANCE,
    )

    assert one.mobile == two.mobile == "+33652527272"
    assert (one.first_name, one.last_name, one.gender) == ("P", "Martin", "m")
    assert two.birth_date == date(1956, 12, 28)


def test_a_row_of_a_hotel_is_read_whole() -> None:
    record = clean(
        {
            "full_name": "GarcÃ\xada LÃ³pez, Sra. MarÃ\xada",
            "email": " Maria.Garcia@GMIAL.com ",
            "phone": "661 827 766",
            "birth_date": "01/12/1975",
            "nationality": "Española",
            "language": "ES",
            "street": "CALLE SAN JOSÉ 79",
            "postal_code": "8001",
            "city": "BARCELONA",
            "country": "Espagne",
            "created_at": "2024-05-01 10:20:30",
            "stay_from": "2024-05-02",
            "stay_to": "04/05/2024",
            "status": "Checked out",
            "amount": "1.731,58 €",
            "notes": "ch. 317 ; BKG 4817985054",
            "email_consent": "oui",
            "company": "N/A",
        },
        FRANCE,
    )

    assert (record.first_name, record.last_name, record.title, record.gender) == (
        "María",
        "García López",
        "mrs",
        "f",
    )
    assert (record.email, record.email_class) == ("maria.garcia@gmial.com", "real")
    assert record.email_suggestion == "maria.garcia@gmail.com"
    assert (record.phone, record.phone_class) == ("+34661827766", "mobile")
    assert record.mobile == record.phone
    assert record.birth_date == date(1975, 12, 1)
    assert (record.nationality, record.language, record.country) == ("ES", "es", "ES")
    assert (record.street, record.postal_code, record.city) == ("Calle San José 79", "08001", "Barcelona")
    assert record.created_at == datetime(2024, 5, 1, 10, 20, 30, tzinfo=UTC)
    assert (record.stay_from, record.stay_to) == (date(2024, 5, 2), date(2024, 5, 4))
    assert (record.status, record.amount, record.currency) == ("left", Decimal("1731.58"), "EUR")
    assert (record.references, record.room) == (("4817985054",), "317")
    assert record.email_consent is True
    assert record.company is None
    assert {"text_mojibake_mended", "email_suggestion", "postal_zero_restored"} <= codes(record)


def test_a_guest_of_whom_nothing_is_said_is_an_empty_record() -> None:
    assert clean({}, FRANCE) == CleanRecord()
    assert clean(dict.fromkeys(FIELDS, " "), FRANCE) == CleanRecord()
    assert clean(dict.fromkeys(FIELDS, "N/A"), FRANCE) == CleanRecord()


def test_a_landline_given_as_a_mobile_is_the_phone_and_a_mobile_given_as_a_phone_is_the_mobile_too() -> None:
    landline = clean({"mobile": "04 78 22 10 90"}, FRANCE)
    mobile = clean({"phone": "06 52 52 72 72"}, FRANCE)

    assert (landline.phone, landline.phone_class, landline.mobile) == ("+33478221090", "landline", None)
    assert (mobile.phone, mobile.mobile, mobile.mobile_class) == ("+33652527272", "+33652527272", "mobile")


def test_a_mobile_whose_country_is_guessed_is_kept_where_nobody_texts_it() -> None:
    record = clean({"mobile": "07998 939939"}, FRANCE)

    assert (record.phone, record.phone_class) == ("+447998939939", "unverifiable")
    assert (record.mobile, record.mobile_class) == (None, "missing")
    assert codes(record) == {"phone_country_guessed"}


@pytest.mark.parametrize("marker", sorted(MARKERS.values()))
def test_what_the_door_put_in_for_what_it_took_out_is_nothing(marker: str) -> None:
    assert clean(dict.fromkeys(FIELDS, marker), FRANCE) == CleanRecord()
    assert clean({"full_name": f"Jean Martin {marker}"}, FRANCE).last_name == "Martin"
    assert clean({"notes": f"late arrival {marker}"}, FRANCE).notes == f"late arrival {marker}"


def test_a_second_number_that_is_a_mobile_fills_the_mobile() -> None:
    record = clean({"phone": "04 78 22 10 90 / 06 52 52 72 72"}, FRANCE)

    assert (record.phone, record.mobile) == ("+33478221090", "+33652527272")


def test_one_number_written_twice_is_read_with_the_country_that_one_of_them_names() -> None:
    record = clean({"phone": "00351914130254", "mobile": "914.130.254"}, FRANCE)

    assert record.phone == record.mobile == "+351914130254"


@pytest.mark.parametrize(
    ("values", "is_person"),
    [
        ({"full_name": "Guest"}, False),
        ({"full_name": "Guest", "email": "a.martin@hotmail.com"}, True),
        ({"full_name": "Guest", "email": "groupes@agence.fr"}, False),
        ({"full_name": "Guest", "email": "x1@guest.booking.com"}, False),
        ({"last_name": "Groupe Wilson", "phone": "+44 7776 937642"}, True),
        ({"last_name": "BLOCK TUI", "phone": "04 78 22 10 90"}, False),
        ({"full_name": "Marlow & Finch LLP", "email": "a.finch@marlow.co.uk"}, False),
        ({"email": "a.martin@hotmail.com"}, True),
        ({"full_name": "Maria"}, True),
    ],
)
def test_who_has_no_name_is_a_person_only_with_a_contact_of_their_own(
    values: dict[str, str], is_person: bool
) -> None:
    assert clean(values, FRANCE).is_person is is_person


def test_a_name_that_lost_letters_says_so_and_a_street_does_not_say_it_of_the_name() -> None:
    assert clean({"first_name": "H�l�ne", "last_name": "Petit"}, FRANCE).lost_letters
    assert not clean({"first_name": "Helene", "street": "rue de l'�glise"}, FRANCE).lost_letters


def test_a_departure_before_the_arrival_is_noticed() -> None:
    assert "stay_ends_before_it_starts" in codes(
        clean({"stay_from": "2024-05-04", "stay_to": "2024-05-02"}, FRANCE)
    )


def test_the_columns_order_of_days_and_months_is_obeyed() -> None:
    american = Context(country="US", date_orders={"birth_date": "mdy"})

    assert clean({"birth_date": "03/04/1985"}, american).birth_date == date(1985, 3, 4)
    assert clean({"birth_date": "03/04/1985"}, FRANCE).birth_date == date(1985, 4, 3)


def test_a_field_that_nobody_named_is_not_read() -> None:
    assert clean({"shoe_size": "44"}, FRANCE) == CleanRecord()


NASTY = st.one_of(
    st.text(max_size=200),
    st.text(alphabet=st.characters(), max_size=80),  # lone surrogates too
    st.sampled_from(
        [
            "\x00",
            "\ud800\udfff",
            "\u202eevil\u202c",
            "Z" + "\u0300" * 4_000,
            "9" * 5_000,
            "1e400",
            "-" * 4_000,
            "a@" * 3_000,
            "& " * 5_000,
            "&#1114112;",
            "/" * 3_000,
            ", ," * 3_000,
            "(" * 3_000,
            "M. " * 3_000,
            "de la " * 3_000,
            "+" + "1" * 300,
            "1/2/3/4/5",
            "０" * 40,
            "²³/¹¹/¹⁹⁸⁰",
            "٣" * 300,
            "𝟙𝟚/𝟙/𝟙𝟡𝟠𝟘",
            "ﬁ" * 300,
            "Ã" * 5_000,
            "😀" * 900,
            "x" * 1_000_000,
            "é" * 300_000,
            "Mr & " * 2_000,
            "BKG " * 4_000,
            "1.2,3.4,5",
            "1 " * 4_000,
            "99999-99-99T99:99:99+99:99",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "31/12/9999 23:59 -12:00",
        ]
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), NASTY, max_size=8))
def test_no_text_makes_cleaning_fail_or_overflow_its_row(values: dict[str, str]) -> None:
    record = clean(values, FRANCE)

    for name, limit in LIMITS.items():
        value = getattr(record, name)
        assert value is None or len(value) <= limit, name
    assert all(finding.code in SENTENCES for finding in record.findings)
    assert_storable(record)
    assert all(len(value) <= 400 for finding in record.findings for value in finding.params.values())


@pytest.mark.parametrize(
    "text", ["\x00" * 400, "x" * 1_000_000, "& " * 500_000, "Ã©" * 200_000, "/ , " * 250_000]
)
def test_a_megabyte_in_every_field_is_no_harm(text: str) -> None:
    record = clean(dict.fromkeys(FIELDS, text), FRANCE)

    assert isinstance(record, CleanRecord)


def test_every_code_that_is_written_in_the_room_has_a_sentence() -> None:
    room = Path(server.cleaning.__file__).parent
    written = set()
    for file in room.glob("*.py"):
        if file.name != "sentences.py":
            written |= set(
                re.findall(
                    r'"((?:text|name|title|email|phone|date|birth|stay|country|nationality|language|postal|amount|status|consent)_[a-z_]+)"',
                    file.read_text(encoding="utf-8"),
                )
            )
    known = written & set(SENTENCES)

    assert set(SENTENCES) - known <= {
        "email_alias",
        "email_relay",
        "email_shared",
        "email_disposable",  # made from the class of the address
        "country_unknown",
        "nationality_unknown",  # made from the field
    }
    assert VERSION >= 1


def test_records_of_one_guest_read_to_equal_birth_dates_and_mostly_equal_mobiles() -> None:
    if not (PUBLIC / "records.csv.gz").is_file():
        pytest.skip("the shared benchmark is not beside this checkout")
    with gzip.open(PUBLIC / "truth.csv.gz", "rt", encoding="utf-8") as file:
        truth = {row["record_id"]: row for row in csv.DictReader(file)}
    births, mobiles = defaultdict(list), defaultdict(list)
    with gzip.open(PUBLIC / "records.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            told = truth[row["record_id"]]
            if not {"dob_typo", "dob_swap", "phone_typo", "booker_contact"}.isdisjoint(
                told["tags"].split(";")
            ):
                continue
            record = clean({name: row[name] for name in FIELDS if row.get(name)}, Context(country="FR"))
            if record.birth_date:
                births[told["group_id"]].append(record.birth_date)
            if record.mobile_class == "mobile":
                mobiles[told["group_id"]].append(record.mobile)

    assert all(len(set(dates)) == 1 for dates in births.values())
    several = [numbers for numbers in mobiles.values() if len(numbers) > 1]
    alike = sum(len(set(numbers)) == 1 for numbers in several)
    assert alike / len(several) > 0.9


def test_what_cleaning_remembers_of_guests_is_bounded() -> None:
    tables = {
        "rows",
        "words",
        "_table",
        "_plan",
        "_plan_of",
        "_plans",
        "has_trunk_prefix",
    }  # keyed by our own names and country codes
    for file in Path(server.cleaning.__file__).parent.glob("*.py"):
        module = import_module(f"server.cleaning.{file.stem}")
        for name, function in vars(module).items():
            if (
                hasattr(function, "cache_info")
                and function.cache_info().maxsize is None
                and name not in tables
            ):
                assert not inspect.signature(function).parameters, name
