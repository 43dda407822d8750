"""An act at a house says at which."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.captures.rehearsing import begin_rehearsal
from server.clock import clock
from server.journal import note
from server.journal.entries import has_noted
from server.journal.models import JournalEntry
from server.properties.changing import copy_property
from server.properties.setup import default_property


def test_what_is_done_at_a_house_names_the_house(session: Session) -> None:
    place = default_property(session)
    identity = dict.fromkeys(("street", "postal_code", "city", "reception_phone"), "")

    begin_rehearsal(session, place, secret=b"k" * 32, actor="staff:1", now=clock())
    made = copy_property(
        session,
        place,
        identity | {"code": "lake", "name": "Lake"},
        pictures=False,
        actor="staff:1",
        now=clock(),
    )

    told = session.execute(select(JournalEntry.act, JournalEntry.property_id)).all()
    assert sorted(map(tuple, told)) == [("house.copied", made.id), ("rehearsal.begun", place.id)]


def test_what_was_taken_back_was_not_noted(session: Session) -> None:
    note(session, "staff:1", "guest.opened", "guest:1", now=clock())
    session.flush()
    assert has_noted(session, "staff:1")
    assert not has_noted(session, "staff:2")
    session.rollback()
    assert not has_noted(session, "staff:1")

    saved = session.begin_nested()
    note(session, "staff:1", "guest.opened", "guest:2", now=clock())
    session.flush()
    saved.rollback()
    assert not has_noted(session, "staff:1")

    note(session, "staff:1", "guest.opened", "guest:3", now=clock())
    assert has_noted(session, "staff:1")
