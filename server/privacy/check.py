"""The invariants of the house, told from the tables alone. Shares no code with the engine.

A broken one is an item with ids and no guest data: code, how many, some examples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, Text, and_, case, cast, func, or_, select, union
from sqlalchemy.orm import Session, aliased

from server.captures.models import Capture, SealedForm
from server.feeds.models import FeedFile
from server.guests.models import (
    Decision,
    Deed,
    Guest,
    GuestValue,
    HouseholdMember,
    HouseholdWord,
    Link,
    Pin,
    StayWord,
)
from server.privacy.asked import ASKED_RULES
from server.privacy.sheets import SHEET_RULES
from server.properties.models import Arrangement, LegalEntity, Property
from server.records.models import CleanRow, Import, Problem, RecordVersion, Source, SourceRecord
from server.stays.models import Stay, StaySource, ToldStay

ADDRESS = ("street", "postal_code", "city", "country")


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that does not hold: what it says, in how many places, and the ids of some."""

    says: str
    places: int
    examples: tuple[str, ...]


def check(session: Session) -> list[Broken]:
    """Every invariant that does not hold; an empty list is the good answer."""
    found = []
    for says, rule in RULES.items():
        query = rule()
        places = session.scalar(select(func.count()).select_from(query.subquery())) or 0
        if places:
            examples = tuple(str(row[0]) for row in session.execute(query.limit(5)))
            found.append(Broken(says, places, examples))
    return found


Rule = Callable[[], Select[Any]]


def _records_without_link() -> Select[Any]:
    """A record has a link, or it visibly waits to be linked."""
    return (
        select(SourceRecord.id)
        .outerjoin(Link, Link.record_id == SourceRecord.id)
        .where(Link.record_id.is_(None), SourceRecord.needs_linking.is_(False))
    )


def _links_without_evidence() -> Select[Any]:
    others, leaning = aliased(Link), aliased(Link)
    has_company = select(others.record_id).where(
        others.guest_id == Link.guest_id, others.record_id != Link.record_id
    )
    is_leant_on = select(leaning.record_id).where(leaning.nearest_record_id == Link.record_id)
    return select(Link.record_id).where(
        or_(
            and_(Link.reason == "evidence", Link.nearest_record_id.is_(None)),
            and_(Link.reason == "alone", has_company.exists(), ~is_leant_on.exists()),
            and_(Link.reason == "evidence", func.length(cast(Link.evidence, Text)) <= 2),
            and_(Link.reason == "decision", Link.nearest_record_id.is_(None)),
        )
    )


def _links_to_strangers() -> Select[Any]:
    other = aliased(Link)
    return (
        select(Link.record_id)
        .join(other, other.record_id == Link.nearest_record_id)
        .where(other.guest_id != Link.guest_id)
    )


def _links_to_resolved_guests() -> Select[Any]:
    return select(Link.record_id).join(Guest, Guest.id == Link.guest_id).where(Guest.merged_into.is_not(None))


def _connected() -> CTE:
    """Each legal entity beside every one that arrangements in force lead to, itself included."""
    start = select(LegalEntity.id.label("one"), LegalEntity.id.label("other"))
    known = start.cte("connected", recursive=True)
    step = (
        select(
            known.c.one,
            case((Arrangement.one_id == known.c.other, Arrangement.other_id), else_=Arrangement.one_id),
        )
        .join(Arrangement, or_(Arrangement.one_id == known.c.other, Arrangement.other_id == known.c.other))
        .where(Arrangement.withdrawn_at.is_(None))
    )
    return known.union(step)


def _may_be_one(first: type[Link], second: type[Link]) -> ColumnElement[bool]:
    """Whether the legal entities of two links' records may share a guest."""
    known = _connected()
    one, other = aliased(SourceRecord), aliased(SourceRecord)
    here, there = aliased(Property), aliased(Property)
    return (
        select(one.id)
        .join(here, here.id == one.property_id)
        .join(known, known.c.one == here.legal_entity_id)
        .join(there, there.legal_entity_id == known.c.other)
        .join(other, other.property_id == there.id)
        .where(one.id == first.record_id, other.id == second.record_id)
        .correlate(first, second)
        .exists()
    )


