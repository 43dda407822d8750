"""The element `persona`, with the rules of the ministry's manual that no schema holds (3.1.1.1, 4.1).

Who stands on another's sheet lives where its signer does and is reached there, unless they say otherwise:
the ministry wants address and contact of each, children too.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from xml.etree.ElementTree import Element, SubElement

from server.registration.profile import is_child
from server.registration.sheet import Person, Sheet, Stay
from server.registration.spain.documents import NIE, NIF, SPAIN, bears_support, is_nie, is_nif, tidy, type_of
from server.registration.spain.draft import At, Draft, even, put
from server.registration.spain.lists import DOCUMENTS, KINSHIP, MUNICIPALITIES, SEXES, sex_in
from server.registration.spain.municipalities import find, is_code
from server.registration.states import WITHOUT_STATE, alpha3_of

OF_AGE = 18

_EMAIL = re.compile(r"[^@]+@[^.]+\..+")
"""The schema's own pattern."""
_HOME = ("home_line", "home_postcode", "home_city", "home_municipality", "home_country")


def is_minor(person: Person, stay: Stay) -> bool:
    return is_child(person, stay, OF_AGE)


def put_traveller(draft: Draft, parent: Element, at: At, person: Person, sheet: Sheet) -> None:
    """Somebody who sleeps in the house (PV)."""
    person = _with_signers(person, sheet.main)
    element = SubElement(parent, "persona")
    put(element, "rol", "VI")
    _put_names(draft, element, at, person)
    _put_document(draft, element, at, person, required=not is_minor(person, sheet.stay))
    _put_birth(draft, element, at, person, sheet.stay)
    _put_nationality(draft, element, at, person)
    _put_sex(draft, element, at, person)
    _put_home(draft, element, at, person)
    _put_contacts(draft, element, at, person)
    _put_kinship(draft, element, at, person, sheet.stay)


def put_holder(draft: Draft, parent: Element, at: At, person: Person) -> None:
    """Who booked (RH): name, contact, and the document where it is known; no more than the file needs."""
    element = SubElement(parent, "persona")
    put(element, "rol", "TI")
    _put_names(draft, element, at, person)
    _put_document(draft, element, at, person, required=False, with_support=False)
    _put_contacts(draft, element, at, person)


def _with_signers(person: Person, signer: Person) -> Person:
    if not any(getattr(person, name) for name in _HOME):
        person = replace(person, **{name: getattr(signer, name) for name in _HOME})
    if not person.mobile and not person.email:
        person = replace(person, mobile=signer.mobile, email=signer.email)
    return person


def _put_names(draft: Draft, parent: Element, at: At, person: Person) -> None:
    """Both names are required; the second surname of whoever has a NIF too."""
    given, family = even(person.given_names), even(person.family_name)
    needs_second = type_of(person) == NIF
    for name, value, field, required in (
        ("nombre", given, "given_names", True),
        ("apellido1", family, "family_name", True),
        ("apellido2", even(person.second_family_name), "second_family_name", needs_second),
    ):
        if not value:
            if required and field == "second_family_name":
                draft.ask("es_second_surname", "guest", at, field)
            elif required:
                draft.ask("es_single_name" if given or family else "missing", "guest", at, field)
        elif not _is_latin(value):
            draft.ask("latin_name", "guest", at, field)
        else:
            draft.text(parent, name, value, at, field, most=50)


def _is_latin(text: str) -> bool:
    """Whether every letter is Latin, as the document's own lines are."""
    return all("LATIN" in unicodedata.name(sign, "") for sign in text if sign.isalpha())


def _put_document(
    draft: Draft, parent: Element, at: At, person: Person, *, required: bool, with_support: bool = True
) -> None:
    """An adult's document, and a minor's where there is one."""
    kind, typed = type_of(person), even(person.document_number).upper()
    if kind is None or not typed:
        if required or kind or typed:
            draft.ask("missing", "guest", at, "document_number" if kind else "document_type")
        return
    if kind in {NIF, NIE}:
        number = tidy(typed)
        if not (is_nif(number) if kind == NIF else is_nie(number)):
            draft.ask("es_nif" if kind == NIF else "es_nie", "guest", at, "document_number")
    else:
        number = "".join(typed.split())
        if not number.isascii():
            draft.ask("document_number", "guest", at, "document_number")
    known = draft.list_of(DOCUMENTS)
    if known is not None and kind not in known:
        draft.ask("code_not_listed", "house", At(), name=DOCUMENTS)
    put(parent, "tipoDocumento", kind)
    draft.text(parent, "numeroDocumento", number, at, "document_number", most=15)
    if with_support and bears_support(kind):
        support = tidy(even(person.document_support))
        if support:
            draft.text(parent, "soporteDocumento", support, at, "document_support", most=9)
        else:
            draft.ask("es_support", "guest", at, "document_support")


