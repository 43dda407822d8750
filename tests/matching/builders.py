"""Builders of clean records, and a front desk that asks the engine who is who."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from server.matching import Decisions, Model, Partition, Records, make_model, match
from server.record import CleanRecord, Proof


def person(
    first: str | None = None,
    last: str | None = None,
    *,
    email: str | None = None,
    mobile: str | None = None,
    born: str | None = None,
    stay: tuple[str, str] | None = None,
    **more: Any,
) -> CleanRecord:
    """A clean record that shows only what matters."""
    start, end = (date.fromisoformat(day) for day in stay) if stay else (None, None)
    record = CleanRecord(
        first_name=first,
        last_name=last,
        email=email,
        email_class="real" if email else "missing",
        mobile=mobile,
        mobile_class="mobile" if mobile else "missing",
        birth_date=date.fromisoformat(born) if born else None,
        stay_from=start,
        stay_to=end,
    )
    return replace(record, **more)


@dataclass(frozen=True)
class Desk:
    """What the engine found, in the words of the tests."""

    partition: Partition

    def together(self, *rows: int) -> bool:
        """Whether all these records are one person."""
        return len({int(self.partition.labels[row]) for row in rows}) == 1

    @property
    def persons(self) -> int:
        """How many persons the records are."""
        return len(set(self.partition.labels.tolist()))

    def asks(self, one: int, two: int) -> bool:
        """Whether reception is asked about the two records."""
        return any({one, two} == {i, j} for i, j, _ in self.partition.questions)


def columns(records: Sequence[CleanRecord], proofs: Sequence[Proof] | None = None) -> Records:
    """Columns of records whose ids follow their order."""
    return Records.of(
        records,
        [f"pms\x1f{number:05d}" for number in range(len(records))],
        ["pms"] * len(records),
        proofs or ["source"] * len(records),
    )


def resolve(
    *records: CleanRecord,
    proofs: Sequence[Proof] | None = None,
    model: Model | None = None,
    decisions: Decisions | None = None,
) -> Desk:
    """Match records, with a model made of them or a frozen one."""
    made = columns(records, proofs)
    return Desk(match(made, model or make_model(made), decisions))
