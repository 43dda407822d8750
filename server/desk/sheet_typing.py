"""A police form that staff type: from paper, or with the guest at the desk, by hand or from a reader.

A reader that types like a keyboard, or a hand, gives the lines of a document; they fill blanks that the
country asks, are shown to be confirmed, and are gone with the answer: neither kept nor logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from server.access import not_found, staff
from server.clock import clock
from server.desk.sheet_form import shown_form
from server.desk.sheet_page import vault
from server.desk.sheet_showing import as_text
from server.desk.toasts import toast
from server.desk.words import use_words
from server.language import page_language, translate
from server.properties.finding import today_at
from server.registration.arriving import house_of_record
from server.registration.by_hand import ByHand, of_zone, read_by_hand
from server.registration.finding import known_of_record
from server.registration.houses import Keeps, house_that_keeps
from server.registration.keeping import Origin, keep_sheet
from server.registration.mrz import NoDocument, read_zone
from server.registration.owing import say_owed
from server.registration.sheet import Stay
from server.registration.signing import Signature
from server.wording import N_

pages = Blueprint("sheet_typing", __name__, url_prefix="/desk/sheets/type")
use_words(pages)

FORM = "desk.v1"
"""Of the texts that were shown: the desk's own form."""

NO_DOCUMENT = {
    "empty": N_("No lines of a document were given."),
    "characters": N_("These lines hold what no document has. Read them again, or type the fields."),
    "length": N_("These are not the lines of a document: two of 36 or 44 signs, or three of 30."),
}


@pages.get("/<int:record_id>")
@staff("sheets.correct")
def ask(record_id: int) -> str:
    """The empty form, with the name and the days that the house's own record tells."""
    keeps, stay, names = _of(record_id)
    said = {"p0_family_name": names[0], "p0_given_names": names[1], "people": "1"}
    said |= {"s_arrives": str(stay.arrives), "s_departs": str(stay.departs or "")}
    typed = read_by_hand(keeps.profile, said, stay)
    return shown_form(keeps.profile, typed, said, record_id=record_id, asked=False)


@pages.post("/<int:record_id>")
@staff("sheets.correct")
def keep(record_id: int) -> ResponseReturnValue:
    """Keep it, or go on typing: one person more, or a document's lines."""
    keeps, stay, _ = _of(record_id)
    return _answer(keeps, stay, record_id)


@pages.get("/house/<int:property_id>")
@staff("sheets.correct")
def ask_unknown(property_id: int) -> str:
    """The empty form for somebody of whom no record tells: a walk-in, or who came along unannounced."""
    keeps, stay = _at(property_id)
    said = {"people": "1", "s_arrives": str(stay.arrives)}
    return shown_form(keeps.profile, read_by_hand(keeps.profile, said, stay), said, asked=False)


@pages.post("/house/<int:property_id>")
@staff("sheets.correct")
def keep_unknown(property_id: int) -> ResponseReturnValue:
    """Keep it on no record, or go on typing."""
    return _answer(*_at(property_id), None)


def _answer(keeps: Keeps, stay: Stay, record_id: int | None) -> ResponseReturnValue:
    said = request.form.to_dict()
    lines, go = said.pop("mrz", ""), said.get("go")
    doubted: frozenset[str] = frozenset()
    zone = ""
    if go == "mrz" and lines.strip():
        said, doubted, zone = _with_lines(keeps, said, lines, stay)
    typed = read_by_hand(keeps.profile, said, stay)
    if zone or go == "more":
        more = go == "more"
        return shown_form(
            keeps.profile,
            typed,
            said,
            record_id=record_id,
            more=more,
            asked=False,
            doubted=doubted,
            zone=zone,
        )
    if not typed.is_owed:
        _say(keeps, record_id, "none")
        toast(translate(N_("No form is needed. Nothing of what was typed is kept.")))
        return redirect(url_for("sheets.show"), 303)
    unconfirmed = said.get("from_lines") == "yes" and said.get("confirmed") != "yes"
    if typed.wrong or unconfirmed:
        return shown_form(keeps.profile, typed, said, record_id=record_id), 422
    return _take(keeps, record_id, typed, said)


def _take(keeps: Keeps, record_id: int | None, typed: ByHand, said: Mapping[str, str]) -> ResponseReturnValue:
    now = clock()
    today, source = today_at(keeps.place, now=now), "paper" if said.get("source") == "paper" else "desk"
    signature = None
    if source == "paper" and said.get("on_paper") == "yes":
        signature = Signature(as_text(typed.sheet), FORM, page_language(), now, witness=g.actor)
    kept = keep_sheet(
        g.session,
        vault(),
        typed.sheet,
        Origin(source, FORM, page_language(), g.actor),
        id=str(uuid4()),
        property_id=keeps.place.id,
        country=keeps.profile.country,
        record_id=record_id,
        signature=signature,
        today=today,
        now=now,
    )
    _say(keeps, record_id, "done")
    toast(translate(N_("Kept.")))
    return redirect(url_for("sheet.show", sheet_id=kept.id), 303)


def _say(keeps: Keeps, record_id: int | None, state: str) -> None:
    if record_id is not None:
        say_owed(g.session, record_id, state, property_id=keeps.place.id, actor=g.actor, now=clock())


def _at(property_id: int) -> tuple[Keeps, Stay]:
    keeps = house_that_keeps(g.session, property_id, g.reach) or not_found()
    if not keeps.is_on:
        not_found()
    return keeps, Stay(today_at(keeps.place, now=clock()))


def _with_lines(
    keeps: Keeps, said: dict[str, str], lines: str, stay: Stay
) -> tuple[dict[str, str], frozenset[str], str]:
    """What was typed, with what a document's lines say of a person in the blanks that are asked of them. A
    name that somebody typed stays."""
    place = said.get("mrz_of", "0")
    before = f"p{place if place.isascii() and place.isdigit() else 0}_"
    try:
        zone = read_zone(lines, today=today_at(keeps.place, now=clock()))
    except NoDocument as wrong:
        return said, frozenset(), translate(NO_DOCUMENT[wrong.code])
    found, doubted = of_zone(zone)
    names = {"family_name", "given_names"}
    filled = {
        before + name: text
        for name, text in found.items()
        if name not in names or not said.get(before + name, "").strip()
    }
    # a first reading tells which questions are asked of such a person; the rest of the lines is dropped
    blocks = read_by_hand(keeps.profile, said | filled, stay).blocks
    asked = {blank.name for block in blocks for blank in block.blanks}
    kept = {name: text for name, text in filled.items() if name.removesuffix(_part(name)) in asked}
    told = translate(N_("Compare the names with the document: its lines cut them and drop accents."))
    if not zone.is_certain:
        told = f"{translate(N_('A check digit is wrong: compare what is marked.'))} {told}"
    return said | kept | {"from_lines": "yes"}, frozenset(before + name for name in doubted), told


def _part(name: str) -> str:
    return next((part for part in ("_year", "_month", "_day") if name.endswith(part)), "")


def _of(record_id: int) -> tuple[Keeps, Stay, tuple[str, str]]:
    keeps = house_of_record(g.session, record_id, g.reach) or not_found()
    family, given, stay = known_of_record(g.session, record_id)
    return keeps, stay or Stay(today_at(keeps.place, now=clock())), (family, given)
