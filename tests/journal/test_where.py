"""An act at a house says at which."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.captures.rehearsing import begin_rehearsal
from server.clock import clock
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
