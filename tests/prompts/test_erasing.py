"""Of a question to a guest who was erased stays that it was asked, and how it ended."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine, select

from server.db import reading, writing
from server.guests.linking import link_waiting
from server.privacy.check import check
from server.privacy.erasing import erase
from server.prompts.models import AddressProof, Declined, Message, Prompt, Reply
from server.properties.setup import default_property
from server.records.models import SourceRecord
from tests.builders import NOON, PATRICK, take_in


def test_nothing_of_an_erased_guest_is_left_in_what_was_asked(engine: Engine) -> None:
    take_in(engine, PATRICK | {"key": "A1"})
    link_waiting(engine)
    with writing(engine) as session:
        record = session.scalars(select(SourceRecord.id)).one()
        place = default_property(session).id
        prompt = Prompt(
            property_id=place,
            stay_id="s",
            guest_id="g",
            record_id=record,
            rule="email_by_link",
            purpose="email",
            channel="sms",
            mode="link",
            language="fr",
            state="asked",
            due_at=NOON,
            until_at=NOON + timedelta(days=3),
            planned_at=NOON,
            contact_key=b"k" * 32,
        )
        session.add(prompt)
        session.flush()
        message = {
            "property_id": place,
            "prompt_id": prompt.id,
            "channel": "sms",
            "sender": "Hotel",
            "sent_to": "+33612345678",
            "to_key": b"k" * 32,
            "language": "fr",
            "body": "Patrick",
            "made_at": NOON,
            "due_at": NOON,
            "until_at": NOON,
        }
        session.add(Message(kind="question", once_key="a", state="sent", **message))
        session.add(Message(kind="confirmation", once_key="b", **message))
        session.add(
            Reply(
                channel="sms",
                provider_id="SM1",
                prompt_id=prompt.id,
                from_key=b"k" * 32,
                sent_from="+33612345678",
                text="p.martin@free.fr",
                received_at=NOON,
            )
        )
        session.add(AddressProof(record_id=record, contact_key=b"k" * 32, state="verified", made_at=NOON))
        session.add(
            Declined(record_id=record, property_id=place, purpose="email", answer="declined", by="x", at=NOON)
        )

    with writing(engine) as session:
        erase(session, [record], actor="staff:1", now=NOON)

    with reading(engine) as session:
        (left,) = session.scalars(select(Prompt)).all()
        assert (left.state, left.why, left.guest_id, left.record_id, left.contact_key) == (
            "closed",
            "erased",
            "",
            None,
            None,
        )
        sent = session.execute(select(Message.state, Message.sent_to, Message.body, Message.to_key)).all()
        assert sorted(map(tuple, sent)) == [("dropped", "", "", b""), ("sent", "", "", b"")]
        (reply,) = session.scalars(select(Reply)).all()
        assert (reply.sent_from, reply.text, reply.from_key) == ("", "", b"")
        assert session.scalars(select(AddressProof.id)).all() == []
        assert session.scalars(select(Declined.id)).all() == []
        assert check(session) == []
