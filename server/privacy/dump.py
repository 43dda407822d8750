"""The business state as text, for comparing: two runs that ended in the same state give the same bytes.

One JSON object a line, keys sorted, lines sorted. A guest is named by its smallest (source, key), never by
its id. What was done to get there is left out: imports, journal, events, jobs, times, the engine's figures;
so a file that was read twice leaves the same state as one read once. A link's token stands as the digest of
its hash, and whether the link was used or taken back, not when. A picture stands as its digest.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.captures.models import Capture, GuestLink, Handover, SealedForm, SurveyAnswer, Wish
from server.consents.models import Consent
from server.devices.models import Device
from server.feeds.models import Feed
from server.guests.models import (
    Decision,
    GuestValue,
    HouseholdMember,
    HouseholdWord,
    Link,
    Pin,
    StayWord,
)
from server.privacy.sheets import sheets_dumped
from server.prompts.models import TypedIn
from server.properties.arrangements import live_arrangements
from server.properties.models import LegalEntity, Property, PropertyPicture
from server.records.models import Import, KeptMapping, Problem, RecordVersion, Source, SourceRecord
from server.stays.models import Stay, StaySource, ToldReference, ToldStay

Names = dict[int, list[str]]


def dump(session: Session) -> list[str]:
    """All lines of the dump, sorted."""
    names = record_names(session)
    guests = guest_names(session, names)
    parts = (
        _properties(session),
        _pictures(session),
        _sources(session),
        _kept_mappings(session),
        _guest_links(session, names),
        _handovers(session, names),
        _arrangements(session),
        _feeds(session),
        _records(session, names),
        _told_stays(session, names),
        _stays(session, names, guests),
        _consents(session, names),
        _links(session, names, guests),
        _values(session, names, guests),
        _decisions(session, names),
        _stay_words(session, names),
        _pins(session, names),
        _households(session, guests),
        _household_words(session, names),
        _problems(session),
        _captures(session, names),
        _devices(session),
        _sealed_forms(session),
        _wishes(session, names),
        _surveys(session),
        _typed_in(session, names),
        sheets_dumped(session, names),
    )
    return sorted(
        {
            json.dumps(thing, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
            for part in parts
            for thing in part
        }
    )


def record_names(session: Session) -> Names:
    """Every record's (source, key) by its id."""
    query = select(SourceRecord.id, Source.name, SourceRecord.key).join(
        Source, Source.id == SourceRecord.source_id
    )
    return {record_id: [source, key] for record_id, source, key in session.execute(query)}


def guest_names(session: Session, names: Names) -> dict[str, list[str]]:
    """Every guest's smallest (source, key) by its id."""
    found: dict[str, list[str]] = {}
    for guest_id, record_id in session.execute(select(Link.guest_id, Link.record_id)):
        name = names[record_id]
        if guest_id not in found or name < found[guest_id]:
            found[guest_id] = name
    return found


SETTINGS = (
    *("street", "postal_code", "city", "reception_phone", "reply_to", "sentences", "tones", "email_reasons"),
    *("quiet_from", "quiet_until", "senders", "retention", "stay_kinds", "flows", "good_to_know"),
)
"""What a house has set beside who it is; who changed it when is no business state."""


def _properties(session: Session) -> Iterator[dict[str, Any]]:
    query = select(Property, LegalEntity.name).join(LegalEntity, LegalEntity.id == Property.legal_entity_id)
    for place, entity in session.execute(query):
        yield {
            "type": "property",
            "code": place.code,
            "name": place.name,
            "legal_entity": entity,
            "kind": place.kind,
            "zone": place.zone,
            "country": place.country,
            "currency": place.currency,
            "languages": place.languages,
            "accent": place.accent,
            "own_domains": sorted(place.own_domains),
            "own_emails": sorted(place.own_emails),
            "own_phones": sorted(place.own_phones),
            "is_default": place.is_default,
            **{name: getattr(place, name) for name in SETTINGS},
        }


def _pictures(session: Session) -> Iterator[dict[str, Any]]:
    """A house's logo and photo by the digests of their bytes: two are the same picture, or they are not."""
    query = select(Property.code, PropertyPicture).join(Property, Property.id == PropertyPicture.property_id)
    for place, picture in session.execute(query):
        yield {
            "type": "property_picture",
            "property": place,
            "kind": picture.kind,
            "media_type": picture.media_type,
            "width": picture.width,
            "height": picture.height,
            "digest": picture.digest,
        }