def _guests_across_entities() -> Select[Any]:
    """One guest, two records that lean on each other, no arrangement; those that wait are about to part."""
    near, record = aliased(Link), aliased(SourceRecord)
    return (
        select(Link.record_id)
        .join(near, near.guest_id == Link.guest_id)
        .join(record, record.id == Link.record_id)
        .where(
            near.record_id == Link.nearest_record_id,
            record.needs_linking.is_(False),
            ~_may_be_one(Link, near),
        )
    )


def _decisions_violated() -> Select[Any]:
    a, b = aliased(Link), aliased(Link)
    return (
        select(Decision.id)
        .join(a, a.record_id == Decision.record_a)
        .join(b, b.record_id == Decision.record_b)
        .where(
            Decision.withdrawn_at.is_(None),
            or_(
                and_(Decision.verdict == "same", a.guest_id != b.guest_id, _may_be_one(a, b)),
                and_(Decision.verdict == "not_same", a.guest_id == b.guest_id),
            ),
        )
    )


def _decisions_contradict() -> Select[Any]:
    other = aliased(Decision)
    return (
        select(Decision.id)
        .join(other, and_(other.record_a == Decision.record_a, other.record_b == Decision.record_b))
        .where(
            Decision.withdrawn_at.is_(None),
            other.withdrawn_at.is_(None),
            Decision.verdict == "same",
            other.verdict == "not_same",
        )
    )


def _deeds_half_undone() -> Select[Any]:
    halves = (
        select(Deed.id)
        .join(words, words.deed_id == Deed.id)
        .where(Deed.undone_at.is_(None) != words.withdrawn_at.is_(None))
        for words in (Decision, StayWord, Pin, HouseholdWord)
    )
    return union(*halves).subquery().select()


def _values_from_strangers() -> Select[Any]:
    return (
        select(GuestValue.guest_id)
        .outerjoin(Link, and_(Link.record_id == GuestValue.record_id, Link.guest_id == GuestValue.guest_id))
        .where(Link.record_id.is_(None))
    )


def _pins_not_kept() -> Select[Any]:
    """A pin holds on a linked record, and yet its guest's value is none that anybody pinned."""
    parts = Pin.field == "address"
    value = select(GuestValue.guest_id).where(
        GuestValue.guest_id == Link.guest_id,
        or_(GuestValue.field == Pin.field, and_(parts, GuestValue.field.in_(ADDRESS))),
        GuestValue.rule == "pinned",
    )
    return (
        select(Pin.id)
        .join(Link, Link.record_id == Pin.record_id)
        .join(SourceRecord, SourceRecord.id == Pin.record_id)
        .where(Pin.withdrawn_at.is_(None), SourceRecord.needs_linking.is_(False), ~value.exists())
    )


def _households_empty() -> Select[Any]:
    """A household of one, or with a guest of whom there is no record."""
    alone = (
        select(HouseholdMember.household_id).group_by(HouseholdMember.household_id).having(func.count() < 2)
    )
    gone = select(HouseholdMember.household_id).where(
        ~select(Link.record_id).where(Link.guest_id == HouseholdMember.guest_id).exists()
    )
    return alone.union(gone).subquery().select()


def _households_against_words() -> Select[Any]:
    """The newest word on two guests is `apart`, and a household holds both."""
    a, b = aliased(Link), aliased(Link)
    one, other = aliased(HouseholdMember), aliased(HouseholdMember)
    newer, c, d = aliased(HouseholdWord), aliased(Link), aliased(Link)
    overruled = (
        select(newer.id)
        .join(c, c.record_id == newer.record_a)
        .join(d, d.record_id == newer.record_b)
        .where(
            newer.id > HouseholdWord.id,
            newer.withdrawn_at.is_(None),
            or_(
                and_(c.guest_id == a.guest_id, d.guest_id == b.guest_id),
                and_(c.guest_id == b.guest_id, d.guest_id == a.guest_id),
            ),
        )
        .correlate(HouseholdWord, a, b)
    )
    return (
        select(HouseholdWord.id)
        .join(a, a.record_id == HouseholdWord.record_a)
        .join(b, b.record_id == HouseholdWord.record_b)
        .join(one, one.guest_id == a.guest_id)
        .join(other, and_(other.guest_id == b.guest_id, other.household_id == one.household_id))
        .where(
            HouseholdWord.verdict == "apart",
            HouseholdWord.withdrawn_at.is_(None),
            a.guest_id != b.guest_id,
            ~overruled.exists(),
        )
    )


