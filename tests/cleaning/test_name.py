"""Names in the shapes that hotels, cards and guests write them."""

from __future__ import annotations

import pytest

from server.cleaning.name import read_name
from server.cleaning.spelling import proper


@pytest.mark.parametrize(
    ("written", "first", "last", "title", "sure"),
    [
        # cards and airlines
        ("DUPONT/JEAN MR", "Jean", "Dupont", "mr", True),
        ("ROSSI/MARIA", "Maria", "Rossi", None, True),
        ("WALTRADE WALDERADE/JAN", "Jan", "Waltrade Walderade", None, True),
        ("PETIT/F", "F", "Petit", None, True),
        ("DUPONT*JEAN", "Jean", "Dupont", None, True),
        ("DUPONT*JEAN*MR", "Jean", "Dupont", "mr", True),
        ("MARTIN/PATRICKMR", "Patrick", "Martin", "mr", True),
        ("ROSSI/MARIAMRS", "Maria", "Rossi", "mrs", True),
        ("BEN ALI/AMR", "Amr", "Ben Ali", None, True),  # Amr is a name, not A with a title
        # capitals tell the surname
        ("DUPONT Jean", "Jean", "Dupont", None, True),
        ("Jean DUPONT", "Jean", "Dupont", None, True),
        ("VAN PRAAGH Daniël", "Daniël", "van Praagh", None, True),
        ("GIRONA LOPEZ Ignacio", "Ignacio", "Girona Lopez", None, True),
        # commas
        ("de la Cruz Gómez, María", "María", "de la Cruz Gómez", None, True),
        ("Zwaben, van, Mr. Hendrik", "Hendrik", "van Zwaben", "mr", True),
        ("Malletit, Mme Aurore", "Aurore", "Malletit", "mrs", True),
        ("Wright, Helen", "Helen", "Wright", None, True),
        ("Smith, Jr., John", "John", "Smith", None, True),
        ("Smith, John Jr.", "John", "Smith", None, True),
        ("V.D. HEUVEL, Mr. JOHANNES", "Johannes", "v.d. Heuvel", "mr", True),
        # titles anywhere
        ("MICHEL Monsieur thomas", "Thomas", "Michel", "mr", True),
        ("NEVEU M. Frédéric", "Frédéric", "Neveu", "mr", True),
        ("LU Ms Yong-Na", "Yong-Na", "Lu", "ms", True),
        ("M Jean-Pierre Dupont", "Jean-Pierre", "Dupont", "mr", True),
        ("Max LERCIA MR", "Max", "Lercia", "mr", True),
        ("Herr Hans Müller", "Hans", "Müller", "mr", False),  # Hans and Müller: Hans is a surname too
        ("Sig.ra Rossi", None, "Rossi", "mrs", False),
        ("Pan Jan Kowalski", "Jan", "Kowalski", "mr", False),
        ("Pan Wei", "Pan", "Wei", None, False),  # a Chinese surname
        ("Dipl.-Ing. Klaus Berger", "Klaus", "Berger", "dr", True),
        # a maiden name is kept beside the married one
        ("Marie Martin née Dupont", "Marie", "Martin née Dupont", None, False),
        ("Martin née Dupont Marie", "Marie", "Martin née Dupont", None, True),
        ("MARTIN Marie (née DUPONT)", "Marie", "Martin née Dupont", None, True),
        ("Schmidt geb. Kern, Anna", "Anna", "Schmidt geb. Kern", None, True),
        ("Anna Schmidt, geb. Kern", "Anna", "Schmidt geb. Kern", None, True),
        ("Dupont ép. Martin Claire", "Claire", "Dupont ép. Martin", None, True),
        ("Ewa Nowak z domu Lis", "Ewa", "Nowak z domu Lis", None, True),
        # initials
        ("J.-P. Martin", "J.-P.", "Martin", None, True),
        ("J.P. Dupuis", "J.P.", "Dupuis", None, True),
        ("B Richter", "B", "Richter", None, True),
        ("J. Vries", "J.", "Vries", None, True),
        ("A. EL GHAMDI", "A.", "El Ghamdi", None, True),
        ("RENATE H.", "Renate", "H.", None, False),
        # known given names, particles, two surnames
        ("Bastida Reguera María", "María", "Bastida Reguera", None, True),
        ("Anne-Sophie de Villiers", "Anne-Sophie", "de Villiers", None, True),
        ("DE LA FUENTE PEREZ JUAN CARLOS", "Juan Carlos", "de la Fuente Perez", None, False),
        ("Ana Domingues e Nunes", "Ana", "Domingues e Nunes", None, True),
        ("O'NEILL SEAN", "Sean", "O'Neill", None, True),
        ("PATRICIA Huet", "Patricia", "Huet", None, False),  # the capitals say otherwise
        ("Huang Xia", "Huang", "Xia", None, False),
        # native scripts
        ("山田 太郎", "太郎", "山田", None, True),
        ("王小明", "小明", "王", None, False),
        ("欧阳小明", "小明", "欧阳", None, False),
        ("김민준", "민준", "김", None, True),
        ("山田太郎", "太郎", "山田", None, False),  # no Chinese name is 山 and three more
        ("佐藤さくら", "さくら", "佐藤", None, False),
        ("Nagy László", "László", "Nagy", None, True),
        ("Παπαδόπουλος Γιώργος", "Γιώργος", "Παπαδόπουλος", None, True),
        ("Иванов Иван Иванович", "Иван Иванович", "Иванов", None, True),
        ("Иван Петров", "Иван", "Петров", None, False),
        ("محمد علي", "محمد", "علي", None, False),
    ],
)
def test_one_column_with_the_whole_name_is_read_by_its_shape(
    written: str, first: str | None, last: str, title: str | None, sure: bool
) -> None:
    name = read_name("", "", written, "")

    assert (name.first, name.last, name.title) == (first, last, title)
    assert name.order_sure is sure
    assert name.kind == "person"