def _sources(session: Session) -> Iterator[dict[str, Any]]:
    records = select(SourceRecord.id).where(SourceRecord.source_id == Source.id)
    imports = select(Import.id).where(Import.source_id == Source.id)
    holding = imports.where(Import.state != "undone")
    gave = or_(records.exists(), holding.exists(), ~imports.exists())  # else all it gave was taken back
    query = select(Source, Property.code).join(Property, Property.id == Source.property_id).where(gave)
    for source, place in session.execute(query):
        yield {
            "type": "source",
            "source": source.name,
            "layout": source.layout,
            "kind": source.kind,
            "property": place,
        }


def _kept_mappings(session: Session) -> Iterator[dict[str, Any]]:
    for kept in session.scalars(select(KeptMapping)):
        yield {
            "type": "kept_mapping",
            "header": kept.header_digest,
            "source": kept.source_name,
            "kind": kept.kind,
            "columns": kept.columns,
            "key_columns": kept.key_columns,
        }


def _guest_links(session: Session, names: Names) -> Iterator[dict[str, Any]]:
    query = select(GuestLink, Property.code).join(Property, Property.id == GuestLink.property_id)
    for link, place in session.execute(query):
        yield {
            "type": "guest_link",
            "token": sha256(link.token_hash).hexdigest(),
            "record": names[link.record_id],
            "property": place,
            "last_name": sha256(link.last_name_key.encode()).hexdigest(),
            "arrives": link.arrives,
            "leads_to": link.leads_to,
            "is_used": link.used_at is not None,
            "is_revoked": link.revoked_at is not None,
        }


def _handovers(session: Session, names: Names) -> Iterator[dict[str, Any]]:
    query = select(Handover, Property.code).join(Property, Property.id == Handover.property_id)
    for row, place in session.execute(query):
        yield {
            "type": "handover",
            "record": names[row.record_id],
            "property": place,
            "language": row.language,
            "made_at": row.made_at,
            "capture": row.capture_id,
            "is_attached": row.attached_at is not None,
        }


def _arrangements(session: Session) -> Iterator[dict[str, Any]]:
    entities = dict(session.execute(select(LegalEntity.id, LegalEntity.name)).all())
    for found in live_arrangements(session):
        between = sorted((entities[found.one_id], entities[found.other_id]))
        yield {"type": "arrangement", "between": between, "note": found.note}


def _feeds(session: Session) -> Iterator[dict[str, Any]]:
    """What is set; which files came, and what colleagues said yes to, is how the state came about."""
    query = select(Feed, Property.code).join(Property, Property.id == Feed.property_id)
    for feed, place in session.execute(query):
        yield {
            "type": "feed",
            "property": place,
            "kind": feed.kind,
            "name": feed.name,
            "place": feed.place,
            "senders": sorted(feed.senders),
            "expected_at": feed.expected_at,
            "state": feed.state,
        }


def _records(session: Session, names: Names) -> Iterator[dict[str, Any]]:
    places = dict(session.execute(select(Property.id, Property.code)).all())
    heads = select(SourceRecord).execution_options(yield_per=1000)
    for record in session.scalars(heads):
        yield {
            "type": "source_record",
            "record": names[record.id],
            "property": places[record.property_id],
            "proof": record.proof,
            "versions": record.versions,
            "current": record.current_version,
        }
    query = select(RecordVersion).execution_options(yield_per=1000)
    for version in session.scalars(query):
        yield {
            "type": "record_version",
            "record": names[version.record_id],
            "n": version.n,
            "content": version.content,
            "source_time": version.source_time,
            "findings": version.findings,
        }


def _told_stays(session: Session, names: Names) -> Iterator[dict[str, Any]]:
    named = select(ToldReference).order_by(ToldReference.place)
    references: dict[tuple[int, int], list[str]] = defaultdict(list)
    for found in session.scalars(named):
        references[found.record_id, found.version].append(found.reference)
    for stay in session.scalars(select(ToldStay).execution_options(yield_per=1000)):
        yield {
            "type": "told_stay",
            "record": names[stay.record_id],
            "version": stay.version,
            "references": references[stay.record_id, stay.version],
            "property_sure": stay.property_sure,
            "group_reference": stay.group_reference,
            "is_leader": stay.is_leader,
            "paid_by": stay.paid_by,
            "booker": [stay.booker_name, stay.booker_email, stay.booker_phone],
            "kind": stay.kind,
            "reference": stay.reference,
            "channel": stay.channel,
            "status": stay.status,
            "arrives": stay.arrives,
            "departs": stay.departs,
            "room": stay.room,
            "party": stay.party,
            "amount": stay.amount,
            "currency": stay.currency,
        }