def _imports_off() -> Select[Any]:
    return select(Import.id).where(
        Import.rows_read != Import.rows_stored + Import.rows_unchanged + Import.rows_waiting
    )


def _imports_unfinished_rows() -> Select[Any]:
    return select(Import.id).where(
        Import.state.in_(("linking", "done")), Import.rows_total != Import.rows_read
    )


def _imports_versions_off() -> Select[Any]:
    stored = (
        select(func.count()).where(RecordVersion.import_id == Import.id).correlate(Import).scalar_subquery()
    )
    return select(Import.id).where(
        Import.rows_stored != stored + Import.rows_erased, Import.state.not_in(("undoing", "undone"))
    )


def _imports_half_undone() -> Select[Any]:
    stored = select(RecordVersion.record_id).where(RecordVersion.import_id == Import.id)
    waiting = select(Problem.id).where(Problem.import_id == Import.id)
    return select(Import.id).where(Import.state == "undone", or_(stored.exists(), waiting.exists()))


def _imports_problems_off() -> Select[Any]:
    waiting = select(func.count()).where(Problem.import_id == Import.id).correlate(Import).scalar_subquery()
    return select(Import.id).where(Import.rows_waiting != waiting, Import.state != "undone")


def _feed_files_lost() -> Select[Any]:
    has_import = FeedFile.state.in_(("taken", "same")) & FeedFile.import_id.is_not(None)
    has_reason = FeedFile.state.in_(("same", "refused", "left")) & FeedFile.reason.is_not(None)
    return select(FeedFile.id).where(~(has_import | has_reason))


def _records_without_current() -> Select[Any]:
    return (
        select(SourceRecord.id)
        .outerjoin(
            RecordVersion,
            and_(
                RecordVersion.record_id == SourceRecord.id,
                RecordVersion.n == SourceRecord.current_version,
                RecordVersion.digest == SourceRecord.current_digest,
            ),
        )
        .where(RecordVersion.record_id.is_(None))
    )


def _records_versions_off() -> Select[Any]:
    kept = (
        select(func.count())
        .where(RecordVersion.record_id == SourceRecord.id)
        .correlate(SourceRecord)
        .scalar_subquery()
    )
    return select(SourceRecord.id).where(SourceRecord.versions != kept)


def _records_without_reading() -> Select[Any]:
    return (
        select(SourceRecord.id)
        .outerjoin(CleanRow, CleanRow.record_id == SourceRecord.id)
        .where(CleanRow.record_id.is_(None))
    )


def _told_without_version() -> Select[Any]:
    is_of = and_(RecordVersion.record_id == ToldStay.record_id, RecordVersion.n == ToldStay.version)
    return select(ToldStay.record_id).outerjoin(RecordVersion, is_of).where(RecordVersion.record_id.is_(None))


def _stays_untold() -> Select[Any]:
    source = select(StaySource.stay_id).where(StaySource.stay_id == Stay.id)
    return select(Stay.id).where(~source.exists())


def _told_uncounted() -> Select[Any]:
    """Told by a record that is linked and does not wait, and yet in no stay."""
    counted = select(StaySource.stay_id).where(
        StaySource.record_id == ToldStay.record_id, StaySource.version == ToldStay.version
    )
    return _settled(select(ToldStay.record_id), ToldStay).where(~counted.exists())


def _sources_untold() -> Select[Any]:
    told = select(ToldStay.record_id).where(
        ToldStay.record_id == StaySource.record_id, ToldStay.version == StaySource.version
    )
    return _settled(select(StaySource.record_id), StaySource).where(~told.exists())


