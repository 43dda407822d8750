"""What becomes of a question when its stay or its guest changed: it moves, it closes, it opens again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from server.captures.models import Capture
from server.guests.loading import parts
from server.prompts.models import Prompt, Reply

PENDING = ("planned", "held_back")

CLOSES_ASKED = frozenset(
    {
        "cancelled",
        "no_show",
        "gone",
        "known",
        "declined",
        "no_person",
        "day_use",
        "checked_in",
        "shared_number",
    }
)
"""Why a question that was asked already ends without its answer. Others, as a rule that was switched off,
leave it open: the guest may answer."""

NEVER_WAS = frozenset({"gone", "no_person", "day_use"})
"""What was never a chance: there is no such stay, or nobody to ask."""

FOR_GOOD = frozenset({"erased", "not_me", "no_answer", "by_hand"})
"""Why a closed question stays closed, also when its stay lives again."""

TIME_TO_ANSWER = timedelta(days=3)
"""A question that was asked stays open for so long after it made sense: some answer from home."""


def close(prompt: Prompt, why: str, *, now: datetime, was_asked: bool = False) -> int:
    """Close it, if that is due; 1 when it changed. Of the share that is not asked, whoever's question was due
    stays in it, also when their address came anyway, they cancelled or left: as those do who were asked, with
    whom they are compared."""
    if prompt.state == "asked" and why not in CLOSES_ASKED:
        return 0
    if prompt.state == "held_back" and (why == "known" or prompt.due_at <= now) and why not in NEVER_WAS:
        if prompt.why == "known" or why != "known":
            return 0
        prompt.why, prompt.settled_at = "known", now
        return 1
    prompt.state, prompt.why, prompt.settled_at = "closed", why[:40], now
    return 1


def renew(prompt: Prompt, facts: Mapping[str, object]) -> int:
    """Let an open question follow its stay and guest; 1 when something changed."""
    changed = {name: value for name, value in facts.items() if getattr(prompt, name) != value}
    for name, value in changed.items():
        setattr(prompt, name, value)
    return int(bool(changed))


def is_reopened_by_plan(prompt: Prompt) -> bool:
    """Whether a closed question may be planned again: nobody was asked, and nothing final closed it."""
    return prompt.state == "closed" and prompt.asked_at is None and prompt.why not in FOR_GOOD


def reopen(prompt: Prompt, facts: Mapping[str, object], *, now: datetime) -> None:
    """Plan a closed question again, as if it were new."""
    renew(prompt, facts)
    prompt.why, prompt.settled_at, prompt.planned_at = "", None, now


def may_close_asked(session: Session, prompts: Sequence[Prompt]) -> set[int]:
    """Those of the asked questions to which no answer is on its way: what answers one settles it itself."""
    found: set[int] = set()
    by_link = exists().where(Capture.guest_link_id == Prompt.guest_link_id)
    by_reply = exists().where(Reply.prompt_id == Prompt.id)
    for part in parts(sorted(prompt.id for prompt in prompts)):
        query = select(Prompt.id).where(Prompt.id.in_(part), ~by_link, ~by_reply)
        found |= set(session.scalars(query))
    return found


def let_expire(session: Session, *, now: datetime) -> None:
    """Close what was not sent in its time, and what nobody answered."""
    late = Prompt.state == "planned", Prompt.until_at < now
    session.execute(update(Prompt).where(*late).values(state="closed", why="too_late", settled_at=now))
    unanswered = Prompt.state == "asked", Prompt.until_at < now - TIME_TO_ANSWER
    session.execute(update(Prompt).where(*unanswered).values(state="closed", why="no_answer", settled_at=now))


def follow_joined(session: Session, joined: Mapping[str, str]) -> None:
    """Stays that went into others (by the one that went): their questions go along, where the other has none
    for the same purpose; so nobody is asked twice for one stay."""
    for part in parts(sorted(joined)):
        for prompt in session.scalars(select(Prompt).where(Prompt.stay_id.in_(part)).order_by(Prompt.id)):
            heir = joined[prompt.stay_id]
            while heir in joined and joined[heir] != heir and heir != prompt.stay_id:
                heir = joined[heir]
            taken = select(Prompt.id).where(Prompt.stay_id == heir, Prompt.purpose == prompt.purpose)
            other = session.scalar(taken)
            if other is None:
                prompt.stay_id = heir
                session.flush()
            elif prompt.asked_at is not None:
                _let_asked_one_stay(session, prompt, session.get_one(Prompt, other))


def _let_asked_one_stay(session: Session, asked: Prompt, other: Prompt) -> None:
    """Of two questions about what is one stay, the one that was asked is the stay's."""
    if other.asked_at is not None or other.state not in (*PENDING, "closed"):
        return
    old, heir = asked.stay_id, other.stay_id
    other.stay_id = f"-{other.id}"
    session.flush()
    asked.stay_id = heir
    session.flush()
    other.stay_id = old
    session.flush()
