"""Which language a guest is written in: their own choice before every guess."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from babel.languages import get_official_languages
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.captures.models import Capture
from server.guests.models import Link
from server.prompts.models import Prompt
from server.prompts.senders import country_of
from server.records.models import CleanRow
from server.wording import CATALOGUES, GUESTS, SOURCE_LANGUAGE


@cache
def spoken() -> frozenset[str]:
    """The languages in which guests are written to: those that their pages speak."""
    found = [*CATALOGUES.glob("*.po"), *(CATALOGUES / GUESTS).glob("*.po")]
    return frozenset({SOURCE_LANGUAGE, *(path.stem for path in found)})


def language_for(
    chosen: str | None, reserved: str | None, phone_country: str | None, of_house: Sequence[str]
) -> str:
    """The language of the guest's last form; else of the reservation; else of the country their number is
    of, where it has one main language that we speak; else the first of the house."""
    known = _told(chosen, reserved, phone_country)
    return known or next((language for language in of_house if language in spoken()), SOURCE_LANGUAGE)


def _told(chosen: str | None, reserved: str | None, phone_country: str | None) -> str | None:
    told = (chosen, reserved, _of_country(phone_country))
    return next((language for language in told if language in spoken()), None)


def language_of_link(session: Session, link_id: int, record_id: int) -> str | None:
    """The language in which a guest is spoken to at their link: of the message that brought it; of one that
    somebody handed them, as a message would be written. None where nothing tells."""
    written = session.scalar(select(Prompt.language).where(Prompt.guest_link_id == link_id).limit(1))
    return written if written in spoken() else language_of_record(session, record_id)


def language_of_record(session: Session, record_id: int) -> str | None:
    """What a guest chose last, else what the record tells, else the language of its number's country."""
    guest = select(Link.guest_id).where(Link.record_id == record_id).scalar_subquery()
    theirs = (
        select(Capture.language)
        .join(Link, Link.record_id == Capture.record_id)
        .where(Link.guest_id == guest)
        .order_by(Capture.received_at.desc(), Capture.id.desc())
    )
    chosen = session.scalar(theirs.limit(1))
    clean = session.get(CleanRow, record_id)
    reserved, number = (clean.language, clean.mobile) if clean is not None else (None, None)
    return _told(chosen, reserved, country_of(number) if number else None)


@cache
def _of_country(country: str | None) -> str | None:
    if country is None:
        return None
    official = get_official_languages(country, de_facto=True)
    return official[0].split("_")[0] if official and country not in _SEVERAL else None


_SEVERAL = frozenset({"BE", "CH", "CA", "LU", "IN", "SG", "ZA", "CY", "MT"})
"""Countries whose number does not tell which of their languages somebody speaks."""
