"""The reception hands one stay over to a tablet: for ten minutes, once, to one tablet of that house.

The desk names the tablet, which asks for what waits for it; or a code of six signs is typed on any tablet of
the house. Either way the tablet takes the stay once, with the number of the form that it begins, and that
form is the stay's when it arrives: the reception handed it over, whatever is typed into it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult, Update, and_, delete, or_, select, update
from sqlalchemy.orm import Session, aliased

from server.captures.links import stay_of
from server.captures.models import Handover
from server.captures.prefilling import FORM, answers_for, language_of
from server.db import row_of
from server.devices.enrolling import CODE_SIGNS
from server.devices.models import Device
from server.forms.definition import find_form
from server.journal import note
from server.properties.finding import today_at
from server.properties.models import Property
from server.properties.reach import Reach
from server.records.models import SourceRecord
from server.refusal import Refused

EXPECTED = ("booked", "in_house", "unknown")
"""How a stay stands that somebody may check in to."""

LIFE = timedelta(minutes=10)
CODE_LENGTH = 6  # 30 ** 6, ten minutes, five tries a minute of each tablet
KEPT = timedelta(days=1)
"""One that was never taken is forgotten after that; one that was binds its form, however late that comes."""


@dataclass(frozen=True, slots=True)
class IssuedHandover:
    """A new one; the only moment at which its code is known."""

    row: Handover
    text: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a tablet is told before it takes a stay: nothing of the guest but the language."""

    id: int
    form: str
    language: str


def tablets_of(session: Session, property_id: int) -> Sequence[Device]:
    """The tablets in use at a property, the first enrolled first: "tablet 1" leads."""
    query = select(Device).where(Device.property_id == property_id, Device.revoked_at.is_(None))
    return session.scalars(query.order_by(Device.id)).all()


def tablets_in_use(session: Session, reach: Reach) -> bool:
    """Whether the houses within reach have any tablet."""
    query = select(Device.id).where(reach.limit(Device.property_id), Device.revoked_at.is_(None))
    return session.scalar(query.limit(1)) is not None


def hand_over(
    session: Session, record: SourceRecord, device: Device | None, *, secret: bytes, actor: str, now: datetime
) -> IssuedHandover:
    """Hand the stay of a record over to a tablet, or to whichever has the code (`secret`: the key `index`).

    What waited for that tablet, or of that stay, waits no more. Raises Refused where there is no stay that
    somebody could check in to, or the tablet is none of its house.
    """
    house = house_of_stay(session, record, now=now)
    if device is not None and (device.property_id != house.id or device.revoked_at is not None):
        raise Refused("handover.no_tablet")
    _make_room(session, record, device, now=now)
    form = find_form(FORM)
    spoken = [code for code in house.languages if form is None or code in form.texts] or ["en"]
    wanted = language_of(session, record)
    text = "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))
    row = Handover(
        property_id=house.id,
        record_id=record.id,
        device_id=device.id if device else None,
        code_hash=_hash(secret, text),
        language=wanted if wanted in spoken else spoken[0],
        made_by=actor,
        made_at=now,
        expires_at=now + LIFE,
    )
    session.add(row)
    session.flush()
    note(session, actor, "handover.issued", row.subject, now=now, property_id=house.id, record=record.id)
    return IssuedHandover(row, text)


def house_of_stay(session: Session, record: SourceRecord, *, now: datetime) -> Property:
    """The house of a record's stay. Refused where there is none that somebody could check in to."""
    stay = stay_of(session, record)
    if stay is None or stay.kind != "stay" or stay.status not in EXPECTED:
        raise Refused("handover.no_stay")
    house = session.get_one(Property, stay.property_id)
    if stay.departs is not None and stay.departs < today_at(house, now=now):
        raise Refused("handover.no_stay")
    return house


def _make_room(session: Session, record: SourceRecord, device: Device | None, *, now: datetime) -> None:
    session.execute(delete(Handover).where(Handover.taken_at.is_(None), Handover.expires_at < now - KEPT))
    same = Handover.record_id == record.id
    if device is not None:
        same = or_(same, Handover.device_id == device.id)
    is_open = and_(same, Handover.taken_at.is_(None), Handover.expires_at > now)
    session.execute(update(Handover).where(is_open).values(expires_at=now, code_hash=None))


