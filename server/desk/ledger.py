"""The ledger at the desk: what came back by which way, what it cost, and what it was worth."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, g, render_template, request, url_for

from server.access import not_found, staff
from server.clock import clock
from server.desk.asked_words import STATES
from server.desk.journal import guarded
from server.desk.words import use_words
from server.guests.within import known_of
from server.language import translate
from server.paging import page_within, pages_of
from server.prompts.ways import WAYS
from server.properties.finding import properties_within, today_at
from server.properties.models import Property
from server.properties.reach import Reach
from server.reporting.chances import Chance, chances
from server.reporting.ledger import COUNTS, CUTS, Ledger, Row, behind, count_chances
from server.reporting.ledger_numbers import COMPARED, LATER, LEDGER_NUMBERS
from server.reporting.worth import compare, later_stays
from server.wording import N_

pages = Blueprint("ledger", __name__, url_prefix="/desk/ledger")
use_words(pages)

PERIODS: Mapping[str, tuple[int, str]] = {
    "30": (30, N_("30 days")),
    "90": (90, N_("90 days")),
    "365": (365, N_("12 months")),
}
USUAL = "90"
OLDEST = date(2000, 1, 1)
PAGE = 100
"""Lines of a page of those behind a number."""

RULES: Mapping[str, str] = {
    "email_by_text": N_("E-mail address, asked by text message"),
    "email_through_alias": N_("E-mail address, asked through the booking site"),
    "stay_info": N_("Information for the stay"),
    "invoice": N_("Invoice"),
    "survey": N_("Survey"),
    "survey_by_text": N_("Survey by text"),
    "": N_("Without a question"),
}

HEADINGS: Mapping[str, str] = {
    "way": N_("By way"),
    "rule": N_("By question"),
    "source": N_("By booking site"),
    "team": N_("By team and shift"),
    "property": N_("By property"),
}

SHIFTS: Mapping[str, str] = {
    "early": N_("early shift"),
    "late": N_("late shift"),
    "night": N_("night shift"),
}

COLUMNS = (
    *("cut", "name", "shift", "chances", "held_back", "not_asked", "sent", "delivered", "answered", "given"),
    *("verified", "declined", "given_90_days_ago", "still_reachable", "texts_without_price"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an address asks for: a house or all, and a period by days, both included."""

    chosen: int
    since: date
    until: date
    period: str  # of PERIODS; empty: days of one's own
    places: Mapping[int, Property]
    reach: Reach
    today: date


@pages.get("")
@staff("figures.see")
def show() -> str:
    """The ledger of a period: the whole, each cut, later stays, and the comparison with those held back."""
    wanted, now = _wanted(), clock()
    found = chances(g.session, wanted.reach, wanted.since, wanted.until, now=now)
    counted = count_chances(found, wanted.since, wanted.until)
    return render_template(
        "desk/ledger/show.html",
        wanted=wanted,
        ledger=counted,
        cuts=[(cut, translate(HEADINGS[cut]), counted.cuts[cut]) for cut in _shown_cuts(wanted)],
        later=later_stays(g.session, found, wanted.reach, now=now),
        compared=compare(g.session, found, now=now),
        numbers=LEDGER_NUMBERS,
        later_number=LATER,
        compared_number=COMPARED,
        periods=PERIODS,
        whole=g.reach.is_everywhere or len(wanted.places) > 1,
        name_of=lambda cut, row: _name(cut, row, wanted.places),
        address=lambda **changed: url_for("ledger.show", **(_kept(wanted) | changed)),
        behind=lambda cut, row, number: _behind_address(wanted, cut, row, number),
    )


@pages.get("/behind")
@staff("guests.see")
def show_behind() -> str:
    """Who is behind a number: its questions and forms, the newest first, with their guests."""
    wanted = _wanted()
    cut, number = request.args.get("cut", ""), request.args.get("number", "chances")
    name = tuple(request.args.getlist("name", type=str))
    if number not in COUNTS or (cut and cut not in CUTS) or any("\0" in part for part in name):
        not_found()
    found = chances(g.session, wanted.reach, wanted.since, wanted.until, now=clock())
    chosen = behind(found, cut, name, number)
    page = page_within(request.args.get("page", 1, type=int), len(chosen), PAGE)
    lines = chosen[(page - 1) * PAGE : page * PAGE]
    return render_template(
        "desk/ledger/behind.html",
        wanted=wanted,
        lines=lines,
        names=_names_of(lines),
        total=len(chosen),
        page=page,
        pages=pages_of(len(chosen), PAGE),
        number=LEDGER_NUMBERS.get(number),
        row=_name(cut, Row(name), wanted.places) if cut and chosen else None,
        rules=RULES,
        ways=WAYS,
        states={**STATES, "held_back": (LEDGER_NUMBERS["held_back"].name, "")},
        back=url_for("ledger.show", **_kept(wanted)),
    )


