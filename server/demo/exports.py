"""The five systems' exports: exact headers, encodings, separators and line ends, and their rows as bytes.

A file is held as encoded lines, each behind its time of creation, so that it can be written in the order in
which a system would give it; about 250 bytes a row, 250 MB for a million.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from server.demo.group import LAC, RIVES, SHOP, SPA, TABLE, House

BROKEN_EVERY, BROKEN_FIRST = 600, 90
"""One row in 600 has lost or won cells: a separator in a note, a line cut short by a full disk."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One system's export as it leaves that system; `header` is written with `;` here, whatever it has."""

    source: str
    file: str
    house: House
    encoding: str
    bom: bytes
    separator: str
    line_end: str
    header: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, the key's first."""
        return tuple(self.header.split(";"))


PMS_A = Layout(
    source="pms_a",
    file="lac_cardex.csv",
    house=LAC,
    encoding="cp1252",
    bom=b"",
    separator=";",
    line_end="\r\n",
    header=(
        "N° cardex;Civilité;NOM;Prénom;E-mail;Téléphone;Portable;Né(e) le;Nat.;Langue;Adresse;CP;Ville;Pays;"
        "Pièce;Société;Fidélité;Créé le;Arrivée;Départ;CA TTC;Observations"
    ),
)
PMS_B = Layout(
    source="pms_b",
    file="rives_profiles.txt",
    house=RIVES,
    encoding="utf-16-le",
    bom=codecs.BOM_UTF16_LE,
    separator="\t",
    line_end="\n",
    header=(
        "Profile ID;Title;Guest Name;Email;Telephone;DOB;Nationality;Lang;Address;Zip;Town;Country;ID Doc;"
        "Company;Membership;Insert Date;Arr;Dep;Total Revenue;Comments"
    ),
)
RESTO = Layout(
    source="resto",
    file="table_bookings.csv",
    house=TABLE,
    encoding="utf-8",
    bom=codecs.BOM_UTF8,
    separator=",",
    line_end="\n",
    header=(
        "Booking ref;First name;Last name;Phone;Email;Birthday;Company;Language;Booked on;Meal date;Spend;"
        "Notes"
    ),
)
SPA_CLIENTS = Layout(
    source="spa",
    file="spa_clients.csv",
    house=SPA,
    encoding="mac-roman",
    bom=b"",
    separator=";",
    line_end="\r\n",
    header=(
        "Id;Titre;Cliente;Prenom;Nom;Tel;Mail;Naissance;Adresse;CP;Ville;Langue;Saisi le;Soin le;Montant;"
        "Remarque"
    ),
)
SHOPIFY = Layout(
    source="shopify_customers",
    file="shop_customers.csv",
    house=SHOP,
    encoding="utf-8",
    bom=b"",
    separator=",",
    line_end="\n",
    header=(
        "Customer ID;First Name;Last Name;Email;Accepts Email Marketing;Default Address Company;"
        "Default Address Address1;Default Address Address2;Default Address City;"
        "Default Address Province Code;Default Address Country Code;Default Address Zip;"
        "Default Address Phone;Phone;Accepts SMS Marketing;Total Spent;Total Orders;Note;Tax Exempt;"
        "Tags"
    ),
)

LAYOUTS = (PMS_A, PMS_B, RESTO, SPA_CLIENTS, SHOPIFY)


class Export:
    """One file in the making."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.rows = 0
        self.broken = 0
        self._lines: list[bytes] = []
        self._truth: list[str] = []
        self._created = b""
        self._writer = csv.writer(self, delimiter=layout.separator, lineterminator=layout.line_end)

    def write(self, line: str) -> None:
        """Take one line of CSV behind its time of creation; what the encoding lacks becomes `?`."""
        self._lines.append(self._created + line.encode(self.layout.encoding, "replace"))

    def add(
        self, cells: Sequence[str], created: datetime, person: str, household: str, *, whole: bool = False
    ) -> None:
        """One row, the source's key first. `whole` keeps it from being one of the broken ones."""
        seconds = (created.toordinal() * 24 + created.hour) * 3600 + created.minute * 60 + created.second
        self._created = seconds.to_bytes(8, "big")
        self.rows += 1
        if self.rows % BROKEN_EVERY == BROKEN_FIRST and not whole:
            self.broken += 1
            self._writer.writerow(_broken(cells, self.rows // BROKEN_EVERY % 2 == 0))
            return
        self._writer.writerow(cells)
        self._truth.append(f"{self.layout.source},{cells[0].lstrip(chr(39))},{person},{household}\n")

    def add_values(self, values: Mapping[str, str], created: datetime, person: str, household: str) -> None:
        """One row told by column names; columns not named are empty."""
        unknown = values.keys() - set(self.layout.columns)
        if unknown:
            raise ValueError(f"{self.layout.file} has no column {sorted(unknown)}")
        cells = [values.get(column, "") for column in self.layout.columns]
        self.add(cells, created, person, household, whole=True)

    def save(self, folder: Path) -> None:
        """Write the file, oldest row first."""
        self._lines.sort()
        with (folder / self.layout.file).open("wb") as file:
            head = self.layout.separator.join(self.layout.columns) + self.layout.line_end
            file.write(self.layout.bom + head.encode(self.layout.encoding))
            for line in self._lines:
                file.write(line[8:])

    def truth(self) -> list[str]:
        """`source,key,person,household` of every unbroken row, in the order of the keys."""
        self._truth.sort()
        return self._truth


def _broken(cells: Sequence[str], too_many: bool) -> list[str]:
    """The row with cells too many (a separator inside a note), or cut after its fourth cell."""
    return [*cells, "", "suite"] if too_many else list(cells[:4])
