"""The file for an authority, and what that said of each row.

A file is not kept: it is made again from the versions of its sheets whenever somebody fetches it, and known
again by its digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import LARGEST_ID
from server.journal import note
from server.properties.reach import Reach
from server.refusal import Refused
from server.registration.due import Queue, codes_of
from server.registration.houses import Keeps
from server.registration.keeping import Purpose, open_sheet
from server.registration.models import HandIn, HandInRow, KeptSheet
from server.registration.output import File, Filed, Lack, outputs
from server.registration.results import answers_of
from server.vault import Vault

MOST = 500
"""Sheets of one file."""


def find_lacks(session: Session, vault: Vault, queue: Queue, *, actor: str, now: datetime) -> Sequence[Lack]:
    """What the authority would refuse of all that is due: the sheets are opened for it."""
    filed = _filed(session, vault, _to_hand_in(queue), actor=actor, now=now)
    module = outputs()[queue.output]
    found: Sequence[Lack] = module.check(
        queue.keeps.as_known, filed, codes_of(session, queue.keeps.place.country), now=now
    )
    return found


def hand_in(session: Session, vault: Vault, queue: Queue, *, actor: str, now: datetime) -> list[HandIn]:
    """Make the files of all that is due. Raises Lacking, and Refused where nothing is due."""
    due = _to_hand_in(queue)
    if not due:
        raise Refused("registration.nothing_due")
    versions = {one.id: one.version for one in due}
    filed = _filed(session, vault, due, actor=actor, now=now)
    made = []
    for file in _build(session, queue.keeps, queue.output, filed, now=now):
        one = HandIn(
            property_id=queue.keeps.place.id,
            output=queue.output,
            name=file.name,
            digest=vault.digest(file.content),
            made_at=now,
            made_by=actor,
        )
        session.add(one)
        session.flush()
        for number, (row, answer) in enumerate(zip(file.rows, answers_of(file.rows), strict=True), start=1):
            session.add(
                HandInRow(
                    hand_in_id=one.id,
                    number=number,
                    answer=answer,
                    sheet_id=row.filed,
                    version=versions[row.filed],
                    person=row.person,
                    state="waiting",
                )
            )
        place = queue.keeps.place.id
        note(session, actor, "hand_in.made", one.subject, now=now, property_id=place, rows=len(file.rows))
        made.append(one)
    session.flush()
    return made


def file_of(session: Session, vault: Vault, made: HandIn, keeps: Keeps, *, actor: str, now: datetime) -> File:
    """The file once more, from the versions it was made of. Refused where it would be another one now,
    because the house's numbers or the authority's lists changed, or a sheet is gone."""
    versions = {row.sheet_id: row.version for row in rows_of(session, made)}
    kept = {one.id: one for one in session.scalars(select(KeptSheet).where(KeptSheet.id.in_(versions)))}
    if len(kept) < len(versions):
        raise Refused("registration.file_gone")
    filed = [
        Filed(
            id_,
            open_sheet(
                session, vault, kept[id_], purpose=Purpose.HAND_IN, actor=actor, now=now, version=version
            ).sheet,
        )
        for id_, version in versions.items()
    ]
    for file in _build(session, keeps, made.output, filed, now=made.made_at):
        if vault.digest(file.content) == made.digest:
            note(session, actor, "hand_in.fetched", made.subject, now=now, property_id=made.property_id)
            return file
    raise Refused("registration.file_changed")


def say_handed_in(session: Session, made: HandIn, *, receipt: str, actor: str, now: datetime) -> None:
    """A colleague gave the file to the authority, which may have answered with a number of its own."""
    if made.handed_in_at is None:
        made.handed_in_at, made.handed_in_by = now, actor
    made.receipt = receipt.strip()[:80] or None
    note(session, actor, "hand_in.handed_in", made.subject, now=now, property_id=made.property_id)


def say_results(
    session: Session,
    made: HandIn,
    results: Iterable[tuple[int, bool, str | None]],
    *,
    actor: str,
    now: datetime,
) -> int:
    """What the authority said of rows, by their number from 1: taken or not, with its code; how many."""
    rows = {row.number: row for row in rows_of(session, made)}
    said = 0
    for number, is_taken, code in results:
        row = rows.get(number)
        if row is not None:
            row.state, row.code = "accepted" if is_taken else "refused", (code or "")[:40] or None
            said += 1
    if said:
        note(
            session, actor, "hand_in.answered", made.subject, now=now, property_id=made.property_id, rows=said
        )
    return said


def read_pasted(
    session: Session, made: HandIn, text: str, country: str
) -> list[tuple[int, bool, str | None]]:
    """The rows of an answer that was pasted, as the file's own authority writes it. Raises Refused."""
    module = outputs().get(made.output)
    if module is None or not hasattr(module, "read_results"):
        raise Refused("registration.no_pasting")
    rows = rows_of(session, made)
    answers = len({row.answer for row in rows})
    found = {one.row: one for one in module.read_results(text, answers, codes_of(session, country))}
    said = [(row.number, found.get(row.answer)) for row in rows]
    return [(number, one.is_taken, one.code) for number, one in said if one is not None]


def rows_of(session: Session, made: HandIn) -> Sequence[HandInRow]:
    """The rows of a file, in the order of its results."""
    query = select(HandInRow).where(HandInRow.hand_in_id == made.id).order_by(HandInRow.number)
    return session.scalars(query).all()


def hand_ins_within(session: Session, reach: Reach, *, most: int = 30) -> Sequence[HandIn]:
    """The last files of the houses within reach, the newest first."""
    query = select(HandIn).where(reach.limit(HandIn.property_id)).order_by(HandIn.id.desc())
    return session.scalars(query.limit(most)).all()


def hand_in_within(session: Session, hand_in_id: int, reach: Reach) -> HandIn | None:
    """A file by its number; None where there is none such within reach."""
    if not 0 < hand_in_id <= LARGEST_ID:
        return None
    return session.scalar(select(HandIn).where(HandIn.id == hand_in_id, reach.limit(HandIn.property_id)))


def _to_hand_in(queue: Queue) -> list[KeptSheet]:
    return [due.kept for due in queue.in_state("due", "refused")][:MOST]


def _filed(
    session: Session, vault: Vault, sheets: Iterable[KeptSheet], *, actor: str, now: datetime
) -> list[Filed]:
    return [
        Filed(
            kept.id,
            open_sheet(session, vault, kept, purpose=Purpose.HAND_IN, actor=actor, now=now).sheet,
        )
        for kept in sheets
    ]


def _build(
    session: Session, keeps: Keeps, output: str, filed: Sequence[Filed], *, now: datetime
) -> Sequence[File]:
    module = outputs().get(output)
    if module is None:  # a later release makes it no more
        raise Refused("registration.file_changed")
    found: Sequence[File] = module.build(
        keeps.as_known, filed, codes_of(session, keeps.place.country), now=now
    )
    return found
