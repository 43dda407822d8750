"""Settings that are not saved yet, looked at as guests will see them.

The guests' own templates are rendered with a property that exists in memory only. Nothing in them can be
pressed: their forms and links would lead to the real pages. What cannot be pressed is silent to a screen
reader too, so what stands there is told once more, as plain lines that nothing can be pressed in.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from server.access import staff
from server.desk.house import FORM, place_within_reach, show_errors
from server.forms.definition import Form, find_form
from server.forms.offering import offered_forms
from server.forms.showing import ShownForm
from server.language import page_language, speak, translate
from server.properties.models import Property
from server.properties.sections import SECTIONS, read_section
from server.wording import N_

pages = Blueprint("house_preview", __name__, url_prefix="/desk/house")

VIEWS = {
    "kiosk": N_("Tablet"),
    "choose": N_("Choice on the tablet"),
    "thanks": N_("End on the tablet"),
    "email": N_("Question for the e-mail"),
    "greet": N_("Guest's phone"),
}


@pages.post("/<int:property_id>/preview")
@staff("house.set")
def preview(property_id: int) -> ResponseReturnValue:
    """One of the guests' pages, in one language, with what is typed into a section and not saved."""
    saved = place_within_reach(property_id)
    section = request.form.get("section", "")
    columns = {column.name: getattr(saved, column.name) for column in Property.__table__.columns}
    if section in SECTIONS:
        values, errors = read_section(section, request.form.to_dict(flat=False), saved)
        if errors:
            return show_errors(saved, section, errors), 422
        columns |= values
    return _render(Property(**columns))


def _render(house: Property) -> str:
    view, _, language = request.form.get("view", "").partition(":")
    view = view if view in VIEWS else "kiosk"
    form = _form_of(view, house) or find_form(FORM) or abort(404)
    offered = [code for code in house.languages if code in form.languages] or list(form.languages)
    language = language if language in offered else offered[0]
    bar: dict[str, Any] = {
        "title": translate(N_("Preview. Nothing here is saved, and nothing can be pressed.")),
        "group": translate(N_("What to look at")),
        "language": page_language(),
        "told": translate(N_("What guests read here")),
        "spoken": language,
        "lines": [],
        "views": [
            (f"{name}:{code}", f"{translate(label)} · {code}", (name, code) == (view, language))
            for name, label in VIEWS.items()
            for code in offered
        ],
        "given": [(name, sent) for name, all_sent in request.form.lists() for sent in all_sent
                  if name not in ("csrf_token", "view")],
    }  # fmt: skip
    speak(language, house.tones.get(language, ""))
    shown = ShownForm(form, language, house)
    common = {"shown": shown, "house": house, "preview": bar, "languages": shown.languages}
    seen = _shown(form, shown, view, common)
    bar["lines"] = _Lines.of(seen)
    return _shown(form, shown, view, common)


def _form_of(view: str, house: Property) -> Form | None:
    """What a view shows is of the first form that the tablets offer; the phone's is the usual one."""
    forms = [form for form in offered_forms(house) if view != "thanks" or form.flow != "survey"]
    return next(iter(forms), None) if view in ("kiosk", "choose", "thanks") else None


def _shown(form: Form, shown: ShownForm, view: str, common: dict[str, Any]) -> str:
    """One of the guests' pages under the bar."""
    if view == "greet":
        return render_template(
            "phone/greet.html", **common, last_name="", given={}, problem=None, survey=None, ways_on=()
        )
    if view == "email":
        step = next(s for s in form.steps if any(field.kind == "email" for field in s.fields))
        return render_template("phone/form.html", **common, step=step, answers={}, errors={}, suggestion=None)
    if view == "choose":
        return render_template("kiosk/choose.html", **common)
    if view == "thanks":
        return render_template("kiosk/thanks.html", **common)
    return render_template("kiosk/attract.html", **common)


class _Lines(HTMLParser):
    """The words of a preview's page, a line for each thing that holds some."""

    VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "use", "path", "rect", "circle"})

    def __init__(self) -> None:
        super().__init__()
        self.depth, self.lines = 0, list[str]()

    @classmethod
    def of(cls, page: str) -> list[str]:
        """The lines of a whole page, of what stands in its preview only."""
        reader = cls()
        reader.feed(page)
        return reader.lines

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in self.VOID:
            if self.depth and given.get("alt"):
                self.lines.append(str(given["alt"]))
        elif self.depth or given.get("class") == "preview-body":
            self.depth += 1

    def handle_endtag(self, tag: str) -> None:
        if self.depth and tag not in self.VOID:
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if self.depth and words:
            self.lines.append(words)
