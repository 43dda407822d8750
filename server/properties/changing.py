"""Change the settings of a house: each change with who and when, and a line in the journal without values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import take_turn
from server.journal import note
from server.properties.models import LegalEntity, Property, PropertyPicture
from server.properties.pictures import Picture
from server.refusal import Refused

COPIED = (
    *("kind", "zone", "country", "currency", "languages", "accent", "sentences", "tones", "email_reasons"),
    *("quiet_from", "quiet_until", "retention", "stay_kinds", "legal_entity_id", "flows"),
)
"""What a new house takes over from another: how it works, not who it is or where it writes from."""


ENTITY = ("name", "street", "postal_code", "city", "country", "registration", "privacy_contact")
"""What is known of a legal entity."""


def change_section(
    session: Session,
    place: Property,
    section: str,
    values: Mapping[str, Any],
    *,
    actor: str,
    now: datetime,
    reason: str = "",
) -> list[str]:
    """Set columns of a property; returns those that changed, nothing is noted where none did."""
    changed = _set(place, values)
    if changed:
        remember(session, place, section, changed, actor=actor, now=now, reason=reason)
    return changed


def change_entity(
    session: Session, entity: LegalEntity, values: Mapping[str, str], *, actor: str, now: datetime
) -> list[str]:
    """Set what is known of a legal entity; Refused when its new name is another one's."""
    taken = select(LegalEntity.id).where(LegalEntity.name == values["name"], LegalEntity.id != entity.id)
    if session.scalar(taken) is not None:
        raise Refused("entity.name_taken")
    changed = _set(entity, values)
    if changed:
        session.flush()
        subject, fields = f"entity:{entity.id}", ",".join(changed)
        note(session, actor, "entity.changed", subject, now=now, property_id=None, fields=fields)
    return changed


def entity_named(session: Session, name: str) -> LegalEntity:
    """The legal entity of a name, made when there is none."""
    take_turn(session, "house")
    found = session.scalar(select(LegalEntity).where(LegalEntity.name == name))
    if found is None:
        found = LegalEntity(name=name)
        session.add(found)
        session.flush()
    return found


def set_picture(
    session: Session, place: Property, kind: str, picture: Picture | None, *, actor: str, now: datetime
) -> None:
    """Put a picture in the place of the one before; None takes it away."""
    take_turn(session, "house")
    before = picture_of(session, place.id, kind)
    if before is None and picture is None:
        return
    if before is not None:
        session.delete(before)
        session.flush()
    if picture is not None:
        session.add(
            PropertyPicture(
                property_id=place.id,
                kind=kind,
                media_type=picture.media_type,
                width=picture.width,
                height=picture.height,
                digest=picture.digest,
                content=picture.content,
            )
        )
    remember(session, place, "pictures", [kind], actor=actor, now=now)


def picture_of(session: Session, property_id: int, kind: str) -> PropertyPicture | None:
    """The logo or photo of a property, its bytes not read yet; None without one."""
    query = select(PropertyPicture).where(PropertyPicture.property_id == property_id)
    return session.scalar(query.where(PropertyPicture.kind == kind))


def copy_property(
    session: Session,
    like: Property,
    identity: Mapping[str, str],
    *,
    pictures: bool,
    actor: str,
    now: datetime,
) -> Property:
    """Make a house that works like another one. `identity`: code, name, street, postal_code, city,
    reception_phone. Refused for a code that is taken."""
    take_turn(session, "house")
    if session.scalar(select(Property.id).where(Property.code == identity["code"])) is not None:
        raise Refused("setting.code_taken", {"code": identity["code"]})
    made = Property(**{name: getattr(like, name) for name in COPIED}, **identity)
    session.add(made)
    session.flush()
    if pictures:
        for found in session.scalars(select(PropertyPicture).where(PropertyPicture.property_id == like.id)):
            copied = Picture(found.media_type, found.width, found.height, found.content)
            set_picture(session, made, found.kind, copied, actor=actor, now=now)
    say_changed(made, "identity", actor=actor, now=now)
    note(
        session,
        actor,
        "house.copied",
        f"property:{made.id}",
        now=now,
        property_id=made.id,
        like=like.id,
    )
    return made


def _set(row: Property | LegalEntity, values: Mapping[str, Any]) -> list[str]:
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def say_changed(place: Property, section: str, *, actor: str, now: datetime) -> None:
    """Keep who changed a section and when: a page that was open before may not save over it."""
    place.changes = {**place.changes, section: {"by": actor, "at": now.isoformat()}}


def entity_as_seen(entity: LegalEntity) -> str:
    """A short name of a legal entity as it stands, for a form to send back: whether it was changed meanwhile.

    Its data stand on the pages of several houses, so no house's own changes can tell.
    """
    stands = (entity.id, *(getattr(entity, name) for name in ENTITY))
    return hashlib.sha256("\x1f".join(map(str, stands)).encode("utf-8", "replace")).hexdigest()[:20]


def remember(
    session: Session,
    place: Property,
    section: str,
    changed: list[str],
    *,
    actor: str,
    now: datetime,
    reason: str = "",
) -> None:
    """Keep who changed a section and when, at the property and in the journal: names of fields, no values."""
    say_changed(place, section, actor=actor, now=now)
    note(
        session,
        actor,
        "house.changed",
        f"property:{place.id}",
        now=now,
        property_id=place.id,
        reason=reason or None,
        section=section,
        fields=",".join(changed),
    )
