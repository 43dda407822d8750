"""What the columns of a header nobody knows are suggested to mean: by their names, values and neighbours."""

from __future__ import annotations

import pytest

from server.sources.suggestion import suggest

FIRST = ["Anna", "Piet", "Olga", "Jürgen", "Zoé"]
LAST = ["Rossi", "de Vries", "Ivanova", "Groß", "Durand"]
WHOLE = [f"{first} {last}" for first, last in zip(FIRST, LAST, strict=True)]
MAIL = ["a@libero.it", "piet@xs4all.nl", "olga@mail.ru", "jg@web.de", "zoe@orange.fr"]
BIRTHS = ["12.03.1971", "25.11.1985", "07.07.1999", "30.01.1964", "02.02.2001"]
SHORT_BIRTHS = ["12.3.71", "1.1.65", "3.4.80", "5.6.90", "1.2.99"]
VISITS = ["12.03.2025", "25.11.2025", "07.07.2025", "30.01.2026", "02.02.2026"]
COUNTS = ["2", "1", "4", "2", "2"]
NUMBERS = ["10234", "10235", "10240", "10241", "10300"]
NOTHING = [""] * 5

Columns = dict[str, list[str]]


def suggested(columns: Columns) -> dict[str, str]:
    rows = list(zip(*columns.values(), strict=True))
    return {name: field for name, (field, _) in suggest(list(columns), rows).items()}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"Geb.": BIRTHS}, "birth_date"),
        ({"Geb.": SHORT_BIRTHS}, "birth_date"),
        ({"Geb.": NOTHING}, "birth_date"),
        ({"column 3": BIRTHS}, "birth_date"),
        ({"X": SHORT_BIRTHS}, "birth_date"),
        ({"column 3": VISITS}, None),
        ({"Date": VISITS}, "stay_from"),
        ({"Date": BIRTHS}, "birth_date"),
        ({"Arrivée": BIRTHS}, "stay_from"),  # its name is beyond doubt
        ({"Date de naissance": VISITS}, "birth_date"),
        ({"Guest": COUNTS}, "party"),
        ({"Guest": WHOLE}, "full_name"),
        ({"Client ID": NUMBERS}, None),
        ({"Nom": WHOLE}, "full_name"),
        (
            {"Prénom": ["Anna1", "Piet2", "Olga3", "Tom4", "Zoé5"]},
            "first_name",
        ),  # a test's data, but its name
        ({"Nom": LAST}, "last_name"),
    ],
)
def test_a_columns_values_speak_with_its_name(columns: Columns, expected: str | None) -> None:
    (name,) = columns

    assert suggested(columns).get(name) == expected


@pytest.mark.parametrize("name", ["Gast", "Guest", "Client", "Cliente", "Kunde", "Name", "Ospite"])
@pytest.mark.parametrize("first", ["Vorname", "First name", "Prénom", "Nombre"])
def test_a_guest_beside_a_first_name_is_the_last_name_and_alone_the_whole(name: str, first: str) -> None:
    beside = suggested({name: LAST, "Mail": MAIL, first: FIRST})
    alone = suggested({name: WHOLE, "Mail": MAIL})

    assert (beside[name], beside[first]) == ("last_name", "first_name")
    assert alone[name] == "full_name"


def test_a_guest_that_repeats_the_first_name_is_the_whole_name() -> None:
    assert suggested({"Gast": WHOLE, "Vorname": FIRST})["Gast"] == "full_name"


def test_a_guest_beside_both_names_is_the_whole_name() -> None:
    both = suggested({"Guest name": WHOLE, "First name": FIRST, "Last name": LAST})

    assert both == {"Guest name": "full_name", "First name": "first_name", "Last name": "last_name"}


def test_a_header_without_rows_is_still_suggested() -> None:
    assert suggested({"Gast": [], "Vorname": [], "Geb.": []}) == {
        "Gast": "last_name",
        "Vorname": "first_name",
        "Geb.": "birth_date",
    }
