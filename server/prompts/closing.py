"""Close questions: with their answer, or because what they ask for is known by now, however it came."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from server.captures.models import Capture, GuestLink
from server.forms.definition import find_form, published_forms
from server.guests.loading import parts
from server.guests.models import GuestValue, Link
from server.guests.values import USABLE_EMAIL
from server.prompts.models import Prompt, Reply

OPEN = ("planned", "asked", "answered")
"""States of a question that may yet be put, or answered."""

EMAIL = "email"
"""The purpose whose answer is an address."""

ANSWER = published_forms()["your_email", 1]
"""The form that an address goes through intake as, when no form was filled in: a reply, or a click."""


def settle_prompt(prompt: Prompt, state: str, *, why: str = "", now: datetime) -> None:
    """End a question; one that has ended stays as it is, but that an answer may come late to a closed one."""
    if prompt.state in ("given", "declined", "held_back"):
        return
    if state in ("given", "declined"):
        prompt.answered_at = prompt.answered_at or now
    prompt.state, prompt.why, prompt.settled_at = state, why, now


def open_prompts(session: Session, record_ids: Collection[int], purpose: str) -> list[Prompt]:
    """The open questions of one purpose about some records, oldest first."""
    found: list[Prompt] = []
    for part in parts(sorted(record_ids)):
        query = select(Prompt).where(
            Prompt.record_id.in_(part), Prompt.purpose == purpose, Prompt.state.in_(OPEN)
        )
        found += session.scalars(query.order_by(Prompt.id))
    return found


def close_known(session: Session, record_ids: Collection[int], *, now: datetime) -> int:
    """Close the open questions for an address of the guests of these records, of whom one is known that
    reaches them after the stay; how many were closed."""
    closed = 0
    for part in parts(sorted(record_ids)):
        usable = (
            select(Link.guest_id)
            .join(GuestValue, GuestValue.guest_id == Link.guest_id)
            .where(
                Link.record_id.in_(part),
                GuestValue.field == "email",
                GuestValue.value_class.in_(USABLE_EMAIL),
            )
        )
        theirs = session.scalars(select(Link.record_id).where(Link.guest_id.in_(usable))).all()
        for prompt in open_prompts(session, theirs, EMAIL):
            settle_prompt(prompt, "closed", why="known", now=now)
            closed += 1
    return closed


def answer_link(session: Session, link: GuestLink, *, ends: bool, now: datetime) -> None:
    """A form came by this link: its question is answered. `ends`: nothing of the form will lead to it again,
    as of a survey, whose answer is cut from its link."""
    for prompt in session.scalars(select(Prompt).where(Prompt.guest_link_id == link.id)):
        if ends:
            settle_prompt(prompt, "given", now=now)
        elif prompt.state == "asked":
            prompt.state, prompt.answered_at = "answered", now


def prompt_of(session: Session, capture: Capture) -> Prompt | None:
    """The question that a form answers, by its link or by the reply it was made of."""
    by_reply = select(Reply.prompt_id).where(Reply.capture_id == capture.id)
    ways: list[ColumnElement[bool]] = [Prompt.id.in_(by_reply)]
    if capture.guest_link_id is not None:
        ways.append(Prompt.guest_link_id == capture.guest_link_id)
    return session.scalar(select(Prompt).where(or_(*ways)).order_by(Prompt.id).limit(1))


def way_out_of(capture: Capture) -> str | None:
    """How the question for an address was answered without one: none or declined; None: otherwise, or not."""
    form = find_form(capture.form, capture.form_version)
    for step in form.steps if form else ():
        if any(field.kind == "email" and not field.member for field in step.fields):
            way = capture.answers.get(step.way_out_name, "")
            return way if way in ("none", "declined") else None
    return None
