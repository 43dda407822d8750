"""Guest links: a secret address for one stay, opened with the surname and the day of arrival.

Only the hash of the token is stored. The token alone shows the hotel's name; five wrong answers lock the link
for a quarter of an hour, ten revoke it (ASVS 6.6.3). What is stored about the guest is never shown back.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from anyascii import anyascii
from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import Session, aliased

from server.captures.models import FIRST_FORM, GuestLink, Rehearsal
from server.forms.definition import find_form
from server.forms.offering import link_forms
from server.guests.loading import parts
from server.journal import note
from server.properties.models import Property
from server.records.models import CleanRow, SourceRecord
from server.refusal import Refused
from server.stays.models import Stay, StaySource, ToldStay

TOKEN_BYTES = 24  # 192 bits from the system's generator; ASVS 7.2.3 asks for 128
LONGEST_LIFE = timedelta(days=60)
AFTER_STAY = timedelta(hours=24)
SURVEY_AFTER_STAY = timedelta(days=21)
"""How long past the day of departure a link opens; a survey is asked once the stay is over."""
LOCK_AFTER, LOCK_FOR = 5, timedelta(minutes=15)
REVOKE_AFTER = 10

_PARTICLES = "al d da das de del della der des di do dos du el la le los of the van von zu"
PARTICLES = frozenset(_PARTICLES.split())

SURVEY = "survey"  # the flow

AnyLink = GuestLink | Rehearsal

Opening = Literal["opened", "wrong", "locked", "dead"]


@dataclass(frozen=True, slots=True)
class IssuedLink:
    """A new link; the only moment at which its token is known."""

    link: GuestLink
    token: str


def name_key(name: str) -> str:
    """A surname as it is compared: Latin letters only, without accents, case, spaces and particles."""
    words = "".join(c if c.isalnum() else " " for c in anyascii(name).lower()).split()
    return "".join(word for word in words if word not in PARTICLES) or "".join(words)


def token_hash(token: str) -> bytes:
    """What is stored instead of the token. It is random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode("utf-8")).digest()


def record_of_reference(session: Session, reference: str) -> SourceRecord:
    """The record that speaks for the one stay of that booking reference; Refused when there is none, or more
    than one stay."""
    told = aliased(SourceRecord)
    is_current = and_(told.id == ToldStay.record_id, told.current_version == ToldStay.version)
    is_source = and_(StaySource.record_id == ToldStay.record_id, StaySource.version == ToldStay.version)
    speaks = func.coalesce(Stay.record_id, ToldStay.record_id)  # one that is not counted yet, for itself
    records = (
        select(speaks)
        .select_from(ToldStay)
        .join(told, is_current)
        .outerjoin(StaySource, is_source)
        .outerjoin(Stay, Stay.id == StaySource.stay_id)
        .where(ToldStay.reference == reference)
    )
    named = select(SourceRecord).where(SourceRecord.id.in_(records)).order_by(SourceRecord.id)
    found = session.scalars(named).all()
    if not found:
        raise Refused("link.no_reference", {"reference": reference})
    if len(found) > 1:
        ids = ", ".join(str(record.id) for record in found[:10])
        raise Refused(
            "link.many_references", {"reference": reference, "count": str(len(found)), "records": ids}
        )
    return found[0]


def issue_link(
    session: Session,
    record: SourceRecord,
    *,
    form: str = FIRST_FORM,
    passed_on: bool = False,
    actor: str,
    now: datetime,
    stay: Stay | ToldStay | None = None,
) -> IssuedLink:
    """Make a link for a record's stay that leads to a published form, and kill the older ones to that form;
    those that were passed on to the traveller end with another one that is. `stay`: by stays_of, of whoever
    asks for many.

    It lives until a day after departure, to a survey three weeks, at most 60 days. Raises Refused when there
    is no such form, when the record lacks what the guest would be asked for, or when the stay is over.
    """
    words = {"record": str(record.id)}
    if find_form(form) is None:
        raise Refused("link.no_form", {"form": form, "known": ", ".join(one.name for one in link_forms())})
    clean = session.get(CleanRow, record.id)
    stay = stay or stay_of(session, record)
    key = name_key(clean.last_name or "") if clean else ""
    if not key:
        raise Refused("link.needs_name", words)
    if stay is None or stay.arrives is None:
        raise Refused("link.needs_arrival", words)
    hotel = session.get_one(Property, stay.property_id)
    expires = expiry(now, stay.departs, hotel.zone, form=form)
    if expires <= now:
        raise Refused("link.stay_is_over", {**words, "departs": str(stay.departs)})

    older = update(GuestLink).where(
        GuestLink.record_id == record.id,
        GuestLink.leads_to == form,
        GuestLink.passed_on.is_(passed_on),
    )
    session.execute(  # nor does one come back that its stay had ended
        older.values(revoked_at=func.coalesce(GuestLink.revoked_at, now), ended_with_stay=False)
    )
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = GuestLink(
        token_hash=token_hash(token),
        record_id=record.id,
        property_id=hotel.id,
        last_name_key=key,
        arrives=stay.arrives,
        created_at=now,
        expires_at=expires,
        wrong_answers=0,
        leads_to=form,
        passed_on=passed_on,
    )
    session.add(link)
    session.flush()
    note(
        session,
        actor,
        "link.issued",
        link.subject,
        now=now,
        property_id=link.property_id,
        record=record.id,
    )
    return IssuedLink(link, token)


