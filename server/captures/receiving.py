"""Take in a finished form: store it as it came, once, and leave its reading to the worker."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.captures.links import is_survey
from server.captures.models import Capture, GuestLink
from server.jobs.queue import enqueue
from server.record import Proof
from server.records.models import Problem
from server.sources.door import pass_door

Status = Literal["stored", "duplicate", "conflict"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender is told. It may forget the form only if its own id and digest stand here."""

    id: str
    digest: str
    status: Status


def answers_digest(form: str, version: int, answers: Mapping[str, str]) -> bytes:
    """SHA-256 over the form, its version and the answers, in canonical JSON (sorted keys, no spaces)."""
    content = json.dumps(
        [form, version, dict(answers)], ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(content.encode("utf-8")).digest()


def receive(
    session: Session, *, id: str, now: datetime, guest_link: GuestLink | None = None, **said: Any
) -> Receipt:
    """Store a finished form once and queue its reading, in the caller's transaction: see `keep`."""
    receipt = keep(session, id=id, now=now, guest_link=guest_link, **said)
    if receipt.status == "stored":
        enqueue(session, "read_capture", {"capture": id}, now=now, dedup_key=f"read_capture:{id}")
    return receipt


def keep(
    session: Session,
    *,
    id: str,
    form: str,
    version: int,
    language: str,
    surface: str,
    proof: Proof,
    property_id: int,
    answers: Mapping[str, str],
    guest_link: GuestLink | None = None,
    device_id: int | None = None,
    captured_at: datetime | None = None,
    now: datetime,
) -> Receipt:
    """Store a finished form once, in the caller's transaction, who sees to its being read.

    The same id with the same answers is a resend and has no further effect. The same id with other answers
    is kept too, as a problem for the desk: neither version is dropped. Nothing is judged here; a form that
    cannot be understood becomes a problem when the worker reads it.
    """
    digest = answers_digest(form, version, answers)
    capture = Capture(
        id=id,
        form=form,
        form_version=version,
        language=language,
        surface=surface,
        proof=proof,
        property_id=property_id,
        guest_link_id=guest_link.id if guest_link else None,
        answers=_through_the_door(answers),
        digest=digest,
        state="stored",
        received_at=now,
        captured_at=captured_at,
        device_id=device_id,
    )
    known = session.get(Capture, id)
    if known is None:
        try:
            with session.begin_nested():  # two copies may arrive at once: the primary key decides
                session.add(capture)
        except IntegrityError:
            known = session.get(Capture, id, populate_existing=True)
    if known is None:
        if guest_link is not None:
            # of a survey only that it was used: beside the day of an answer, the hour would tell whose it is
            guest_link.used_at = guest_link.created_at if is_survey(form) else now
        return Receipt(id, digest.hex(), "stored")
    if known.digest == digest:
        return Receipt(id, digest.hex(), "duplicate")
    _keep_conflict(session, id, answers, now=now)
    return Receipt(id, digest.hex(), "conflict")


def _through_the_door(answers: Mapping[str, str]) -> dict[str, str]:
    """The answers less what must not be held: a card number typed into a name is taken out before storing.

    The digest stays that of what was sent, so that the sender knows its own form again.
    """
    return pass_door(answers, {})[0]


def _keep_conflict(session: Session, id: str, answers: Mapping[str, str], *, now: datetime) -> None:
    content = json.dumps(_through_the_door(answers), ensure_ascii=False, sort_keys=True)
    kept = select(Problem.id).where(Problem.capture_id == id, Problem.content == content)
    if session.execute(kept).first() is None:  # a tablet sends again until it is answered
        session.add(
            Problem(capture_id=id, code="capture.conflict", params={}, content=content, created_at=now)
        )
