"""A house in Spain hands in its travellers, and pastes what the ministry answers."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Engine, select

from server.db import reading, writing
from server.properties.reach import EVERYWHERE
from server.properties.setup import default_property
from server.registration.due import Queue, queues
from server.registration.handing_in import hand_in, read_pasted, rows_of, say_results
from server.registration.houses import house_that_keeps, set_house
from server.registration.loading_lists import load_list
from server.registration.models import HandIn
from server.registration.sheet import Sheet
from tests.registration.sheets import VAULT, keep
from tests.registration.spain import HOUSE, LENA, NOW, STAY, codes
from tests.registration.test_spain_answers import REFUSED, TAKEN, answer


def set_up(engine: Engine) -> None:
    """The house is in Spain, has its codes and the ministry's lists."""
    with writing(engine) as session:
        default_property(session).country = "ES"
        session.flush()
        keeps = house_that_keeps(session, default_property(session).id, EVERYWHERE)
        assert keeps is not None
        set_house(session, keeps, is_on=True, ids=HOUSE.ids, actor="staff:1", now=NOW)
        for name, entries in codes().items():
            lines = [f"{code};{meaning}" for code, meaning in entries.items()]
            content = "\n".join(("codigo;descripcion", *lines)).encode()
            load_list(session, "ES", name, content, property_id=keeps.place.id, actor="staff:1", now=NOW)


def queue(engine: Engine) -> Queue:
    with reading(engine) as session:
        (found,) = queues(session, EVERYWHERE, now=NOW)
        return found


def test_sheets_of_one_stay_are_taken_or_refused_together(engine: Engine) -> None:
    set_up(engine)
    other = replace(STAY, reference="R-9")
    for id_, stay in (("s-1", STAY), ("s-2", other), ("s-3", STAY)):
        keep(engine, id_, Sheet(stay, (LENA,)), country="ES")

    with writing(engine) as session:
        (made,) = hand_in(session, VAULT, queue(engine), actor="staff:1", now=NOW)
        assert [(row.sheet_id, row.answer) for row in rows_of(session, made)] == [
            ("s-1", 0),
            ("s-3", 0),
            ("s-2", 1),
        ]
    with writing(engine) as session:
        made = session.scalars(select(HandIn)).one()
        found = read_pasted(session, made, answer("6", (1, REFUSED), (2, TAKEN)), "ES")
        say_results(session, made, found, actor="staff:1", now=NOW)

    states = {due.kept.id: (due.state, due.refused) for due in queue(engine).dues}
    assert states == {
        "s-1": ("refused", ("10121",)),
        "s-3": ("refused", ("10121",)),
        "s-2": ("accepted", ()),
    }
