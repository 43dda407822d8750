"""XML for the ministry while it is written, and what it lacks: what asks is what writes.

Elements stand in the order in which they are put, without a namespace of their own: the ministry's schemas
qualify the root alone. A value is never cut: what is too long, or cannot stand in XML, is asked again.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from server.registration.output import Codes, Lack, Whom

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Production 2 of XML 1.0, turned round."""

_LONGEST_READ = 1_000
"""Characters; nothing that the ministry takes is longer."""

_NAMESPACES = {
    "alt": "http://www.neg.hospedajes.mir.es/altaParteHospedaje",
    "res": "http://www.neg.hospedajes.mir.es/altaReservaHospedaje",
    "anul": "http://www.neg.hospedajes.mir.es/anularComunicacion",
    "com": "http://www.soap.servicios.hospedajes.mir.es/comunicacion",
}
for _prefix, _uri in _NAMESPACES.items():
    register_namespace(_prefix, _uri)


@dataclass(frozen=True, slots=True)
class At:
    """Of whom something is asked: a sheet, and a person of it or its stay; nothing is the house."""

    filed: str | None = None
    person: int | None = None


HOUSE = At()


class Draft:
    """A file that is being written."""

    def __init__(self, codes: Codes) -> None:
        self.codes = codes
        self._lacks: dict[Lack, None] = {}

    @property
    def lacks(self) -> list[Lack]:
        """What was found, each thing once, in the order of the file."""
        return list(self._lacks)

    def ask(self, code: str, whom: Whom, at: At, field: str | None = None, **params: str) -> None:
        """Note a lack."""
        lack = Lack(f"registration.{code}", whom, at.filed, at.person, field, tuple(sorted(params.items())))
        self._lacks[lack] = None

    def text(
        self,
        parent: Element,
        name: str,
        value: str | None,
        at: At,
        field: str,
        *,
        most: int,
        whom: Whom = "guest",
        required: bool = True,
    ) -> str:
        """Put an element of so many characters at most; asks for it where it is required and empty. Gives
        what was put."""
        said = even(value)
        if not said:
            if required:
                self.ask("missing", whom, at, field)
        elif _NO_XML.search(said):
            self.ask("es_characters", whom, at, field)
        elif len(said) > most:
            self.ask("es_too_long", whom, at, field, limit=str(most))
        else:
            put(parent, name, said)
            return said
        return ""

    def listed(self, name: str, code: str | None, whom: Whom, at: At, field: str) -> str | None:
        """A code that stands in a list of the ministry; asks otherwise, the house where the list is not
        loaded."""
        known = self.list_of(name)
        if known is None:
            return None
        if not code:
            self.ask("missing", whom, at, field)
        elif code not in known:
            self.ask("es_not_listed", whom, at, field, name=name)
        else:
            return code
        return None

    def list_of(self, name: str) -> dict[str, str] | None:
        """A list of the ministry; asks the house for it where it is not loaded."""
        known = self.codes.get(name)
        if not known:
            self.ask("list_missing", "house", HOUSE, name=name)
            return None
        return dict(known)


def even(value: str | None) -> str:
    """A value composed, with single blanks, as the schemas collapse it anyhow, and without marks of format,
    which nobody sees. What is far too long stays as it is: it is asked again."""
    if value is None or len(value) > _LONGEST_READ:
        return value or ""
    composed = unicodedata.normalize("NFC", value)
    return " ".join("".join(sign for sign in composed if unicodedata.category(sign) != "Cf").split())


def put(parent: Element, name: str, value: str) -> None:
    """An element with a text that is known to be sound."""
    SubElement(parent, name).text = value


def root(prefix: str, name: str) -> Element:
    """A root in the ministry's namespace of that prefix."""
    return Element(f"{{{_NAMESPACES[prefix]}}}{name}")


def child(prefix: str, name: str) -> str:
    """The name of an element below a root whose schema qualifies all."""
    return f"{{{_NAMESPACES[prefix]}}}{name}"


def to_file(element: Element) -> bytes:
    """The document as UTF-8, with its declaration."""
    content: bytes = tostring(element, encoding="UTF-8", xml_declaration=True)
    return content
