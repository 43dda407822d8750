"""The police form on paper says what the law lists and who signed, and nothing else, whatever was typed."""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import replace
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.papers.sheets import (
    AT_ONCE,
    Request,
    draw_blank,
    draw_register,
    draw_sheet,
    in_files,
    pdf_of,
    register_digest,
)
from server.papers.sheets.registers import COLUMNS
from server.papers.sheets.rows import ROWS
from server.papers.sheets.said import LONGEST, MOST_MARKS, literal
from server.registration.keeping import Opened
from server.registration.profile import profile_of, profiles
from server.registration.sheet import FIELDS, Person, Sheet
from tests.papers.opened import ANNA, HOUSE, MEHMET, SHEET, SIGNED_AT, STAY, opened, signature
from tests.papers.test_rendering import Canary, canary, inside

__all__ = ["canary"]

FRANCE = profiles()["FR"]
REQUEST = Request(
    asked_by="Commissariat d’Annecy",
    basis="CESEDA R. 814-3",
    first=date(2026, 5, 1),
    last=date(2026, 5, 31),
    made_at=SIGNED_AT,
    made_by="Claire Dupont",
    entry="4711",
    digest="ab" * 32,
)
HOSTILE = (
    "<b>bold</b><table><td colspan=1000000>x</table>",
    '<img src="{http}/img"><link rel=attachment href="{file}">',
    "</dd></body><style>@import url({http}/css); * {{ display: none }}</style>",
    "{http}/plain javascript:app.alert(1)",
    "{{{{ 7 * 7 }}}}{{% include 'x' %}} {file}",
    "'\"><svg><image href='{http}/svg'/></svg><script>fetch('{http}/js')</script>",
    "<div>" * 3_000,
    "a" + "\u0301" * 5_000,
    "\u202egnirts desrever\u2066 \u0000\u0007\ud800",
)


def drawn(sheet: Sheet = SHEET, state: str = "signed", country: str = "FR", **kept: object) -> str:
    profile = profile_of(country)
    assert profile is not None
    one = opened(sheet, state=state, country=country, **kept)  # type: ignore[arg-type]
    return draw_sheet(one, HOUSE, profile, languages=("fr", "en"), zone="Europe/Paris")


def words(pdf: bytes) -> str:
    """What somebody reads in a PDF, in one line."""
    read = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, stdout=subprocess.PIPE, check=True
    ).stdout.decode("utf-8")
    return " ".join(read.split())


def test_a_sheet_says_each_field_of_the_law_in_two_languages_and_its_child(tmp_path: Path) -> None:
    made = pdf_of(drawn(), folder=tmp_path)

    told = words(made)
    assert b"/MarkInfo" in inside(made)  # tagged
    for text in ("Nom Surname", "Öztürk", "Anna Łucja", "avril 1980", "Turquie (Türkiye)", "06420 Ankara"):
        assert text in told
    for text in ("Mehmet", "2 mars 2017", "6 mai 2026", "Hôtel des Arcades", "1 rue du Lac"):
        assert text in told
    assert "Signée le 4 mai 2026, 17:12, sur la tablette" in told
    assert "police_fr.v1" in told


def test_what_the_country_does_not_ask_is_not_on_its_paper() -> None:
    whole = replace(ANNA, document_number="U12345678", sex="f", next_destination="Rome", kinship="PM")

    page = drawn(Sheet(STAY, (whole,)))

    assert not [text for text in ("U12345678", "Rome", "féminin", ">PM<") if text in page]


def test_the_signature_is_its_own_strokes_and_no_picture() -> None:
    page = drawn()

    assert "M40 150L90 40" in page
    assert "<img" not in page


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("filled", "Pas encore signée"),
        ("broken", "Modifiée après la signature"),
        ("void", "Annulée"),
        ("witnessed", "Ne peut pas signer"),
    ],
)
def test_a_sheet_that_is_not_signed_says_so(state: str, said: str) -> None:
    page = drawn(state=state, signed=signature(strokes="", witness="staff:3"))

    assert said in page
    assert "<svg" not in page


def test_why_a_sheet_was_corrected_stands_on_it() -> None:
    assert "Motif : Nom mal lu" in drawn(state="broken", reason="Nom mal lu")


def test_the_notice_names_the_law_who_may_see_it_and_the_right_to_correct() -> None:
    page = drawn()

    assert all(text in page for text in ("CESEDA", "gendarmerie", "rectifier", "have it corrected"))


def test_every_field_stands_in_one_line_and_every_line_in_one_column() -> None:
    fields = [name for named in ROWS.values() for name in named]
    rows = [row for named in COLUMNS.values() for row in named]

    assert sorted(fields) == sorted(FIELDS)
    assert sorted(rows) == sorted(ROWS)


