"""The machine-readable lines of a travel document: ICAO Doc 9303 parts 3 to 7, and the French card of old.

Pure: text in, what it says out. A reader that types like a keyboard, or a person, gives the lines; nothing
of them is kept but the fields that the country asks for. Names here are cut, folded and without accents: they
help to fill in and are always confirmed, and never replace what somebody typed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from server.registration.dates import PartialDate
from server.registration.states import is_known

FILLER = "<"
_LONGEST = 400
"""Characters; a reader's lines are 90 at most, and what is longer was never a document."""
_CHARACTERS = re.compile(r"[A-Z0-9<]+")
_WEIGHTS = (7, 3, 1)


class Layout(StrEnum):
    """How the lines are laid out, by the names of Doc 9303."""

    TD1 = "TD1"  # identity card, three lines of 30
    TD2 = "TD2"  # identity card, two lines of 36
    TD3 = "TD3"  # passport, two lines of 44
    MRV_A = "MRV-A"  # visa, two lines of 44
    MRV_B = "MRV-B"  # visa, two lines of 36
    FRENCH_CARD = "FR"  # French identity card, 1988 to 2021, two lines of 36


class NoDocument(Exception):
    """The text is no machine-readable zone; `code` is `empty`, `characters` or `length`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Zone:
    """What the lines say. A state is ICAO's code. `doubtful` names what has a wrong check digit or cannot be:
    `number`, `birth`, `expires`, `personal`, `whole`, `state`, `nationality`, `sex`."""

    layout: Layout
    code: str
    state: str
    surname: str
    given_names: str
    number: str
    nationality: str | None
    birth: PartialDate | None
    sex: Literal["f", "m"] | None
    expires: date | None
    optional: tuple[str, ...]
    doubtful: frozenset[str]

    @property
    def is_certain(self) -> bool:
        """Every check digit is right and every code is one that is given out."""
        return not self.doubtful


def check_digit(text: str) -> str:
    """The digit over characters: weights 7, 3, 1; digits count themselves, A to Z 10 to 35, the filler 0.

    >>> check_digit("L898902C3")
    '6'
    """
    return str(sum(_value(one) * _WEIGHTS[at % 3] for at, one in enumerate(text)) % 10)


def _value(character: str) -> int:
    return 0 if character == FILLER else int(character, 36)


def read_zone(text: str, *, today: date) -> Zone:
    """Read the lines of a document, however they are broken; raise NoDocument when they are none.

    `today` decides the century of years that are written with two digits: nobody was born after it, and of
    the years in which a document may have expired it is the nearest.
    """
    lines = _lines(text)
    first, second = lines[0], lines[1]
    if len(lines) == 3:
        return _card_of_three(lines, today)
    if len(first) == 44:
        layout = Layout.MRV_A if first[0] == "V" else Layout.TD3
    elif first[0] == "V":
        layout = Layout.MRV_B
    elif first.startswith("IDFRA") and second[27:33].isdigit() and second[0:4].isdigit():
        return _french_card(first, second, today)
    else:
        layout = Layout.TD2
    return _two_lines(layout, first, second, today)


def _lines(text: str) -> Sequence[str]:
    """Three lines of 30, or two of 36 or 44: what was typed, without blanks and breaks."""
    if len(text) > _LONGEST:
        raise NoDocument("length")
    joined = "".join(text.upper().replace("«", FILLER * 2).split())
    if not joined:
        raise NoDocument("empty")
    if not _CHARACTERS.fullmatch(joined):
        raise NoDocument("characters")
    for width, count in ((30, 3), (36, 2), (44, 2)):
        if len(joined) == width * count:
            return [joined[at : at + width] for at in range(0, len(joined), width)]
    raise NoDocument("length")


def _card_of_three(lines: Sequence[str], today: date) -> Zone:
    first, second, third = lines
    number, optional, right = _long_number(first[5:14], first[14], first[15:30])
    doubts = _Doubts()
    doubts.add("number", right)
    birth = doubts.birth(second[0:6], second[6], today)
    expires = doubts.expiry(second[8:14], second[14], today)
    whole = first[5:30] + second[0:7] + second[8:15] + second[18:29]
    doubts.add("whole", second[29] == check_digit(whole))
    return _zone(
        Layout.TD1, first, third, number, second[15:18], birth, second[7], expires,
        (optional, _bare(second[18:29])), doubts,
    )  # fmt: skip


def _two_lines(layout: Layout, first: str, second: str, today: date) -> Zone:
    doubts = _Doubts()
    number, rest = _bare(second[0:9]), second[28:]
    optional: tuple[str, ...] = (_bare(rest),)
    if layout is Layout.TD2:
        number, left, right = _long_number(second[0:9], second[9], second[28:35])
        doubts.add("number", right)
        optional = (left,)
    else:
        doubts.add("number", second[9] == check_digit(second[0:9]))
    birth = doubts.birth(second[13:19], second[19], today)
    expires = doubts.expiry(second[21:27], second[27], today)
    if layout is Layout.TD3:
        personal = second[28:42]
        optional = (_bare(personal),)
        empty = not optional[0] and second[42] == FILLER
        doubts.add("personal", empty or second[42] == check_digit(personal))
    if layout in (Layout.TD2, Layout.TD3):
        end = len(second) - 1
        whole = second[0:10] + second[13:20] + second[21:end]
        doubts.add("whole", second[end] == check_digit(whole))
    return _zone(
        layout, first, first[5:], number, second[10:13], birth, second[20], expires, optional, doubts
    )


def _french_card(first: str, second: str, today: date) -> Zone:
    """The card of 1988 to 2021. Its second line begins with year and month of issue, office and serial; it
    tells no expiry and no nationality, and is given to French nationals only."""
    doubts = _Doubts()
    doubts.add("number", second[12] == check_digit(second[0:12]))
    birth = doubts.birth(second[27:33], second[33], today)
    doubts.add("whole", second[35] == check_digit(first + second[0:35]))
    names = first[5:30].rstrip(FILLER) + FILLER * 2 + second[13:27]
    return _zone(
        Layout.FRENCH_CARD, first, names, _bare(second[0:12]), None, birth, second[34], None, (), doubts
    )


def _zone(
    layout: Layout,
    first: str,
    names: str,
    number: str,
    nationality: str | None,
    birth: PartialDate | None,
    sex: str,
    expires: date | None,
    optional: tuple[str, ...],
    doubts: _Doubts,
) -> Zone:
    state = _bare(first[2:5])
    doubts.add("state", is_known(state))
    citizen = None if nationality is None else _bare(nationality)
    doubts.add("nationality", citizen is None or is_known(citizen))
    doubts.add("sex", sex in "FMX<")
    surname, _, given = names.partition(FILLER * 2)
    return Zone(
        layout=layout,
        code=_bare(first[0:2]),
        state=state,
        surname=_words(surname),
        given_names=_words(given),
        number=number,
        nationality=citizen,
        birth=birth,
        sex="f" if sex == "F" else "m" if sex == "M" else None,
        expires=expires,
        optional=tuple(one for one in optional if one),
        doubtful=frozenset(doubts.names),
    )


class _Doubts:
    """The fields that do not hold."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def add(self, name: str, holds: bool) -> None:
        """Doubt a field that does not hold."""
        if not holds:
            self.names.add(name)

    def birth(self, digits: str, check: str, today: date) -> PartialDate | None:
        """A birth date, its century the last in which it had passed; a part that is not known is `<<`."""
        self.add("birth", check == check_digit(digits))
        found = _partial(digits, today)
        self.add("birth", found is not None or digits == FILLER * 6)
        return found

    def expiry(self, digits: str, check: str, today: date) -> date | None:
        """The last day of validity; None where the document has none."""
        if digits == FILLER * 6:
            self.add("expires", check in ("0", FILLER))
            return None
        self.add("expires", check == check_digit(digits))
        try:
            return date(_nearest_year(int(digits[0:2]), today), int(digits[2:4]), int(digits[4:6]))
        except ValueError:
            self.add("expires", False)
            return None