def _stays(session: Session, names: Names, guests: dict[str, list[str]]) -> Iterator[dict[str, Any]]:
    """Each stay by its smallest source, and by what it is counted."""
    places = dict(session.execute(select(Property.id, Property.code)).all())
    sources = session.scalars(select(StaySource)).all()
    stays: dict[str, list[Any]] = {}
    for source in sources:
        told = [*names[source.record_id], source.version]
        stays[source.stay_id] = min(told, stays.get(source.stay_id, told))
    for stay in session.scalars(select(Stay).execution_options(yield_per=1000)):
        yield {
            "type": "stay",
            "stay": stays.get(stay.id),
            "property": places[stay.property_id],
            "kind": stay.kind,
            "status": stay.status,
            "arrives": stay.arrives,
            "departs": stay.departs,
            "room": stay.room,
            "reference": stay.reference,
            "channel": stay.channel,
            "record": names.get(stay.record_id or 0),
            "guest": guests.get(stay.guest_id or ""),
            "booker": guests.get(stay.booker_guest_id or ""),
            "presence": stays.get(stay.presence),
        }
    for source in sources:
        yield {
            "type": "stay_source",
            "stay": stays[source.stay_id],
            "record": names[source.record_id],
            "version": source.version,
            "role": source.role,
            "counts": source.counts,
            "amount": source.amount,
            "currency": source.currency,
        }


def _consents(session: Session, names: Names) -> Iterator[dict[str, Any]]:
    query = select(Consent, LegalEntity.name).join(LegalEntity, LegalEntity.id == Consent.legal_entity_id)
    for consent, entity in session.execute(query):
        yield {
            "type": "consent",
            "record": names[consent.record_id],
            "channel": consent.channel,
            "given": consent.given,
            "at": consent.at,
            "text_version": consent.text_version,
            "legal_entity": entity,
        }


def _links(session: Session, names: Names, guests: dict[str, list[str]]) -> Iterator[dict[str, Any]]:
    for guest in guests.values():
        yield {"type": "guest", "guest": guest}
    query = select(Link.record_id, Link.guest_id, Link.author, Link.reason)
    for record_id, guest_id, author, reason in session.execute(query):
        yield {
            "type": "link",
            "record": names[record_id],
            "guest": guests[guest_id],
            "author": author,
            "reason": reason,
        }


def _values(session: Session, names: Names, guests: dict[str, list[str]]) -> Iterator[dict[str, Any]]:
    for value in session.scalars(select(GuestValue).execution_options(yield_per=1000)):
        yield {
            "type": "guest_value",
            "guest": guests.get(value.guest_id),
            "field": value.field,
            "value": value.value,
            "class": value.value_class,
            "record": names[value.record_id],
            "rule": value.rule,
        }


def _decisions(session: Session, names: Names) -> Iterator[dict[str, Any]]:
    for decision in session.scalars(select(Decision).where(Decision.withdrawn_at.is_(None))):
        yield {
            "type": "decision",
            "records": sorted([names[decision.record_a], names[decision.record_b]]),
            "verdict": decision.verdict,
            "author": decision.author,
            "reason": decision.reason,
        }


def _stay_words(session: Session, names: Names) -> Iterator[dict[str, Any]]:
    for word in session.scalars(select(StayWord).where(StayWord.withdrawn_at.is_(None))):
        told = (
            [names[word.record_a], word.arrives_a, word.departs_a],
            [names[word.record_b], word.arrives_b, word.departs_b],
        )
        yield {
            "type": "stay_word",
            "told": sorted(told, key=str),
            "verdict": word.verdict,
            "author": word.author,
            "reason": word.reason,
        }