def test_m_before_a_given_name_is_monsieur_and_before_a_surname_may_be_an_initial() -> None:
    monsieur = read_name("", "M. Jean", "", "")
    rossi = read_name("", "", "M. Rossi", "")

    assert (monsieur.first, monsieur.last, monsieur.title) == (None, "Jean", "mr")
    assert (rossi.first, rossi.last, rossi.title, rossi.gender) == ("M.", "Rossi", None, None)
    assert [code for code, _, _ in rossi.found] == ["name_title_or_initial"]


@pytest.mark.parametrize(
    ("written", "title_column", "first", "last", "title"),
    [
        ("M. Richard", "", "M.", "Richard", None),  # off a card: an initial as likely as Monsieur
        ("M RICHARD", "", "M", "Richard", None),
        ("M. Jean", "", "M.", "Jean", None),
        ("M. Richard", "Mr", None, "Richard", "mr"),
        ("M. Frédéric", "", "Frédéric", None, "mr"),  # no surname, so no initial
        ("M. Alain Richard", "", "Alain", "Richard", "mr"),
        ("Jean Maître", "", "Jean", "Maître", None),
        ("Maître Dupont", "", None, "Dupont", "dr"),
        ("Maître Jean Dupont", "", "Jean", "Dupont", "dr"),
        ("De heer Jansen", "", None, "Jansen", "mr"),
        ("Med Ben Salah", "", "Med", "Ben Salah", None),
    ],
)
def test_a_title_that_may_be_part_of_the_name_is_taken_only_on_evidence(
    written: str, title_column: str, first: str | None, last: str | None, title: str | None
) -> None:
    name = read_name("", "", written, title_column)

    assert (name.first, name.last, name.title) == (first, last, title)


@pytest.mark.parametrize(
    ("first_column", "last_column", "title_column", "first", "last", "title", "gender"),
    [
        ("Susan", "Mme Bernard", "", "Susan", "Bernard", "mrs", "f"),
        ("M alain", "ANDEZ", "", "Alain", "Andez", "mr", "m"),
        ("Vera", "Venrooy, van", "", "Vera", "van Venrooy", None, None),
        ("", "DUPONT/JEAN MR", "", "Jean", "Dupont", "mr", "m"),
        ("M", "MÜLLER", "Mme", "M", "Müller", "mrs", "f"),
        ("ABRAHAM", "González Aylló", "Don", "Abraham", "González Aylló", "mr", "m"),
        ("Hidde", "VAN DEN BERG", "Hr.", "Hidde", "van den Berg", "mr", "m"),
        ("Elisabeth", "Fr. MEYER", "", "Elisabeth", "Meyer", "mrs", "f"),
        ("Petra", "Keller", "Fr.", "Petra", "Keller", "mrs", "f"),
        ("Ольга", "Кабанова", "", "Ольга", "Кабанова", None, None),
        ("Jean", "MAÎTRE", "", "Jean", "Maître", None, None),
        ("Jean", "M. Petit", "", "Jean", "Petit", "mr", "m"),
        ("Marie", "Martin (née Dupont)", "", "Marie", "Martin née Dupont", None, None),
        ("", "DUPONT*JEAN", "", "Jean", "Dupont", None, None),
        ("Med", "Trabelsi", "", "Med", "Trabelsi", None, None),
        ("Piet", "Jansen", "De heer", "Piet", "Jansen", "mr", "m"),
        ("Eva", "Berg", "Fru", "Eva", "Berg", "mrs", "f"),
        ("Marie", "Curie", "Dr", "Marie", "Curie", "dr", None),
    ],
)
def test_columns_of_their_own_are_trusted_and_titles_taken_out(
    first_column: str, last_column: str, title_column: str, first: str, last: str, title: str, gender: str
) -> None:
    name = read_name(first_column, last_column, "", title_column)

    assert (name.first, name.last, name.title, name.gender) == (first, last, title, gender)
    assert name.order_sure