def _nearest_year(two_digits: int, today: date) -> int:
    """The year so written that lies nearest: a document ended some years ago or runs some decades on."""
    century = today.year - today.year % 100
    years = (century - 100 + two_digits, century + two_digits, century + 100 + two_digits)
    return min(years, key=lambda year: abs(year - today.year))


def _partial(digits: str, today: date) -> PartialDate | None:
    years, months, days = digits[0:2], digits[2:4], digits[4:6]
    if not years.isdecimal():
        return None
    month = int(months) if months.isdigit() else None
    day = int(days) if days.isdigit() else None
    if (month is None and months != FILLER * 2) or (day is None and days != FILLER * 2):
        return None
    century = today.year - today.year % 100
    for year in (century + int(years), century - 100 + int(years)):
        try:
            earliest = date(year, month or 1, day or 1)
        except ValueError:
            continue
        if earliest <= today:
            return PartialDate(year, month, day)
    return None


def _long_number(number: str, check: str, optional: str) -> tuple[str, str, bool]:
    """The document's number, what else stands in the optional field, and whether the check digit is right.

    A number of more than nine characters has the filler where its check digit stands; its end and the digit
    then lead the optional field (part 5, note j). Issuers differ in whether that filler counts in the sum.
    """
    if check != FILLER or number.endswith(FILLER):
        return _bare(number), _bare(optional), check == check_digit(number)
    tail, _, left = optional.partition(FILLER)
    if not tail:
        return _bare(number), _bare(left), False
    long = number + tail[:-1]
    right = tail[-1] in (check_digit(long), check_digit(number + FILLER + tail[:-1]))
    return long, _bare(left), right


def _bare(text: str) -> str:
    return text.rstrip(FILLER)


def _words(text: str) -> str:
    return " ".join(text.replace(FILLER, " ").split())
