"""Sheets of one stay as one contract: the ministry wants a communication of each, with all its people.

Sheets belong together when they bear one reference and the same days. What the house says of the stay may
stand on any of them; where they contradict each other, reception is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from server.registration.output import Filed, House
from server.registration.sheet import Person, Sheet, Stay
from server.registration.spain.draft import HOUSE, At, Draft, even, put
from server.registration.spain.lists import PAYMENTS

MOST_COUNTED = 9_999
"""People or rooms; xsd:int takes more, and no house has them."""

ARRIVES_FROM, LEAVES_BY = "horaEntrada", "horaSalida"
HOUR = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
"""The house's own hours, where nobody noted a guest's: `15:00`."""


@dataclass(frozen=True, slots=True)
class Contract:
    """Sheets of one stay, and what they say of it together."""

    filed: tuple[Filed, ...]
    stay: Stay
    differing: tuple[tuple[str, str], ...]  # (sheet, field) where a sheet contradicts those before it

    @property
    def at(self) -> At:
        """Where a question on the stay itself is asked: the first sheet."""
        return At(self.filed[0].id)

    def people(self) -> Iterator[tuple[At, Person, Sheet]]:
        """Everybody, sheet by sheet."""
        for one in self.filed:
            for place, person in enumerate(one.sheet.people):
                yield At(one.id, place), person, one.sheet


def contracts(filed: Sequence[Filed]) -> list[Contract]:
    """The contracts of these sheets, in the order of their first. A sheet without a reference stands alone:
    nobody can tell whose company it is."""
    together: dict[tuple[str, date, date | None] | str, list[Filed]] = {}
    for number, one in enumerate(filed):
        stay = one.sheet.stay
        reference = even(stay.reference)
        key = (reference, stay.arrives, stay.departs) if reference else f"{number}"
        together.setdefault(key, []).append(one)
    return [_contract(tuple(sheets)) for sheets in together.values()]


def _contract(filed: tuple[Filed, ...]) -> Contract:
    """People may come and leave apart: the contract runs from the first hour to the last."""
    stays = [one.sheet.stay for one in filed]
    said: dict[str, Any] = {}
    differing = []
    for field in fields(Stay):
        for one, stay in zip(filed, stays, strict=True):
            value = getattr(stay, field.name)
            known = said.setdefault(field.name, value) if value is not None else None
            if known is None or known == value:
                continue
            if field.name == "arrival_time":
                said[field.name] = min(known, value, key=_bare)
            elif field.name == "departure_time":
                said[field.name] = max(known, value, key=_bare)
            elif field.name != "reference":  # the same but for blanks
                differing.append((one.id, field.name))
    return Contract(filed, replace(stays[0], **said), tuple(differing))


def _bare(hour: time) -> time:
    return hour.replace(tzinfo=None)


def put_contract(
    draft: Draft, parent: Element, contract: Contract, house: House, *, is_booking: bool
) -> None:
    """The element `contrato`; in a booking an unknown hour is midnight, as the manual says."""
    stay, at = contract.stay, contract.at
    for filed, field in contract.differing:
        draft.ask("es_differs", "staff", At(filed), field)
    element = SubElement(parent, "contrato")
    draft.text(element, "referencia", stay.reference, at, "reference", most=50, whom="staff")
    _put_day(draft, element, "fechaContrato", stay.contract_date, at, "contract_date")
    _put_hours(draft, element, contract, house, is_booking)
    people = sum(len(one.sheet.people) for one in contract.filed)
    persons = stay.persons if stay.persons is not None or is_booking else people
    if persons is not None and persons < people:
        draft.ask("es_more_people", "staff", at, "persons")
    _put_number(draft, element, "numPersonas", persons, at, "persons", required=True)
    _put_number(draft, element, "numHabitaciones", stay.rooms, at, "rooms", required=False)
    if stay.internet is not None:
        put(element, "internet", "true" if stay.internet else "false")
    _put_payment(draft, element, stay, at)


def _put_day(draft: Draft, parent: Element, name: str, day: date | None, at: At, field: str) -> None:
    if day is None:
        draft.ask("missing", "staff", at, field)
    else:
        put(parent, name, day.isoformat())


def _put_number(
    draft: Draft, parent: Element, name: str, number: int | None, at: At, field: str, *, required: bool
) -> None:
    if number is None:
        if required:
            draft.ask("missing", "staff", at, field)
    elif not 0 < number <= MOST_COUNTED:
        draft.ask("es_number", "staff", at, field)
    else:
        put(parent, name, str(number))


def _put_hours(draft: Draft, parent: Element, contract: Contract, house: House, is_booking: bool) -> None:
    stay, at = contract.stay, contract.at
    if stay.departs is None:
        draft.ask("no_departure", "staff", at, "departs")
        return
    is_guessed = stay.arrival_time is None or stay.departure_time is None
    if is_booking:
        arrives, departs = (hour or time() for hour in (stay.arrival_time, stay.departure_time))
    else:
        usual = [_hour(house.ids.get(name, "")) for name in (ARRIVES_FROM, LEAVES_BY)]
        hours = [stay.arrival_time or usual[0], stay.departure_time or usual[1]]
        for hour, name in zip(hours, (ARRIVES_FROM, LEAVES_BY), strict=True):
            if hour is None:
                draft.ask("es_house_hours", "house", HOUSE, name)
        if hours[0] is None or hours[1] is None:
            return
        arrives, departs = hours[0], hours[1]
    begins, ends = datetime.combine(stay.arrives, arrives), datetime.combine(stay.departs, departs)
    if stay.departs < stay.arrives:
        draft.ask("departure_first", "staff", at, "departs")
    elif ends.replace(tzinfo=None) < begins.replace(tzinfo=None):
        # left on the day of arrival: the house's usual hours are those of a night
        draft.ask("es_hours_of_day_stay" if is_guessed else "departure_first", "staff", at, "departure_time")
    put(parent, "fechaEntrada", begins.isoformat(timespec="seconds"))
    put(parent, "fechaSalida", ends.isoformat(timespec="seconds"))


def _hour(text: str) -> time | None:
    return time.fromisoformat(text.strip()) if re.fullmatch(HOUR, text.strip()) else None


def _put_payment(draft: Draft, parent: Element, stay: Stay, at: At) -> None:
    """How it is paid. Of a card only what the form asks (means, holder, expiry), and no number."""
    element = SubElement(parent, "pago")
    kind = draft.listed(PAYMENTS, stay.payment_type, "staff", at, "payment_type")
    draft.text(element, "tipoPago", kind, at, "payment_type", most=5, whom="staff", required=False)
    if stay.payment_date is not None:
        put(element, "fechaPago", stay.payment_date.isoformat())
    for name, value, field, most in (
        ("medioPago", stay.payment_means, "payment_means", 50),
        ("titular", stay.payment_holder, "payment_holder", 100),
    ):
        draft.text(element, name, value, at, field, most=most, whom="staff", required=False)
    expiry = even(stay.payment_expiry)
    if expiry and not _is_expiry(expiry):
        draft.ask("es_expiry", "staff", at, "payment_expiry")
    elif expiry:
        put(element, "caducidadTarjeta", expiry)


def _is_expiry(text: str) -> bool:
    month, _slash, year = text.partition("/")
    return len(text) == 7 and text.isascii() and month in _MONTHS and year.isdigit()


_MONTHS = frozenset(f"{month:02}" for month in range(1, 13))
