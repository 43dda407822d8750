"""A clean record that travels as text arrives as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from server.record import CleanRecord, Finding
from server.spark.carried import pack, unpack

FULL = CleanRecord(
    first_name="Zoë",
    last_name="Müller",
    gender="f",
    name_order_sure=False,
    companions=("Jean Müller",),
    is_person=False,
    email="zoe@mueller.example",
    email_class="real",
    mobile="+4915112345678",
    mobile_class="mobile",
    birth_date=date(1980, 2, 29),
    references=("4817985054", "A-1"),
    stay_from=date(2026, 5, 1),
    party=2,
    amount=Decimal("120.50"),
    updated_at=datetime(2026, 5, 1, 12, 30, tzinfo=UTC),
    email_consent=False,
)


@pytest.mark.parametrize("record", [CleanRecord(), FULL], ids=["empty", "full"])
def test_a_record_arrives_as_it_was(record: CleanRecord) -> None:
    assert unpack(pack(record)) == record


def test_notes_and_findings_stay_at_home() -> None:
    told = replace(FULL, notes="allergic to nuts", findings=(Finding("a", "b"),))

    assert "nuts" not in pack(told)
    assert unpack(pack(told)) == FULL
