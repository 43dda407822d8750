"""Damaged, hidden and decorated letters in the cells of exports."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.cleaning import fold
from server.cleaning.text import MAX_RAW, plain, read_text

EUROPEAN = (
    "Léonard",
    "Hélène",
    "François",
    "Müller",
    "Günter Weiß",
    "José Ángel",
    "Conceição",
    "Begoña",
    "Søren",
    "Zoë",
    "Åsa",
    "Jérôme Vallée",
    "Nicolò",
    "Éric",
    "Ñandú",
)


@pytest.mark.parametrize("name", EUROPEAN)
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_name_decoded_wrongly_up_to_three_times_is_read_right(name: str, times: int) -> None:
    damaged = name
    for _ in range(times):
        damaged = damaged.encode("utf-8").decode("latin-1")

    assert read_text(damaged).value == name


@pytest.mark.parametrize(
    ("damaged", "meant"),
    [
        ("LÃ©onard", "Léonard"),
        ("GutiÃƒÂ©rrez", "Gutiérrez"),
        ("Ãƒâ€°ric", "Éric"),
        ("Å’uvre", "Œuvre"),
        ("Ð˜Ð²Ð°Ð½", "Иван"),
        # DOS and Mac code pages
        ("Ren‚", "René"),
        ("Fran‡ois", "François"),
        ("Jean-Fran‡ois", "Jean-François"),
        ("M\x81ller", "Müller"),
        ("Ren\x8e", "René"),
        # put in capitals or small letters after the damage
        ("A‰LISABETH", "ÉLISABETH"),
        ("PABLO A\x81LVAREZ", "PABLO ÁLVAREZ"),
        ("jacobi jãƒâ¤ckel", "jacobi jäckel"),
        ("cerdãƒâ¡", "cerdá"),
        # decorated
        ("Jean &amp; Marie", "Jean & Marie"),
        ("D&eacute;sir&eacute;e", "Désirée"),
        ("  Anna \t Maria\xa0Rossi ", "Anna Maria Rossi"),
        ("Ma\u200bria\u202e", "Maria"),
        ("e\u0301le\u0300ve", "élève"),
        ("L\x92Oréal", "L’Oréal"),
        ("A\x00nna", "Anna"),
    ],
)
def test_a_damaged_cell_is_read_as_it_was_meant(damaged: str, meant: str) -> None:
    read = read_text(damaged)

    assert read.value == meant
    assert not read.lost


@pytest.mark.parametrize(
    "right",
    ["JOÃO", "SÃO PAULO", "Čapek", "Škoda", "“Jean”", "Jean – Paul", "12 €", "王小明", "محمد", "5 £ à 7 £"],
)
def test_what_is_right_stays_untouched(right: str) -> None:
    assert read_text(right).value == right
    assert read_text(right).codes == ()


@pytest.mark.parametrize("damaged", ["H�l�ne", "H?l?ne"])
def test_letters_lost_for_good_are_marked_and_never_guessed(damaged: str) -> None:
    read = read_text(damaged)

    assert read.value == "H�l�ne"
    assert read.lost
    assert "text_letters_lost" in read.codes


def test_a_cell_of_a_megabyte_is_cut_and_says_so() -> None:
    read = read_text("é" * 1_000_000)

    assert len(read.value) <= MAX_RAW
    assert "text_cut" in read.codes


def test_a_flood_of_accents_is_dammed() -> None:
    assert len(read_text("Z" + "\u0335\u0321" * 5_000 + "oe").value) < 20


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Müller-Lüdenscheidt", "muller ludenscheidt"),
        ("O'Neill", "o neill"),
        ("Иван", "ivan"),
        ("Œuvre", "oeuvre"),
        ("  ", ""),
    ],
)
def test_plain_words_are_ascii_in_any_script(text: str, words: str) -> None:
    assert plain(text) == words


def test_an_umlaut_is_found_with_and_without_its_e() -> None:
    assert fold("Jürgen Müller").split() == ["jurgen", "muller", "juergen", "mueller"]
    assert fold("Maria") == "maria"


@given(
    st.text("abé 'ÃÂ\xa9&?-", max_size=12),
    st.sampled_from("\x01\x1b\x7f\u200b\u202e\ufeff"),
    st.integers(0, 12),
)
def test_a_sign_that_no_keyboard_writes_changes_nothing_but_what_is_noted(
    text: str, sign: str, at: int
) -> None:
    plainly = read_text(text)

    read = read_text(text[:at] + sign + text[at:])

    assert "text_hidden_removed" in read.codes
    if plainly.codes == ():  # else the sign may stand between what belongs together
        assert read.value == plainly.value


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_reading_never_fails_and_reading_twice_changes_nothing_hidden(raw: str) -> None:
    read = read_text(raw)

    assert read.value == read.value.strip()
    assert "\x00" not in read.value
    assert plain(raw).isascii()
    assert fold(raw).isascii()
