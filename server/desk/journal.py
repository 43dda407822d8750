"""The journal at the desk, for auditors: who did what, and the files that prove it elsewhere.

Whoever audits one house reads what was done there. What belongs to no house, and how far the chain is sealed,
would tell of the others: that is for a post in the whole group.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from flask import Blueprint, Response, abort, current_app, g, render_template, request
from sqlalchemy import Engine, select

from server.access import staff
from server.clock import clock
from server.db import json_text, reading
from server.desk.journal_words import ACTS, ALERTS, OTHERS
from server.journal import note
from server.journal.entries import tidy_reason
from server.journal.finding import PAGE, Wanted, count_entries, last_id, newest, oldest_first
from server.journal.heads import head_of
from server.journal.models import JournalEntry
from server.journal.watching import MOST_IN_AN_HOUR, alerts_since
from server.noting import property_here
from server.properties.finding import properties_within
from server.properties.setup import default_property
from server.refusal import Refused
from server.staff.colleagues import any_within
from server.staff.models import Colleague
from server.staff.sessions import may

pages = Blueprint("journal", __name__, url_prefix="/desk/journal")

ALERTS_SHOWN = timedelta(days=7)
"""How long an alert stays at the top of the page."""
NUMBERS_SHOWN = 12
COLUMNS = ("id", "at", "actor", "property", "act", "subject", "reason", "detail")
FORMULA = re.compile(r"[\s\x00]*[=+\-@＝＋－＠]|[\t\r\x00]")
"""How a cell begins that a spreadsheet would take for a formula (X-1)."""
ACTOR = re.compile(r"[a-z]+(:[0-9]{1,12})?")
ACT = re.compile(r"[a-z_]+\.[a-z_]*")
SUBJECT = re.compile(r"[a-z_]+:[A-Za-z0-9_.-]{1,60}")


@pages.get("")
@staff("journal.read")
def show() -> str:
    """Entries, newest first: all, or those of a colleague, an act, a subject, a day."""
    asked, understood = _wanted(request.args)
    before = request.args.get("before", type=int)
    if before is not None and not 0 < before < 2**31:
        before = None
    entries = newest(g.session, asked, before=before) if understood else []
    alerts = alerts_since(g.session, clock() - ALERTS_SHOWN, houses=asked.houses)
    return render_template(
        "desk/journal/show.html",
        entries=entries[:PAGE],
        older=entries[PAGE - 1].id if len(entries) > PAGE else None,
        is_later_page=before is not None,
        wanted=asked,
        understood=understood,
        kept=_kept(asked),
        colleagues=_colleagues({entry.actor for entry in entries} | {alert.actor for alert in alerts}),
        places={place.id: place.name for place in properties_within(g.session, g.reach)},
        acts=ACTS,
        others=OTHERS,
        alert_words=ALERTS,
        limits={alert: most for most, alert in MOST_IN_AN_HOUR.values()},
        may_export=may(g.colleague, "journal.export"),
        alerts=alerts,
        of_the_group=g.reach.is_everywhere,
        head=head_of(g.session) if g.reach.is_everywhere else None,
        zone=asked.zone,
        detail_of=_detail,
    )


@pages.post("/head")
@staff("journal.export")
def head() -> Response:
    """The head of the chain as a file, to be kept off this machine."""
    if not g.reach.is_everywhere:
        abort(403)
    found = head_of(g.session)
    if found is None:
        raise Refused("journal.nothing_sealed")
    subject = f"seal:{found.sequence}"
    note(g.session, g.actor, "journal.head_exported", subject, now=clock(), property_id=None)
    return _file(found.to_text(), "application/json", f"journal-head-{found.sequence}.json")


@pages.post("/entries")
@staff("journal.export")
def export() -> Response:
    """The entries asked for as a file; that they were exported is an entry itself."""
    asked, understood = _wanted(request.form)
    if not understood:
        raise Refused("journal.filter_not_understood")
    up_to = last_id(g.session, asked)
    rows = count_entries(g.session, asked, up_to=up_to)
    reason = request.form.get("reason")
    if not tidy_reason(reason):
        raise Refused("journal.no_reason")
    note(
        g.session,
        g.actor,
        "journal.exported",
        f"entries:{up_to}",
        now=clock(),
        property_id=property_here(),
        reason=reason,
        rows=rows,
        actor_filter=asked.actor,
        act_filter=asked.act,
        subject_filter=asked.subject,
        day_filter=str(asked.day or ""),
    )
    engine: Engine = current_app.config["ENGINE"]
    return _file(_lines(engine, asked, up_to), "text/csv; charset=utf-8", f"journal-{clock():%Y-%m-%d}.csv")


@pages.errorhandler(Refused)
def refused(refusal: Refused) -> tuple[str, int]:
    """What cannot be exported, with the reason."""
    return render_template("desk/journal/refused.html", refusal=refusal), 422


def _wanted(given: Mapping[str, str]) -> tuple[Wanted, bool]:
    """What a form or an address asks for of the houses within reach, and whether all of it was understood."""
    actor, act, subject, day = (given.get(name, "").strip() for name in ("actor", "act", "subject", "day"))
    houses: frozenset[int] | None = g.reach.properties
    zone = _zone()
    try:
        when = date.fromisoformat(day) if day else None
    except ValueError:
        return Wanted(zone=zone, houses=houses), False
    patterns = ((actor, ACTOR), (act, ACT), (subject, SUBJECT))
    understood = all(not text or pattern.fullmatch(text) for text, pattern in patterns)
    understood = understood and (when is None or date(2000, 1, 1) <= when <= date(9000, 1, 1))
    if not understood:
        return Wanted(zone=zone, houses=houses), False
    return Wanted(actor, act, subject, when, zone, houses), True


def _zone() -> str:
    """Where the days of a page begin: at the only house of whoever reads, else at the main house."""
    places = properties_within(g.session, g.reach)
    return (places[0] if len(places) == 1 else default_property(g.session)).zone


def _colleagues(actors: set[str]) -> dict[str, Colleague]:
    """Who can be named on a page: the colleagues within reach, and whoever did what stands on it."""
    found = g.session.scalars(select(Colleague).order_by(Colleague.name))
    named = {f"staff:{one.id}": one for one in found}
    return {actor: one for actor, one in named.items() if actor in actors or any_within(one, g.reach)}


def _kept(asked: Wanted) -> dict[str, str]:
    told = {"actor": asked.actor, "act": asked.act, "subject": asked.subject, "day": str(asked.day or "")}
    return {name: value for name, value in told.items() if value}


def _detail(entry: JournalEntry) -> str:
    return ", ".join(f"{name} {_cut(value)}" for name, value in sorted(entry.detail.items()))


def _cut(value: object) -> object:
    """A long list of numbers as a line of the page bears it; the exported file has all of them."""
    if not isinstance(value, list) or len(value) <= NUMBERS_SHOWN:
        return value
    return f"[{', '.join(str(number) for number in value[:NUMBERS_SHOWN])}, … {len(value)}]"


def _lines(engine: Engine, asked: Wanted, up_to: int) -> Iterator[str]:
    """CSV after RFC 4180, in pieces, so that a journal of years needs no memory."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    with reading(engine) as session:
        for entry in oldest_first(session, asked, up_to=up_to):
            told = (entry.id, entry.at.isoformat(), entry.actor, entry.property_id, entry.act)
            writer.writerow(
                [
                    guarded(cell)
                    for cell in (*told, entry.subject, _given(entry.reason), json_text(entry.detail))
                ]
            )
            if buffer.tell() > 64_000:
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
    yield buffer.getvalue()


def _given(reason: str | None) -> str | None:
    """That a reason was given, not which: in a colleague's own words a guest may be named in spite of all;
    what erasing drops here it could not drop from a file that left the house."""
    return "given" if reason else None


def guarded(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula: a quote before what would begin one."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if FORMULA.match(text) else text


def _file(content: str | Iterator[str], kind: str, name: str) -> Response:
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
