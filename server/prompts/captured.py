"""What follows from a form once it is a record: its question ends, others close, its address is proven."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.captures.links import stay_of
from server.captures.models import Bound, Capture, GuestLink
from server.guests.values import USABLE_EMAIL
from server.prompts.closing import close_known, prompt_of, settle_prompt, way_out_of
from server.prompts.misdirected import question_passed_on
from server.prompts.models import AddressProof, Prompt
from server.prompts.proving import Begun, begin
from server.prompts.refusing import decline
from server.prompts.replying import Say
from server.records.models import CleanRow, SourceRecord

ANSWERS = {"none": "has_none", "declined": "declined"}
"""What the ways past the question are remembered as."""

HOW = {"desk": "by_staff"}
"""Who claims an address, by where its form came from; everywhere else the guest does."""


def follow_capture(
    session: Session, capture_id: str, *, secret: bytes, house_address: str, say: Say | None, now: datetime
) -> None:
    """Do what follows from a form that was read, in the caller's transaction; done twice it is done once."""
    capture = session.get(Capture, capture_id)
    if capture is None or capture.state != "read" or capture.record_id is None:
        return
    clean = session.get(CleanRow, capture.record_id)
    prompt = prompt_of(session, capture)
    way_out = way_out_of(capture)
    if way_out is not None:
        _remember(session, capture, prompt, ANSWERS[way_out], now=now)
    elif prompt is not None:
        settle_prompt(prompt, "given", now=now)
    close_known(session, [capture.record_id], now=now)
    if clean is None or clean.email is None or clean.email_class not in USABLE_EMAIL:
        return
    link = session.get(GuestLink, capture.guest_link_id) if capture.guest_link_id else None
    passed_on = question_passed_on(session, link) if link is not None else None
    if passed_on is not None:
        settle_prompt(passed_on, "given", now=now)
    if capture.proof == "verified" or capture.proof == "typed":
        return  # proven already; or anybody's at a tablet, who is asked when their stay is known
    begun = _begin_once(session, capture, clean.email, secret=secret, now=now)
    if begun is not None and say is not None:
        say(
            session,
            "proof",
            to=clean.email,
            channel="email",
            property_id=capture.property_id,
            language=capture.language,
            prompt_id=prompt.id if prompt else None,
            once_key=f"proof:{begun.proof.id}",
            secret=secret,
            now=now,
            house_address=house_address,
            link=f"{house_address}/g/mine/{begun.token}",
            code=begun.code if capture.guest_link_id else None,  # they have a page to type it on
        )


def _begin_once(
    session: Session, capture: Capture, address: str, *, secret: bytes, now: datetime
) -> Begun | None:
    """None where its owner was asked before: once is enough."""
    of_this = select(AddressProof.id).where(AddressProof.record_id == capture.record_id)
    if session.scalar(of_this.limit(1)) is not None:
        return None
    how = HOW.get(capture.surface, "claimed")
    return begin(session, capture.record_id or 0, address, how=how, secret=secret, now=now)


def _remember(
    session: Session, capture: Capture, prompt: Prompt | None, answer: str, *, now: datetime
) -> None:
    """The guest's No, for this stay."""
    asked_of = prompt.record_id if prompt and prompt.record_id else _bound_to(session, capture)
    decline(
        session,
        asked_of or capture.record_id or 0,
        answer=answer,
        purpose="email",
        property_id=capture.property_id,
        until=_last_day(session, asked_of),
        by="guest",
        now=now,
        by_form=True,
    )
    if prompt is not None:
        settle_prompt(prompt, "declined" if prompt.purpose == "email" else "given", why=answer, now=now)


def _bound_to(session: Session, capture: Capture) -> int | None:
    link = session.get(GuestLink, capture.guest_link_id) if capture.guest_link_id else None
    bound = session.get(Bound, capture.id)
    return link.record_id if link else bound.record_id if bound else None


def _last_day(session: Session, record_id: int | None) -> date | None:
    record = session.get(SourceRecord, record_id) if record_id is not None else None
    stay = stay_of(session, record) if record is not None else None
    return stay.departs if stay is not None else None