def _put_birth(draft: Draft, parent: Element, at: At, person: Person, stay: Stay) -> None:
    born = person.birth_date
    if born is None:
        draft.ask("missing", "guest", at, "birth_date")
    elif not born.is_whole:
        draft.ask("whole_birth_date", "guest", at, "birth_date")
    elif born.first > stay.arrives:
        draft.ask("born_later", "guest", at, "birth_date")
    else:
        put(parent, "fechaNacimiento", born.first.isoformat())


def _put_nationality(draft: Draft, parent: Element, at: At, person: Person) -> None:
    """One: Spain's for a NIF, else the first. The element stays out for whoever has no state, as it may:
    codes of persons without one are not ISO's."""
    if type_of(person) == NIF:
        put(parent, "nacionalidad", SPAIN)
        return
    codes = person.nationalities
    states = [state for state in map(_state, codes) if state is not None]
    if states:
        put(parent, "nacionalidad", states[0])
    elif not codes:
        draft.ask("missing", "guest", at, "nationality")
    elif not WITHOUT_STATE.issuperset(codes):
        draft.ask("es_state", "guest", at, "nationality")


def _state(code: str) -> str | None:
    """ISO 3166-1 alpha-3, which the ministry takes; None for a person without a state."""
    return None if code in WITHOUT_STATE else alpha3_of(code)


def _put_sex(draft: Draft, parent: Element, at: At, person: Person) -> None:
    if person.sex is None:
        draft.ask("missing", "guest", at, "sex")
        return
    if draft.list_of(SEXES) is None:
        return
    code = sex_in(draft.codes, person.sex)
    if code is None:
        draft.ask("es_sex_not_listed", "house", At(), name=SEXES)
    else:
        draft.text(parent, "sexo", code, at, "sex", most=1, whom="house")


def _put_home(draft: Draft, parent: Element, at: At, person: Person) -> None:
    """Where somebody lives: in Spain the municipality's code, elsewhere its name."""
    element = SubElement(parent, "direccion")
    line, more = _in_two(person.home_line or "")
    draft.text(element, "direccion", line, at, "home_line", most=100)
    draft.text(element, "direccionComplementaria", more, at, "home_line", most=100, required=False)
    country = _state(person.home_country or "")
    if country == SPAIN:
        code = _municipality(draft, at, person)
        if code:
            put(element, "codigoMunicipio", code)
    else:
        draft.text(element, "nombreMunicipio", person.home_city, at, "home_city", most=100)
    if even(person.home_postcode):
        draft.text(element, "codigoPostal", person.home_postcode, at, "home_postcode", most=20)
    else:
        draft.ask("es_postcode", "guest", at, "home_postcode")
    if country is not None:
        put(element, "pais", country)
    else:
        draft.ask("es_state" if person.home_country else "missing", "guest", at, "home_country")


def _in_two(line: str) -> tuple[str, str]:
    """An address line on the two that there are: at its own break, or where a long one has a blank."""
    first, _break, rest = line.strip().partition("\n")
    first, rest = even(first), even(rest)
    if rest or len(first) <= 100:
        return first, rest
    end = first.rfind(" ", 0, 101)
    return (first[:end], first[end + 1 :]) if end > 0 else (first, "")


def _municipality(draft: Draft, at: At, person: Person) -> str | None:
    known = draft.codes.get(MUNICIPALITIES, {})
    code = even(person.home_municipality)
    if not code:
        code = find(known, even(person.home_city), even(person.home_postcode)) or ""
    if is_code(code) and (not known or code in known):
        return code
    draft.ask("es_municipality", "staff", at, "home_municipality")
    return None


def _put_contacts(draft: Draft, parent: Element, at: At, person: Person) -> None:
    """One at least, of telephone and e-mail."""
    email = even(person.email)
    if not even(person.mobile) and not email:
        draft.ask("es_contact", "guest", at, "mobile")
    draft.text(parent, "telefono", person.mobile, at, "mobile", most=20, required=False)
    if email and not _EMAIL.fullmatch(email):
        draft.ask("es_email", "guest", at, "email")
    else:
        draft.text(parent, "correo", email, at, "email", most=250, required=False)


def _put_kinship(draft: Draft, parent: Element, at: At, person: Person, stay: Stay) -> None:
    if not is_minor(person, stay) and not person.kinship:
        return
    code = draft.listed(KINSHIP, person.kinship, "guest", at, "kinship")
    draft.text(parent, "parentesco", code, at, "kinship", most=2, required=False)
