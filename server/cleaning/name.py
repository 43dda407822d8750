"""A guest's name from what a source holds in its name columns: PMS shapes, titles, couples, native scripts."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Literal, NamedTuple, cast

from nameparser import HumanName

from server.cleaning.lists import rows, words
from server.cleaning.spelling import PARTICLES_LOW, is_caps, proper
from server.cleaning.text import plain

Gender = Literal["f", "m"]
MAX_NAME = 200


class Name(NamedTuple):
    """A name as read. `found` holds (code, field, parameters) of what was noticed."""

    first: str | None = None
    last: str | None = None
    title: str | None = None
    gender: Gender | None = None
    order_sure: bool = True
    companions: tuple[str, ...] = ()
    kind: Literal["person", "none", "placeholder", "group", "company"] = "none"
    found: tuple[tuple[str, str, str], ...] = ()


class _Title(NamedTuple):
    title: str
    gender: Gender | None


_SPLIT_TITLES = re.compile(r"\s+|(?<=\.)(?=\w{2})")
_JOINT = re.compile(r"\s*(?:&|\+|(?<=\s)(?:et|and|und|и|と|og|och)(?=\s))\s*", re.I)
_JOINT_WEAK = re.compile(r"\s+(?:y|e|en|i|ed)\s+", re.I)
_INITIAL = re.compile(r"(?:[^\W\d_]\.?[ -]?){1,3}")
_ONE_INITIAL = re.compile(r"[^\W\d_]\.?")
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|md|phd|esq|junior|senior)\.?", re.I)
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff々]{2,4}")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7af]{2,4}")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PATRONYMIC = re.compile(r"\w+(?:ович|евич|ьич|овна|евна|ична|ovich|evich|ovna|evna|ichna)", re.I)
_DIGIT_O = re.compile(r"(?<=[^\W\d_])0(?=[^\W\d_])|(?<=[^\W\d_]{2})0\b|\b0(?=[^\W\d_]{2})")
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")
_PAREN = re.compile(r"\s*[(\[{][^)\]}]*[)\]}]?\s*")
_TRIM = " ,;:/\\|*_\"'`´<>=~^-.&+#!"
_COMPOUND_HAN = frozenset(
    "欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 东方 東方 皇甫 尉迟 公孙 慕容 令狐 司徒".split()
)
# "M." and "M" are Monsieur in French systems and an initial everywhere
_AMBIGUOUS_M = frozenset({"m", "d", "s", "h"})
_COUPLE = re.compile(
    r"\b(?:mr|m|herr|hr|sr|señor|sig|signor|dhr|monsieur)\.?\s*(?:[&/+]|et|and|und|y|e|en)?\s*"
    r"(?:mrs|mme|madame|frau|fr|sra|señora|sig\.?ra|signora|mevr|mevrouw|mw)\b\.?"
    r"|^(?:familie|famille|family|famiglia|familia|família|rodzina|fam\.)\s(?=\w)",
    re.I,
)


@cache
def _titles() -> dict[str, _Title]:
    return {row[0]: _Title(row[1], None if row[2] == "-" else cast(Gender, row[2])) for row in rows("titles")}


@cache
def _given() -> dict[str, str]:
    return {plain(row[0]): row[1] for row in rows("given_names")}


@cache
def _either() -> frozenset[str]:
    return frozenset(plain(word) for word in words("surnames_like_given_names"))


@cache
def _placeholders() -> frozenset[str]:
    return frozenset(_key(word) for word in words("placeholder_names"))


@cache
def _company_words() -> frozenset[str]:
    return frozenset(_key(word) for word in words("company_words"))


@cache
def _group_words() -> frozenset[str]:
    return frozenset(_key(word) for word in words("group_words"))


def _key(text: str) -> str:
    return " ".join(text.casefold().replace("-", " ").split()).strip(" .")


@lru_cache(maxsize=10_000)
def title_of(text: str) -> _Title | None:
    """The title a text is, whole: `Sig.ra` -> mrs, f; None when it is none."""
    key = text.casefold().strip(" .,")
    return (
        _titles().get(key)
        or _titles().get(key.replace(".", "").replace(" ", ""))
        or _titles().get(plain(key))
    )


@lru_cache(maxsize=10_000)
def _word_title(word: str) -> _Title | None:
    """A word of a name that can only be a title there: `Mme`, `Sig.ra`, `Dr.`; not `M`, `Don` or `Fr`."""
    key = word.casefold().rstrip(".")
    if len(key) < 2 or key in _DOUBTFUL:
        return None
    return _titles().get(key) or _titles().get(key.replace(".", ""))


# titles that are names, or pieces of names, as well
_DOUBTFUL = frozenset(
    "don doña dona donna fr sir lady pan pani panna mast ing ir me med mej fam avv couple".split()
)


def _fix_word_digits(text: str) -> tuple[str, str | None]:
    if _DIGIT.search(text) is None:
        return text, None
    mended = _DIGIT_O.sub("o" if any(ch.islower() for ch in text) else "O", text)
    if any(ch.isdigit() for ch in mended):
        return mended, "name_has_digits"
    return mended, "name_zero_read_as_o"


_PIECE_ENDS = re.compile(r"[\s&/+-]+")


@cache
def _telling_words() -> frozenset[str]:
    """Every word that one of the lists of no-persons has: a name without any is a person's."""
    listed = (*words("placeholder_names"), *words("company_words"), *words("group_words"), *_titles())
    return frozenset(piece for word in listed for piece in _pieces(word)) | {"et", "and", "und"}


