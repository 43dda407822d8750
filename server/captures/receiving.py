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
from server.captures.models import Capture, GuestLink, VaultedAnswers
from server.forms.definition import find_form
from server.jobs.queue import enqueue
from server.record import Proof
from server.records.models import Problem
from server.sources.door import pass_door
from server.vault import Vault

VAULTED_NAMES = "police_"
"""How the name of every form for registration begins."""

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
    vault: Vault | None = None,
    now: datetime,
) -> Receipt:
    """Store a finished form once, in the caller's transaction, who sees to its being read.

    The same id with the same answers is a resend and has no further effect. The same id with other answers
    is kept too, as a problem for the desk: neither version is dropped. Nothing is judged here; a form that
    cannot be understood becomes a problem when the worker reads it. What a form for registration says goes
    to the vault, which then is needed: here stands nothing of it, and a digest that only we can make.
    """
    told = answers_digest(form, version, answers)
    in_vault = is_for_vault(form, version)
    if in_vault and vault is None:
        raise ValueError(f"{form} is for the vault, and there is none")
    digest = vault.digest(told) if in_vault and vault else told
    capture = Capture(
        id=id,
        form=form,
        form_version=version,
        language=language,
        surface=surface,
        proof=proof,
        property_id=property_id,
        guest_link_id=guest_link.id if guest_link else None,
        answers={} if in_vault else _through_the_door(answers),
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
                if vault is not None and in_vault:
                    session.add(_vaulted(vault, capture, 0, answers, digest))
        except IntegrityError:
            known = session.get(Capture, id, populate_existing=True)
    if known is None:
        if guest_link is not None:
            # of a survey only that it was used: beside the day of an answer, the hour would tell whose it is
            guest_link.used_at = guest_link.created_at if is_survey(form) else now
        return Receipt(id, told.hex(), "stored")
    if known.digest == digest:
        return Receipt(id, told.hex(), "duplicate")
    if vault is not None and in_vault:
        _keep_vaulted_conflict(session, vault, known, answers, digest, now=now)
    else:
        _keep_conflict(session, id, answers, now=now)
    return Receipt(id, told.hex(), "conflict")


def is_for_vault(form: str, version: int) -> bool:
    """Whether a form's answers are for registration alone. One that this release does not know is, where any
    version of its name is, or its name says so: a tablet may be newer than the house."""
    known = find_form(form, version) or find_form(form)
    return known.purpose == "registration" if known else form.startswith(VAULTED_NAMES)


def _through_the_door(answers: Mapping[str, str]) -> dict[str, str]:
    """The answers less what must not be held: a card number typed into a name is taken out before storing.

    The digest stays that of what was sent, so that the sender knows its own form again.
    """
    return pass_door(answers, {})[0]


def _vaulted(
    vault: Vault, capture: Capture, copy: int, answers: Mapping[str, str], digest: bytes
) -> VaultedAnswers:
    kept = VaultedAnswers(
        capture_id=capture.id,
        copy=copy,
        property_id=capture.property_id,
        digest=digest,
        key_id=vault.present,
        received_at=capture.received_at,
    )
    content = json.dumps(dict(answers), ensure_ascii=False, sort_keys=True)
    kept.sealed = vault.seal(content.encode("utf-8"), kept.where)
    return kept


def read_vaulted(vault: Vault, kept: VaultedAnswers) -> dict[str, str]:
    """The answers of a form for the vault, for registration to read."""
    found: dict[str, str] = json.loads(vault.open(kept.sealed, kept.where))
    return found


def _keep_vaulted_conflict(
    session: Session,
    vault: Vault,
    capture: Capture,
    answers: Mapping[str, str],
    digest: bytes,
    *,
    now: datetime,
) -> None:
    """Keep it too, sealed; the problem for the desk says that it is there, and nothing of it."""
    of_form = select(VaultedAnswers).where(VaultedAnswers.capture_id == capture.id)
    copies = session.scalars(of_form.order_by(VaultedAnswers.copy)).all()
    if any(one.digest == digest for one in copies):
        return
    last = max((one.copy for one in copies), default=0)
    kept = _vaulted(vault, capture, last + 1, answers, digest)
    kept.received_at = now
    session.add(kept)
    session.add(Problem(capture_id=capture.id, code="capture.conflict", params={}, created_at=now))


def _keep_conflict(session: Session, id: str, answers: Mapping[str, str], *, now: datetime) -> None:
    content = json.dumps(_through_the_door(answers), ensure_ascii=False, sort_keys=True)
    kept = select(Problem.id).where(Problem.capture_id == id, Problem.content == content)
    if session.execute(kept).first() is None:  # a tablet sends again until it is answered
        session.add(
            Problem(capture_id=id, code="capture.conflict", params={}, content=content, created_at=now)
        )
