"""The papers of a house: which there are and what each still misses, each as a page and as a PDF."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, g, render_template

from server.accent import DEFAULT_ACCENT, PAPER, readable
from server.access import not_found, staff
from server.clock import clock
from server.db import writing
from server.desk.words import use_words
from server.journal import note
from server.language import pseudo_allowed
from server.papers.document import Document
from server.papers.facts import Facts, facts_of, logo_of
from server.papers.rendering import PICTURES, Part, render_pdf
from server.papers.shelf import shelf, write
from server.properties.finding import properties_within, property_within
from server.properties.models import Property
from server.refusal import Refused
from server.wording import PSEUDO, direction

pages = Blueprint("papers", __name__, url_prefix="/desk/papers")
use_words(pages)


@pages.get("")
@staff("papers.print")
def index() -> str:
    """The papers of every house within reach."""
    places = properties_within(g.session, g.reach)
    houses = [(place, shelf(facts_of(g.session, place, now=clock()))) for place in places]
    return render_template("desk/papers/index.html", houses=houses)


@pages.get("/<int:property_id>/<code>/<language>")
@staff("papers.print")
def show(property_id: int, code: str, language: str) -> str | Response:
    """One paper as a page, as it will be printed."""
    place, facts = _house(property_id)
    try:
        document = _paper(code, facts, language)
    except Refused as refusal:
        return _held_up(place, facts, code, refusal)
    return render_template(
        "desk/papers/show.html",
        house=place,
        code=code,
        document=document,
        towards=direction(language),
        languages=next(paper.languages for paper in shelf(facts) if paper.code == code),
    )


@pages.get("/<int:property_id>/<code>/<language>.pdf")
@staff("papers.print")
def print_(property_id: int, code: str, language: str) -> Response:
    """One paper as a PDF. The journal is told in a transaction of its own, so no writer waits for the PDF."""
    place, facts = _house(property_id)
    try:
        made = _pdf(place, _paper(code, facts, language), language)
    except Refused as refusal:
        return _held_up(place, facts, code, refusal)
    with writing(current_app.config["ENGINE"]) as session:
        note(
            session,
            g.actor,
            "paper.printed",
            f"property:{place.id}",
            now=clock(),
            property_id=place.id,
            paper=code,
            language=language,
        )
    name = f"{code.replace('_', '-')}-{place.id}-{language}.pdf"
    return Response(
        made, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


def _house(property_id: int) -> tuple[Property, Facts]:
    place = property_within(g.session, property_id, g.reach) or not_found()
    return place, facts_of(g.session, place, now=clock())


def _paper(code: str, facts: Facts, language: str) -> Document:
    if language == PSEUDO and not pseudo_allowed():
        abort(404)
    return write(code, facts, language) or abort(404)


def _pdf(place: Property, document: Document, language: str) -> bytes:
    logo = logo_of(g.session, place)
    parts = {"logo": Part(logo.media_type, logo.content)} if logo and logo.media_type in PICTURES else {}
    html = render_template(
        "papers/print.html", document=document, towards=direction(language), logo="logo" in parts
    )
    css = Path(current_app.root_path, "static", "papers.css").read_text("utf-8")
    return render_pdf(html, f"{css}\n{_accent(place)}", parts, folder=current_app.config["ONEGUEST"].data_dir)


def _accent(place: Property) -> str:
    try:
        return f":root {{ --accent: {readable(place.accent, PAPER)} }}"
    except ValueError:  # whatever stands there, it is no colour
        return f":root {{ --accent: {DEFAULT_ACCENT} }}"


def _held_up(place: Property, facts: Facts, code: str, refusal: Refused) -> Response:
    paper = next((paper for paper in shelf(facts) if paper.code == code), None)
    page = render_template("desk/papers/held_up.html", place=place, paper=paper, refusal=refusal)
    if refusal.code != "paper.busy":
        return Response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    return Response(page, HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "5"})
