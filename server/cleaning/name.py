"""A guest's name from a source's name columns: the shapes of hotels and cards, couples, native scripts."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from server.cleaning.lists import words
from server.cleaning.name_order import ONE_INITIAL, is_particle, looks_exchanged, says_given, told_apart
from server.cleaning.placeholder import (
    CJK,
    NoPerson,
    is_plain,
    is_plain_given,
    is_plain_whole,
    not_a_person,
)
from server.cleaning.spelling import is_caps, proper
from server.cleaning.text import plain
from server.cleaning.title import (
    COUPLE,
    DE_HEER,
    Found,
    Gender,
    Title,
    column_title,
    take_titles,
    title_of,
    word_title,
)

MAX_NAME = 200


class Name(NamedTuple):
    """A name as read. `found` holds (code, field, parameters) of what was noticed."""

    first: str | None = None
    last: str | None = None
    title: str | None = None
    gender: Gender | None = None
    order_sure: bool = True
    companions: tuple[str, ...] = ()
    kind: Literal["person"] | NoPerson = "none"
    found: tuple[tuple[str, str, str], ...] = ()


_JOINT = re.compile(r"\s*(?:&|\+|(?<=\s)(?:et|and|und|и|と|og|och)(?=\s))\s*", re.I)


_JOINT_WEAK = re.compile(r"\s+(?:y|e|en|i|ed)\s+", re.I)


_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|md|phd|esq|junior|senior)\.?", re.I)


_STARS = re.compile(r"(?<=[^\W\d_])\*(?=[^\W\d_])")
"""What some card terminals put for the slash: DUPONT*JEAN."""

_GLUED_TITLE = re.compile(r"(\w{3,})(MRS|MR|MISS|MSTR|MME)")
"""As airlines run the title on: MARTIN/PATRICKMR."""

_MAIDEN = re.compile(
    r"[\s,(]+(née?|nee|geb\.|geborene|ép\.|épouse|epouse|epse|veuve|z d\.|z domu|nata|nacida|nascida)\s+"
    r"([^\s,()][^,()]*)\)?",
    re.I,
)
"""What stands before another surname of the same person: Martin née Dupont, Schmidt geb. Kern."""

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff々]{2,4}")


_KANA = re.compile(r"[\u3040-\u30ff]")


_HANGUL = re.compile(r"[\uac00-\ud7af]{2,4}")


_DIGIT_O = re.compile(r"(?<=[^\W\d_])0(?=[^\W\d_])|(?<=[^\W\d_]{2})0\b|\b0(?=[^\W\d_]{2})")


_DIGIT = re.compile(r"\d")


_PAREN = re.compile(r"\s*[(\[{][^)\]}]*[)\]}]?\s*")


_TRIM = " ,;:/\\|*_\"'`´<>=~^-.&+#!"


_COMPOUND_HAN = frozenset(
    [
        "欧阳",
        "歐陽",
        "司马",
        "司馬",
        "上官",
        "诸葛",
        "諸葛",
        "东方",
        "東方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "司徒",
    ]
)


# "M." and "M" are Monsieur in French systems and an initial everywhere
_AMBIGUOUS_M = frozenset({"m", "d", "s", "h"})


def _fix_word_digits(text: str) -> tuple[str, str | None]:
    if _DIGIT.search(text) is None:
        return text, None
    mended = _DIGIT_O.sub("o" if any(ch.islower() for ch in text) else "O", text)
    if any(ch.isdigit() for ch in mended):
        return mended, "name_has_digits"
    return mended, "name_zero_read_as_o"


def read_name(first: str, last: str, full: str, title: str, language: str = "") -> Name:
    """Read the name columns of one record, already made readable (see text.read_text).

    `first` and `last` are what the source's own columns hold and are never exchanged; `full` is one column
    with the whole name, in whatever shape. `language` (ISO 639-1) only tells Japanese from Chinese when
    neither has spaces. A column that holds the whole name in a known shape (`DUPONT/JEAN MR`) is read by
    that shape.
    """
    found: Found = []
    said = column_title(title, found)
    if full and not (first and last):
        column, text = "full_name", full
    elif last and not first and _is_whole(last):
        column, text = "last_name", last
    elif first and not last and _is_whole(first):
        column, text = "first_name", first
    else:
        return _from_columns(first, last, said, found, language)
    return _from_full(text, column, said, found, language)


def _is_whole(text: str) -> bool:
    return (
        "/" in text
        or _STARS.search(text) is not None
        or _JOINT.search(text) is not None
        or any(word_title(w) for w in text.split()[:1])
    )


def _from_columns(first: str, last: str, said: Title | None, found: Found, language: str) -> Name:
    if (first or last) and (not first or is_plain_given(first)) and (not last or is_plain(last)):
        sure = not (first and last and looks_exchanged(first, last))
        if not sure:
            found.append(("name_order_doubtful", "last_name", f"{first} / {last}"[:80]))
        return _made(proper(first, given=True), proper(last), said, sure, found)
    whole = not_a_person(f"{first} {last}".strip(), found, "last_name" if last else "first_name")
    if whole is not None:
        return Name(kind=whole, found=tuple(found))
    if first and last and not_a_person(last, [], "last_name") and not not_a_person(first, [], "first_name"):
        found.append(("name_placeholder", "last_name", last[:80]))
        last = ""
    elif first and last and not_a_person(first, [], "first_name"):
        found.append(("name_placeholder", "first_name", first[:80]))
        first = ""
    alone = COUPLE.sub(" ", f"{first}").strip()
    if alone != first.strip():
        found.append(("name_of_a_couple", "first_name", first[:80]))
        first, said = " ".join(alone.split()), Title("couple", None)
    alone = COUPLE.sub(" ", last).strip()
    if alone != last.strip():
        found.append(("name_of_a_couple", "last_name", last[:80]))
        last, said = " ".join(alone.split()), Title("couple", None)
    companions: tuple[str, ...] = ()
    if _JOINT.search(first):
        parts = [p for p in _JOINT.split(first) if p]
        if len(parts) > 1:
            first = parts[0]
            companions = tuple(f"{part} {last}".strip() for part in parts[1:] if not title_of(part))
            found.append(("name_companion", "first_name", ", ".join(companions)[:80]))
    first, said = take_titles(DE_HEER.sub("Dhr.", first), said, found)
    last, said = take_titles(DE_HEER.sub("Dhr.", last), said, found)
    if len(first) > 2 and last[:3].casefold() == "m. " and said is None:  # the first name is known
        last, said = last[3:].strip(), Title("mr", "m")
    last = _MAIDEN.sub(lambda match: f" {match[1].lower()} {match[2].strip()}", last)
    last = _turn_particle(last)
    first, last = _clean_word(first, "first_name", found), _clean_word(last, "last_name", found)
    sure = not (first and last and looks_exchanged(first, last))
    if not sure:
        found.append(("name_order_doubtful", "last_name", f"{first} / {last}"[:80]))
    read = _made(proper(first, given=True), proper(last), said, sure, found)
    return read._replace(companions=tuple(proper(name) for name in companions)) if companions else read


def _turn_particle(last: str) -> str:
    """`Venrooy, van` -> `van Venrooy`."""
    if "," not in last:
        return last
    parts = [part.strip() for part in last.split(",") if part.strip()]
    if len(parts) == 2 and all(is_particle(word) for word in parts[1].split()):
        return f"{parts[1]} {parts[0]}"
    return " ".join(parts)


def _from_full(text: str, field: str, said: Title | None, found: Found, language: str) -> Name:
    if is_plain_whole(text) and " " in text:
        first, last, sure = told_apart(text.split(), False)
        return _made(proper(first, given=True), proper(last), said, sure, found)
    sides = text.split("/")
    if len(sides) == 2 and is_plain(sides[0]) and is_plain_given(sides[1]) and not (
        sides[1].isupper() and _GLUED_TITLE.fullmatch(sides[1])
    ):  # fmt: skip
        return _made(proper(sides[1], given=True), proper(sides[0]), said, True, found)
    sides = text.split(", ")
    if len(sides) == 2 and is_plain(sides[0]) and is_plain(sides[1]) and not (
        _SUFFIX.fullmatch(sides[1]) or all(map(is_particle, sides[1].split()))
    ):  # fmt: skip
        return _made(proper(sides[1], given=True), proper(sides[0]), said, True, found)
    text = _STARS.sub("/", text)
    whole = not_a_person(text, found, field)
    if whole is not None:
        return Name(kind=whole, found=tuple(found))
    text = DE_HEER.sub("Dhr.", text)
    maiden = _MAIDEN.search(text)
    if maiden is not None and maiden.start() > 0:
        return _with_maiden_name(text, maiden, field, said, found, language)
    bare = _PAREN.sub(" ", text).strip() if "(" in text or "[" in text or "{" in text else text
    if bare and bare != text:
        found.append(("name_aside_left_out", field, text[:80]))
        text = bare
    alone = COUPLE.sub(" ", text).strip(" ,")
    if alone and alone != text.strip(" ,"):
        found.append(("name_of_a_couple", field, text[:80]))
        return _from_full(" ".join(alone.split()), field, said or Title("couple", None), found, language)
    if "/" in text:
        return _card_name(text, said, found)
    if CJK.search(text):
        return _cjk_name(text, said, found, language)
    single = _JOINT.split(text)
    if len(single) > 1 and not title_of(text):
        joint = _joint_name(single, said, found)
        if joint is not None:
            return joint
    weak = _JOINT_WEAK.split(text)
    if len(weak) == 2 and says_given(weak[0], either=True) and len(weak[0].split()) == 1 and (
        len(weak[1].split()) > 1 and says_given(weak[1], either=True)
    ):  # fmt: skip
        joint = _joint_name(weak, said, found)
        if joint is not None:
            return joint
    if "," in text:
        return _comma_name(text, said, found)
    return _spaced_name(text, said, found)


def _with_maiden_name(
    text: str, maiden: re.Match[str], field: str, said: Title | None, found: Found, language: str
) -> Name:
    """`Marie Martin née Dupont`, `Martin née Dupont Marie`, `Schmidt geb. Kern, Anna`: both are kept."""
    before, after = text[: maiden.start()], text[maiden.end() :].strip(" ,")
    born = maiden[2].split()
    if not after and len(before.split()) == 1 and len(born) > 1:  # Martin née Dupont Marie
        after, born = born[-1], born[:-1]
    shape = f"{before}, {after}" if after else before
    read = _from_full(shape, field, said, found, language)
    if not read.last:
        return read
    return read._replace(last=f"{read.last} {maiden[1].lower()} {proper(' '.join(born))}")


def _card_name(text: str, said: Title | None, found: Found) -> Name:
    """`DUPONT/JEAN MR`, the shape of airlines, cards and many systems: surname first."""
    parts = [part.strip() for part in text.split("/") if part.strip()]
    last, said = take_titles(parts[0], said, found)
    if len(parts) == 1:
        return _spaced_name(last, said, found)
    first, said = take_titles(parts[1], said, found)
    glued = _GLUED_TITLE.fullmatch(first) if first.isupper() else None
    if glued is not None and said is None and says_given(glued[1], either=True):
        first, said = glued[1], title_of(glued[2])
    if said is None and len(first.split()) > 1 and first.split()[-1].casefold() in ("m", "mr"):
        said, first = Title("mr", "m"), first.rpartition(" ")[0]
    companions = []
    for part in parts[2:]:
        other, _ = take_titles(part, None, [])
        if title_of(part):
            said = said or title_of(part)
        elif other:
            companions.append(f"{proper(other)} {proper(last)}")
    if companions:
        found.append(("name_companion", "full_name", ", ".join(companions)[:80]))
    first, last = _clean_word(first, "full_name", found), _clean_word(last, "full_name", found)
    read = _made(proper(first, given=True), proper(last), said, True, found)
    return read._replace(companions=tuple(companions))


def _comma_name(text: str, said: Title | None, found: Found) -> Name:
    """`de la Cruz Gómez, María`; `Zwaben, van, Mr. Hendrik`; `Smith, Jr., John`; `Dupont, Jean, Mme`."""
    parts = [part.strip(" .") if len(part.strip()) > 2 else part.strip() for part in text.split(",")]
    parts = [part for part in parts if part and not _SUFFIX.fullmatch(part)]
    if not parts:
        return Name(found=tuple(found))
    last = parts[0]
    rest: list[str] = []
    for part in parts[1:]:
        if all(is_particle(word) for word in part.split()) and not rest:
            last = f"{part} {last}"
        elif (title := title_of(part)) and part.casefold().strip(".") not in _AMBIGUOUS_M:
            said = said or title
        else:
            rest.append(part)
    if not rest:
        return _spaced_name(last, said, found)
    first, said = take_titles(" ".join(rest), said, found)
    last, said = take_titles(last, said, found)
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


def _joint_name(parts: list[str], said: Title | None, found: Found) -> Name | None:
    """`Jean & Marie Martin`, `Martin Jean & Marie`, `Jean Martin & Marie Dupont`."""
    parts = [part.strip(_TRIM) for part in parts if part.strip(_TRIM)]
    if len(parts) < 2:
        return None
    if title_of(parts[0]) is not None or any(len(plain(part).split()) > 4 for part in parts):
        return None
    main, _ = take_titles(parts[0], said, [])
    others = [take_titles(part, None, [])[0] for part in parts[1:]]
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


def _cjk_name(text: str, said: Title | None, found: Found, language: str) -> Name:
    """`山田 太郎`, `王小明`, `김민준`: surname first; without a space a list tells Japanese surnames."""
    for title in ("先生", "女士", "小姐", "夫人", "様", "さん", "님", "씨"):
        if text.endswith(title) and len(text) > len(title) + 1:
            said = said or title_of(title)
            text = text[: -len(title)].strip()
    parts = text.replace("・", " ").replace(",", " ").replace("，", " ").split()
    if len(parts) >= 2:
        return _made(" ".join(parts[1:]), parts[0], said, True, found)
    cut = _japanese_surname(text, language)
    if cut:
        return _made(text[cut:], text[:cut], said, language == "ja", found)
    if (_HAN.fullmatch(text) and language != "ja") or _HANGUL.fullmatch(text):
        size = 2 if text[:2] in _COMPOUND_HAN and len(text) > 2 else 1
        return _made(text[size:], text[:size], said, bool(_HANGUL.fullmatch(text)) or language == "zh", found)
    return _made(None, text, said, False, found)


def _japanese_surname(text: str, language: str) -> int:
    """How many characters of an unspaced name are a Japanese surname; 0 when it is not told.

    Four characters are Japanese sooner than Chinese; with three, only kana or the language tells.
    """
    if language in ("zh", "ko") or not (len(text) > 3 or language == "ja" or _KANA.search(text)):
        return 0
    return next(
        (size for size in (3, 2, 1) if size < len(text) and text[:size] in words("japanese_surnames")), 0
    )


def _spaced_name(text: str, said: Title | None, found: Found) -> Name:
    """A name with nothing but spaces between its words."""
    parts = text.split()
    at = next((i for i, word in enumerate(parts) if word_title(word)), None)
    if at is None and len(parts) > 2:  # "NEVEU M. Frédéric": between two names M. is the title
        at = next(
            (
                i
                for i in range(1, len(parts) - 1)
                if parts[i].casefold() in ("m.", "m")
                and len(parts[i + 1].strip(".")) > 1
                and is_caps(parts[0])
            ),
            None,
        )
    if at and at < len(parts) - 1:  # a title between the two: "MICHEL Monsieur thomas"
        last = " ".join(parts[:at])
        title = title_of(parts[at]) or Title("mr", "m")
        first, _ = take_titles(" ".join(parts[at + 1 :]), None, [])
        said = said or title
        first, last = _clean_word(first, "full_name", found), _clean_word(last, "full_name", found)
        return _made(proper(first, given=True), proper(last), said, True, found)
    ends_with_title = at is not None and at == len(parts) - 1 and at > 0
    text, said = take_titles(text, said, found, whole=True)
    text = _clean_word(text, "full_name", found)
    parts = text.split()
    if parts and _SUFFIX.fullmatch(parts[-1]) and len(parts) > 2:
        parts = parts[:-1]
    if not parts:
        return Name(title=said.title if said else None, kind="none", found=tuple(found))
    if len(parts) == 1:
        word = proper(parts[0])
        if says_given(word):
            return _made(word, None, said, False, found)
        return _made(None, word, said, False, found)
    first, last, sure = told_apart(parts, ends_with_title)
    if parts[0].casefold() in ("m.", "m") and len(parts) == 2 and said is None:
        found.append(("name_title_or_initial", "full_name", text[:80]))
    return _made(proper(first, given=True), proper(last), said, sure, found)


def _clean_word(text: str, field: str, found: Found) -> str:
    """A name part without what never belongs to a name: edges, a zero typed for an O, an e-mail or number."""
    if not text:
        return text
    dot = "." if text.endswith(".") and ONE_INITIAL.fullmatch(text.split()[-1]) else ""
    text = text.strip(_TRIM) + dot if text[-1] in _TRIM or text[0] in _TRIM else text
    text, code = _fix_word_digits(text)
    if code:
        found.append((code, field, text[:80]))
    return text


def _made(first: str | None, last: str | None, said: Title | None, sure: bool, found: Found) -> Name:
    if (first and len(first) > MAX_NAME) or (last and len(last) > MAX_NAME):
        first, last = _shortened(first or "", "first_name", found), _shortened(last or "", "last_name", found)
    title, gender = said if said is not None and said.title != "couple" else (None, None)
    kind: Literal["person", "none"] = "person" if first or last else "none"
    return Name(first or None, last or None, title, gender, sure, (), kind, tuple(found))


def _shortened(part: str, field: str, found: Found) -> str:
    if len(part) > MAX_NAME:
        found.append(("name_cut", field, part[:80]))
    return part[:MAX_NAME].strip()