def _names_of(lines: Sequence[Chance]) -> dict[str, str]:
    """The guests' names, as far as they are known within reach."""
    ids = {one.guest_id for one in lines if one.guest_id is not None}
    known = known_of(g.session, ids, g.reach, fields=("first_name", "last_name"))
    return {
        guest_id: " ".join(values[field].value for field in ("first_name", "last_name") if field in values)
        for guest_id, values in known.items()
    }


def _behind_address(wanted: Wanted, cut: str, row: Row, number: str) -> str:
    period: dict[str, Any] = {"property": wanted.chosen or None, "since": wanted.since, "until": wanted.until}
    return url_for("ledger.show_behind", cut=cut or None, name=list(row.name), number=number, **period)


@pages.get("/file")
@staff("figures.see")
def file() -> Response:
    """The same numbers as a file for a spreadsheet: no guest and no colleague stands in it."""
    wanted = _wanted()
    found = chances(g.session, wanted.reach, wanted.since, wanted.until, now=clock())
    counted = count_chances(found, wanted.since, wanted.until)
    currencies = sorted(counted.whole.cost)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*COLUMNS, *(f"cost_{currency or 'unknown'}" for currency in currencies)])
    for cells in _lines(counted, wanted, currencies):
        writer.writerow([guarded(cell) for cell in cells])
    answer = Response("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"ledger-{wanted.since}-{wanted.until}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _lines(counted: Ledger, wanted: Wanted, currencies: Sequence[str]) -> Iterator[list[object]]:
    rows = [("all", counted.whole), *((cut, row) for cut in _shown_cuts(wanted) for row in counted.cuts[cut])]
    for cut, row in rows:
        name, shift = _name(cut, row, wanted.places)
        yield [
            *(cut, name, shift, row.chances, row.held_back, row.not_asked, row.sent, row.delivered),
            *(row.answered, row.given, row.verified, row.declined, row.old, row.kept, row.unpriced),
            *(row.cost.get(currency, 0) for currency in currencies),
        ]


def _shown_cuts(wanted: Wanted) -> tuple[str, ...]:
    is_one_house = bool(wanted.chosen) or len(wanted.places) == 1
    return tuple(cut for cut in CUTS if cut != "property" or not is_one_house)


def _name(cut: str, row: Row, places: Mapping[int, Property]) -> tuple[str, str]:
    """What a row is called, and its shift; in the page's language but for names that people gave."""
    name = row.name[0] if row.name else ""
    if cut == "all":
        return translate(N_("All")), ""
    if cut == "property":
        return places[int(name)].name, ""
    if cut == "team":
        return _team(name), translate(SHIFTS[row.name[1]]) if row.name[1:] and row.name[1] in SHIFTS else ""
    if cut == "source":
        return name or translate(N_("No booking site told")), ""
    return translate((WAYS if cut == "way" else RULES).get(name, name)), ""


def _team(name: str) -> str:
    kind, _, device = name.partition(" ")
    if kind == "message":
        return translate(N_("Messages and links, no team"))
    return device or translate(N_("Desk"))


def _wanted() -> Wanted:
    places = {place.id: place for place in properties_within(g.session, g.reach)}
    chosen = request.args.get("property", 0, type=int)
    if chosen and chosen not in places:
        not_found()
    if not chosen and len(places) == 1:
        chosen = next(iter(places))
    today = today_at(places.get(chosen) or next(iter(places.values())), now=clock())
    reach = Reach(frozenset({chosen})) if chosen else g.reach
    since, until = _day("since"), _day("until")
    if since is not None and until is not None and since <= until:
        return Wanted(chosen, since, until, "", places, reach, today)
    period = request.args.get("period", USUAL)
    period = period if period in PERIODS else USUAL
    return Wanted(chosen, today - timedelta(days=PERIODS[period][0] - 1), today, period, places, reach, today)


def _kept(wanted: Wanted) -> dict[str, Any]:
    """What the next address keeps of this one."""
    kept: dict[str, Any] = {"property": wanted.chosen or None}
    if wanted.period:
        return kept | {"period": wanted.period}
    return kept | {"since": wanted.since, "until": wanted.until}


def _day(name: str) -> date | None:
    try:
        found = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return found if OLDEST <= found <= date(9000, 1, 1) else None
