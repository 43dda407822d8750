"""Names of many countries: one name in many spellings, short forms, and the names of other people."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from server.matching.alphabets import alphabet_of, native
from server.matching.evidence import _parts
from server.matching.evidence._parts import Side, compare_parts
from server.matching.names import core, fold
from server.matching.one_name import one_spelling, spelling_lists
from tests.matching.builders import columns, person

LEVELS = {
    getattr(_parts, name): name
    for name in ("UNLIKE", "KNOWN_NEAR", "NEAR", "INITIAL", "NICKNAME", "COMPOUND", "SLIP", "EQUAL")
}


def level(one: str, other: str, *, first: bool, known: bool = False) -> str:
    """How two names compare; `known`: both are borne by many guests."""
    records = columns([person(one, "X") if first else person("X", one),
                       person(other, "X") if first else person("X", other)])  # fmt: skip
    codes = records.first if first else records.last
    seen = records.parts.established | known
    side = Side(codes[:1], codes[1:], seen, given=first)
    found, _ = compare_parts(records.parts, side, side)
    return LEVELS[int(found[0])]


def _pairs(text: str) -> list[tuple[str, str]]:
    """`A = B; C = D` as pairs; an underscore stands for a space."""
    pairs = [pair.replace("_", " ").split("=") for pair in "".join(text.split()).split(";") if pair]
    return [(one, other) for one, other in pairs]


ONE_FIRST_NAME = _pairs(
    """
    Jürgen=Juergen; Jürgen=JURGEN; Björn=Bjoern; Søren=Soeren; Åke=Ake; Łukasz=Lukasz; Đorđe=Dorde;
    Thibault=Thibaut; İbrahim=Ibrahim; Ayşe=Aicha; Xiaoming=Xiao-Ming; Jean-Pierre=Jean_Pierre;
    Sergey=Serguei; Sergej=Sergei; Сергей=Sergey; Сергей=Sergueï; Юлия=Yulia; Юлия=Julia; Iuliia=Yulia;
    Dmitriy=Dimitri; Дмитрий=Dmitrii; Евгений=Yevgeny; Олександр=Aleksandr; Mykola=Nikolai;
    Майя=Maiia; Mayya=Maiia;
    Mohamed=Muhammad; محمد=Mohammed; Abdelrahman=Abdul_Rahman; Abdelaziz=Abdulaziz; يوسف=Youssef;
    Khaled=Khalid; Djamel=Jamal; Fatima_Zahra=Fatima-Zohra; فاطمة=Fatma; Moustafa=Mustafa;
    Γιώργος=Giorgos; Γεώργιος=Georgios; Κωνσταντίνος=Constantinos; משה=Moshe; חיים=Haim;
    伟=Wei; 偉=伟; 민준=Min-jun; Shotaro=Shoutarou; Yuki=Yuuki; ジュン=じゅん; Lakshmi=Laxmi
    """
)
ONE_SURNAME = _pairs(
    """
    Müller=Mueller; MÜLLER=Muller; Groß=Gross; Østergaard=Oestergaard; Åkesson=Aakesson; Kjær=Kjaer;
    Goetz=Götz; Wałęsa=Walesa; Nguyễn=Nguyen; Șerban=Serban; van_den_Berg=Berg; de_la_Cruz=Cruz;
    Al_Bakkali=Bakkali; Ohno=Ono; Satoh=Sato; さとう=Sato; やまだ=ヤマダ; 高橋=高桥; 齋藤=斎藤;
    Иванов=Ivanoff; Dostoevskiy=Dostojewski; Чайковский=Tchaikovsky; Хрущёв=Khrushchev; Smirnov=Smirnoff;
    Παπαδόπουλος=Papadopoulos; 王=Wang; Chowdhury=Chaudhary; כהן=Cohen
    """
)
NEARLY_ONE_SURNAME = _pairs(
    """
    O’Neill=O'Neill; 王=Wong; 黃=Wong; 陳=Chan; 李=Lee; 김=Kim; 박=Park; 이=Lee; 山田=Yamada; 佐藤=Satoh;
    佐藤=サトウ; حسين=Hussein; الزهراني=Al-Zahrani; الزهراني=Alzahrani; McDonald=Mac_Donald; Meyer=Meier;
    Щербаков=Chtcherbakov; El_Zahrani=ElZahrani; von_der_Heide=vonderHeide; van_den_Broek=VandenBroek
    """
)
STANDS_FOR = _pairs(
    """
    Francisco=Paco; Giuseppe=Beppe; Hans=Johannes; Margarete=Gretchen; Александр=Саша; Anastasia=Nastya;
    Анастасия=Настя; Małgorzata=Gosia; José=Zé; Francisco=Chico; Hendrik=Henk; Kimberly=Kim; Katarzyna=Kasia;
    Jakub=Kuba; Erzsébet=Bözsi; Lars=Lasse; William=Bill; Robert=Bob; Guillaume=Guigui;
    Georgios=Giorgos; Evgeny=Zhenya; Ekaterina=Katya; Cornelis=Kees; Sebastião=Tião; Jiří=Jirka
    """
)
OTHER_PEOPLE = _pairs(
    """
    Julie=Julien; Jean=Jeanne; Michel=Michèle; Antoine=Antoinette; Daniel=Daniela; Wei=Na; 伟=薇; 伟=娜;
    志明=志强; 민준=서연; محمد=أحمد; محمد=محمود; Mahmoud=محمد; 太郎=花子; 花子=Taro; 太郎=Hanako; Иван=Игорь;
    Сергей=Светлана; Γιώργος=Μαρία; Mario=Marco; Jan=Ian; Anna=Emma; יוסף=משה; Noé=Zoé
    """
)
FAMILY = _pairs(
    """
    Ivanov=Ivanova; Иванов=Иванова; Иванова=Ivanov; Kowalski=Kowalska; Novák=Nováková; Marek=Marková;
    Papadopoulos=Papadopoulou; Παπαδοπούλου=Papadopoulos; Достоевский=Достоевская; Medvedev=Medvedeva
    """
)
HALF = _pairs(
    """
    García_López=García; López_García=García; Müller-Schmidt=Schmidt; Martin_née_Dupont=Dupont;
    Martin_née_Dupont=Martin; Schmidt_geb._Kern=Kern; Nowak_z_d._Lis=Lis; Dupont_ép._Martin=Martin;
    Domingues_e_Nunes=Nunes; Silva_Santos=dos_Santos
    """
)
OTHER_SURNAMES = _pairs(
    "Jónsson=Jónsdóttir; 王=李; 김=박; Ivanov=Petrov; Müller=Miller; Wang=Li; Nowak=Kowalski"
)


@pytest.mark.parametrize(("one", "other"), ONE_FIRST_NAME)
def test_a_first_name_is_one_name_in_every_spelling(one: str, other: str) -> None:
    assert level(one, other, first=True, known=True) in ("EQUAL", "SLIP")
    assert level(other, one, first=True, known=True) == level(one, other, first=True, known=True)


@pytest.mark.parametrize(("one", "other"), ONE_SURNAME)
def test_a_surname_is_one_name_however_common_both_spellings_are(one: str, other: str) -> None:
    assert level(one, other, first=False, known=True) == "EQUAL"


@pytest.mark.parametrize(("one", "other"), NEARLY_ONE_SURNAME)
def test_a_surname_that_passports_spell_in_several_ways_is_almost_one(one: str, other: str) -> None:
    assert level(one, other, first=False) in ("EQUAL", "SLIP")


@pytest.mark.parametrize(("one", "other"), STANDS_FOR)
def test_a_short_form_stands_for_the_name(one: str, other: str) -> None:
    assert level(one, other, first=True) in ("NICKNAME", "EQUAL")


@pytest.mark.parametrize(("one", "other"), [("J.-P.", "Jean-Pierre"), ("JP", "Jean-Pierre"), ("J", "Jürgen")])
def test_initials_fit_the_name(one: str, other: str) -> None:
    assert level(one, other, first=True) == "INITIAL"


@pytest.mark.parametrize(("one", "other"), OTHER_PEOPLE)
def test_first_names_of_two_people_never_pass_for_one(one: str, other: str) -> None:
    assert level(one, other, first=True, known=True) in ("UNLIKE", "KNOWN_NEAR", "NEAR")


@pytest.mark.parametrize(("one", "other"), FAMILY)
def test_a_man_and_a_woman_of_one_family_bear_one_surname(one: str, other: str) -> None:
    assert level(one, other, first=False, known=True) == "NICKNAME"


@pytest.mark.parametrize(("one", "other"), HALF)
def test_half_of_a_double_or_married_surname_is_enough(one: str, other: str) -> None:
    assert level(one, other, first=False) in ("COMPOUND", "EQUAL")


@pytest.mark.parametrize(("one", "other"), OTHER_SURNAMES)
def test_surnames_of_two_families_are_two(one: str, other: str) -> None:
    assert level(one, other, first=False, known=True) in ("UNLIKE", "KNOWN_NEAR")


def test_ng_is_a_surname_and_no_initials() -> None:
    assert level("Ng", "Nguyen", first=False) != "INITIAL"
    assert level("Ng", "黃", first=False) == "SLIP"


def test_a_spelling_is_of_one_name_only() -> None:
    spellings = Counter(
        spelling for names in spelling_lists() for spelling in {core(fold(name)) for name in names}
    )

    assert [spelling for spelling, lines in spellings.items() if lines > 1] == []


LETTERS = st.text(alphabet="aeioumrtkwjyvhfsč ü", min_size=1, max_size=12)


@settings(max_examples=200, deadline=None)
@given(LETTERS)
def test_the_one_spelling_is_letters_that_fold_to_themselves(text: str) -> None:
    one = one_spelling(core(fold(text)))

    assert fold(one).replace(" ", "") == one


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=12))
def test_any_text_has_an_alphabet_and_a_spelling_in_it(text: str) -> None:
    once = native(text)

    assert " " not in once
    assert native(once) == once or alphabet_of(text) != alphabet_of(once)


NAMES = [
    "Сергей", "Sergey", "محمد", "محمود", "Mohamed", "王", "Wang", "Wong",
    "山田", "Yamada", "さとう", "佐藤", "김", "Kim", "Müller", "Mueller",
    "J.-P.", "Jean-Pierre", "Julie", "Julien", "H\ufffdl\ufffdne", "Hélène", "Ng", "כהן",
    "Иванова", "Novák", "Nováková",
]  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(NAMES), st.sampled_from(NAMES), st.booleans())
def test_two_names_compare_the_same_either_way_round(one: str, other: str, first: bool) -> None:
    assume(one != other)

    assert level(one, other, first=first) == level(other, one, first=first)
