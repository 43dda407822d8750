"""The desk's words for police forms: how far one is, how sure its layout is, what its fields are called."""

from __future__ import annotations

from collections.abc import Mapping

from server.registration.arriving import State
from server.registration.profile import Layout
from server.wording import N_

GUEST_STATES: Mapping[State, tuple[str, str]] = {
    "broken": (N_("changed after signing"), "wrong"),
    "owed": (N_("owes a form"), "attention"),
    "unknown": (N_("not asked yet"), ""),
    "filled": (N_("filled in, to sign"), "attention"),
    "refused": (N_("refused"), ""),
    "witnessed": (N_("witnessed"), "good"),
    "signed": (N_("signed"), "good"),
    "none": (N_("none needed"), "good"),
    "gone": (N_("destroyed as its law says"), ""),
}
SHEET_STATES: Mapping[str, tuple[str, str]] = {
    **{state: GUEST_STATES[state] for state in ("broken", "filled", "witnessed", "signed")},
    "void": (N_("void"), ""),
}
SOURCES: Mapping[str, str] = {
    "tablet": N_("Tablet"),
    "phone": N_("Guest's phone"),
    "desk": N_("Typed at the desk"),
    "paper": N_("Typed from paper"),
}
LAYOUTS: Mapping[Layout, str] = {
    Layout.PROVEN: N_("The layout is proven against the authority's own."),
    Layout.CLIENTS: N_("The layout is built from the code of others who hand in."),
    Layout.NOT_SEEN: N_("The authority's layout was not seen by us."),
}
SAID: Mapping[str, str] = {
    "none": N_("Noted: no form is needed."),
    "refused": N_("Noted: the guest refused."),
    "owed": N_("Noted: a form is owed."),
    "unknown": N_("Taken back."),
}
FIELDS: Mapping[str, str] = {
    "family_name": N_("Family name"),
    "second_family_name": N_("Second family name"),
    "given_names": N_("Given names"),
    "birth_date": N_("Birth date"),
    "birth_place": N_("Birth place"),
    "birth_country": N_("Country of birth"),
    "birth_municipality": N_("Municipality of birth (code)"),
    "sex": N_("Sex"),
    "nationality": N_("Nationality"),
    "second_nationality": N_("Second nationality"),
    "home_line": N_("Home address"),
    "home_postcode": N_("Postal code"),
    "home_city": N_("Town"),
    "home_municipality": N_("Home municipality (code)"),
    "home_country": N_("Country"),
    "origin_country": N_("Country of origin"),
    "mobile": N_("Mobile"),
    "email": N_("E-mail"),
    "document_type": N_("Kind of document"),
    "document_number": N_("Document number"),
    "document_support": N_("Support number of the document"),
    "document_issuer": N_("State that issued it"),
    "document_place": N_("Place of issue"),
    "document_issued_on": N_("Issued on"),
    "document_authority": N_("Authority that issued it"),
    "visa_number": N_("Visa number"),
    "kinship": N_("Kinship (code)"),
    "next_destination": N_("Next destination"),
    "arrives": N_("Arrival"),
    "departs": N_("Departure"),
    "arrival_time": N_("Time of arrival"),
    "departure_time": N_("Time of departure"),
    "reference": N_("Booking reference"),
    "purpose": N_("Purpose of the stay (code)"),
    "rooms": N_("Rooms"),
    "persons": N_("Persons"),
    "contract_date": N_("Date of the contract"),
    "internet": N_("Internet"),
    "payment_type": N_("Kind of payment (code)"),
    "payment_date": N_("Date of payment"),
    "payment_means": N_("Means of payment"),
    "payment_holder": N_("Holder of the means of payment"),
    "payment_expiry": N_("Expiry (month/year)"),
    "counted": N_("Counted and not named"),
}
ROLES: Mapping[str, str] = {
    "main": N_("Who signs"),
    "spouse": N_("Partner"),
    "child": N_("Child"),
    "member": N_("Member of the group"),
}
CHOICES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "sex": (("f", N_("female")), ("m", N_("male")), ("x", N_("other"))),
    "document_type": (
        ("passport", N_("Passport")),
        ("id_card", N_("Identity card")),
        ("residence", N_("Residence permit")),
        ("driving", N_("Driving licence")),
        ("other", N_("Another one")),
    ),
}
VOID_REASONS: Mapping[str, str] = {
    "twice": N_("Filled in twice"),
    "other_stay": N_("Belongs to another stay"),
    "not_come": N_("The guest did not come"),
    "not_owed": N_("No form was needed"),
}
WHOM: Mapping[str, str] = {
    "guest": N_("Ask the guest"),
    "staff": N_("Look it up in your reservation system"),
    "house": N_("Whoever sets the house up"),
}
