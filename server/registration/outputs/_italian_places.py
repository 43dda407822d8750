"""States and municipalities by the codes of Alloggiati Web's own table `Luoghi`.

The table knows a state by an Italian name, not by ISO's code. A name is looked for as CLDR has it in Italian,
and as the table of 2014 wrote it where that differs; a state that is found under none of its names is said to
the house, never guessed. States bear the province ES in the portal's table; in tables without provinces their
codes begin with 1, as those of municipalities begin with 4.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from functools import lru_cache

from babel import Locale

from server.registration.code_lists import Place, place
from server.registration.states import STATELESS, WITHOUT_STATE, country_of
from server.registration.transliterating import name_in

LIST = "Luoghi"
ITALY = "ITA"
_STATES = "ES"
_LETTERS = frozenset(string.ascii_uppercase + " ")

_ALSO: Mapping[str, tuple[str, ...]] = {
    "AI": ("ANGUILLA (ISOLA)",),
    "BM": ("BERMUDE",),
    "BS": ("BAHAMA",),
    "CC": ("COCOS",),
    "CD": ("REPUBBLICA DEMOCRATICA DEL CONGO", "CONGO REPUBBLICA DEMOCRATICA"),
    "CF": ("CENTRAFRICA",),
    "CG": ("CONGO", "REPUBBLICA DEL CONGO", "CONGO REPUBBLICA"),
    "CN": ("CINA POPOLARE", "REPUBBLICA POPOLARE CINESE"),
    "CX": ("CHRISTMAS",),
    "CZ": ("REPUBBLICA CECA",),
    "DO": ("REP. DOMINICANA",),
    "FK": ("MALVINE", "FALKLAND"),
    "FM": ("MICRONESIA STATI FEDERALI", "STATI FEDERATI DI MICRONESIA"),
    "FO": ("FAER OER",),
    "GB": ("GRAN BRETAGNA",),
    "GF": ("GUAYANA FRANCESE",),
    "HK": ("HONG KONG",),
    "IM": ("MAN",),
    "KE": ("KENIA",),
    "KN": ("S. CHRISTOPHER E NEVIS",),
    "KY": ("CAYMAN (ISOLE)",),
    "LK": ("SRI LANKA (CEYLON)",),
    "MH": ("MARSHALL",),
    "MK": ("MACEDONIA", "REPUBBLICA DI MACEDONIA DEL NORD"),
    "MM": ("MYANMAR (BIRMANIA)", "MYANMAR", "BIRMANIA"),
    "MO": ("MACAO",),
    "MP": ("MARIANNE",),
    "MU": ("MAURIZIO",),
    "MY": ("MALESIA",),
    "NF": ("NORFOLK",),
    "NU": ("SAVAGE",),
    "PF": ("POLINESIA",),
    "PG": ("PAPUASIA-N.GUINEA", "PAPUA-NUOVA GUINEA"),
    "PM": ("SAINT PIERRE ET MIQUELON",),
    "PN": ("PITCAIRN",),
    "PR": ("PUERTO RICO",),
    "PS": ("PALESTINA", "STATO DI PALESTINA", "TERRITORI DELL'AUTONOMIA PALESTINESE"),
    "PW": ("PALAU REPUBBLICA",),
    "RE": ("LA REUNION",),
    "RS": ("REPUBBLICA DI SERBIA",),
    "SB": ("SALOMONE",),
    "SC": ("SEICELLE",),
    "SK": ("REPUBBLICA SLOVACCA",),
    "SZ": ("SWAZILAND",),
    "TC": ("TURKS",),
    "TL": ("TIMOR ORIENTALE", "TIMOR-LESTE", "TIMOR"),
    "TW": ("FORMOSA",),
    "US": ("STATI UNITI D'AMERICA",),
    "VA": ("CITTA' DEL VATICANO", "STATO DELLA CITTA' DEL VATICANO"),
    "VC": ("S. VINCENT E GRENADINE",),
    "VG": ("VERGINI BRITANNICHE (ISOLE)",),
    "VI": ("ISOLE VERGINI",),
    "WF": ("WALLIS",),
}
_STATELESS: tuple[str, ...] = ("APOLIDE", "APOLIDI")


class Places:
    """A loaded table, asked by state and by municipality."""

    def __init__(self, table: Mapping[str, str]) -> None:
        self._states: dict[str, list[str]] = {}
        self._municipalities: dict[str, Place] = {}
        self._named: dict[str, list[str]] = {}
        for code, meaning in table.items():
            found = place(meaning)
            is_state = code.startswith("1") if found.province is None else found.province == _STATES
            if is_state:
                if found.ended is None:
                    self._states.setdefault(_plain(found.name), []).append(code)
            else:
                self._municipalities[code] = found
                self._named.setdefault(_plain(found.name), []).append(code)

    def state(self, code: str) -> str | None:
        """The table's code of a state or of persons without one; None where the table has none, or two."""
        names: tuple[str, ...]
        if code in WITHOUT_STATE:
            # refugees and those whom nobody named are not stateless: the table knows no other
            names = _STATELESS if code == STATELESS else ()
        else:
            names = _names(country_of(code) or "")
        for name in names:
            codes = self._states.get(_plain(name), [])
            if codes:
                return codes[0] if len(codes) == 1 else None
        return None

    def municipality(self, said: str) -> str | None:
        """The code of a municipality by its code, or by its name where only one bears it (of several, the one
        that still is)."""
        text = said.strip()
        if text in self._municipalities:
            return text
        codes = self._named.get(_plain(text), []) if text else []
        living = [code for code in codes if self._municipalities[code].ended is None]
        found = living or codes
        return found[0] if len(found) == 1 else None

    def province(self, code: str) -> str | None:
        """The car plate's letters of a municipality's province."""
        found = self._municipalities.get(code)
        return None if found is None else found.province

    def has(self, code: str) -> bool:
        """Whether the table gives out a code, of a state that still is or of a municipality."""
        return code in self._municipalities or any(code in codes for codes in self._states.values())


def _names(country: str) -> tuple[str, ...]:
    called = Locale("it").territories.get(country)
    return (*((called,) if called else ()), *_ALSO.get(country, ()))


@lru_cache(maxsize=50_000)
def _plain(name: str) -> str:
    return name_in(name.replace("'", ""), _LETTERS).text.replace(" ", "")
