"""Spain: everybody who sleeps there is told to the Ministry of the Interior within a day (RD 933/2021)."""

from __future__ import annotations

from collections.abc import Iterator

from server.registration.profile import Deadline, Duty, Layout, Party, Profile, Question, is_child
from server.registration.sheet import Person, Stay
from server.registration.spain.documents import NIF, SPAIN, bears_support, type_of
from server.registration.spain.people import is_minor
from server.wording import N_

SIGNS_FROM = 14
"""Travellers over fourteen sign; of the younger ones an adult who travels along gives the data."""


def _duty(person: Person, stay: Stay, party: Party) -> Duty:
    """All, of any nationality and age."""
    if is_child(person, stay, SIGNS_FROM) and party.size > 1:
        return Duty.ON_ANOTHERS
    return Duty.SHEET


def _questions(person: Person, stay: Stay, duty: Duty) -> tuple[Question, ...]:
    """Annex I of the decree, as the ministry's file has it. A child's address and contact are those of who
    signs, unless they are told; of telephone and e-mail one is needed (es_pv asks)."""
    return tuple(_asked(person, stay, is_anothers=duty is Duty.ON_ANOTHERS))


def _asked(person: Person, stay: Stay, *, is_anothers: bool) -> Iterator[Question]:
    kind, minor = type_of(person), is_minor(person, stay)
    yield Question("family_name")
    yield Question("second_family_name", required=kind == NIF)
    yield from map(Question, ("given_names", "sex", "birth_date", "nationality"))
    yield Question("second_nationality", required=False)  # whose card an identity card may be
    yield Question("document_type", required=not minor)
    yield Question("document_number", required=not minor or kind is not None)
    if kind is None or bears_support(kind):
        yield Question("document_support", required=bears_support(kind))
    for name in ("home_line", "home_postcode", "home_city", "home_country"):
        yield Question(name, required=not is_anothers)
    if person.home_country in {None, SPAIN}:
        yield Question("home_municipality", required=False)  # guests do not know it: found by its name
    yield Question("mobile", required=False)
    yield Question("email", required=False)
    if minor or person.birth_date is None:
        yield Question("kinship", required=minor)


def _signs(person: Person, stay: Stay) -> bool:
    return not is_child(person, stay, SIGNS_FROM)


PROFILE = Profile(
    country="ES",
    own=SPAIN,
    law=(
        "Real Decreto 933/2021, de 26 de octubre, anexo I",
        "Ley Orgánica 4/2015, art. 25",
        "MIR-HOSPE-DSI-WS, Servicio de Hospedajes - Comunicaciones, v3.1.3 (8-1-2025)",
    ),
    duty=_duty,
    questions=_questions,
    of_stay=(
        Question("arrives"),
        Question("departs"),
        # the house knows these, not the guest: the file asks the reception for what it needs of them
        Question("arrival_time", required=False),
        Question("departure_time", required=False),
        Question("reference", required=False),
        Question("contract_date", required=False),
        Question("persons", required=False),
        Question("rooms", required=False),
        Question("internet", required=False),
        Question("payment_type", required=False),
        Question("payment_date", required=False),
        Question("payment_means", required=False),
        Question("payment_holder", required=False),
        Question("payment_expiry", required=False),
    ),
    signs=_signs,
    signing="screen",
    layout=Layout.PROVEN,
    outputs=("sheet", "register", "es_pv", "es_rh"),
    deadline=Deadline(hours=24),
    child_below=SIGNS_FROM,
    unknown=(
        N_(
            "Houses in Catalonia and in the Basque Country are said to report to their own police: ask "
            "before handing in these files there."
        ),
        N_(
            "Whether the ministry's pages take these files from a person was not seen; its web service takes "
            "them in an envelope, which can be made too."
        ),
        N_("Travellers over 14 sign: we read it as from the fourteenth birthday on."),
        N_(
            "How the ministry wants a single name, or a country without postcodes, was not seen: the name "
            "goes into both fields, the postcode is 00000."
        ),
        N_(
            "How the ministry writes stateless guests was not seen: their nationality stays out of the file, "
            "as its schema allows."
        ),
        N_(
            "Where an hour of arrival or departure was not noted, the file says the house's usual one: the "
            "manual has a rule for bookings alone."
        ),
    ),
)
