"""Police forms on paper: one as it is kept, and forms for the pen for those who arrive, two to a page."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, current_app, g, request

from server.access import not_found, staff
from server.clock import clock
from server.db import writing
from server.desk.people import who
from server.desk.sheet_page import vault
from server.desk.sheets import day_asked
from server.journal import note
from server.language import page_language
from server.papers.sheets import draw_blank, draw_sheet, in_files, pdf_of
from server.refusal import Refused
from server.registration.arriving import arriving
from server.registration.finding import known_of_record, sheet_within
from server.registration.houses import Keeps, house_that_keeps
from server.registration.keeping import Purpose, open_sheet
from server.registration.sheet import Person, Sheet, Stay
from server.sentences import say

pages = Blueprint("sheet_prints", __name__, url_prefix="/desk/sheets/print")

LANGUAGES = {"AT": "de", "DE": "de", "FR": "fr", "GB": "en"}
"""Of the authority, where a form is written in it; else English."""


@pages.get("/<sheet_id>")
@staff("sheets.correct")
def one(sheet_id: str) -> Response:
    """A kept form, as it is now, in the authority's language and the guest's."""
    kept = sheet_within(g.session, sheet_id, g.reach) or not_found()
    keeps = house_that_keeps(g.session, kept.property_id, g.reach) or not_found()
    with writing(current_app.config["ENGINE"]) as session:
        opened = open_sheet(session, vault(), kept, purpose=Purpose.PRINT, actor=g.actor, now=clock())
    witness = opened.signature.witness if opened.signature else None
    html = draw_sheet(
        opened,
        keeps.as_known,
        keeps.profile,
        languages=(LANGUAGES.get(kept.country, "en"), opened.version.language),
        zone=keeps.place.zone,
        names={witness: who(witness)} if witness else None,
    )
    return pdf(html, "police-form.pdf")


@pages.get("/blank/<int:property_id>")
@staff("sheets.see")
def blank(property_id: int) -> Response:
    """Forms for the pen: of those who arrive and owe one, with what the reservation tells; two empty ones
    where nobody does. `part`: the next sixteen."""
    keeps = house_that_keeps(g.session, property_id, g.reach) or not_found()
    parts = in_files(_prefilled(keeps) or [None, None])
    number = request.args.get("part", "")
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 0
    country = keeps.profile.country
    html = draw_blank(
        keeps.as_known,
        keeps.profile,
        parts[min(at, len(parts) - 1)],
        languages=(LANGUAGES.get(country, "en"), "en" if page_language() == "qps" else page_language()),
    )
    with writing(current_app.config["ENGINE"]) as session:
        house = f"property:{keeps.place.id}"
        note(
            session,
            g.actor,
            "paper.printed",
            house,
            now=clock(),
            property_id=keeps.place.id,
            paper="police_form",
        )
    return pdf(html, "police-forms.pdf")


def _prefilled(keeps: Keeps) -> list[Sheet | None]:
    stays = arriving(g.session, g.reach, day=day_asked("day"), now=clock())
    found: list[Sheet | None] = []
    for stay in stays:
        for guest in stay.guests if stay.keeps.place.id == keeps.place.id else ():
            if guest.state in ("owed", "unknown"):
                family, given, _ = known_of_record(g.session, guest.record_id)
                person = Person(family_name=family or None, given_names=given or None)
                found.append(Sheet(Stay(stay.arrives, stay.departs, reference=stay.reference), (person,)))
    return found


def pdf(html: str, name: str) -> Response:
    """What was drawn, set in type; why it could not be, in a sentence."""
    try:
        made = pdf_of(html, folder=current_app.config["ONEGUEST"].data_dir)
    except Refused as refusal:
        busy = refusal.code == "paper.busy"
        status = HTTPStatus.SERVICE_UNAVAILABLE if busy else HTTPStatus.UNPROCESSABLE_ENTITY
        return Response(say(refusal.code, refusal.params, page_language()), status, mimetype="text/plain")
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return Response(made, mimetype="application/pdf", headers=headers)