@lru_cache(maxsize=20_000)
def _pieces(text: str) -> tuple[str, ...]:
    return tuple(word for piece in _PIECE_ENDS.split(text.casefold()) if (word := piece.strip(" .,")))


@lru_cache(maxsize=40_000)
def read_name(first: str, last: str, full: str, title: str, language: str = "") -> Name:
    """Read the name columns of one record, already made readable (see text.read_text).

    `first` and `last` are what the source's own columns hold and are never exchanged; `full` is one column with the
    whole name, in whatever shape. `language` (ISO 639-1) only tells Japanese from Chinese when neither has spaces.
    A column that holds the whole name in a known shape (`DUPONT/JEAN MR`) is read by that shape.
    """
    found: list[tuple[str, str, str]] = []
    said = _column_title(title, found)
    if full and not (first and last):
        column, text = "full_name", full
    elif last and not first and _is_whole(last):
        column, text = "last_name", last
    elif first and not last and _is_whole(first):
        column, text = "first_name", first
    else:
        return _from_columns(first, last, said, found, language)
    return _from_full(text, column, said, found, language)


def _column_title(title: str, found: list[tuple[str, str, str]]) -> _Title | None:
    if not title:
        return None
    said = title_of(title) or next((t for t in map(title_of, title.split()) if t), None)
    if said is None and title.casefold().strip(" .") in ("m", "mons"):
        said = _Title("mr", "m")
    if said is None and title.casefold().strip(" .") in ("f", "w"):
        said = _Title("mrs", "f")
    if said is None and _LETTER.search(title):
        found.append(("title_unknown", "title", title[:40]))
    if said is not None and said.title == "couple":
        found.append(("name_of_a_couple", "title", title[:40]))
    return said


def _is_whole(text: str) -> bool:
    return "/" in text or _JOINT.search(text) is not None or any(_word_title(w) for w in text.split()[:1])


