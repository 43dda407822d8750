"""The settings arrive in a house that runs, on both stores, and can be taken out again."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select, text

from server.db import reading, writing
from server.guests.linking import link_waiting
from server.migrating import migrate_engine
from server.properties.models import Arrangement, LegalEntity, Property, PropertyPicture
from server.properties.setup import ensure_properties, mark_house
from server.records.models import SourceRecord
from tests.builders import NOON, PATRICK, take_in


def test_a_property_of_yesterday_has_nothing_set_and_keeps_what_it_had(engine: Engine) -> None:
    with writing(engine) as session:
        ensure_properties(session, [{"code": "paris", "name": "Hôtel de Paris", "accent": "#123456"}])
    migrate_engine(engine, "0008_staff")
    migrate_engine(engine, "head")

    with reading(engine) as session:
        place = session.scalars(select(Property)).one()
        assert (place.name, place.accent) == ("Hôtel de Paris", "#123456")
        assert (place.reply_to, place.sentences, place.email_reasons) == ("", {}, [])
        assert place.legal_entity.privacy_contact == ""


@pytest.mark.parametrize(("kind", "waits", "agreed"), [("real", 1, 0), ("demo", 0, 1)])
def test_guests_of_two_companies_wait_to_be_told_apart_unless_they_are_invented(
    engine: Engine, kind: str, waits: int, agreed: int
) -> None:
    with writing(engine) as session:
        ensure_properties(session, [{"code": "main"}, {"code": "spa"}])
        mark_house(session, kind)
    take_in(engine, PATRICK | {"key": "A1"})
    link_waiting(engine)
    migrate_engine(engine, "0008_staff")
    migrate_engine(engine, "head")

    with reading(engine) as session:
        waiting = select(SourceRecord.id).where(SourceRecord.needs_linking.is_(True))
        assert len(session.scalars(waiting).all()) == waits
        assert len(session.scalars(select(Arrangement)).all()) == agreed


def test_taking_the_settings_out_leaves_the_property(engine: Engine) -> None:
    with writing(engine) as session:
        place = ensure_properties(session, [{"code": "paris", "name": "Hôtel de Paris"}])[0]
        place.reply_to, place.tones = "reception@paris.example", {"fr": "formal"}
        session.add(
            PropertyPicture(
                property_id=place.id,
                kind="logo",
                media_type="image/png",
                width=1,
                height=1,
                digest="0" * 64,
                content=b"png",
            )
        )
        other = LegalEntity(name="Spa SAS")
        session.add(other)
        session.flush()
        session.add(
            Arrangement(
                one_id=place.legal_entity_id, other_id=other.id, recorded_at=NOON, recorded_by="staff:1"
            )
        )
    migrate_engine(engine, "0008_staff")

    with engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM property")).scalars().all() == ["Hôtel de Paris"]
        assert connection.execute(text("SELECT count(*) FROM legal_entity")).scalar() == 2

    migrate_engine(engine, "head")
    with reading(engine) as session:
        assert session.scalars(select(Property)).one().reply_to == ""
        assert session.scalars(select(Arrangement)).all() == []
