"""How a file is written: its encoding from all of it, its separator, its lines, its dates."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.sources.date_orders import DateOrders, settle
from server.sources.delimited import Broken, Cells, find_separator, read_lines
from server.sources.encoding import find_encoding
from server.sources.inspection import inspect

NAMES = {
    "fr": "Hélène François Zoë Noël Léonard Béatrice Gérard Éric Jérôme garçon château Benoît Maël Anaïs",
    "de": "Müller Größe Jörg Bäcker Österreich Straße Günther Schäfer Köln Düsseldorf Weiß Jäger",
    "es": "Núñez María José Peña García Begoña Martín Ángel López Íñigo Málaga Córdoba",
    "it": "Niccolò Perù Città Nicolò Forlì Cantù però Loredana José Mancinì",
    "pt": "João Conceição Antônio Simões São Gonçalo Inês Araújo Magalhães Luís",
    "pl": "Wałęsa Łukasz Józef Kościuszko Żółty Gdańsk Świątek Kraków Łódź",
}
WESTERN = ("cp1252", "latin-1", "iso8859-15", "mac-roman", "cp850")


@pytest.mark.parametrize("language", ["fr", "de", "es", "it", "pt"])
@pytest.mark.parametrize("written_in", [*WESTERN, "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_names_are_read_as_they_were_written(language: str, written_in: str, tmp_path: Path) -> None:
    text = "Nom;Ville\n" + "".join(f"{name};{name.upper()}\n" for name in NAMES[language].split())
    path = tmp_path / "names.csv"
    path.write_bytes(text.encode(written_in))

    found = find_encoding(path)

    assert path.read_text(encoding=found.codec, errors=found.errors) == text


@pytest.mark.parametrize("written_in", ["utf-8", "utf-16", "cp1250"])
def test_polish_names_are_read_as_they_were_written(written_in: str, tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_bytes(NAMES["pl"].encode(written_in))

    found = find_encoding(path)

    assert path.read_text(encoding=found.codec, errors=found.errors) == NAMES["pl"]


def test_the_euro_and_the_oe_of_latin_9_are_found(tmp_path: Path) -> None:
    text = "Nom;Prix\nŒuvrard;12 €\ncœur;3 €\nHélène;4 €\nsœur Bœuf;5 €\n"
    path = tmp_path / "names.csv"
    path.write_bytes(text.encode("iso8859-15"))

    found = find_encoding(path)

    assert path.read_text(encoding=found.codec, errors=found.errors) == text


def test_damage_inside_a_good_file_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_bytes("Hélène LÃ©onard Noël\n".encode() * 20 + b"Ren\xe9 \x81\n")

    found = find_encoding(path)
    text = path.read_text(encoding=found.codec, errors=found.errors)

    assert text.startswith("Hélène LÃ©onard Noël")
    assert text.endswith("René \x81\n")
    assert not found.sure


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(" ".join(NAMES[k] for k in ("fr", "de", "es", "pt")).split()), min_size=25),
    st.sampled_from(["cp1252", "mac-roman", "cp850"]),
)
def test_any_mix_of_western_names_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], written_in: str
) -> None:
    path = tmp_path_factory.mktemp("mix") / "names.csv"
    path.write_bytes("\n".join([*names, *NAMES["fr"].split()]).encode(written_in))

    found = find_encoding(path)

    assert path.read_text(encoding=found.codec, errors=found.errors).split()[: len(names)] == names


@pytest.mark.parametrize(
    ("lines", "separator"),
    [
        (["a;b;c", "1,5;2,5;3,5"], ";"),
        (["a,b,c", "1;x,2,3"], ","),
        (["a\tb", "1;2;3\tx,y,z"], "\t"),
        (["a|b|c", "1|2|3"], "|"),
        (['a,"b;c;d;e",f', '1,"x;y;z;w",2'], ","),
        (["sep=|\r\n", "a|b"], "|"),
        (["Liste des clients", "imprimée le 3 mars, à midi", "a;b;c", "1;2;3", "4;5;6"], ";"),
    ],
)
def test_the_separator_is_what_splits_the_lines_alike(lines: list[str], separator: str) -> None:
    assert find_separator(lines) == separator


def cells(text: str, separator: str = ";", width: int = 0) -> list[list[str] | str]:
    found = read_lines(io.StringIO(text, newline=""), separator, width)
    return [f.cells if isinstance(f, Cells) else f"{f.line}:{f.code}" for f in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a;b\r\n1;2\r\n", [["a", "b"], ["1", "2"]]),
        ("a;b\r1;2\r", [["a", "b"], ["1", "2"]]),
        ('a;"b\nc";d\n', [["a", "b\nc", "d"]]),
        ('a;"say ""hi""";d\n', [["a", 'say "hi"', "d"]]),
        ('a;5" pipe;d\n', [["a", '5" pipe', "d"]]),
        ('a;Chez "Paul";d\n', [["a", 'Chez "Paul"', "d"]]),
        ('a;"b;c\n1;2;3\n', ["1:row-quote", ["1", "2", "3"]]),
        ('a;"b\n"c";d\n', ["1:row-quote", ["c", "d"]]),
        ("a;b\n\n;\n  ; \n1;2\n", [["a", "b"], ["1", "2"]]),
        ("", []),
    ],
)
def test_lines_become_cells(text: str, expected: list[list[str] | str]) -> None:
    assert cells(text) == expected


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text('ab";\n\r,é', max_size=12), max_size=12), st.integers(0, 3))
def test_no_line_is_ever_lost_or_read_twice(lines: list[str], width: int) -> None:
    text = "\n".join(lines)
    found = list(read_lines(io.StringIO(text, newline=""), ";", width))

    numbers = [f.line for f in found]
    assert numbers == sorted(set(numbers))
    read = "".join("".join(f.cells) if isinstance(f, Cells) else f.text for f in found)
    for letter in "abé,":
        assert read.count(letter) == text.count(letter)
    assert all(isinstance(f, Cells | Broken) for f in found)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        (["03/04/2021", "25/04/2021"], "dmy"),
        (["03/04/2021", "04/25/2021"], "mdy"),
        (["2021-04-03"], "ymd"),
        (["03.04.21", "31.12.20 10:00"], "dmy"),
        (["03/04/2021", "01/02/2020"], "undecidable"),
        (["25/04/2021", "04/25/2021"], "conflicting"),
        (
            ["25/04/2021"] * 3
            + [f"{d}/04/20{y}" for d in range(13, 29) for y in range(10, 24)]
            + ["04/25/2021"],
            "dmy",
        ),
        (["ch. 12", "", "12"], None),
        (["06/39/98/01/03"], None),
        (["192.0.2.1", "10.0.0.12"], None),
    ],
)
def test_the_order_of_a_date_is_told_by_the_whole_column(values: list[str], verdict: str | None) -> None:
    orders = DateOrders(1)
    for value in values:
        orders.watch([value])

    assert orders.verdicts(["Date"]).get("Date") == verdict


def test_an_undecidable_column_follows_the_others_of_its_file_when_they_agree() -> None:
    assert settle({"a": "mdy", "b": "undecidable", "c": "ymd"}) == {"a": "mdy", "b": "mdy", "c": "ymd"}
    assert settle({"a": "mdy", "b": "undecidable", "c": "dmy"}) == {"a": "mdy", "c": "dmy"}
    assert settle({"b": "undecidable", "c": "conflicting"}) == {}


def test_a_telling_date_in_the_last_of_many_rows_decides(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    head = "session,email,first,last,name,phone,birthdate,lang,connected,date,room\n"
    rows = "".join(f"w{n},,Kim,Lee,,,,,01/02/2022 10:00:00,01/02/2022,1\n" for n in range(5_000))
    path.write_text(head + rows + "w,,Kim,Lee,,,,,01/25/2022 10:00:00,01/02/2022,1\n", encoding="utf-8")

    reading = inspect(path, name=path.name)

    assert reading.date_orders == {"created_at": "mdy", "stay_from": "mdy"}
    assert reading.undecidable_dates == ()