def _from_columns(
    first: str, last: str, said: _Title | None, found: list[tuple[str, str, str]], language: str
) -> Name:
    if first and last and _is_plain(first) and _is_plain(last):
        sure = not _looks_swapped(first, last)
        if not sure:
            found.append(("name_order_doubtful", "last_name", f"{first} / {last}"[:80]))
        return _made(proper(first, given=True), proper(last), said, sure, found)
    whole = _not_a_person(f"{first} {last}".strip(), found, "last_name" if last else "first_name")
    if whole is not None:
        return whole
    if first and last and _not_a_person(last, [], "last_name") and not _not_a_person(first, [], "first_name"):
        found.append(("name_placeholder", "last_name", last[:80]))
        last = ""
    elif first and last and _not_a_person(first, [], "first_name"):
        found.append(("name_placeholder", "first_name", first[:80]))
        first = ""
    alone = _COUPLE.sub(" ", f"{first}").strip()
    if alone != first.strip():
        found.append(("name_of_a_couple", "first_name", first[:80]))
        first, said = " ".join(alone.split()), _Title("couple", None)
    alone = _COUPLE.sub(" ", last).strip()
    if alone != last.strip():
        found.append(("name_of_a_couple", "last_name", last[:80]))
        last, said = " ".join(alone.split()), _Title("couple", None)
    companions: tuple[str, ...] = ()
    if _JOINT.search(first):
        parts = [p for p in _JOINT.split(first) if p]
        if len(parts) > 1:
            first = parts[0]
            companions = tuple(f"{part} {last}".strip() for part in parts[1:] if not title_of(part))
            found.append(("name_companion", "first_name", ", ".join(companions)[:80]))
    first, said = _take_titles(first, said, found)
    last, said = _take_titles(last, said, found)
    last = _turn_particle(last)
    first, last = _clean_word(first, "first_name", found), _clean_word(last, "last_name", found)
    sure = not (first and last and _looks_swapped(first, last))
    if not sure:
        found.append(("name_order_doubtful", "last_name", f"{first} / {last}"[:80]))
    read = _made(proper(first, given=True), proper(last), said, sure, found)
    return read._replace(companions=tuple(proper(name) for name in companions)) if companions else read


_PLAIN_PART = re.compile(r"[^\W\d_]{2,}(?:['’ -][^\W\d_]{2,})*")


def _is_plain(part: str) -> bool:
    """Words and nothing else, none of which could be a title, a placeholder or a company."""
    return (
        _PLAIN_PART.fullmatch(part) is not None
        and _telling_words().isdisjoint(_pieces(part))
        and len(set(part.casefold())) > 1
    )


def _looks_swapped(first: str, last: str) -> bool:
    """The last-name column holds a known given name, and the first-name column holds none."""
    return _says_given(last) and not _says_given(first, either=True) or first.split()[0].lower() in (
        "van", "von", "de", "der", "el", "al", "ben") and len(first.split()) > 1  # fmt: skip


@lru_cache(maxsize=20_000)
def _says_given(text: str, *, either: bool = False) -> bool:
    words_ = plain(text).split()
    if not words_ or len(words_[0]) < 2:
        return either  # an initial stands for a given name
    return words_[0] in _given() and (either or not any(word in _either() for word in words_))


def _turn_particle(last: str) -> str:
    """`Venrooy, van` -> `van Venrooy`."""
    if "," not in last:
        return last
    parts = [part.strip() for part in last.split(",") if part.strip()]
    if len(parts) == 2 and all(_is_particle(word) for word in parts[1].split()):
        return f"{parts[1]} {parts[0]}"
    return " ".join(parts)


def _is_particle(word: str) -> bool:
    return word.casefold().strip(".") in PARTICLES_LOW


def _take_titles(
    text: str, said: _Title | None, found: list[tuple[str, str, str]]
) -> tuple[str, _Title | None]:
    """Take titles out of a name part: `Mme Bernard` -> `Bernard`, mrs. `M alain` -> `alain`, mr."""
    if " " not in text and "." not in text:
        return text, said
    kept: list[str] = []
    parts = text.split()
    taken: _Title | None = None
    index = 0
    while index < len(parts):
        word = _word_title(parts[index])
        glued = re.fullmatch(r"(mme|mlle|mrs|mr|dr|sra|sr|sig)\.(\w{2,})", parts[index], re.I)
        if word is not None and len(parts) > 1:
            taken = taken if taken and taken.title in ("dr", "prof") else word
        elif glued and _word_title(parts[index]) is None:
            taken = title_of(glued[1])
            kept.append(glued[2])
        elif index == 0 and parts[index].casefold().rstrip(".") in ("m", "mons") and len(parts) > 1 and (
            len(parts) > 2 or _says_given(parts[1], either=True)
        ):  # fmt: skip
            taken = _Title("mr", "m")
        elif index == 0 and parts[index].casefold() in ("don", "doña", "dona", "donna", "ing.", "avv.", "me.") and (
            len(parts) > 2
        ):  # fmt: skip
            taken = title_of(parts[index])
        else:
            kept.append(parts[index])
        index += 1
    if said is None or (said.gender is None and taken is not None and said.title not in ("dr", "prof")):
        said = taken
    return " ".join(kept), said


