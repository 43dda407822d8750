"""A group's rooming list: a stay for each room, one leader, whose contact is nobody else's evidence."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from server.db import reading, writing
from server.guests.linking import link_waiting
from server.importing.preparing import look_at, prepare
from server.importing.running import link_imports, run_import
from server.privacy.check import check
from server.properties.setup import default_property
from server.stays.groups import booking_contact, stays_of_group
from server.stays.models import Stay, StaySource
from tests.builders import guests_by_key, make_source, take_in

SAMPLE = Path(__file__).parents[1] / "sources" / "samples" / "rooming_list.csv"
LEADER = "beatriz.silva@posteo.de"


@pytest.fixture
def house(engine: Engine, tmp_path: Path) -> Engine:
    make_source(engine)
    path = tmp_path / "group.csv"  # with addresses that could be real ones, or they would be no evidence
    path.write_text(SAMPLE.read_text("utf-8").replace("@exemplo.test", "@posteo.de"), "utf-8")
    looked = look_at(path, name="group.csv", kept={})
    with writing(engine) as session:
        import_id = prepare(session, looked).id
    run_import(engine, import_id, path)
    link_imports(engine, [import_id])
    return engine


def test_each_room_is_a_stay_and_one_of_them_is_the_leaders(house: Engine) -> None:
    with reading(house) as session:
        stays = stays_of_group(session, default_property(session).id, "G-2041")
        assert [stay.room for stay in stays] == ["201", "202", "203", "204"]
        assert stays[0].guest_id == guests_by_key(house)["G-2041|Silva|Beatriz"]
        assert check(session) == []


def test_all_of_a_group_are_reached_by_its_leader_and_the_leader_by_nobody_else(house: Engine) -> None:
    with reading(house) as session:
        place = default_property(session).id
        leader, *others = stays_of_group(session, place, "G-2041")
        assert booking_contact(session, leader.id) is None
        assert {found.email for one in others if (found := booking_contact(session, one.id))} == {LEADER}
        # the ski club's list says who leads, and the contact stands on that line alone
        _, *skiers = stays_of_group(session, place, "G-2042")
        contacts = [booking_contact(session, one.id) for one in skiers]
        assert [(found.name, found.email) for found in contacts if found] == [
            ("Anton Huber", "anton.huber@beispiel.test")
        ]
        (outside,) = stays_of_group(session, place, "G-2043")
        found = booking_contact(session, outside.id)
        assert found is not None
        assert (found.email, found.record_id) == ("sommer@firma.test", None)


@pytest.mark.parametrize(
    ("who", "is_one"),
    [(("Beatriz", "Silva"), True), (("João", "Ferreira"), False), (("Inês", "Costa"), False)],
)
def test_the_leaders_address_is_the_leaders_and_brings_nobody_else_of_the_group_anywhere(
    house: Engine, who: tuple[str, str], is_one: bool
) -> None:
    first, last = who
    row = {"key": "n1", "first_name": first, "last_name": last, "email": LEADER}
    take_in(house, row, source="newsletter", kind="newsletter")
    link_waiting(house)

    guests = guests_by_key(house)
    assert (guests["n1"] == guests[f"G-2041|{last}|{first}"]) is is_one
    of_group = [guest for key, guest in guests.items() if key.startswith(("G-", "#"))]
    assert len(of_group) == len(set(of_group))


def test_two_in_one_room_are_one_stay_with_a_companion(house: Engine) -> None:
    with reading(house) as session:
        stay = session.scalars(select(Stay).where(Stay.room == "301")).one()
        roles = session.scalars(select(StaySource.role).where(StaySource.stay_id == stay.id)).all()
    assert sorted(roles) == ["companion", "guest"]
