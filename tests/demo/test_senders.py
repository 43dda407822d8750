"""The invented hotels can plan whom to ask, and ask nobody before a colleague approved it."""

from __future__ import annotations

import phonenumbers
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.demo.group import LAC
from server.demo.senders import ANSWERED, LONG, seat_senders
from server.prompts.asking import asking_of, is_approved
from server.prompts.models import Sender
from server.prompts.senders import mode_for, sender_for, senders_of, why_refused
from server.properties.setup import ensure_properties, property_by_code


def test_each_country_gets_what_works_there(engine: Engine) -> None:
    with Session(engine) as session:
        ensure_properties(session, [{"code": LAC.code, "name": LAC.name, "kind": "hotel"}])
        seat_senders(session)
        house = property_by_code(session, LAC.code)
        asking, own = asking_of(session, house), senders_of(session, house.id)

        for country in ("FR", *ANSWERED):
            kind, _ = sender_for(house, country, own) or ("", "")
            assert why_refused(kind, mode_for(house, asking, country), country) is None
        assert mode_for(house, asking, "FR") == "link"
        assert mode_for(house, asking, "US") == "nothing"
        assert not is_approved(asking)


def test_what_a_colleague_set_stays(engine: Engine) -> None:
    with Session(engine) as session:
        ensure_properties(session, [{"code": LAC.code, "name": LAC.name, "kind": "hotel"}])
        house = property_by_code(session, LAC.code)
        asking_of(session, house).countries = {"FR": "nothing"}

        seat_senders(session)

        assert asking_of(session, house).countries == {"FR": "nothing"}
        assert session.scalars(select(Sender)).all() == []


def test_the_invented_number_rings_nowhere() -> None:
    parsed = phonenumbers.parse(LONG)

    assert phonenumbers.is_possible_number(parsed)
    assert str(parsed.national_number).startswith("7700900")