def _not_a_person(text: str, found: list[tuple[str, str, str]], field: str) -> Name | None:
    """A placeholder, a block or a company, told from the whole name; None for a person's name."""
    key = _key(text)
    if not key:
        return Name(found=tuple(found))
    if len(key) > 3 and key.isalpha() and key not in _telling_words() and len(set(key)) > 1:
        return None
    if key[-1].isalpha() and _telling_words().isdisjoint(_pieces(key)) and len(set(key)) > 2:
        return None
    bare = key.rstrip(" 0123456789#").strip(" .")
    if key in _placeholders() or not bare or bare in _placeholders() or not _LETTER.search(text):
        found.append(("name_placeholder", field, text[:80]))
        return Name(kind="placeholder", found=tuple(found))
    squeezed = title_of(key) or title_of(key.replace("&", " ").replace("/", " "))
    if all(title_of(word) for word in re.split(r"[\s&/+]+|\bet\b|\band\b|\bund\b", key) if word) or squeezed:
        if len(key) > 2 and key not in ("don", "fr"):
            found.append(("name_placeholder", field, text[:80]))
            return Name(kind="placeholder", found=tuple(found))
    parts = key.split()
    if len(parts) > 1 and parts[0] in _group_words():
        found.append(("name_is_a_group", field, text[:80]))
        return Name(kind="group", found=tuple(found))
    if len(parts) > 1 and all(part in _placeholders() and len(part) > 1 for part in parts):
        found.append(("name_placeholder", field, text[:80]))
        return Name(kind="placeholder", found=tuple(found))
    if len(set(key)) == 1 and len(key) > 1 and not _CJK.search(key):
        found.append(("name_placeholder", field, text[:80]))
        return Name(kind="placeholder", found=tuple(found))
    if len(parts) > 1 and (
        parts[-1] in _company_words() or any(len(p) > 4 and p in _company_words() for p in parts)
    ):
        found.append(("name_is_a_company", field, text[:80]))
        return Name(kind="company", found=tuple(found))
    return None


def _from_full(
    text: str, field: str, said: _Title | None, found: list[tuple[str, str, str]], language: str
) -> Name:
    whole = _not_a_person(text, found, field)
    if whole is not None:
        return whole
    bare = _PAREN.sub(" ", text).strip()
    if bare and bare != text:
        found.append(("name_aside_left_out", field, text[:80]))
        text = bare
    alone = _COUPLE.sub(" ", text).strip(" ,")
    if alone and alone != text.strip(" ,"):
        found.append(("name_of_a_couple", field, text[:80]))
        return _from_full(" ".join(alone.split()), field, said or _Title("couple", None), found, language)
    if "/" in text:
        return _card_name(text, said, found)
    if _CJK.search(text):
        return _cjk_name(text, said, found, language)
    single = _JOINT.split(text)
    if len(single) > 1 and not title_of(text):
        joint = _joint_name(single, said, found)
        if joint is not None:
            return joint
    weak = _JOINT_WEAK.split(text)
    if len(weak) == 2 and _says_given(weak[0], either=True) and len(weak[0].split()) == 1 and (
        len(weak[1].split()) > 1 and _says_given(weak[1], either=True)
    ):  # fmt: skip
        joint = _joint_name(weak, said, found)
        if joint is not None:
            return joint
    if "," in text:
        return _comma_name(text, said, found)
    return _spaced_name(text, said, found)


def _card_name(text: str, said: _Title | None, found: list[tuple[str, str, str]]) -> Name:
    """`DUPONT/JEAN MR`, the shape of airlines, cards and many systems: surname first."""
    parts = [part.strip() for part in text.split("/") if part.strip()]
    last, said = _take_titles(parts[0], said, found)
    if len(parts) == 1:
        return _spaced_name(last, said, found)
    first, said = _take_titles(parts[1], said, found)
    if said is None and len(first.split()) > 1 and first.split()[-1].casefold() in ("m", "mr"):
        said, first = _Title("mr", "m"), first.rpartition(" ")[0]
    companions = []
    for part in parts[2:]:
        other, _ = _take_titles(part, None, [])
        if other and not title_of(other):
            companions.append(f"{proper(other)} {proper(last)}")
    if companions:
        found.append(("name_companion", "full_name", ", ".join(companions)[:80]))
    first, last = _clean_word(first, "full_name", found), _clean_word(last, "full_name", found)
    read = _made(proper(first, given=True), proper(last), said, True, found)
    return read._replace(companions=tuple(companions))