def _settled(query: Select[Any], of: type[ToldStay] | type[StaySource] | type[Stay]) -> Select[Any]:
    return (
        query.join(SourceRecord, SourceRecord.id == of.record_id)
        .join(Link, Link.record_id == of.record_id)
        .where(SourceRecord.needs_linking.is_(False))
    )


def _stays_of_strangers() -> Select[Any]:
    return _settled(select(Stay.id), Stay).where(or_(Stay.guest_id.is_(None), Stay.guest_id != Link.guest_id))


def _stays_across_houses() -> Select[Any]:
    return (
        select(Stay.id)
        .join(StaySource, StaySource.stay_id == Stay.id)
        .join(
            ToldStay,
            and_(ToldStay.record_id == StaySource.record_id, ToldStay.version == StaySource.version),
        )
        .where(ToldStay.property_sure, ToldStay.property_id != Stay.property_id)
    )


def _money_of_two_ranks() -> Select[Any]:
    """Folio, reservation system, channel, restaurant: one of them says what a stay brought."""
    ranks = ("folio", "pms", "channel")
    rank = case(*((Source.kind == kind, n) for n, kind in enumerate(ranks)), else_=len(ranks))
    return (
        select(StaySource.stay_id)
        .join(Stay, Stay.id == StaySource.stay_id)
        .join(SourceRecord, SourceRecord.id == StaySource.record_id)
        .join(Source, Source.id == SourceRecord.source_id)
        .where(StaySource.counts, Stay.kind == "stay")
        .group_by(StaySource.stay_id)
        .having(func.count(rank.distinct()) > 1)
    )


def _money_twice() -> Select[Any]:
    """One room, the same days, the same amount: the same bill."""
    return (
        select(StaySource.stay_id)
        .join(
            ToldStay,
            and_(ToldStay.record_id == StaySource.record_id, ToldStay.version == StaySource.version),
        )
        .where(StaySource.counts, ToldStay.kind == "stay", ToldStay.room.is_not(None))
        .group_by(
            *(StaySource.stay_id, StaySource.currency, StaySource.amount),
            *(ToldStay.room, ToldStay.arrives, ToldStay.departs),
        )
        .having(func.count() > 1)
    )


def _stays_of_word(side: str, stay: type[Stay]) -> Select[Any]:
    """The stays in which what a word is about is told of on the very days it was said about."""
    record, arrives, departs = (
        getattr(StayWord, f"{name}_{side}") for name in ("record", "arrives", "departs")
    )
    return (
        select(stay.id)
        .join(StaySource, StaySource.stay_id == stay.id)
        .join(
            ToldStay,
            and_(ToldStay.record_id == StaySource.record_id, ToldStay.version == StaySource.version),
        )
        .join(SourceRecord, SourceRecord.id == StaySource.record_id)
        .where(
            StaySource.record_id == record,
            ToldStay.arrives.is_not_distinct_from(arrives),
            ToldStay.departs.is_not_distinct_from(departs),
            SourceRecord.needs_linking.is_(False),
        )
        .correlate(StayWord)
    )


def _stays_against_words() -> Select[Any]:
    """Told apart by a colleague and yet in one stay, or called one and yet in two of one house.

    Called one, they may be two where another word stands between those two stays: it was said while nobody
    told of what joins them.
    """
    one, other, between = aliased(Stay), aliased(Stay), aliased(StayWord)
    a, b = aliased(StaySource), aliased(StaySource)
    ones, others = _stays_of_word("a", one), _stays_of_word("b", other)
    is_between = (
        select(between.id)
        .join(a, a.record_id == between.record_a)
        .join(b, b.record_id == between.record_b)
        .where(
            between.verdict == "two",
            between.withdrawn_at.is_(None),
            or_(
                and_(a.stay_id == one.id, b.stay_id == other.id),
                and_(a.stay_id == other.id, b.stay_id == one.id),
            ),
        )
        .correlate(one, other)
    )
    is_stay, is_stay_too = one.kind == "stay", other.kind == "stay"
    torn = and_(
        one.id != other.id, one.property_id == other.property_id, is_stay == is_stay_too, ~is_between.exists()
    )
    return (
        select(StayWord.id)
        .join(one, one.id.in_(ones))
        .join(other, other.id.in_(others))
        .where(
            StayWord.withdrawn_at.is_(None),
            or_(
                and_(StayWord.verdict == "two", one.id == other.id, StayWord.record_a != StayWord.record_b),
                and_(StayWord.verdict == "one", torn),
            ),
        )
        .distinct()
    )


