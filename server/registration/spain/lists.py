"""The ministry's own lists, as its operation `catalogo` gives them: code -> what it means.

The manual dropped the lists in its version 3.1.1, and public code carries several that contradict each other:
what a house loaded from the ministry counts, and nothing else. NIF and NIE are words of the manual's rules,
PAS and OTRO of the ministry's list; sexes are found by their meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from server.cleaning.text import plain
from server.registration.output import Codes
from server.registration.sheet import Sex

DOCUMENTS = "TIPO_DOCUMENTO"
SEXES = "SEXO"
PAYMENTS = "TIPO_PAGO"
KINSHIP = "TIPO_PARENTESCO"
ERRORS = "CODIGOS_ERROR"
"""What the service's codes mean: section 5 of the manual, which a house may load to read them in words."""
MUNICIPALITIES = "MUNICIPIOS"
"""Of the statistical office (INE), five digits: not of `catalogo`, and a file goes without where guests live
abroad."""

NEEDED = (DOCUMENTS, SEXES, PAYMENTS, KINSHIP)

_SEXES: Mapping[Sex, frozenset[str]] = MappingProxyType(
    {
        "m": frozenset({"hombre", "varon", "masculino"}),
        "f": frozenset({"mujer", "hembra", "femenino"}),
        "x": frozenset({"otro", "otros", "otra", "no binario"}),
    }
)


def sex_in(codes: Codes, sex: Sex) -> str | None:
    """The list's code of a sex; None where it has none, or more than one."""
    found = [code for code, meaning in codes.get(SEXES, {}).items() if plain(meaning) in _SEXES[sex]]
    return found[0] if len(found) == 1 else None