def _comma_name(text: str, said: _Title | None, found: list[tuple[str, str, str]]) -> Name:
    """`de la Cruz Gómez, María`; `Zwaben, van, Mr. Hendrik`; `Smith, Jr., John`; `Dupont, Jean, Mme`."""
    parts = [part.strip(" .") if len(part.strip()) > 2 else part.strip() for part in text.split(",")]
    parts = [part for part in parts if part and not _SUFFIX.fullmatch(part)]
    if not parts:
        return Name(found=tuple(found))
    last = parts[0]
    rest: list[str] = []
    for part in parts[1:]:
        if all(_is_particle(word) for word in part.split()) and not rest:
            last = f"{part} {last}"
        elif (title := title_of(part)) and part.casefold().strip(".") not in _AMBIGUOUS_M:
            said = said or title
        else:
            rest.append(part)
    if not rest:
        return _spaced_name(last, said, found)
    first, said = _take_titles(" ".join(rest), said, found)
    last, said = _take_titles(last, said, found)
    first = " ".join(word for word in first.split() if not _SUFFIX.fullmatch(word)) or first
    joint = _JOINT if _JOINT.search(first) else _JOINT_WEAK
    if joint.search(first):
        people = [p for p in joint.split(first) if p and not title_of(p)]
        if len(people) > 1:
            companions = tuple(f"{proper(other)} {proper(last)}" for other in people[1:])
            found.append(("name_companion", "full_name", ", ".join(companions)[:80]))
            made = _made(proper(people[0], given=True), proper(last), said, True, found)
            return made._replace(companions=companions)
        first = people[0] if people else ""
    first, last = _clean_word(first, "full_name", found), _clean_word(last, "full_name", found)
    return _made(proper(first, given=True), proper(last), said, True, found)


def _joint_name(parts: list[str], said: _Title | None, found: list[tuple[str, str, str]]) -> Name | None:
    """`Jean & Marie Martin`, `Martin Jean & Marie`, `Jean Martin & Marie Dupont`."""
    parts = [part.strip(_TRIM) for part in parts if part.strip(_TRIM)]
    if len(parts) < 2:
        return None
    if title_of(parts[0]) is not None or any(len(plain(part).split()) > 4 for part in parts):
        return None
    main, _ = _take_titles(parts[0], said, [])
    others = [_take_titles(part, None, [])[0] for part in parts[1:]]
    if "," in main:
        surname, _, first = main.partition(",")
        companions = tuple(f"{proper(other)} {proper(surname)}" for other in others)
        found.append(("name_companion", "full_name", ", ".join(companions)[:80]))
        return _made(proper(first.strip(), given=True), proper(surname), said, True, found)._replace(
            companions=companions
        )
    if len(main.split()) == 1:
        surname = " ".join(others[-1].split()[1:])
        if not surname:
            return None
        people = [main, *(other.split()[0] for other in others)]
        companions = tuple(f"{proper(other)} {proper(surname)}" for other in people[1:])
        found.append(("name_companion", "full_name", ", ".join(companions)[:80]))
        made = _made(proper(main, given=True), proper(surname), said, True, found)
        return made._replace(companions=companions)
    lead = _spaced_name(main, said, found)
    companions = tuple(
        proper(other) if len(other.split()) > 1 else f"{proper(other)} {lead.last or ''}".strip()
        for other in others
    )
    lead_found = (*lead.found, ("name_companion", "full_name", ", ".join(companions)[:80]))
    return lead._replace(companions=companions, found=lead_found)