def _captures_lost() -> Select[Any]:
    problem = select(Problem.id).where(Problem.capture_id == Capture.id)
    return select(Capture.id).where(
        or_(
            and_(Capture.state == "read", Capture.record_id.is_(None)),
            and_(Capture.state == "problem", ~problem.exists()),
        )
    )


def _sealed_forms_lost() -> Select[Any]:
    """Bytes that nobody has read yet are there; one that was opened is a form, or its guest was erased."""
    problem = select(Problem.id).where(Problem.capture_id == SealedForm.capture_id)
    form = select(Capture.id).where(Capture.id == SealedForm.capture_id)
    is_unread = SealedForm.state.in_(("waiting", "rejected", "conflict", "problem", "held"))
    return select(SealedForm.id).where(
        or_(
            and_(is_unread, SealedForm.sealed.is_(None)),
            and_(SealedForm.state.in_(("problem", "held")), ~problem.exists()),
            and_(SealedForm.state == "opened", ~form.exists()),
            and_(SealedForm.state == "erased", SealedForm.sealed.is_not(None)),
        )
    )


RULES: dict[str, Rule] = {
    "Every source record is linked to a guest, or waits to be.": _records_without_link,
    "Every link has evidence or a person behind it.": _links_without_evidence,
    "A link's nearest record belongs to the same guest.": _links_to_strangers,
    "No record is linked to a guest that went into another.": _links_to_resolved_guests,
    "No decision of a person is violated.": _decisions_violated,
    "Of no two records people say both the same and not the same.": _decisions_contradict,
    "A word of a colleague holds as long as its deed, and no longer.": _deeds_half_undone,
    "No guest unites legal entities that have no arrangement.": _guests_across_entities,
    "Every value of a guest comes from a record linked to it.": _values_from_strangers,
    "What a colleague pinned is the guest's value.": _pins_not_kept,
    "Every household has two guests or more, all of them with records.": _households_empty,
    "No household holds two whom a colleague parted.": _households_against_words,
    "read = stored + unchanged + waiting, for every import.": _imports_off,
    "A finished import read every row of its file.": _imports_unfinished_rows,
    "Every row counted as stored is a version of a record, or was erased.": _imports_versions_off,
    "Every row counted as waiting is in the list of problems.": _imports_problems_off,
    "Nothing is left of an import that was undone.": _imports_half_undone,
    "Every file that a feed brought has an import or a reason.": _feed_files_lost,
    "Every record's current version is there.": _records_without_current,
    "No version of a record is missing.": _records_versions_off,
    "Every record has its clean reading.": _records_without_reading,
    "Every stay that is told of is told by a version of a record.": _told_without_version,
    "Every stay is told of by a record.": _stays_untold,
    "Every stay that a linked record tells of is counted.": _told_uncounted,
    "What a stay is counted by is told.": _sources_untold,
    "A stay's guest is the guest of the record that speaks for it.": _stays_of_strangers,
    "No stay is in two houses.": _stays_across_houses,
    "Stays are one, and two, as colleagues said.": _stays_against_words,
    "A stay's money is told by one rank of sources.": _money_of_two_ranks,
    "No amount of a room is counted twice.": _money_twice,
    "Every finished form is a record, or a problem, or about to be read.": _captures_lost,
    "Every form that a tablet sealed is kept, or was read, or its guest was erased.": _sealed_forms_lost,
    **ASKED_RULES,
    **SHEET_RULES,
}


def lines(broken: list[Broken]) -> Iterator[str]:
    """The findings as lines for a terminal."""
    for item in broken:
        yield f"Does not hold: {item.says} {item.places} places, such as id {', '.join(item.examples)}."
