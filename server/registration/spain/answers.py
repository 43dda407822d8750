"""What the ministry's web service answers of a lot, as a house pastes it: taken or refused, and the codes.

`comunicacionResponse` comes at once and gives the lot's number; what became of each communication stands in
the answer to the question for the lot (`consultaLoteResponse`, or a `comunicacionResponse` again). The
schema says `codigo` where the manual's examples say `codigoRetorno`: both are read. Its texts may repeat what
a guest said, so nothing is kept of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from server.refusal import Refused
from server.registration.authority_xml import NoXml, local, named, read_xml, text_of
from server.registration.results import LONGEST, Result, said_lines

_OK = "0"
_DONE, _BAD_HEADER, _UNEXPECTED, _IN_WORK, _WAITING, _IN_PART = "1", "2", "3", "4", "5", "6"
"""States of a lot: taken; wrong head or form; unexpected; being worked on; waiting; some refused."""

_CODE = re.compile(r"[0-9A-Za-z-]{1,36}")
_REFUSAL = re.compile(r"[0-9]{5}")


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot, by the ministry's number of it. `results`: of each communication, by its place from 0, where the
    answer tells of them."""

    number: str
    state: str
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the service. `code` is of the call itself; `lot` the number that it gave."""

    code: str
    lot: str
    lots: tuple[Lot, ...]


def read_answer(text: str) -> Answer:
    """The answer that a text holds, in its SOAP envelope or without. Raises Refused."""
    if len(text) > LONGEST:
        raise _unreadable()
    try:
        document = read_xml(text.strip().encode("utf-8", "replace"))
    except NoXml:
        raise _unreadable() from None
    answers = [
        element
        for element in document.iter()
        if local(element) in {"comunicacionResponse", "consultaLoteResponse"}
    ]
    if len(answers) != 1:
        raise _unreadable()
    head = _child(answers[0], "respuesta")
    code = "" if head is None else text_of(head, "codigo") or text_of(head, "codigoRetorno")
    if head is None or not _CODE.fullmatch(code):
        raise _unreadable()
    lots = tuple(_lot(element) for element in answers[0] if local(element) == "resultado")
    return Answer(code, _coded(text_of(head, "lote")) or "", lots)


def _child(parent: Element, name: str) -> Element | None:
    return next((element for element in parent if local(element) == name), None)


def _lot(element: Element) -> Lot:
    state = text_of(element, "codigoEstado")
    if state not in {_DONE, _BAD_HEADER, _UNEXPECTED, _IN_WORK, _WAITING, _IN_PART}:
        raise _unreadable()
    told = list(named(element, "resultadoComunicacion"))
    places = [text_of(one, "orden") for one in told]
    if not all(place.isdecimal() and place.isascii() and len(place) < 6 for place in places):
        raise _unreadable()
    if len(set(places)) < len(places):
        raise Refused("registration.results_twice")
    first = 0 if "0" in places else 1  # the manual does not say from where it counts
    return Lot(
        _coded(text_of(element, "lote")) or "",
        state,
        tuple(_result(one, int(place) - first) for one, place in zip(told, places, strict=True)),
    )


def _result(element: Element, place: int) -> Result:
    taken = _coded(text_of(element, "codigoComunicacion"))
    if taken:
        return Result(place, True, taken)
    return Result(place, False, _coded(text_of(element, "tipoError")))


def _coded(text: str) -> str | None:
    """A code or a number; anything else might be what somebody typed."""
    return text if _CODE.fullmatch(text) else None


def _unreadable() -> Refused:
    return Refused("registration.results_unreadable")


def read_results(text: str, rows: int) -> list[Result]:
    """What became of each of so many communications: from the service's answer, or lines that a person types
    (`2: 10121`, `3: ok`). Of what is still being worked on, nothing. A taken one bears the ministry's number
    of it. Raises Refused."""
    if not text.lstrip().startswith("<"):
        return [_typed(row, said) for row, said in said_lines(text, rows)]
    answer = read_answer(text)
    if answer.code != _OK:
        return [Result(row, False, answer.code) for row in range(rows)]
    if len(answer.lots) > 1:
        raise Refused("registration.es_several_lots")
    return [result for lot in answer.lots for result in _of_lot(lot, rows)]


def _of_lot(lot: Lot, rows: int) -> Iterator[Result]:
    if any(result.row >= rows for result in lot.results):
        raise Refused("registration.results_no_such_row", {"rows": str(rows)})
    if lot.state in {_IN_WORK, _WAITING}:
        return
    yield from lot.results
    if lot.state != _IN_PART:
        told = {result.row for result in lot.results}
        yield from (Result(row, lot.state == _DONE) for row in range(rows) if row not in told)


def _typed(row: int, said: str) -> Result:
    refusal = _REFUSAL.search(said)
    if refusal is not None and refusal[0].strip("0"):
        return Result(row, False, refusal[0])
    is_taken = said.strip(" .!").casefold() in {
        "ok",
        "0",
        "1",
        "correcto",
        "correcta",
        "aceptada",
        "aceptado",
    }
    return Result(row, is_taken)