@pytest.mark.parametrize("country", sorted(profiles()))
def test_every_country_has_its_sheet_its_form_and_its_register(country: str) -> None:
    profile = profiles()[country]
    one = opened(country=country, number=17 if profile.numbered else None)

    page = draw_sheet(one, HOUSE, profile, languages=(country.lower(), "en"), zone=HOUSE.zone)
    blank = draw_blank(HOUSE, profile, [None, SHEET], languages=(country.lower(), "en"))
    register = draw_register(
        [one], HOUSE, profile, REQUEST, languages=(country.lower(), "en"), zone=HOUSE.zone
    )

    assert all("Öztürk" in drawn for drawn in (page, blank, *register))
    assert (" <strong>17</strong>" in page) == profile.numbered
    assert ("pen-name" in blank) == (profile.signing != "none")


def test_an_empty_form_says_nothing_of_anybody() -> None:
    page = draw_blank(HOUSE, FRANCE, [None], languages=("fr", "en"))

    assert 'class="value"' not in page
    assert page.count("<tr>") == 1 + 3  # its head, and lines for three children


def test_two_forms_stand_on_a_page_and_a_bus_is_several_files(tmp_path: Path) -> None:
    bus = [Sheet(STAY, (replace(ANNA, given_names=f"Anna {at}"),)) for at in range(45)]

    files = in_files(bus)
    made = pdf_of(draw_blank(HOUSE, FRANCE, files[-1][:4], languages=("fr", "en")), folder=tmp_path)

    assert [len(file) for file in files] == [16, 16, 13]
    assert max(map(len, files)) == AT_ONCE
    assert len(re.findall(rb"/Type /Page\b", inside(made))) == 2
    with pytest.raises(ValueError, match="45 forms"):
        draw_blank(HOUSE, FRANCE, bus, languages=("fr", "en"))


def test_a_register_has_a_line_for_each_person_and_its_seal_on_the_last_page(tmp_path: Path) -> None:
    pages = draw_register([opened()] * 3, HOUSE, FRANCE, REQUEST, languages=("fr", "en"), zone=HOUSE.zone)

    told = words(pdf_of(pages[0], folder=tmp_path))
    assert len(pages) == 1
    assert told.count("Mehmet") == told.count("Anna Łucja") == 3
    for text in (
        "Commissariat d’Annecy",
        "CESEDA R. 814-3",
        "Claire Dupont",
        "Arrivées du 1 mai 2026",
    ):
        assert text in told
    assert "4711" in told
    assert told.endswith(("1/1", "1 / 1"))
    assert "ab" * 32 in told.replace(" ", "")


def test_a_long_register_is_parted_and_sealed_once() -> None:
    pages = draw_register([opened()] * 100, HOUSE, FRANCE, REQUEST, languages=("fr", "en"), zone=HOUSE.zone)

    assert ["Partie 1 sur 2" in pages[0], "Partie 2 sur 2" in pages[1]] == [True, True]
    assert ["ab" * 32 in page for page in pages] == [False, True]


def test_the_seal_is_another_one_for_whatever_is_changed() -> None:
    def keyed(content: bytes) -> bytes:
        return content

    one, other = opened(), opened(Sheet(STAY, (MEHMET,)), id_="8")
    registers: tuple[list[Opened], ...] = (
        [one],
        [other],
        [one, other],
        [other, one],
        [opened(state="void")],
        [],
    )

    seals = [register_digest(register, keyed) for register in registers]

    assert all(a != b for a, b in combinations(seals, 2))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_typed_is_shown_as_it_is_and_does_nothing(
    text: str, canary: Canary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(own))
    typed = canary.fill(text)
    names = ("family_name", "given_names", "birth_place", "home_line", "home_city", "email")
    evil = replace(ANNA, **dict.fromkeys(names, typed))  # type: ignore[arg-type]  # all of them are texts  # type: ignore[arg-type]  # all of them are texts

    made = pdf_of(drawn(Sheet(STAY, (evil, replace(MEHMET, given_names=typed)))), folder=tmp_path)

    assert canary.hits == []
    assert canary.secret.encode() not in inside(made)
    assert not re.search(rb"/(EmbeddedFile|Filespec|URI|Launch|JavaScript|JS|AcroForm|AA)\b", inside(made))
    assert list(own.iterdir()) == []  # nothing is left of it on the disk
    shown = re.sub(r"\W", "", words(made))
    assert re.sub(r"\W", "", literal(typed))[:30] in shown
    assert len(re.findall(rb"/Type /Page\b", inside(made))) <= 4


@given(st.text(max_size=2 * LONGEST))
@settings(max_examples=200)
def test_no_text_is_longer_than_its_line_turns_it_around_or_floods_it(text: str) -> None:
    kept = literal(text)

    assert len(kept) <= LONGEST + len(" […]")
    assert not re.search("[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", kept)
    assert not re.search(f"[\u0300-\u036f]{{{MOST_MARKS + 1}}}", kept)


def test_a_name_is_left_as_it_was_typed() -> None:
    for name in ("Łukasz O’Neill-D’Arcy", "عبد الرحمن", "欧阳晓雪", "Nguyễn Thị Ánh", "שָׁלוֹם", "می‌خواهم"):
        assert literal(name) == name


def test_a_stateless_person_with_one_name_has_a_sheet(tmp_path: Path) -> None:
    page = drawn(Sheet(STAY, (Person(family_name="Rahman", nationality="XXA"),)))

    assert "apatride" in page
    assert "stateless" in page
