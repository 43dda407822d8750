"""How far a house is in its first hour: told by the tables wherever they can tell, else by a tick.

A step that was done elsewhere is done here: a file imported by the command, a colleague invited from their
own page. Only what leaves no trace (having seen something) is ticked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from server.captures.models import Capture, Rehearsal
from server.cleaning import clean
from server.forms.definition import find_form
from server.importing.progress import MOVING
from server.intake import flows
from server.jobs.models import Job
from server.journal.models import JournalEntry
from server.properties.beginning import HOUR, STEPS
from server.properties.context import context_of
from server.properties.finding import today_at
from server.properties.models import FirstHourStep, Property
from server.properties.sending import sending_waits_for
from server.properties.setup import UNNAMED
from server.record import CleanRecord
from server.records.models import Import, Source, SourceRecord
from server.staff.models import Colleague

State = Literal["open", "done", "later"]
FORM_SOURCES = ("tablet", "link")
SHOWN_IMPORTS = 5
CONCERNED = ("reread_records", "link_records", "count_day")
"""Work after which the numbers of a house read otherwise."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """The state of each step by its code, in order; and whether somebody put the list away."""

    steps: Mapping[str, State]
    is_away: bool

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(state == "done" for state in self.steps.values())

    @property
    def is_over(self) -> bool:
        """Whether nobody needs the list any more."""
        return self.is_away or self.done == len(self.steps)


def beginning(session: Session, place: Property) -> Beginning:
    """Every step of a house, as the tables tell it now."""
    marks = _marks(session, place)
    steps: dict[str, State] = {}
    for code in STEPS:
        is_done = marks.get(code) == "done" or _TOLD[code](session, place)
        steps[code] = "done" if is_done else "later" if marks.get(code) == "later" else "open"
    return Beginning(steps, HOUR in marks)


def is_over(session: Session, place: Property) -> bool:
    """The same as beginning(...).is_over, asked on every page of the desk: it ends at the first open step."""
    marks = _marks(session, place)
    if HOUR in marks:
        return True
    rest = [code for code in STEPS if marks.get(code) != "done"]
    return all(_TOLD[code](session, place) for code in rest)


def _marks(session: Session, place: Property) -> dict[str, str]:
    query = select(FirstHourStep.step, FirstHourStep.state).where(FirstHourStep.property_id == place.id)
    return dict(session.execute(query).all())


def _is_any(session: Session, query: Select[*tuple[int]] | Select[*tuple[str]]) -> bool:
    return session.execute(query.limit(1)).first() is not None


def _is_named(session: Session, place: Property) -> bool:
    return place.name not in (UNNAMED, place.code, "")


def _has_imported(session: Session, place: Property) -> bool:
    records = select(SourceRecord.id).join(Source, Source.id == SourceRecord.source_id)
    return _is_any(
        session, records.where(SourceRecord.property_id == place.id, Source.kind.not_in(FORM_SOURCES))
    )


def _knows_its_own(session: Session, place: Property) -> bool:
    return bool(place.own_domains or place.own_emails or place.own_phones)


def _has_colleagues(session: Session, place: Property) -> bool:
    welcome = select(func.count()).select_from(Colleague)
    here = welcome.where(Colleague.disabled_at.is_(None), Colleague.forgotten_at.is_(None))
    return (session.scalar(here) or 0) > 1


def _has_kiosk(session: Session, place: Property) -> bool:
    return _is_any(
        session, select(Capture.id).where(Capture.surface == "kiosk", Capture.property_id == place.id)
    )


def _has_printed(session: Session, place: Property) -> bool:
    printed = select(JournalEntry.id).where(
        JournalEntry.act == "paper.printed", JournalEntry.subject == f"property:{place.id}"
    )
    return _is_any(session, printed)


def _may_send(session: Session, place: Property) -> bool:
    return not sending_waits_for(place)


def _only_by_tick(session: Session, place: Property) -> bool:
    return False


_TOLD: Mapping[str, Callable[[Session, Property], bool]] = {
    "name": _is_named,
    "import": _has_imported,
    "found": _only_by_tick,
    "own": _knows_its_own,
    "colleagues": _has_colleagues,
    "kiosk": _has_kiosk,
    "guest": _only_by_tick,  # finishing a rehearsal ticks it, because the rehearsal itself is deleted
    "notice": _has_printed,
    "sending": _may_send,
}
"""What the tables tell of each step; False where only a tick does."""


def imports_of(session: Session, place: Property) -> list[Import]:
    """The newest imports of a house, those discarded left out."""
    query = select(Import).where(Import.property_id == place.id, Import.state != "dropped")
    return list(session.scalars(query.order_by(Import.id.desc()).limit(SHOWN_IMPORTS)))


def is_moving(session: Session, place: Property, *, now: datetime) -> bool:
    """Whether what the list shows changes by itself: an import under way, or records being read again."""
    states = select(Import.id).where(Import.property_id == place.id, Import.state.in_(MOVING))
    if _is_any(session, states):
        return True
    due = (Job.state == "running") | ((Job.state == "ready") & (Job.due <= now))
    return _is_any(session, select(Job.id).where(Job.kind.in_(CONCERNED), due))


def rehearsed(rehearsal: Rehearsal, place: Property) -> CleanRecord | None:
    """What the reception would have of a finished rehearsal: read as a guest's form is, and not stored."""
    form = find_form(rehearsal.form or "", rehearsal.form_version)
    flow = flows().get(form.flow) if form else None
    if flow is None or rehearsal.used_at is None:
        return None
    capture = Capture(
        id="rehearsal",
        form=rehearsal.form,
        form_version=rehearsal.form_version,
        language=rehearsal.language,
        answers=rehearsal.answers,
        received_at=rehearsal.used_at,
    )
    today = today_at(place, now=rehearsal.used_at)
    people = flow.read(capture, form, today=today).people
    return clean(people[0].values, context_of(place, {}, today)) if people else None
