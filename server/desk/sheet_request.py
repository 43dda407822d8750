"""A request of an authority: a period's register, made for whoever asks by law, and journalled."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from server.access import not_found, staff
from server.clock import clock
from server.desk.people import who
from server.desk.sheet_page import vault
from server.desk.sheet_prints import LANGUAGES, pdf
from server.desk.sheet_showing import told
from server.desk.sheet_words import SHEET_STATES
from server.desk.sheets import day_asked
from server.desk.words import use_words
from server.language import page_language
from server.papers.sheets import Request as PaperRequest
from server.papers.sheets import draw_register, register_digest
from server.refusal import Refused
from server.registration.answering import Request, sheets_of_period
from server.registration.houses import house_that_keeps, houses_with_rules
from server.registration.signing import Signature, Strokes, read_strokes
from server.sentences import say
from server.wording import N_

pages = Blueprint("sheet_request", __name__, url_prefix="/desk/sheets/request")
use_words(pages)

WRONG = {
    "period": N_("The period ends before it begins, or is longer than a year."),
    "missing": N_("This stands in the journal, so that the request can be accounted for."),
    "long": N_("This is too long."),
}


@pages.get("")
@staff("sheets.authority")
def ask() -> str:
    """Who asks, for which days, and on which ground."""
    return _form(None, {})


@pages.post("/<int:property_id>")
@staff("sheets.authority")
def register(property_id: int) -> ResponseReturnValue:
    """The register of the period, to print."""
    keeps = house_that_keeps(g.session, property_id, g.reach) or not_found()
    asked = Request(
        day_asked("first") or date.max,
        day_asked("last") or date.min,
        request.form.get("authority", ""),
        request.form.get("basis", ""),
    )
    if asked.lacking:
        return _form(property_id, asked.lacking), HTTPStatus.UNPROCESSABLE_ENTITY
    now = clock()
    try:
        opened, entry = sheets_of_period(
            g.session,
            vault(),
            keeps,
            asked,
            digest_of=lambda found: register_digest(found, vault().digest),
            actor=g.actor,
            now=now,
        )
    except Refused as refusal:
        return _form(property_id, {}, say(refusal.code, refusal.params, page_language())), 422
    digest = str(entry.detail["digest"])
    if request.form.get("go") == "pdf":
        drawn = draw_register(
            opened,
            keeps.as_known,
            keeps.profile,
            PaperRequest(
                asked_by=asked.authority,
                basis=asked.basis,
                first=asked.first,
                last=asked.last,
                made_at=now,
                made_by=who(g.actor),
                entry=str(entry.id),
                digest=digest,
            ),
            languages=(LANGUAGES.get(keeps.place.country, "en"), "en"),
            zone=keeps.place.zone,
        )
        if len(drawn) == 1:  # a longer one is printed from the page
            return pdf(drawn[0], "register.pdf")
    return render_template(
        "desk/sheets/register.html",
        entry=entry,
        digest=digest,
        keeps=keeps,
        asked=asked,
        sheets=[(one, told(one.sheet), _drawn(one.signature)) for one in opened],
        states=SHEET_STATES,
        made_at=now,
        who=who,
        actor=g.actor,
    )


def _drawn(signature: Signature | None) -> Strokes | None:
    return read_strokes(signature.strokes) if signature and signature.strokes else None


def _form(property_id: int | None, wrong: object, refusal: str = "") -> str:
    houses = [one for one in houses_with_rules(g.session, g.reach) if one.is_on]
    return render_template(
        "desk/sheets/request.html",
        houses=houses,
        property_id=property_id,
        wrong=wrong,
        words=WRONG,
        refusal=refusal,
        said=request.form,
    )
