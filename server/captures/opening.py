"""Open what tablets sealed: each form once, in a savepoint; what cannot be opened waits with its reason."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, update
from sqlalchemy.orm import Session

from server.captures.handing import handover_of
from server.captures.models import Capture, SealedForm
from server.captures.receiving import keep
from server.captures.sealing import CannotOpen, Envelope, open_sealed
from server.devices.beating import in_our_time, moment
from server.devices.models import Device
from server.forms.definition import find_form
from server.forms.rules import answered
from server.journal import note
from server.keys import Key
from server.records.models import Problem
from server.vault import Vault

LONGEST_ANSWER = 20_000
MOST_ANSWERS = 500
ACTOR = "worker"
KEPT = timedelta(days=30)
"""Sealed bytes of a form that was opened and yet not understood are kept that long."""


@dataclass(frozen=True, slots=True)
class Content:
    """What stands inside: the answers, the language they were asked in, when the guest finished."""

    answers: Mapping[str, str]
    language: str
    captured_at: datetime | None


@dataclass(frozen=True, slots=True)
class Opened:
    """How many sealed forms were looked at, and the captures that are to be read now."""

    looked_at: int
    captures: Sequence[Capture]


def has_new_chance(session: Session, keys: Sequence[Key], *, release: str) -> bool:
    """Whether a form that was set aside may be opened now: its key came back, or another release runs."""
    return session.scalar(select(SealedForm.id).where(_new_chance(keys, release)).limit(1)) is not None


def wait_again(session: Session, keys: Sequence[Key], *, release: str) -> None:
    """Let the forms wait again that have a new chance; a release has one try at each.

    To be committed before any is opened: what fails then is undone as a whole, and the form that is given
    up for it must be among those that wait.
    """
    session.execute(update(SealedForm).where(_new_chance(keys, release)).values(state="waiting"))


def _new_chance(keys: Sequence[Key], release: str) -> ColumnElement[bool]:
    has_key = and_(SealedForm.state == "rejected", SealedForm.key_id.in_([key.id for key in keys]))
    return or_(has_key, and_(SealedForm.state == "problem", SealedForm.given_up_by != release))


def open_waiting(
    session: Session,
    keys: Sequence[Key],
    most: int,
    *,
    vault: Vault | None = None,
    release: str,
    now: datetime,
) -> Opened:
    """Open so many of the forms that wait, oldest first, in the caller's transaction."""
    rows = session.scalars(_WAITING.limit(most)).all()
    _devices = session.scalars(select(Device)).all()  # held here, or each form would load its tablet anew
    ids = [id_ for row in rows if (id_ := _open(session, row, keys, vault, release, now)) is not None]
    return Opened(len(rows), [session.get_one(Capture, id_) for id_ in ids])


_WAITING = select(SealedForm).where(SealedForm.state == "waiting").order_by(SealedForm.id)


def give_up_first(session: Session, *, release: str, now: datetime) -> int:
    """Make the form that waits longest a problem, as reading it failed as nobody foresaw; 0: none waits."""
    row = session.scalar(_WAITING.limit(1))
    if row is None:
        return 0
    set_aside(session, row, "sealed.cannot_read", release=release, now=now)
    return 1


def set_aside(session: Session, row: SealedForm, code: str, *, release: str | None, now: datetime) -> None:
    """Keep a form that cannot be opened, or not yet, as a problem: one for each form, however often tried.

    Without its key it is rejected, and waits for that. One that somebody settled stays settled.
    """
    row.state = "rejected" if code == "sealed.unknown_key" else "problem"
    row.given_up_by = release
    problem = session.scalar(_problems_of(row).limit(1))
    if problem is not None:
        problem.code = code
        return
    params = {"device": str(row.device_id), "number": str(row.number)}
    place = session.get_one(Device, row.device_id).property_id
    session.add(
        Problem(capture_id=row.capture_id, property_id=place, code=code, params=params, created_at=now)
    )


def _problems_of(row: SealedForm) -> Select[Problem]:
    """What stands at the desk of a form that was not opened yet, the newest first."""
    of_form = Problem.capture_id == row.capture_id, Problem.code.startswith("sealed.", autoescape=True)
    return select(Problem).where(*of_form).order_by(Problem.id.desc())


def _settle(session: Session, row: SealedForm, *, now: datetime) -> None:
    """It was opened after all: nobody need look at it any more."""
    for problem in session.scalars(_problems_of(row).where(Problem.state == "waiting")):
        problem.state = "settled"
        place = problem.property_id
        note(session, ACTOR, "problem.settled", f"problem:{problem.id}", now=now, property_id=place)


def _open(
    session: Session, row: SealedForm, keys: Sequence[Key], vault: Vault | None, release: str, now: datetime
) -> str | None:
    try:
        content = read_content(open_sealed(row.sealed or b"", envelope_of(row), keys))
    except CannotOpen as why:
        set_aside(session, row, why.code, release=release, now=now)
        return None
    form, received = find_form(row.form, row.form_version), row.received_at
    handed = handover_of(session, row.capture_id, row.device_id)
    receipt = keep(
        session,
        id=row.capture_id,
        form=row.form,
        version=row.form_version,
        language=content.language,
        surface="kiosk",
        proof="booking-bound" if handed is not None else "typed",
        property_id=handed.property_id if handed else session.get_one(Device, row.device_id).property_id,
        answers=answered(form, content.answers) if form else content.answers,
        device_id=row.device_id,
        captured_at=in_our_time(
            content.captured_at, received - timedelta(seconds=row.skew_seconds), now=received
        ),
        vault=vault,
        now=received,
    )
    row.state, row.opened_at = "opened", now
    _settle(session, row, now=now)
    return row.capture_id if receipt.status == "stored" else None


def envelope_of(row: SealedForm) -> Envelope:
    """The envelope that a stored form came in."""
    return Envelope(row.capture_id, row.number, row.device_id, row.form, row.form_version, row.key_id)


def read_content(plain: bytes) -> Content:
    """What stands inside a form. Raises CannotOpen when it is not what a tablet of ours seals."""
    try:
        said: Any = json.loads(plain)
        answers, language = said["answers"], said["language"]
        captured_at = moment(said.get("captured_at"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CannotOpen("sealed.not_understood") from None
    sound = (
        isinstance(answers, dict)
        and len(answers) <= MOST_ANSWERS
        and all(isinstance(text, str) and len(text) <= LONGEST_ANSWER for text in answers.values())
        and isinstance(language, str)
        and 0 < len(language) <= 8
    )
    if not sound:
        raise CannotOpen("sealed.not_understood")
    return Content(answers, language, captured_at)


def drop_read(session: Session, *, now: datetime) -> None:
    """Remove the sealed bytes of forms that were read, or opened a while ago; ids and digests stay."""
    read = select(SealedForm.id).where(SealedForm.state == "opened", SealedForm.sealed.is_not(None))
    is_understood = SealedForm.capture_id.in_(select(Capture.id).where(Capture.state.in_(("read", "kept"))))
    settled = read.where(is_understood | (SealedForm.opened_at < now - KEPT))
    session.execute(update(SealedForm).where(SealedForm.id.in_(settled)).values(sealed=None))
