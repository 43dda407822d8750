"""`check` finds what is lost or contradictory; `dump` says the state, whatever way led to it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest
from PIL import Image
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from server.captures.links import issue_link
from server.captures.models import GuestLink
from server.db import reading, writing
from server.feeds.models import Feed, FeedFile
from server.guests.linking import link_waiting
from server.guests.models import (
    Decision,
    Deed,
    Guest,
    GuestValue,
    HouseholdMember,
    HouseholdWord,
    Link,
    Pin,
)
from server.privacy.check import RULES, check
from server.privacy.dump import dump
from server.properties.changing import set_picture
from server.properties.models import Property
from server.properties.pictures import re_encode
from server.records.models import CleanRow, Import, KeptMapping, RecordVersion, SourceRecord
from tests.builders import NOON, PATRICK, make_source, take_in

OLGA = {"key": "s1", "first_name": "Olga", "last_name": "Ivanova", "email": "olga.ivanova@mail.ru"}
ROWS = (PATRICK | {"key": "A1"}, PATRICK | {"key": "A2"}, OLGA)


def house(engine: Engine) -> None:
    take_in(engine, *ROWS)
    link_waiting(engine)
    source = make_source(engine)
    with writing(engine) as session:
        done = Import(
            source_id=source.id,
            property_id=source.property_id,
            file_name="a.csv",
            file_digest="0",
            file_size=1,
            state="done",
            rows_total=0,
            created_at=NOON,
        )
        session.add(done)


def test_a_house_in_order_has_nothing_to_say(engine: Engine) -> None:
    house(engine)

    with reading(engine) as session:
        assert check(session) == []


def lose_a_link(session: Session) -> None:
    session.execute(delete(Link).where(Link.record_id == 3))


def forget_the_evidence(session: Session) -> None:
    session.execute(update(Link).where(Link.record_id == 2).values(evidence=[]))


def lean_on_a_stranger(session: Session) -> None:
    session.execute(update(Link).where(Link.record_id == 1).values(nearest_record_id=3))


def resolve_a_living_guest(session: Session) -> None:
    guests = sorted(set(session.scalars(select(Link.guest_id))))
    session.execute(update(Guest).where(Guest.id == guests[0]).values(merged_into=guests[1]))


def go_against_a_person(session: Session) -> None:
    session.add(Decision(record_a=1, record_b=2, verdict="not_same", author="desk", reason="twins", at=NOON))


def call_two_both_the_same_and_not(session: Session) -> None:
    for verdict in ("same", "not_same"):
        session.add(Decision(record_a=1, record_b=2, verdict=verdict, author="desk", reason="", at=NOON))


def undo_half_a_deed(session: Session) -> None:
    session.add(Deed(id=1, kind="decide", at=NOON, author="desk", params={}, undone_at=NOON))
    session.flush()
    session.add(
        Decision(record_a=1, record_b=2, verdict="same", author="desk", reason="", at=NOON, deed_id=1)
    )


def take_a_value_from_a_stranger(session: Session) -> None:
    session.execute(update(GuestValue).where(GuestValue.record_id == 3).values(record_id=1))


def miscount_an_import(session: Session) -> None:
    session.execute(update(Import).values(rows_read=5, rows_total=5))


def stop_an_import_early(session: Session) -> None:
    session.execute(update(Import).values(rows_total=5))


def count_what_was_not_stored(session: Session) -> None:
    session.execute(update(Import).values(rows_read=1, rows_total=1, rows_stored=1))


def count_what_does_not_wait(session: Session) -> None:
    session.execute(update(Import).values(rows_read=1, rows_total=1, rows_waiting=1))


def lose_what_a_feed_brought(session: Session) -> None:
    place = session.scalars(select(Property.id)).first()
    facts = {"kind": "folder", "name": "Arrivals", "place": "arrivals", "made_at": NOON, "made_by": "staff:1"}
    session.add(Feed(id=1, property_id=place, **facts))
    session.flush()
    session.add(FeedFile(feed_id=1, mark="1", at=NOON, received_at=NOON, file_name="a.csv", state="taken"))


def lose_a_version(session: Session) -> None:
    session.execute(delete(RecordVersion).where(RecordVersion.record_id == 1))


def lose_a_reading(session: Session) -> None:
    session.execute(delete(CleanRow).where(CleanRow.record_id == 1))


def forget_what_was_pinned(session: Session) -> None:
    pinned = {"field": "email", "value": "x@posteo.de", "value_class": "real"}
    session.add(Pin(record_id=3, author="desk", reason="said so", at=NOON, **pinned))


def live_alone(session: Session) -> None:
    guest = session.scalars(select(Link.guest_id)).first()
    session.add(HouseholdMember(household_id="0" * 32, guest_id=guest, reasons="household_home"))


def live_with_whom_one_was_parted_from(session: Session) -> None:
    for guest in set(session.scalars(select(Link.guest_id))):
        session.add(HouseholdMember(household_id="0" * 32, guest_id=guest, reasons="household_home"))
    word = {"record_a": 1, "record_b": 3, "verdict": "apart"}
    session.add(HouseholdWord(author="desk", reason="divorced", at=NOON, **word))


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lose_a_link, "Every source record is linked"),
        (forget_the_evidence, "Every link has evidence"),
        (lean_on_a_stranger, "A link's nearest record"),
        (resolve_a_living_guest, "No record is linked to a guest that went"),
        (go_against_a_person, "No decision of a person"),
        (call_two_both_the_same_and_not, "Of no two records people say"),
        (undo_half_a_deed, "A word of a colleague holds as long as its deed"),
        (take_a_value_from_a_stranger, "Every value of a guest"),
        (forget_what_was_pinned, "What a colleague pinned"),
        (live_alone, "Every household has two guests"),
        (live_with_whom_one_was_parted_from, "No household holds two"),
        (miscount_an_import, "read = stored + unchanged + waiting"),
        (stop_an_import_early, "A finished import read every row"),
        (count_what_was_not_stored, "Every row counted as stored"),
        (count_what_does_not_wait, "Every row counted as waiting"),
        (lose_what_a_feed_brought, "Every file that a feed brought"),
        (lose_a_version, "No version of a record is missing"),
        (lose_a_reading, "Every record has its clean reading"),
    ],
)
def test_damage_is_found_and_named(engine: Engine, damage: Callable[[Session], None], says: str) -> None:
    house(engine)

    with writing(engine) as session:
        damage(session)

    with reading(engine) as session:
        assert any(broken.says.startswith(says) for broken in check(session))


def test_no_finding_of_check_holds_a_guests_data(engine: Engine) -> None:
    house(engine)
    with writing(engine) as session:
        lose_a_link(session)

    with reading(engine) as session:
        text = repr(check(session))
    assert "Ivanova" not in text
    assert "olga" not in text
    assert len(RULES) > 10


def test_two_ways_to_one_state_print_the_same_bytes(engine: Engine, sqlite_url: str) -> None:
    from server.db import make_engine

    house(engine)
    other = make_engine(sqlite_url.replace(".db", "-other.db"))
    from server.migrating import migrate_engine

    migrate_engine(other)
    for row in reversed(ROWS):
        take_in(other, row)
    link_waiting(other)
    link_waiting(other, bulk=True)

    with reading(engine) as one, reading(other) as two:
        assert dump(one) == dump(two)


def test_every_line_of_a_dump_is_one_object_and_names_no_guest_id(engine: Engine) -> None:
    house(engine)

    with reading(engine) as session:
        lines = dump(session)
        guest_ids = set(session.scalars(select(Guest.id)))
        assert session.scalar(select(SourceRecord.id).limit(1)) is not None

    assert lines == sorted(lines)
    for line in lines:
        thing = json.loads(line)
        assert list(thing) == sorted(thing)
        assert not any(guest_id in line for guest_id in guest_ids)
    assert {json.loads(line)["type"] for line in lines} >= {"source_record", "link", "guest", "guest_value"}


def test_a_dump_tells_of_sources_mappings_and_links_and_gives_no_token_away(engine: Engine) -> None:
    house(engine)
    stay = {"key": "B1", "stay_from": "2026-06-01", "stay_to": "2026-06-03"}
    take_in(engine, PATRICK | stay, stay_kind="stay")
    with writing(engine) as session:
        kept = KeptMapping(
            header_digest="ab",
            source_name="pms_a",
            kind="pms",
            columns={"Gast": "full_name"},
            key_columns=["Gast"],
            created_at=NOON,
        )
        session.add(kept)
        booking = session.scalars(select(SourceRecord).where(SourceRecord.key == "B1")).one()
        issued = issue_link(session, booking, actor="test", now=NOON)
    with reading(engine) as session:
        before = dump(session)
    with writing(engine) as session:
        session.get_one(GuestLink, issued.link.id).revoked_at = NOON
        place = session.scalars(select(Property)).one()
        place.own_emails = ["desk@bains.example"]

    with reading(engine) as session:
        after = dump(session)
        token_hash = session.scalars(select(GuestLink.token_hash)).one().hex()

    types = [json.loads(line)["type"] for line in before]
    assert {"source", "kept_mapping", "guest_link", "property"} <= set(types)
    assert {json.loads(line)["type"] for line in set(after) - set(before)} == {"guest_link", "property"}
    assert not any(secret in line for line in after for secret in (issued.token, token_hash))


def with_logo(engine: Engine, colour: str) -> list[str]:
    """The state of a house whose logo is of one colour."""
    taken = io.BytesIO()
    Image.new("RGB", (400, 200), colour).save(taken, "PNG")
    with writing(engine) as session:
        place = session.scalars(select(Property)).one()
        set_picture(session, place, "logo", re_encode(taken.getvalue(), "logo"), actor="staff:1", now=NOON)
    with reading(engine) as session:
        return dump(session)


def test_two_houses_that_look_otherwise_are_not_in_the_same_state(engine: Engine) -> None:
    house(engine)
    with reading(engine) as session:
        without = dump(session)

    red, blue, red_again = with_logo(engine, "red"), with_logo(engine, "blue"), with_logo(engine, "red")

    assert red == red_again
    assert len({tuple(without), tuple(red), tuple(blue)}) == 3
    [line] = set(red) - set(without)
    told = json.loads(line)
    assert (told["type"], told["kind"], len(told["digest"])) == ("property_picture", "logo", 64)
