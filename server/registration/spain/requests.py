"""Files of communications, a hundred in each at most, and the envelope in which the web service takes one.

What is handed in by hand and what travels in the envelope are the same document: a house that sends by a
program of its own takes the envelope, packed as the manual says (3): UTF-8, ZIP, Base64.
"""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal
from xml.etree.ElementTree import Element, SubElement

from server.registration.output import Codes, File, Filed, House, Lack, Row, refuse_lacking, stamp
from server.registration.spain.contracts import Contract, contracts
from server.registration.spain.draft import HOUSE, Draft, even, put, root, to_file
from server.registration.spain.lists import NEEDED

MOST_COMMUNICATIONS = 100
"""In one request."""

ESTABLISHMENT = "codigoEstablecimiento"
LESSOR = "codigoArrendador"
"""What the ministry gave the house, and whoever runs it, when they registered there."""
CODE = r"[!-~][ -~]{0,9}"

APPLICATION = "OneGuest"
XML = "application/xml"
_ENTRY = "data.xml"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same content gives the same bytes, whenever it is wrapped

Operation = Literal["A", "B"]
"""Alta, new; baja, cancelled."""


def write(
    house: House,
    filed: Sequence[Filed],
    codes: Codes,
    *,
    name: str,
    now: datetime,
    begin: Callable[[Draft], tuple[Element, Element]],
    put_communication: Callable[[Draft, Element, Contract], None],
    lists: Sequence[str] = NEEDED,
) -> tuple[list[File], list[Lack]]:
    """The files of these sheets, and what they lack: with anything lacking there are none. `begin` gives a
    new document, and where its communications go."""
    draft = Draft(codes)
    establishment(draft, house)
    for one in lists:
        draft.list_of(one)
    found, files = contracts(filed), []
    for start in range(0, len(found), MOST_COMMUNICATIONS):
        some = found[start : start + MOST_COMMUNICATIONS]
        document, inside = begin(draft)
        for contract in some:
            put_communication(draft, inside, contract)
        files.append((document, _rows(some)))
    return [
        File(f"{name}-{stamp(now)}-{number}.xml", XML, to_file(document), rows)
        for number, (document, rows) in enumerate([] if draft.lacks else files, start=1)
    ], draft.lacks


def _rows(some: Sequence[Contract]) -> tuple[Row, ...]:
    """A row for each sheet; those of one stay have one answer."""
    return tuple(Row(one.id, answer=place) for place, contract in enumerate(some) for one in contract.filed)


def establishment(draft: Draft, house: House) -> str:
    """The house's own code; asks whoever sets it up."""
    return _given(draft, house, ESTABLISHMENT)


def _given(draft: Draft, house: House, name: str) -> str:
    code = even(house.ids.get(name))
    if not re.fullmatch(CODE, code):
        draft.ask("house_number", "house", HOUSE, name)
        return ""
    return code


def lacks_of_lessor(house: House) -> list[Lack]:
    """What the envelope wants besides what stands in it."""
    draft = Draft({})
    _given(draft, house, LESSOR)
    return draft.lacks


def enveloped(house: House, file: File, *, operation: Operation, kind: str | None) -> File:
    """The body of a call of the web service, `comunicacionRequest`, with a file in it. `kind`: PV or RH, of
    an Alta alone. Raises Lacking."""
    draft = Draft({})
    lessor = _given(draft, house, LESSOR)
    refuse_lacking(draft.lacks)
    request = root("com", "comunicacionRequest")
    asked = SubElement(request, "peticion")
    head = SubElement(asked, "cabecera")
    put(head, "codigoArrendador", lessor)
    put(head, "aplicacion", APPLICATION)
    put(head, "tipoOperacion", operation)
    if kind is not None:
        put(head, "tipoComunicacion", kind)
    put(asked, "solicitud", base64.b64encode(_zipped(file.content)).decode("ascii"))
    name = f"{file.name.removesuffix('.xml')}-request.xml"
    return replace(file, name=name, content=to_file(request))


def _zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(_ENTRY, _LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
