"""The invariants of what guests were asked and answered: rules of `check`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, and_, or_, select

from server.prompts.models import AddressProof, Message, Prompt, Reply


def _asked_at_no_time() -> Select[Any]:
    return select(Prompt.id).where(Prompt.state == "asked", Prompt.asked_at.is_(None))


def _ended_for_no_reason() -> Select[Any]:
    return select(Prompt.id).where(
        Prompt.state == "closed", or_(Prompt.why == "", Prompt.settled_at.is_(None))
    )


def _sent_without_a_trace() -> Select[Any]:
    """It was handed over, and nothing tells when; or it was dropped, and nothing tells why."""
    gone = Message.state.in_(("sending", "unknown")) & Message.sending_at.is_(None)
    return select(Message.id).where(or_(gone, and_(Message.state == "dropped", Message.code == "")))


def _sent_of_the_erased() -> Select[Any]:
    """Words or a number, in a message or an answer, about a question whose guest was erased."""
    erased = Prompt.why == "erased"
    sent = or_(Message.sent_to != "", Message.body != "")
    said = or_(Reply.sent_from != "", Reply.text != "")
    of_messages = select(Prompt.id).join(Message, Message.prompt_id == Prompt.id).where(erased, sent)
    of_replies = select(Prompt.id).join(Reply, Reply.prompt_id == Prompt.id).where(erased, said)
    return of_messages.union(of_replies).subquery().select()


def _replies_that_ended_at_no_time() -> Select[Any]:
    return select(Reply.id).where(Reply.state == "settled", Reply.settled_at.is_(None))


def _proofs_at_no_time() -> Select[Any]:
    """An address is verified that nobody confirmed."""
    return select(AddressProof.id).where(
        AddressProof.state == "verified", or_(AddressProof.settled_at.is_(None), AddressProof.how == "")
    )


ASKED_RULES: dict[str, Callable[[], Select[Any]]] = {
    "Every question that is out tells when it was asked.": _asked_at_no_time,
    "Every question that was closed has its reason.": _ended_for_no_reason,
    "Every message that left tells when, and every dropped one why.": _sent_without_a_trace,
    "Of a guest who was erased no message keeps a word.": _sent_of_the_erased,
    "Every answer that is settled tells when.": _replies_that_ended_at_no_time,
    "Every verified address was confirmed.": _proofs_at_no_time,
}
