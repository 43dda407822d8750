"""Prepare records for the tables: everything that needs no database, so that another core can do it.

From a record as it came and its clean reading to what each table will hold: the version's content and digest,
the clean row, the look-up keys, the stay, the consents.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np

from server.cleaning.stay import read_payment
from server.db import Encoded, json_text
from server.matching import Records, keys_of
from server.record import CleanRecord, Finding, Proof, RawRecord, StayKind
from server.records.reading import to_row
from server.sources.layout import Of

ID_SEPARATOR = "\x1f"
"""Between a source's name and its key: together they name a record for the engine and in dumps."""


PROPERTY_SUPPOSED = "import.property_unknown"
"""Found of a row whose own column names no property of ours: it was put down to the file's."""


class Arrival(NamedTuple):
    """A record at the door of the tables: as it came, as it reads, and whose property it speaks of."""

    raw: RawRecord
    clean: CleanRecord
    property_id: int
    legal_entity_id: int
    currency: str  # the property's: of amounts whose source names none


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a batch of records comes from: common to all of them."""

    source_id: int
    source_name: str
    stay_kind: StayKind | None
    proof: Proof
    import_id: int | None = None
    text_version: str | None = None  # of a form whose consent words were shown
    of: Of = "reservation"  # what a key of the source stands for
    property_sure: bool = True  # whether it is known whose property the rows speak of, or only supposed


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record ready for the tables; rows lack only the record's id, which the tables give."""

    key: str
    line: int
    property_id: int
    content: Encoded
    digest: bytes
    source_time: datetime | None
    door_findings: list[list[Any]]
    codes: dict[str, int]  # of all findings: what an import counts, without a word of the guests'
    keys: tuple[int, ...]  # sorted, distinct
    clean_row: dict[str, Any]
    stay: dict[str, Any] | None
    references: tuple[str, ...]  # that the stay is named by
    consents: list[dict[str, Any]]


def prepare(origin: Origin, arrivals: Sequence[Arrival]) -> list[Prepared]:
    """Prepare a batch. Pure: the same arrivals give the same rows, in whatever process."""
    records = Records.of(
        [a.clean for a in arrivals],
        [str(place) for place in range(len(arrivals))],  # keys need no names, and a key may come twice
        [origin.source_name] * len(arrivals),
        [origin.proof] * len(arrivals),
    )
    keys: list[set[int]] = [set() for _ in arrivals]
    rows, digests = keys_of(records)
    for row, key in zip(rows.tolist(), digests.tolist(), strict=True):
        keys[row].add(key)
    return [_prepared(origin, arrival, mine) for arrival, mine in zip(arrivals, keys, strict=True)]


def _prepared(origin: Origin, arrival: Arrival, keys: Iterable[int]) -> Prepared:
    raw, clean = arrival.raw, arrival.clean
    content = json_text(raw.row)
    packed = tuple(sorted(keys))
    return Prepared(
        key=raw.key,
        line=raw.line,
        property_id=arrival.property_id,
        content=Encoded(content),
        digest=hashlib.blake2b(content.encode(), digest_size=16).digest(),
        source_time=_aware(clean.updated_at),
        door_findings=[[f.code, f.field, dict(f.params)] for f in raw.findings],
        codes=_count_codes((*raw.findings, *clean.findings)),
        keys=packed,
        clean_row=to_row(clean) | {"keys": np.array(packed, dtype="<i8").tobytes()},
        stay=_stay(origin, arrival),
        references=tuple(dict.fromkeys(reference[:80] for reference in clean.references)),
        consents=_consents(origin, arrival),
    )


def _count_codes(findings: Iterable[Finding]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.code] = counts.get(finding.code, 0) + 1
    return counts


def _aware(time: datetime | None) -> datetime | None:
    return time if time is None or time.tzinfo else time.replace(tzinfo=UTC)


def _stay(origin: Origin, arrival: Arrival) -> dict[str, Any] | None:
    clean = arrival.clean
    arrives = clean.stay_from
    if arrives is None and origin.stay_kind == "purchase" and clean.created_at is not None:
        arrives = clean.created_at.date()  # a sale that names no day of its own
    if origin.stay_kind is None or (arrives is None and not clean.references):
        return None
    return {
        "property_id": arrival.property_id,
        "property_sure": origin.property_sure and PROPERTY_SUPPOSED not in {f.code for f in clean.findings},
        "kind": origin.stay_kind,
        "group_reference": None,
        "is_leader": False,
        "reference": clean.references[0][:80] if clean.references else None,
        "channel": clean.channel[:60] if clean.channel else None,
        "status": clean.status,
        "arrives": arrives,
        "departs": clean.stay_to or arrives,
        "room": clean.room[:20] if clean.room else None,
        "party": clean.party,
        "amount": clean.amount,
        "currency": (clean.currency or arrival.currency) if clean.amount is not None else None,
        "paid_by": _paid_by(origin, clean),
        "booker_name": None,
        "booker_email": None,
        "booker_phone": None,
    }


def _paid_by(origin: Origin, clean: CleanRecord) -> str | None:
    """How a visit or purchase was paid, as far as it says: a room and no card is a bill on the room."""
    if origin.stay_kind == "stay":
        return None
    said = read_payment(clean.notes or "")
    if said is not None:
        return said
    return "card" if clean.card_digits else "room" if clean.room else None


_CONSENTS: tuple[tuple[str, Callable[[CleanRecord], bool | None]], ...] = (
    ("email", lambda clean: clean.email_consent),
    ("sms", lambda clean: clean.sms_consent),
)


def _consents(origin: Origin, arrival: Arrival) -> list[dict[str, Any]]:
    return [
        {
            "channel": channel,
            "given": given,
            "at": _aware(arrival.clean.consent_at),
            "text_version": origin.text_version,
            "legal_entity_id": arrival.legal_entity_id,
        }
        for channel, read in _CONSENTS
        if (given := read(arrival.clean)) is not None
    ]
