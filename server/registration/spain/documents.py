"""Spanish documents: which of the ministry's types a document is, and whether a NIF or NIE can be one.

The letter of a DNI is the one at its number modulo 23; a NIE counts X, Y and Z as 0, 1 and 2. The NIF that
Spain gives to its children, to Spaniards abroad and to foreigners without a NIE (K, L and M) has seven digits
and the same letters (Orden EHA/451/2008). Pure.
"""

from __future__ import annotations

import re

from server.registration.sheet import Person

NIF, NIE, PASSPORT, OTHER = "NIF", "NIE", "PAS", "OTRO"
SPAIN = "ESP"

_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_NIF = re.compile(r"([0-9]{8}|[KLM][0-9]{7})([A-Z])")
_NIE = re.compile(r"([XYZ][0-9]{7})([A-Z])")
_LIKE_NIE = re.compile(r"[XYZ][0-9]{5,9}[A-Z]?")
_BETWEEN = re.compile(r"[\s.\-‐‑–—/]+")


def tidy(number: str) -> str:
    """A number as it is written to the ministry: capitals, without what people put between digits.

    >>> tidy("12.345.678-z")
    '12345678Z'
    """
    return _BETWEEN.sub("", number).upper()


def is_nif(number: str) -> bool:
    """
    >>> is_nif("12345678Z"), is_nif("12345678A")
    (True, False)
    """
    found = _NIF.fullmatch(number)
    return found is not None and _letter(found[1].lstrip("KLM")) == found[2]


def is_nie(number: str) -> bool:
    """
    >>> is_nie("X1234567L"), is_nie("X1234567A")
    (True, False)
    """
    found = _NIE.fullmatch(number)
    return found is not None and _letter(found[1].translate(str.maketrans("XYZ", "012"))) == found[2]


def _letter(digits: str) -> str:
    return _LETTERS[int(digits) % 23]


def type_of(person: Person) -> str | None:
    """The ministry's type of a person's document; None without one.

    A Spaniard's identity card bears a NIF; of two nationalities, the number tells whose card it is. A
    residence card of Spain bears a NIE, one of another state does not: it is Spain's when its number looks
    so, or its holder lives in Spain. Who issued it is not asked, as the decree does not name it.
    """
    if person.document_type is None:
        return None
    if person.document_type == "passport":
        return PASSPORT
    number = tidy(person.document_number or "")
    if person.document_type == "id_card" and SPAIN in person.nationalities:
        return NIF if person.nationality == SPAIN or is_nif(number) else OTHER
    if person.document_type == "residence":
        is_spanish = person.home_country == SPAIN or _LIKE_NIE.fullmatch(number) is not None
        return NIE if is_spanish else OTHER
    return OTHER


def bears_support(kind: str | None) -> bool:
    """Whether the card has a number of its own besides (`soporteDocumento`), which the ministry asks then."""
    return kind in {NIF, NIE}
