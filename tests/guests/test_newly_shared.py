"""A value that turns out to be shared is no evidence under the next model; what it held is told."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import Engine

from server.commands._rematching import told
from server.db import reading
from server.guests.linking import link_waiting
from server.privacy.check import check
from tests.builders import guests_by_key, take_in
from tests.guests.deciding_house import ids

ADDRESS = "karla.huber@posteo.example"
FIRSTS = [
    *("Agathe", "Bruno", "Chiara", "Dmitri", "Emeka", "Freya", "Gustav", "Hanae", "Igor", "Jamila"),
    *(
        "Kwame",
        "Lucrezia",
        "Mehmet",
        "Noemi",
        "Oskar",
        "Petronella",
        "Quentin",
        "Rasmus",
        "Siobhan",
        "Tadeusz",
    ),
    *(
        "Umberto",
        "Violeta",
        "Wolfgang",
        "Xiomara",
        "Yusuf",
        "Zsofia",
        "Aurelio",
        "Beatrix",
        "Cornelius",
        "Desislava",
    ),
]
LASTS = ["Andersson", "Bianchi", "Czerny", "Dvorak", "Eklund", "Fontaine", "Grünwald", "Halloran", "Iwasaki"]


def test_an_address_that_thirty_persons_bear_by_next_month_loses_its_links_and_it_is_told(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "oneguest.guests")
    take_in(
        engine,
        {"key": "a1", "first_name": "Patrick", "last_name": "Martin", "email": ADDRESS},
        {"key": "b1", "first_name": "Olga", "last_name": "Ivanova", "email": "olga.ivanova@mail.example"},
    )
    take_in(
        engine,
        {"key": "a2", "full_name": "P Martin", "email": ADDRESS},
        {"key": "b2", "first_name": "Olga", "last_name": "Ivanova", "email": "olga.ivanova@mail.example"},
        source="till",
        kind="till",
    )
    link_waiting(engine)
    guests = guests_by_key(engine)
    assert guests["a1"] == guests["a2"]
    take_in(
        engine,
        *(
            {
                "key": f"m{n}",
                "first_name": first,
                "last_name": LASTS[n % len(LASTS)],
                "email": ADDRESS,
            }
            for n, first in enumerate(FIRSTS)
        ),
        source="agency",
    )
    link_waiting(engine)
    assert guests_by_key(engine)["a1"] == guests_by_key(engine)["a2"]  # thirty rows make no new model

    report = link_waiting(engine, bulk=True)

    guests = guests_by_key(engine)
    assert guests["a1"] != guests["a2"]
    assert guests["b1"] == guests["b2"]
    assert report is not None
    (shared,) = report.shared
    first, other = ids(engine, "a1", "a2")
    assert (shared.kind, shared.record, shared.records) == ("email", first, 32)
    assert shared.persons >= 30
    assert shared.parted == (first, other)
    lines = "\n".join(told(report))
    assert f"email of record {first}: on 32 records" in lines
    assert f"parted: records {first}, {other}" in lines
    assert ADDRESS not in lines + caplog.text
    assert "value is nobody's own kind=email" in caplog.text
    with reading(engine) as session:
        assert check(session) == []

    again = link_waiting(engine, bulk=True)
    assert again is not None
    assert again.shared == ()
