"""A link to send on: whoever booked does not stay, and the traveller is the one to ask.

The house writes to nobody here. Whoever holds a link gets another one, to the pre-check-in of the same stay,
and sends it themselves, by whatever way the two talk. So no page of ours sends a message to any number that
is typed (requirement S-10), and nobody's number comes to us from somebody else.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.captures.links import AnyLink, IssuedLink, is_survey, issue_link
from server.captures.models import FIRST_FORM, GuestLink
from server.records.models import SourceRecord

MOST, WITHIN = 3, timedelta(days=1)
"""Links of one stay that are made to be sent on; each ends the one before."""

ACTOR = "link"


def can_be_passed_on(link: AnyLink) -> bool:
    """Whether this link may bring forth one for the traveller: one that was passed on may not, and a survey
    asks whoever stayed."""
    return isinstance(link, GuestLink) and not link.passed_on and not is_survey(link.leads_to)


def pass_on(session: Session, link: GuestLink, *, now: datetime) -> IssuedLink | None:
    """A link for the traveller of a link's stay; None after three within a day. One press at a time."""
    session.flush()  # refreshing drops what is not written yet
    session.refresh(link, with_for_update=True)
    made = select(func.count(GuestLink.id)).where(
        GuestLink.record_id == link.record_id, GuestLink.passed_on, GuestLink.created_at > now - WITHIN
    )
    if (session.scalar(made) or 0) >= MOST:
        return None
    record = session.get_one(SourceRecord, link.record_id)
    return issue_link(session, record, form=FIRST_FORM, passed_on=True, actor=ACTOR, now=now)
