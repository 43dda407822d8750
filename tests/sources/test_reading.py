"""A reading says all that was found, survives storage, and lets rows be read again from anywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.record import FIELDS
from server.sources.inspection import header_digest, inspect
from server.sources.reading import KeptMapping, Reading, apply_mapping
from server.sources.rows import BadRow, read_rows
from server.sources.sentences import SENTENCES
from server.sources.suggestion import WORDS, suggest
from server.sources.unreadable import Unreadable

SAMPLES = Path(__file__).parent / "samples"


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.csv")), ids=lambda path: path.stem)
def test_a_reading_survives_its_trip_through_json(sample: Path) -> None:
    reading = inspect(sample, name=sample.name)

    assert Reading.from_json(json.loads(json.dumps(reading.to_json()))) == reading


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.csv")), ids=lambda path: path.stem)
def test_an_import_that_was_killed_goes_on_with_the_very_next_row(sample: Path) -> None:
    reading = inspect(sample, name=sample.name)
    whole = list(read_rows(sample, reading))

    for start in range(reading.rows + 2):
        assert list(read_rows(sample, reading, start=start)) == whole[start:]


def test_the_sample_of_a_preview_has_passed_the_door() -> None:
    reading = inspect(SAMPLES / "kiosk.csv", name="kiosk.csv")

    assert {row["document_no"] for row in reading.sample} == {""}
    assert "P1234501" not in json.dumps(reading.to_json())


def test_a_file_nobody_knows_gets_a_suggestion_and_is_not_read_by_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "Kundennummer;Nachname;Vorname;Kontakt 1;Rufnummer;Geburtsdatum;Ausweis;Bemerkungen\n"
        "1;Klein;Zoë;zoe@beispiel.test;+49 30 5550101;30.06.1990;L01X00T47;ruhig\n"
        "2;Weiß;Jörg;joerg@beispiel.test;+49 30 5550102;01.02.1980;C01X00T47;vegan\n",
        encoding="cp1252",
    )

    reading = inspect(path, name=path.name)

    assert reading.needs_mapping
    assert reading.columns == {}
    fields = {column: field for column, (field, _) in reading.suggested.items()}
    assert fields["Nachname"] == "last_name"
    assert fields["Vorname"] == "first_name"
    assert fields["Kontakt 1"] == "email"
    assert fields["Rufnummer"] == "phone"
    assert fields["Geburtsdatum"] == "birth_date"
    assert fields["Bemerkungen"] == "notes"
    assert all(0 < score <= 1 for _, score in reading.suggested.values())
    assert "L01X00T47" not in json.dumps(reading.to_json())
    assert "vegan" not in json.dumps(reading.to_json())


def test_a_mapping_that_staff_kept_is_used_when_the_header_comes_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("MAIL;Gast;Nr\nkim@example.test;Kim Lee;7\n", encoding="utf-8")
    digest = header_digest(["Nr", "Gast", "Mail"])
    kept = {digest: KeptMapping("Old list", "shop", {"Mail": "email", "Gast": "full_name"}, ["Nr"])}

    reading = inspect(path, name=path.name, kept=kept)
    (row,) = read_rows(path, reading)

    assert reading.header_digest == digest
    assert (reading.source_name, reading.kind, reading.needs_mapping) == ("Old list", "shop", False)
    assert not isinstance(row, BadRow)
    assert (row.key, row.values) == ("7", {"email": "kim@example.test", "full_name": "Kim Lee"})


def test_a_title_above_the_header_is_no_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    sample = (SAMPLES / "wifi.csv").read_text(encoding="utf-8")
    path.write_text(f'Wi-Fi report\n"printed, at noon"\n\n{sample}', encoding="utf-8")

    reading = inspect(path, name=path.name)

    assert (reading.layout, reading.header_line, reading.rows) == ("wifi", 4, 10)


def test_a_mapping_must_name_columns_and_fields_that_exist(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Gast;Kontakt\nKim;kim@example.test\n", encoding="utf-8")
    reading = inspect(path, name=path.name)

    for columns, keys, code in (
        ({"Name": "full_name"}, [], "mapping-no-column"),
        ({"Gast": "full_name"}, ["Nr"], "mapping-no-column"),
        ({"Gast": "shoe_size"}, [], "mapping-no-field"),
        ({}, [], "mapping-empty"),
    ):
        with pytest.raises(Unreadable) as refused:
            apply_mapping(reading, columns, keys, "Liste", "shop")
        assert refused.value.code == code


def test_a_row_without_a_key_is_known_by_what_identifies_it_wherever_it_stands(tmp_path: Path) -> None:
    head = "session,email,first,last,name,phone,birthdate,lang,connected,date,room\n"
    row = ",kim@example.test,Kim,Lee,,,,en,22/01/2024 10:00:00,22/01/2024,{room}\n"
    other = ",lee@example.test,Lee,Kim,,,,en,22/01/2024 10:00:00,22/01/2024,3\n"
    path = tmp_path / "a.csv"
    path.write_text(head + row.format(room=1) + other + row.format(room=2), encoding="utf-8")

    keys = [r.key for r in read_rows(path, inspect(path, name="a")) if not isinstance(r, BadRow)]

    assert keys[0] == keys[2] != keys[1]


def test_a_card_number_in_the_key_column_never_becomes_the_key(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Nr;Gast\n4111111111111111;Kim\n5555555555554444;Lee\n", encoding="utf-8")
    reading = apply_mapping(inspect(path, name="a"), {"Gast": "full_name"}, ["Nr"], "Liste", "shop")

    rows = [r for r in read_rows(path, reading) if not isinstance(r, BadRow)]

    assert len({r.key for r in rows}) == 2
    assert all(r.key.startswith("#") for r in rows)


def test_every_word_of_the_vocabulary_suggests_its_own_field() -> None:
    assert set(WORDS) <= set(FIELDS)
    for field, words in WORDS.items():
        for word in words:
            assert suggest([word], [])[word][0] == field, word


def test_every_code_has_a_sentence_with_the_file_or_place_in_it() -> None:
    for code, sentence in SENTENCES.items():
        if code.startswith("row-"):
            assert "{line}" in sentence
            assert "{file}" in sentence
        if code.startswith("taken-out-"):
            assert "{field}" in sentence


def _inspect_or_none(path: Path) -> Reading | None:
    try:
        return inspect(path, name="any.bin")
    except Unreadable:
        return None


@settings(max_examples=120, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.text('ab;,\n\r"\t é0123456789@./', max_size=300).map(str.encode),
        st.text(max_size=200).map(lambda text: text.encode("utf-16")),
        st.lists(st.text('ab;"\n,0', max_size=20), max_size=20).map(
            lambda rows: "\n".join(["Nom;Mail", *rows]).encode()
        ),
    )
)
def test_any_bytes_are_read_or_refused_and_every_row_is_given_once(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "any.bin"
    path.write_bytes(content)
    reading = _inspect_or_none(path)
    if reading is None:
        return
    if reading.needs_mapping:
        reading = apply_mapping(reading, {reading.header[0]: "full_name"}, [], "Any", "shop")

    rows = list(read_rows(path, reading))

    assert len(rows) == reading.rows
    assert Reading.from_json(json.loads(json.dumps(reading.to_json()))) == reading