@pytest.mark.parametrize(("first", "last"), [("Guerreiro", "Maria"), ("van Dillen", "Ruben")])
def test_exchanged_columns_are_doubted_and_never_exchanged_back(first: str, last: str) -> None:
    name = read_name(first, last, "", "")

    assert (name.first, name.last) == (first, last)
    assert not name.order_sure


@pytest.mark.parametrize(
    ("written", "first", "last", "companions"),
    [
        ("Jean & Marie Martin", "Jean", "Martin", ("Marie Martin",)),
        ("Jean et Marie Martin", "Jean", "Martin", ("Marie Martin",)),
        ("Hans und Petra Keller", "Hans", "Keller", ("Petra Keller",)),
        ("Juan y María García", "Juan", "García", ("María García",)),
        ("Martin, Jean & Marie", "Jean", "Martin", ("Marie Martin",)),
        ("Jean Martin & Marie Dupont", "Jean", "Martin", ("Marie Dupont",)),
        ("SMITH/JOHN MR/MARY MRS", "John", "Smith", ("Mary Smith",)),
    ],
)
def test_two_people_on_one_line_are_a_guest_and_a_companion(
    written: str, first: str, last: str, companions: tuple[str, ...]
) -> None:
    name = read_name("", "", written, "")

    assert (name.first, name.last, name.companions) == (first, last, companions)
    assert "name_companion" in [code for code, _, _ in name.found]


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("M. et Mme Martin", None, "Martin"),
        ("Jones, Mr & Mrs Nicola", "Nicola", "Jones"),
        ("Mr/Mrs David Williams", "David", "Williams"),
        ("Familie Schmidt", None, "Schmidt"),
    ],
)
def test_a_couples_title_tells_no_gender(written: str, first: str | None, last: str) -> None:
    name = read_name("", "", written, "")

    assert (name.first, name.last, name.gender) == (first, last, None)
    assert "name_of_a_couple" in [code for code, _, _ in name.found]


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("TBA", "placeholder"),
        ("X", "placeholder"),
        ("Mr Mrs", "placeholder"),
        ("Guest 2", "placeholder"),
        ("test test", "placeholder"),
        ("Ospite da ICS", "placeholder"),
        ("n a", "placeholder"),
        ("???", "placeholder"),
        ("客人", "placeholder"),
        ("GROUPE MICHEL", "group"),
        ("BLOCK 12 TUI", "group"),
        ("Gruppe Schmidt", "group"),
        ("Marlow & Finch LLP", "company"),
        ("Reisebuero Sonnenschein GmbH", "company"),
    ],
)
def test_what_stands_where_a_name_should_be_is_no_name(written: str, kind: str) -> None:
    whole, column = read_name("", "", written, ""), read_name("", written, "", "")

    assert (whole.kind, whole.first, whole.last) == (kind, None, None)
    assert column.kind == kind


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("DE LA CRUZ GÓMEZ", "de la Cruz Gómez"),
        ("JEAN-PIERRE", "Jean-Pierre"),
        ("D'ARTAGNAN", "D'Artagnan"),
        ("MCDONALD", "McDonald"),
        ("le goff", "Le Goff"),
        ("DOS SANTOS", "dos Santos"),
        ("BenGhamdi", "BenGhamdi"),
        ("van Soest", "van Soest"),
        ("VALLéE", "Vallée"),
        ("ΠΑΠΑΔΟΠΟΥΛΟΣ", "Παπαδοπουλος"),
        ("ИВАНОВ", "Иванов"),
    ],
)
def test_shouted_names_are_written_properly_and_others_left_alone(written: str, read: str) -> None:
    assert proper(written) == read


def test_a_zero_among_letters_is_an_o_and_other_digits_are_only_noticed() -> None:
    coulon, fabre = read_name("Michel", "C0ulon", "", ""), read_name("Marie", "Fa6re", "", "")

    assert (coulon.last, [code for code, _, _ in coulon.found]) == ("Coulon", ["name_zero_read_as_o"])
    assert (fabre.last, [code for code, _, _ in fabre.found]) == ("Fa6re", ["name_has_digits"])