def _pins(session: Session, names: Names) -> Iterator[dict[str, Any]]:
    """Pins in force, in their order: of several on one field of one record the newest counts."""
    query = select(Pin).where(Pin.withdrawn_at.is_(None)).order_by(Pin.id)
    order: Counter[tuple[int, str]] = Counter()
    for pin in session.scalars(query):
        order[pin.record_id, pin.field] += 1
        yield {
            "type": "pin",
            "record": names[pin.record_id],
            "field": pin.field,
            "order": order[pin.record_id, pin.field],
            "value": pin.value,
            "class": pin.value_class,
            "author": pin.author,
            "reason": pin.reason,
        }


def _households(session: Session, guests: dict[str, list[str]]) -> Iterator[dict[str, Any]]:
    members: dict[str, list[list[str] | None]] = defaultdict(list)
    reasons: dict[str, str] = {}
    for member in session.scalars(select(HouseholdMember)):
        members[member.household_id].append(guests.get(member.guest_id))
        reasons[member.household_id] = member.reasons
    for number, names in members.items():
        yield {"type": "household", "guests": sorted(n or [] for n in names), "reasons": reasons[number]}


def _household_words(session: Session, names: Names) -> Iterator[dict[str, Any]]:
    """Words in force, in their order: of several on two guests the newest counts."""
    query = select(HouseholdWord).where(HouseholdWord.withdrawn_at.is_(None)).order_by(HouseholdWord.id)
    order: Counter[tuple[int, ...]] = Counter()
    for word in session.scalars(query):
        pair = tuple(sorted((word.record_a, word.record_b)))
        order[pair] += 1
        yield {
            "type": "household_word",
            "records": sorted([names[word.record_a], names[word.record_b]]),
            "order": order[pair],
            "verdict": word.verdict,
            "author": word.author,
            "reason": word.reason,
        }


def _problems(session: Session) -> Iterator[dict[str, Any]]:
    query = select(Problem, Import.file_digest).join(Import, Import.id == Problem.import_id, isouter=True)
    for problem, file in session.execute(query):
        yield {
            "type": "problem",
            "file": file,
            "capture": problem.capture_id,
            "line": problem.line,
            "code": problem.code,
            "params": problem.params,
            "content": problem.content,
            "state": problem.state,
        }


def _captures(session: Session, names: Names) -> Iterator[dict[str, Any]]:
    for capture in session.scalars(select(Capture)):
        yield {
            "type": "capture",
            "capture": capture.id,
            "form": capture.form,
            "version": capture.form_version,
            "digest": capture.digest.hex(),
            "proof": capture.proof,
            "state": capture.state,
            "record": names[capture.record_id] if capture.record_id is not None else None,
        }


def _devices(session: Session) -> Iterator[dict[str, Any]]:
    query = select(Device, Property.code).join(Property, Property.id == Device.property_id)
    for device, place in session.execute(query):
        yield {
            "type": "device",
            "name": device.name,
            "property": place,
            "enrolled_at": device.enrolled_at,
            "ended": device.revoked_at is not None,
        }


def _sealed_forms(session: Session) -> Iterator[dict[str, Any]]:
    for form in session.scalars(select(SealedForm)):
        yield {
            "type": "sealed_form",
            "capture": form.capture_id,
            "digest": form.digest.hex(),
            "number": form.number,
            "state": form.state,
        }


def _wishes(session: Session, names: Names) -> Iterator[dict[str, Any]]:
    for wish in session.scalars(select(Wish)):
        yield {
            "type": "wish",
            "record": names[wish.record_id],
            "day": wish.day,
            "arrival_time": wish.arrival_time,
            "kinds": wish.kinds,
            "note": wish.note,
            "is_settled": wish.settled_at is not None,
        }


def _surveys(session: Session) -> Iterator[dict[str, Any]]:
    """Two that say the same are one line: by design nothing tells them apart."""
    for answer in session.scalars(select(SurveyAnswer)):
        yield {
            "type": "survey_answer",
            "form": answer.form,
            "version": answer.form_version,
            "day": answer.day,
            "answers": answer.answers,
            "comment": answer.comment,
            "reply_to": answer.reply_to,
            "is_settled": answer.settled_at is not None,
        }


def _typed_in(session: Session, names: Names) -> Iterator[dict[str, Any]]:
    """That a colleague typed it is state; whether an export showed it since follows from the records."""
    for mark in session.scalars(select(TypedIn)):
        yield {
            "type": "typed_in",
            "record": names[mark.record_id],
            "value": names[mark.value_record_id],
            "is_proven": mark.proven_at is not None,
            "is_overwritten": mark.overwritten_at is not None,
        }
