"""A guest's page from its records: values side by side, stays and purchases, reasons of the links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from server.cleaning import fold
from server.guests.finding import GuestSeen, RecordSeen, StaySeen
from server.guests.models import GuestValue
from server.stays.told import CAME_TO_NOTHING

SHOWN = (
    "title",
    "first_name",
    "last_name",
    "email",
    "mobile",
    "phone",
    "birth_date",
    "nationality",
    "language",
    "street",
    "postal_code",
    "city",
    "country",
    "company",
    "loyalty_id",
)
"""Fields of a person, in the order of a page."""

_FREE_TEXT = frozenset({"first_name", "last_name", "street", "city", "company"})


@dataclass(frozen=True, slots=True)
class Cell:
    """One record's value of a field, and whether it is what the guest's page says."""

    value: str | None
    value_class: str
    is_best: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One field across all records. `differs`: at least two of them say different things."""

    field: str
    cells: tuple[Cell, ...]
    differs: bool
    agrees: bool  # two or more say the same, none says another thing


@dataclass(frozen=True, slots=True)
class Moment:
    """One stay, visit or purchase, told by one record or by several of the guest's."""

    stay_id: str
    kind: str
    start: date | None
    end: date | None
    property_name: str
    room: str | None
    reference: str | None
    channel: str | None
    status: str
    money: dict[str, Decimal]  # by currency
    sources: tuple[str, ...]

    @property
    def counts(self) -> bool:
        """Whether it took place or is to: neither cancelled nor a no-show."""
        return self.status not in CAME_TO_NOTHING

    @property
    def nights(self) -> int | None:
        if self.kind != "stay" or self.start is None or self.end is None:
            return None
        return max(0, (self.end - self.start).days)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one record is linked: the record it is nearest to, and what speaks for and against."""

    record: RecordSeen
    nearest: RecordSeen | None
    how_sure: str  # certain, very_likely, likely, perhaps; empty for a person's word or a single record
    speaks_for: tuple[tuple[str, dict[str, str]], ...]
    speaks_against: tuple[tuple[str, dict[str, str]], ...]


def side_by_side(records: Sequence[RecordSeen], best: dict[str, GuestValue]) -> tuple[Row, ...]:
    """Every field that one of the records fills, in the page's order."""
    rows = []
    for field in SHOWN:
        texts = [_text(record, field) for record in records]
        said = [_folded(field, text) for text in texts if text is not None]
        if not said:
            continue
        chosen = _folded(field, best[field].value) if field in best else None
        cells = tuple(
            Cell(text, _class(record, field), text is not None and _folded(field, text) == chosen)
            for record, text in zip(records, texts, strict=True)
        )
        rows.append(Row(field, cells, len(set(said)) > 1, len(said) > 1 and len(set(said)) == 1))
    return tuple(rows)


def _text(record: RecordSeen, field: str) -> str | None:
    value = getattr(record.clean, field)
    if field == "phone" and value is not None and value == record.clean.mobile:
        return None  # the same number, found in the other column
    return value.isoformat() if isinstance(value, date) else value


def _class(record: RecordSeen, field: str) -> str:
    if field == "email":
        return record.clean.email_class
    if field == "mobile":
        return record.clean.mobile_class
    if field != "phone" or (record.clean.phone and record.clean.phone == record.clean.mobile):
        return ""
    return record.clean.phone_class


def _folded(field: str, text: str) -> str:
    return str(fold(text)) if field in _FREE_TEXT else text.casefold()


def life(seen: GuestSeen) -> tuple[Moment, ...]:
    """Stays, visits and purchases, newest first; each once, however many systems tell of it.

    Its money is what counts of it by the guest's own records: a bill that stands with a companion's record is
    the companion's, and what was put on the room is on the room's bill.
    """
    names = {record.id: record.source for record in seen.records}
    moments = [_moment(stay, names) for stay in seen.stays]
    return tuple(sorted(moments, key=lambda m: (m.start or date.min, m.end or date.min), reverse=True))


def _moment(seen: StaySeen, names: Mapping[int, str]) -> Moment:
    stay = seen.stay
    money: dict[str, Decimal] = defaultdict(Decimal)
    for source in seen.sources:
        if source.counts and source.amount is not None:
            money[source.currency or ""] += source.amount
    return Moment(
        stay_id=stay.id,
        kind=stay.kind,
        start=stay.arrives,
        end=stay.departs,
        property_name=seen.property_name,
        room=stay.room,
        reference=stay.reference,
        channel=stay.channel,
        status=stay.status,
        money=dict(money),
        sources=tuple(dict.fromkeys(names[source.record_id] for source in seen.sources)),
    )


def spent(moments: Sequence[Moment]) -> dict[str, Decimal]:
    """What the guest spent, by currency: amounts of several currencies are never added up."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for moment in moments:
        if moment.counts:
            for currency, amount in moment.money.items():
                sums[currency] += amount
    return dict(sorted(sums.items(), key=lambda item: -item[1]))


def reasons(seen: GuestSeen) -> tuple[Reason, ...]:
    """Why each record is linked, heaviest evidence first; two that are nearest to each other stand once.

    A record whose nearest is out of reach has no reason here: its evidence would tell of the other one.
    """
    found: list[Reason] = []
    pairs: set[frozenset[int]] = set()
    for record in seen.records:
        reason = _reason(seen, record)
        pair = frozenset((record.id, reason.nearest.id if reason.nearest else record.id))
        is_told = reason.nearest or (record.link.reason == "decision" and not seen.is_part)
        if pair not in pairs and is_told:
            pairs.add(pair)
            found.append(reason)
    return tuple(found)


def _reason(seen: GuestSeen, record: RecordSeen) -> Reason:
    link = record.link
    nearest = seen.record(link.nearest_record_id) if link.nearest_record_id is not None else None
    evidence = sorted(link.evidence, key=lambda item: -abs(float(item[2])))
    return Reason(
        record,
        nearest,
        how_sure(link.probability),
        tuple((code, params) for code, params, bits in evidence if bits > 0),
        tuple((code, params) for code, params, bits in evidence if bits <= 0),
    )


def how_sure(probability: float | None) -> str:
    """A probability as one of four codes that reception's words are for; empty when there is none."""
    if probability is None:
        return ""
    steps = ((0.999, "certain"), (0.99, "very_likely"), (0.9, "likely"))
    return next((code for at_least, code in steps if probability >= at_least), "perhaps")