def take_back(session: Session, row: Handover, *, actor: str, now: datetime) -> None:
    """It was a mistake: nobody may take it any more."""
    if row.taken_at is None and row.expires_at > now:
        row.expires_at, row.code_hash = now, None
        note(session, actor, "handover.taken_back", row.subject, now=now, property_id=row.property_id)


def waiting_for(session: Session, device: Device, *, now: datetime) -> Waiting | None:
    """What waits for a tablet to take it, the newest."""
    row = session.scalar(select(Handover).where(_open_for(device, now)).order_by(Handover.id.desc()).limit(1))
    return Waiting(row.id, FORM, row.language) if row is not None else None


def claim(session: Session, device: Device, text: str, *, secret: bytes, now: datetime) -> Waiting:
    """A code typed on a tablet: what it stands for waits for that tablet from here on, and the code is used.

    Raises Refused when it is wrong, used, too old or of another house: which, nobody is told.
    """
    wanted = "".join(text.split()).replace("-", "").upper()
    is_meant = and_(
        Handover.code_hash == _hash(secret, wanted),
        Handover.property_id == device.property_id,
        Handover.taken_at.is_(None),
        Handover.expires_at > now,
    )
    row = session.scalar(select(Handover).where(is_meant))
    claimed = update(Handover).where(is_meant).values(device_id=device.id, code_hash=None)
    if row is None or not _is_done(session, claimed):
        raise Refused("handover.code_wrong")
    note(session, device.subject, "handover.claimed", row.subject, now=now, property_id=row.property_id)
    return Waiting(row.id, FORM, row.language)


def take(
    session: Session, device: Device, handover_id: int, capture_id: str, *, now: datetime
) -> dict[str, str]:
    """Hand what waits for a tablet to the form that it begins: the answers that are known, once.

    The same form may ask again, since an answer can get lost on its way. Raises Refused when it waits for no
    such tablet, or was taken.
    """
    row = row_of(session, Handover, handover_id)
    if row is None:
        raise Refused("handover.none")
    is_again = (row.capture_id, row.device_id) == (capture_id, device.id) and row.expires_at > now
    if not is_again:
        _bind(session, device, row, capture_id, now=now)
    form, house = find_form(FORM), session.get_one(Property, row.property_id)
    record = session.get_one(SourceRecord, row.record_id)
    return answers_for(session, record, form, today=today_at(house, now=now)) if form else {}


def _bind(session: Session, device: Device, row: Handover, capture_id: str, *, now: datetime) -> None:
    """Only one of those that come at once; and a form is bound to one stay."""
    others = aliased(Handover)
    is_new = ~select(others.id).where(others.capture_id == capture_id).exists()
    taken = update(Handover).where(Handover.id == row.id, _open_for(device, now), is_new)
    if not _is_done(session, taken.values(taken_at=now, capture_id=capture_id, code_hash=None)):
        raise Refused("handover.none")
    place, record = row.property_id, row.record_id
    note(session, device.subject, "handover.taken", row.subject, now=now, property_id=place, record=record)


def handover_of(session: Session, capture_id: str, device_id: int | None) -> Handover | None:
    """What bound a form to a stay when it was begun on a tablet; None for a form that was not handed over."""
    bound = Handover.capture_id == capture_id, Handover.device_id == device_id
    return session.scalar(select(Handover).where(*bound))


def _open_for(device: Device, now: datetime) -> ColumnElement[bool]:
    return and_(
        Handover.device_id == device.id,
        Handover.property_id == device.property_id,
        Handover.taken_at.is_(None),
        Handover.expires_at > now,
    )


def _is_done(session: Session, change: Update) -> bool:
    done = session.execute(change, execution_options={"synchronize_session": False})
    return isinstance(done, CursorResult) and done.rowcount == 1


def _hash(secret: bytes, text: str) -> bytes:
    return hmac.new(secret, b"handover code\x00" + text.encode("utf-8"), hashlib.sha256).digest()
