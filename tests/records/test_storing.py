"""Source records: every word of a source is kept, in versions."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Engine, func, select

from server.cleaning import clean
from server.consents.models import Consent
from server.db import reading, writing
from server.properties.context import context_of
from server.properties.setup import ensure_properties
from server.record import RawRecord
from server.records.arriving import Arrival, Origin, prepare
from server.records.models import CleanRow, RecordKey, RecordVersion, SourceRecord
from server.records.storing import store
from server.stays.models import ToldStay
from tests.builders import NOON, PATRICK, at_once, make_source, take_in

A = PATRICK | {"key": "A1", "city": "Lyon"}
B = A | {"city": "Nice"}


def contents(engine: Engine) -> list[dict[str, Any]]:
    with reading(engine) as session:
        return list(session.scalars(select(RecordVersion.content).order_by(RecordVersion.n)))


def one(engine: Engine, *columns: Any) -> Any:
    with reading(engine) as session:
        return session.execute(select(*columns)).one()


def test_a_row_is_a_record_with_its_reading(engine: Engine) -> None:
    result = take_in(engine, A)

    assert (result.stored, result.unchanged) == (1, 0)
    assert contents(engine) == [A]
    assert one(engine, CleanRow.email, CleanRow.city) == ("patrick.martin@orange.fr", "Lyon")


def test_the_same_file_twice_stores_nothing_new(engine: Engine) -> None:
    take_in(engine, A)

    result = take_in(engine, A)

    assert (result.stored, result.unchanged) == (0, 1)
    assert contents(engine) == [A]


def test_a_value_that_changes_and_changes_back_is_three_versions(engine: Engine) -> None:
    for row in (A, B, A):
        take_in(engine, row)

    assert contents(engine) == [A, B, A]
    assert one(engine, CleanRow.city) == ("Lyon",)
    assert one(engine, SourceRecord.versions, SourceRecord.current_version) == (3, 3)


def test_a_record_that_comes_twice_in_one_file_is_two_versions(engine: Engine) -> None:
    result = take_in(engine, A, B, B)

    assert (result.stored, result.unchanged) == (2, 1)
    assert contents(engine) == [A, B]
    assert one(engine, CleanRow.city) == ("Nice",)


def test_an_older_row_is_kept_but_does_not_become_current(engine: Engine) -> None:
    new = A | {"updated_at": "2026-03-02 10:00:00"}
    old = B | {"updated_at": "2026-01-01 10:00:00"}
    take_in(engine, new)

    first, again = take_in(engine, old), take_in(engine, old)

    assert (first.stored, again.stored, again.unchanged) == (1, 0, 1)
    assert contents(engine) == [new, old]
    assert one(engine, CleanRow.city) == ("Lyon",)
    assert one(engine, SourceRecord.versions, SourceRecord.current_version) == (2, 1)


def test_a_new_version_replaces_keys_stay_and_consent_of_the_old_one(engine: Engine) -> None:
    stay = {"reference": "B1", "stay_from": "2026-05-01", "stay_to": "2026-05-03", "email_consent": "yes"}
    take_in(engine, A | stay, stay_kind="stay")
    with reading(engine) as session:
        keys = set(session.scalars(select(RecordKey.key)))

    take_in(engine, A | stay | {"stay_to": "2026-05-04", "email_consent": "no"}, stay_kind="stay")

    assert str(one(engine, ToldStay.departs)[0]) == "2026-05-04"
    assert one(engine, Consent.given) == (False,)
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(RecordKey)) == len(
            set(session.scalars(select(RecordKey.key)))
        )
        assert keys & set(session.scalars(select(RecordKey.key)))


def test_two_sources_may_use_the_same_key(engine: Engine) -> None:
    take_in(engine, A)
    take_in(engine, A, source="ota", kind="channel")

    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(SourceRecord)) == 2


def test_two_processes_that_bring_the_same_record_at_once_make_two_versions_of_one(engine: Engine) -> None:
    made = make_source(engine)

    def bring(row: dict[str, str], linger: float) -> None:
        with writing(engine) as session:
            place = ensure_properties(session, [{"code": "main"}])[0]
            values = {name: text for name, text in row.items() if name != "key"}
            reading_ = clean(values, context_of(place, {}, NOON.date()))
            raw = RawRecord(row["key"], row, values, 1)
            arrival = Arrival(raw, reading_, place.id, place.legal_entity_id, place.currency)
            origin = Origin(made.id, made.name, None, "source")
            store(session, origin, prepare(origin, [arrival]), now=NOON)
            time.sleep(linger)

    at_once(lambda: bring(A, 0.5), lambda: bring(B, 0))

    assert one(engine, SourceRecord.versions, SourceRecord.key) == (2, "A1")