def expiry(made: datetime, departs: date | None, zone: str, *, form: str = FIRST_FORM) -> datetime:
    """Until when a link to a form opens, by the house's clock; at most 60 days."""
    longest = made + LONGEST_LIFE
    if departs is None:
        return longest
    leaves = datetime.combine(departs, time.max, ZoneInfo(zone)).astimezone(UTC)
    return min(longest, leaves + (SURVEY_AFTER_STAY if is_survey(form) else AFTER_STAY))


def is_survey(name: str) -> bool:
    """Whether a form is a survey: it tells of nobody, shows nothing of a stay, and is cut from its link."""
    form = find_form(name)
    return form is not None and form.flow == SURVEY


def stay_of(session: Session, record: SourceRecord) -> Stay | ToldStay | None:
    """The stay a record tells of now, as all its sources know it; before it is counted, as itself tells."""
    return stays_of(session, [record]).get(record.id)


def stays_of(session: Session, records: Collection[SourceRecord]) -> dict[int, Stay | ToldStay]:
    """The stays of these records likewise, by the record."""
    found: dict[int, Stay | ToldStay] = {}
    for ids in parts(sorted(record.id for record in records)):
        is_current = and_(
            SourceRecord.id == StaySource.record_id, SourceRecord.current_version == StaySource.version
        )
        counted = select(StaySource.record_id, Stay).join(Stay, StaySource.stay_id == Stay.id)
        of_these = counted.join(SourceRecord, is_current).where(StaySource.record_id.in_(ids))
        found |= dict(session.execute(of_these).all())
        rest = [id_ for id_ in ids if id_ not in found]
        told = select(ToldStay).join(
            SourceRecord,
            and_(SourceRecord.id == ToldStay.record_id, SourceRecord.current_version == ToldStay.version),
        )
        if rest:
            found |= {one.record_id: one for one in session.scalars(told.where(ToldStay.record_id.in_(rest)))}
    return found


def revoke_link(session: Session, link_id: int, *, actor: str, now: datetime) -> None:
    """Kill a link at once. Raises Refused when there is no such link, or it is dead already."""
    link = session.get(GuestLink, link_id)
    if link is None or (link.revoked_at is not None and not link.ended_with_stay):
        raise Refused("link.unknown", {"link": str(link_id)})
    link.revoked_at, link.ended_with_stay = now, False
    note(session, actor, "link.revoked", link.subject, now=now, property_id=link.property_id)


def is_live(link: AnyLink | None, *, now: datetime) -> bool:
    """Whether a link may be opened: known, not revoked, not expired."""
    return link is not None and link.revoked_at is None and now < link.expires_at


def find_link(session: Session, token: str, *, now: datetime) -> AnyLink | None:
    """The live link of a token, a rehearsed one too. Unknown, expired and revoked are the same: None."""
    known = token_hash(token)
    link: AnyLink | None = session.scalar(select(GuestLink).where(GuestLink.token_hash == known))
    if link is None:
        link = session.scalar(select(Rehearsal).where(Rehearsal.token_hash == known))
    return link if is_live(link, now=now) else None


def open_link(
    session: Session, link: AnyLink, *, last_name: str, arrives: date | None, now: datetime
) -> Opening:
    """Try the second factor. Counts what is wrong; the caller keeps the count whatever it answers.

    One try at a time: many at once would each find the same count, and be counted as one.
    """
    session.flush()  # refreshing drops what is not written yet
    session.refresh(link, with_for_update=True)
    if not is_live(link, now=now):
        return "dead"
    if link.locked_until is not None and now < link.locked_until:
        return "locked"
    given, due = name_key(last_name), link.last_name_key
    right_name = hmac.compare_digest(given.encode("utf-8"), due.encode("utf-8"))
    if right_name and arrives is not None and arrives == link.arrives:
        link.wrong_answers = 0
        note(session, "link", "link.opened", link.subject, now=now, property_id=link.property_id)
        return "opened"
    link.wrong_answers += 1
    if link.wrong_answers >= REVOKE_AFTER:
        link.revoked_at = now
        note(session, "link", "link.guessed", link.subject, now=now, property_id=link.property_id)
        return "dead"
    if link.wrong_answers == LOCK_AFTER:
        link.locked_until = now + LOCK_FOR
        return "locked"
    return "wrong"