def _cjk_name(text: str, said: _Title | None, found: list[tuple[str, str, str]], language: str) -> Name:
    """`山田 太郎`, `王小明`, `김민준`: surname first; without a space Japanese cannot be cut by rule."""
    for title in ("先生", "女士", "小姐", "夫人", "様", "さん", "님", "씨"):
        if text.endswith(title) and len(text) > len(title) + 1:
            said = said or title_of(title)
            text = text[: -len(title)].strip()
    parts = text.replace("・", " ").replace(",", " ").replace("，", " ").split()
    if len(parts) >= 2:
        return _made(" ".join(parts[1:]), parts[0], said, True, found)
    if (_HAN.fullmatch(text) and language != "ja") or _HANGUL.fullmatch(text):
        size = 2 if text[:2] in _COMPOUND_HAN and len(text) > 2 else 1
        return _made(text[size:], text[:size], said, bool(_HANGUL.fullmatch(text)) or language == "zh", found)
    return _made(None, text, said, False, found)


def _spaced_name(text: str, said: _Title | None, found: list[tuple[str, str, str]]) -> Name:
    """A name with nothing but spaces between its words: titles, capitals, initials and known given names tell."""
    parts = text.split()
    at = next((i for i, word in enumerate(parts) if _word_title(word)), None)
    if at is None and len(parts) > 2:  # "NEVEU M. Frédéric": between two names M. is the title
        at = next((i for i in range(1, len(parts) - 1) if parts[i].casefold() in ("m.", "m")
                   and len(parts[i + 1].strip(".")) > 1 and is_caps(parts[0])), None)  # fmt: skip
    if at and at < len(parts) - 1:  # a title between the two: "MICHEL Monsieur thomas"
        last = " ".join(parts[:at])
        title = title_of(parts[at]) or _Title("mr", "m")
        first, _ = _take_titles(" ".join(parts[at + 1 :]), None, [])
        said = said or title
        first, last = _clean_word(first, "full_name", found), _clean_word(last, "full_name", found)
        return _made(proper(first, given=True), proper(last), said, True, found)
    ends_with_title = at is not None and at == len(parts) - 1 and at > 0
    text, said = _take_titles(text, said, found)
    text = _clean_word(text, "full_name", found)
    parts = text.split()
    if parts and _SUFFIX.fullmatch(parts[-1]) and len(parts) > 2:
        parts = parts[:-1]
    if not parts:
        return Name(title=said.title if said else None, kind="none", found=tuple(found))
    if len(parts) == 1:
        word = proper(parts[0])
        if _says_given(word):
            return _made(word, None, said, False, found)
        return _made(None, word, said, False, found)
    first, last, sure = _told_apart(parts, ends_with_title)
    if parts[0].casefold() in ("m.", "m") and len(parts) == 2 and said is None:
        found.append(("name_title_or_initial", "full_name", text[:80]))
    return _made(proper(first, given=True), proper(last), said, sure, found)


def _told_apart(parts: list[str], ends_with_title: bool) -> tuple[str, str, bool]:
    """First and last name of two or more words, and whether that order is sure."""
    if _ONE_INITIAL.fullmatch(parts[0]) and len(parts) > 1:
        count = 1
        while count < len(parts) - 1 and _ONE_INITIAL.fullmatch(parts[count]):
            count += 1
        return " ".join(parts[:count]), " ".join(parts[count:]), True
    if _ONE_INITIAL.fullmatch(parts[-1]):
        head = " ".join(parts[:-1])
        if len(parts) == 2 and _says_given(head):
            return head, parts[-1], False  # "Renate H.": as restaurants and reviews write it
        return parts[-1], head, False
    if _PATRONYMIC.fullmatch(parts[-1]) and len(parts) == 3:
        return f"{parts[1]} {parts[2]}", parts[0], True
    if _PATRONYMIC.fullmatch(parts[1]) and len(parts) == 3:
        return f"{parts[0]} {parts[1]}", parts[2], True
    capital = [is_caps(word) and len(word.strip(".")) > 1 for word in parts]
    particle = [_is_particle(word) for word in parts]
    named = [i for i in range(len(parts)) if not (particle[i] and not capital[i])]
    if named and any(capital[i] for i in named) and not all(capital[i] for i in named):
        last_at = [i for i in named if capital[i]]
        if last_at == list(range(last_at[0], last_at[-1] + 1)) or len(last_at) == 1:
            start, end = last_at[0], last_at[-1]
            while start > 0 and particle[start - 1]:
                start -= 1
            if start == 0 or end == len(parts) - 1:
                first = parts[end + 1 :] if start == 0 else parts[:start]
                last = parts[start : end + 1]
                if first and _looks_swapped(" ".join(first), " ".join(last)):
                    return " ".join(last), " ".join(first), False
                return " ".join(first), " ".join(last), True
    if ends_with_title:  # "DUPONT JEAN MR"
        return " ".join(parts[1:]), parts[0], True
    if particle[0] or parts[0].casefold() in ("el", "al", "ben", "ibn", "le", "la"):
        end = 1
        while end < len(parts) - 1 and _is_particle(parts[end]):
            end += 1
        if end + 1 < len(parts):
            return " ".join(parts[end + 1 :]), " ".join(parts[: end + 1]), False
    return _by_given_names(parts)


