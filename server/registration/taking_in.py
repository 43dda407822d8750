"""A finished form for registration becomes a kept sheet, or says that none is owed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import delete, select, union_all
from sqlalchemy.orm import Session

from server.captures.links import stay_of
from server.captures.models import Bound, Capture, GuestLink, Handover, VaultedAnswers
from server.captures.receiving import read_vaulted
from server.clock import clock
from server.forms.questions import Form
from server.properties.models import Property
from server.records.models import Problem, SourceRecord
from server.registration.keeping import Origin, keep_sheet
from server.registration.owing import say_owed
from server.registration.reading import Read, read_form, text_digest
from server.registration.sheet import Stay
from server.registration.showing import text_shown
from server.registration.signing import Signature, read_strokes
from server.vault import Vault

SOURCES: Mapping[str, str] = {"kiosk": "tablet", "phone": "phone", "desk": "desk"}


def take_in_sheet(
    session: Session, vault: Vault, capture: Capture, form: Form, place: Property, *, today: date
) -> None:
    """Keep what a form says as a sheet of its stay, in the caller's transaction; `today` is the day at the
    house when the guest ended. Raises ValueError where the form cannot be read: its answers stay sealed."""
    kept = session.get(VaultedAnswers, (capture.id, 0))
    if kept is None:
        raise ValueError("the answers of a form for the vault are not there")
    record_id = record_of(session, capture)
    actor = f"device:{capture.device_id}" if capture.device_id else capture.surface
    answers = read_vaulted(vault, kept)
    read = read_form(form, answers, stay=_stay_of(session, record_id, today))
    if read.sheet is not None:
        signature = _signature(read, form, capture, answers)
        keep_sheet(
            session,
            vault,
            read.sheet,
            Origin(SOURCES[capture.surface], form.key, capture.language, actor),
            id=capture.id,
            property_id=place.id,
            country=read.country,
            record_id=record_id,
            signature=signature,
            today=today,
            now=clock(),
        )
        if read.strokes and signature is None:
            _tell_other_text(session, capture, place)
    if record_id is not None:
        state = "none" if read.sheet is None else "done"
        say_owed(session, record_id, state, property_id=place.id, actor=actor, now=clock())
    session.execute(
        delete(VaultedAnswers).where(VaultedAnswers.capture_id == capture.id, VaultedAnswers.copy == 0)
    )


def record_of(session: Session, capture: Capture) -> int | None:
    """The record of the stay that a form is bound to; None for one that anybody may have begun."""
    ways = (
        select(GuestLink.record_id).where(GuestLink.id == capture.guest_link_id),
        select(Handover.record_id).where(Handover.capture_id == capture.id),
        select(Bound.record_id).where(Bound.capture_id == capture.id),
    )
    return session.scalar(union_all(*ways).limit(1))


def _stay_of(session: Session, record_id: int | None, today: date) -> Stay:
    """What the house knows of the stay; who came without a booking arrives today."""
    record = session.get(SourceRecord, record_id) if record_id is not None else None
    known = stay_of(session, record) if record is not None else None
    if known is None or known.arrives is None:
        return Stay(arrives=today)
    return Stay(arrives=known.arrives, departs=known.departs, reference=known.reference)


def _signature(read: Read, form: Form, capture: Capture, answers: Mapping[str, str]) -> Signature | None:
    """The signature under the very text that the guest was shown; None where there is none, or the text was
    another one than these answers give: then nobody has signed this."""
    if not read.strokes:
        return None
    text = text_shown(form, capture.language, answers)
    if read.text != text_digest(text) or not read_strokes(read.strokes).is_drawn:
        return None
    return Signature(
        text=text,
        form=form.key,
        language=capture.language,
        signed_at=capture.captured_at or capture.received_at,
        strokes=read.strokes,
    )


def _tell_other_text(session: Session, capture: Capture, place: Property) -> None:
    session.add(
        Problem(
            capture_id=capture.id,
            property_id=place.id,
            code="registration.other_text",
            params={},
            created_at=clock(),
        )
    )
