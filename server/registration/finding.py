"""Find kept sheets by their id or record, and only those of houses within somebody's reach."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.captures.links import stay_of
from server.properties.reach import Reach
from server.records.models import CleanRow, SourceRecord
from server.registration.models import KeptSheet
from server.registration.sheet import Stay


def sheet_within(session: Session, sheet_id: str, reach: Reach) -> KeptSheet | None:
    """A sheet by its id; None where there is none such, or it is not within reach: nobody can tell which."""
    if not 0 < len(sheet_id) <= 36:
        return None
    query = select(KeptSheet).where(KeptSheet.id == sheet_id, reach.limit(KeptSheet.property_id))
    return session.scalar(query)


def sheets_of_record(session: Session, record_id: int) -> Sequence[KeptSheet]:
    """The sheets that hang on a record, also those that are void, the first that came first."""
    query = select(KeptSheet).where(KeptSheet.record_id == record_id)
    return session.scalars(query.order_by(KeptSheet.received_at, KeptSheet.id)).all()


def sheets_without_record(session: Session, reach: Reach, day: date) -> Sequence[KeptSheet]:
    """The sheets of a day's arrivals that hang on no record: of walk-ins, mostly."""
    query = select(KeptSheet).where(
        reach.limit(KeptSheet.property_id),
        KeptSheet.record_id.is_(None),
        KeptSheet.arrives == day,
        KeptSheet.state != "void",
    )
    return session.scalars(query.order_by(KeptSheet.received_at, KeptSheet.id)).all()


def known_of_record(session: Session, record_id: int) -> tuple[str, str, Stay | None]:
    """What the house's own record says of whom a sheet is typed for: family name, given names, the stay;
    None where it tells of none."""
    record, clean = session.get(SourceRecord, record_id), session.get(CleanRow, record_id)
    told = stay_of(session, record) if record is not None else None
    stay = Stay(told.arrives, told.departs, reference=told.reference) if told and told.arrives else None
    return (clean.last_name or "", clean.first_name or "", stay) if clean else ("", "", stay)
