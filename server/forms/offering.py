"""Which forms the tablets of a property offer, and in which of its languages."""

from __future__ import annotations

from server.forms.definition import find_form, published_forms
from server.forms.questions import Form
from server.properties.models import Property

USUAL = "pre_check_in"
"""What a tablet offers that was set to nothing we know, and what the reception hands a stay over with."""

_ORDER = ("pre_check_in", "wishes", "survey")
"""Flows in the order of a stay; a flow that is not here comes after."""


BY_MESSAGE = frozenset({"contact"})
"""Flows whose forms only a message leads to: without its link nobody could tell whose answer it is."""


def link_forms() -> list[Form]:
    """The newest version of every published form that a link may lead to."""
    names = {name for name, _ in published_forms()}
    return [form for name in sorted(names) if (form := find_form(name)) is not None]


def tablet_forms() -> list[Form]:
    """Those that fit a tablet too, in the order of a stay."""
    newest = [form for form in link_forms() if form.flow not in BY_MESSAGE and form.purpose == "guest"]
    return sorted(newest, key=lambda form: _ORDER.index(form.flow) if form.flow in _ORDER else len(_ORDER))


def police_form(house: Property) -> Form | None:
    """The form of the law where the house stands; None where we have none."""
    return find_form(f"police_{house.country.lower()}") if house.country else None


def offered_forms(house: Property) -> list[Form]:
    """What the property's tablets offer, never nothing; a form that is published no more is passed over."""
    forms = tablet_forms()
    return [form for form in forms if form.name in house.flows] or [f for f in forms if f.name == USUAL]


def held_forms(house: Property) -> list[Form]:
    """What the property's tablets hold pages of: what they offer, what a stay is handed over with, and the
    police form of the country."""
    offered, of_law = offered_forms(house), police_form(house)
    found = [form for form in tablet_forms() if form in offered or form.name == USUAL]
    return [*found, of_law] if of_law is not None else found


def offered_languages(house: Property) -> list[str]:
    """The property's languages that one of these forms speaks; all of the first form's where none does."""
    forms = offered_forms(house)
    spoken = [code for code in house.languages if any(code in form.texts for form in forms)]
    return spoken or list(forms[0].languages)


def forms_in(house: Property, language: str) -> list[Form]:
    """What the property's tablets offer to a guest of one language."""
    return [form for form in offered_forms(house) if language in form.texts]
