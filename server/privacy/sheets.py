"""The police form in `check` and `dump`: its invariants, and its sheets as digests that only we can make."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Select, Text, and_, cast, or_, select
from sqlalchemy.orm import Session

from server.captures.models import Capture, VaultedAnswers
from server.forms.definition import registration_forms
from server.properties.models import Property
from server.records.models import Problem
from server.registration.models import KeptSheet, Owed, SheetVersion


def _said_outside_the_vault() -> Select[Any]:
    """A capture, or its problem, that tells what was typed."""
    names = {form.name for form in registration_forms()}
    of_vault = or_(Capture.form.in_(names), Capture.form.startswith("police_", autoescape=True))
    told = select(Problem.id).where(Problem.capture_id == Capture.id, Problem.content != "")
    return select(Capture.id).where(
        of_vault, or_(cast(Capture.answers, Text) != "{}", Capture.record_id.is_not(None), told.exists())
    )


def _sheets_without_version() -> Select[Any]:
    current = and_(SheetVersion.sheet_id == KeptSheet.id, SheetVersion.number == KeptSheet.version)
    return select(KeptSheet.id).where(~select(SheetVersion.id).where(current).exists())


def _sheets_signed_by_nobody() -> Select[Any]:
    """Signed or witnessed, and no signature under what it says now; or changed since, and one is there."""
    current = and_(SheetVersion.sheet_id == KeptSheet.id, SheetVersion.number == KeptSheet.version)
    signed = KeptSheet.state.in_(("signed", "witnessed"))
    return (
        select(KeptSheet.id)
        .join(SheetVersion, current)
        .where(
            or_(
                and_(signed, SheetVersion.signature.is_(None)),
                and_(KeptSheet.state.in_(("filled", "broken")), SheetVersion.signature.is_not(None)),
            )
        )
    )


def _forms_lost() -> Select[Any]:
    """Stored for the vault, and its answers are neither there nor a sheet."""
    answers = select(VaultedAnswers.capture_id).where(VaultedAnswers.capture_id == Capture.id)
    waits = Capture.state.in_(("stored", "problem"))
    return select(Capture.id).where(
        waits, Capture.form.startswith("police_", autoescape=True), ~answers.exists()
    )


SHEET_RULES: Mapping[str, Callable[[], Select[Any]]] = {
    "What a police form says stands in the vault alone.": _said_outside_the_vault,
    "Every police form has its current version.": _sheets_without_version,
    "Every signature stands under what was signed.": _sheets_signed_by_nobody,
    "Every police form that came is kept, or about to be read.": _forms_lost,
}


def sheets_dumped(session: Session, names: Mapping[int, list[str]]) -> Iterator[dict[str, Any]]:
    """Each sheet with the digests of its versions, and what was said of who owes one."""
    digests: dict[str, list[str]] = {}
    for version in session.scalars(select(SheetVersion).order_by(SheetVersion.sheet_id, SheetVersion.number)):
        digests.setdefault(version.sheet_id, []).append(version.digest.hex())
    for kept, place in session.execute(
        select(KeptSheet, Property.code).join(Property, Property.id == KeptSheet.property_id)
    ):
        yield {
            "type": "sheet",
            "sheet": kept.id,
            "property": place,
            "country": kept.country,
            "record": names[kept.record_id] if kept.record_id is not None else None,
            "state": kept.state,
            "number": kept.number,
            "arrives": kept.arrives,
            "departs": kept.departs,
            "versions": digests.get(kept.id, []),
        }
    for owed in session.scalars(select(Owed)):
        yield {
            "type": "sheet_owed",
            "record": names[owed.record_id],
            "state": owed.state,
            "key_given": owed.key_given_at is not None,
        }
    for answers in session.scalars(select(VaultedAnswers)):
        yield {
            "type": "vaulted_answers",
            "capture": answers.capture_id,
            "copy": answers.copy,
            "digest": answers.digest.hex(),
        }
