"""A guest's page from its records: values side by side, stays and purchases, reasons of the links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from server.cleaning import fold
from server.guests.finding import GuestSeen, RecordSeen
from server.guests.models import GuestValue

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
_NOTHING_CAME_OF_IT = frozenset({"cancelled", "no_show"})


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
    """One stay, visit or purchase, told by one record or by several."""

    kind: str
    start: date | None
    end: date | None
    property_name: str
    room: str | None
    reference: str | None
    channel: str | None
    status: str
    amount: Decimal | None
    currency: str | None
    sources: tuple[str, ...]

    @property
    def counts(self) -> bool:
        """Whether it took place or is to: neither cancelled nor a no-show."""
        return self.status not in _NOTHING_CAME_OF_IT

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
    """Stays, visits and purchases, newest first; a stay that several systems tell of stands once.

    Two records tell of the same stay when property, arrival and departure agree; the reservation system's
    words win.
    """
    groups: dict[tuple[object, ...], list[RecordSeen]] = defaultdict(list)
    for record in seen.records:
        stay = record.stay
        if stay is None:
            continue
        if stay.kind == "stay" and stay.arrives is not None:
            groups["stay", stay.property_id, stay.arrives, stay.departs].append(record)
        else:
            groups["own", record.id].append(record)
    moments = [_moment(sorted(group, key=_pms_first)) for group in groups.values()]
    return tuple(sorted(moments, key=lambda m: (m.start or date.min, m.end or date.min), reverse=True))


def _pms_first(record: RecordSeen) -> tuple[bool, bool, int]:
    return (record.source_kind != "pms", record.stay is None or record.stay.amount is None, record.id)


def _moment(told: Sequence[RecordSeen]) -> Moment:
    stays = [record.stay for record in told if record.stay is not None]
    first = stays[0]
    paid = next((stay for stay in stays if stay.amount is not None), first)
    status = next((stay.status for stay in stays if stay.status != "unknown"), "unknown")
    return Moment(
        kind=first.kind,
        start=first.arrives,
        end=first.departs,
        property_name=told[0].property_name,
        room=next((stay.room for stay in stays if stay.room), None),
        reference=next((stay.reference for stay in stays if stay.reference), None),
        channel=next((stay.channel for stay in stays if stay.channel), None),
        status=status,
        amount=paid.amount,
        currency=paid.currency,
        sources=tuple(dict.fromkeys(record.source for record in told)),
    )


def spent(moments: Sequence[Moment]) -> dict[str, Decimal]:
    """What the guest spent, by currency: amounts of several currencies are never added up."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for moment in moments:
        if moment.counts and moment.amount is not None:
            sums[moment.currency or ""] += moment.amount
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