def _by_given_names(parts: list[str]) -> tuple[str, str, bool]:
    known = [_known(word) for word in parts]
    either = [_known_either(word) for word in parts]
    if len(parts) == 2:
        if known[0] and not known[1]:
            return parts[0], parts[1], not either[0]
        if known[1] and not known[0] and not either[1]:
            return parts[1], parts[0], True
        if known[0] and known[1] and either[0] and not either[1]:
            return parts[1], parts[0], False
        return parts[0], parts[1], False
    if known[0]:
        return _western(parts, not either[0])
    if known[-1] and not known[0]:
        return parts[-1], " ".join(parts[:-1]), not either[-1]
    return _western(parts, False)


@lru_cache(maxsize=20_000)
def _known(word: str) -> bool:
    pieces = plain(word).split()
    return bool(pieces) and all(piece in _given() for piece in pieces)


@lru_cache(maxsize=20_000)
def _known_either(word: str) -> bool:
    return plain(word) in _either()


def _western(parts: list[str], sure: bool) -> tuple[str, str, bool]:
    """First name first: nameparser knows the particles and the places of middle names."""
    for index, word in enumerate(parts[1:], 1):
        if _is_particle(word) or word.casefold() in ("el", "al", "ben", "ibn", "le", "la"):
            return " ".join(parts[:index]), " ".join(parts[index:]), sure
    double = len(parts) > 2 and all(plain(word) in _given() for word in parts[:2])
    if len(parts) == 3 and not double:
        return parts[0], " ".join(parts[1:]), sure  # two surnames (Spain, Portugal) before a middle name
    parsed = HumanName(" ".join(parts))
    first = f"{parsed.first} {parsed.middle}".strip()
    last = str(parsed.last)
    if not first or not last:
        return parts[0], " ".join(parts[1:]), sure
    if len(parts) >= 4:
        return " ".join(parts[:2]) if double else parts[0], " ".join(parts[2:] if double else parts[1:]), sure
    return first, last, sure


def _clean_word(text: str, field: str, found: list[tuple[str, str, str]]) -> str:
    """A name part without what never belongs to a name: edges, a zero typed for an O, an e-mail or number."""
    if not text:
        return text
    dot = "." if text.endswith(".") and _ONE_INITIAL.fullmatch(text.split()[-1]) else ""
    text = text.strip(_TRIM) + dot if text[-1] in _TRIM or text[0] in _TRIM else text
    text, code = _fix_word_digits(text)
    if code:
        found.append((code, field, text[:80]))
    return text


def _made(
    first: str | None, last: str | None, said: _Title | None, sure: bool, found: list[tuple[str, str, str]]
) -> Name:
    first, last = first or None, last or None
    for part, field in ((first, "first_name"), (last, "last_name")):
        if part is not None and len(part) > MAX_NAME:
            found.append(("name_cut", field, part[:80]))
    couple = said is not None and said.title == "couple"
    return Name(
        first[:MAX_NAME].strip() if first else None,
        last[:MAX_NAME].strip() if last else None,
        None if said is None or couple else said.title,
        None if said is None or couple else said.gender,
        sure,
        (),
        "person" if first or last else "none",
        tuple(found),
    )
