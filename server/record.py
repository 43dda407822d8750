"""The frozen words that the pure parts share: a record as it came, and its clean reading."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

PERSON_FIELDS = (
    "first_name",
    "last_name",
    "full_name",
    "title",
    "email",
    "phone",
    "mobile",
    "birth_date",
    "nationality",
    "language",
    "street",
    "postal_code",
    "city",
    "country",
    "document_number",
    "company",
    "loyalty_id",
)
"""What a source may say about the person."""

STAY_FIELDS = (
    "reference",
    "channel",
    "status",
    "stay_from",
    "stay_to",
    "room",
    "party",
    "amount",
    "currency",
    "group_reference",
    "group_leader",
    "booker_name",
    "booker_email",
    "booker_phone",
)
"""What a source may say about the stay, visit or purchase that came with the person."""

RECORD_FIELDS = (
    "created_at",
    "updated_at",
    "notes",
    "property",
    "email_consent",
    "sms_consent",
    "consent_at",
)
"""What a source may say about the record itself."""

FIELDS = PERSON_FIELDS + STAY_FIELDS + RECORD_FIELDS
"""Every name that a column of a source can be mapped to. `resolve` reads these from its CSV."""

DATE_FIELDS = ("birth_date", "created_at", "updated_at", "stay_from", "stay_to", "consent_at")

DateOrder = Literal["dmy", "mdy", "ymd"]

EmailClass = Literal[
    "real",
    "alias",
    "relay",
    "shared",
    "placeholder",
    "disposable",
    "bounced",
    "lapsed",
    "invalid",
    "missing",
]
"""`bounced` was a real address, `lapsed` a relay, until what was sent there came back for good: still known
as the guest's, it reaches nobody."""
PhoneClass = Literal["mobile", "landline", "unverifiable", "shared", "placeholder", "invalid", "missing"]
"""`unverifiable`: possible by its length, in no assigned range (the fictional ranges are such), or of a
country that is only guessed (its finding says so)."""

Proof = Literal["typed", "booking-bound", "verified", "source"]
"""Who stands behind a record: anyone at a tablet, the holder of a booking, a proven guest, a system."""

StayKind = Literal["stay", "visit", "purchase"]
StayStatus = Literal["booked", "in_house", "left", "cancelled", "no_show", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something noticed while reading a record: a code with parameters, worded at the edge.

    `field` is one of FIELDS (or a column of the source at the door). `params` may hold guest data, so a
    finding is stored with its record and never logged.
    """

    code: str
    field: str
    params: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
    """What a reader must know besides the row: where it was written, and what the house calls its own.

    `country` is the property's ISO 3166 code, the last hint for a phone without a prefix. `date_orders`
    gives the day/month order found over the whole column of the file, by field. `own_domains`,
    `own_emails` and `own_phones` (E.164) are the property's: found on a guest they are nobody's.
    """

    country: str = "FR"
    date_orders: Mapping[str, DateOrder] = dataclasses.field(default_factory=dict)
    own_domains: frozenset[str] = frozenset()
    own_emails: frozenset[str] = frozenset()
    own_phones: frozenset[str] = frozenset()
    today: date | None = None


@dataclass(slots=True)
class CleanRecord:
    """The normalised reading of one source record; can be rebuilt from it at any time.

    Display values keep their accents and own script; what only comparisons need (folded spellings,
    phonetic keys) is the matcher's to derive. Absent is None, never an empty string.

    Whoever makes one fills it; nobody changes it afterwards. It is not `frozen` because a frozen class sets
    its 45 fields through `object.__setattr__`: 6 of the 40 us that a record may cost to clean.
    """

    # name: as written properly; `name_parts` are all words of it when first/last could not be told apart
    first_name: str | None = None
    last_name: str | None = None
    title: str | None = None  # mr, mrs, ms, dr, prof, master
    gender: Literal["f", "m"] | None = None  # only as far as the title tells
    name_order_sure: bool = True  # False: first and last may be swapped (no source column told them apart)
    lost_letters: bool = False  # the name holds U+FFFD or '?' for letters that cannot be brought back
    companions: tuple[str, ...] = ()  # "Jean & Marie Martin": Marie Martin
    is_person: bool = True  # False: a block, a test, a company or a placeholder name

    email: str | None = None  # lower-case address, also when it is an alias; None when invalid/missing
    email_class: EmailClass = "missing"
    email_suggestion: str | None = None  # "did you mean", never applied

    phone: str | None = None  # E.164
    phone_class: PhoneClass = "missing"
    mobile: str | None = None  # E.164; a mobile number found in `phone` is here too
    mobile_class: PhoneClass = "missing"

    birth_date: date | None = None
    nationality: str | None = None  # ISO 3166-1 alpha-2
    language: str | None = None  # ISO 639-1
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None  # ISO 3166-1 alpha-2
    document_number: str | None = None  # upper-case letters and digits; only where it may be held
    company: str | None = None
    loyalty_id: str | None = None

    references: tuple[str, ...] = ()  # booking references: the row's own, and those found in its notes
    place: str | None = None  # the property that rooms are of, named by whoever loads the record; not stored
    room: str | None = None
    card_digits: str | None = None  # last four digits of a payment card, when a till gives them
    stay_from: date | None = None
    stay_to: date | None = None
    status: StayStatus = "unknown"
    channel: str | None = None
    party: int | None = None
    amount: Decimal | None = None
    currency: str | None = None  # ISO 4217
    group_reference: str | None = None
    group_leader: bool = False
    booker_name: str | None = None  # who booked, when not the guest: a contact of the stay, nobody's evidence
    booker_email: str | None = None
    booker_phone: str | None = None  # E.164

    created_at: datetime | None = None
    updated_at: datetime | None = None
    consent_at: datetime | None = None
    email_consent: bool | None = None  # None: the source does not say
    sms_consent: bool | None = None
    notes: str | None = None

    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One person as a source sent it, in the source's own words.

    `row` is every column of the source as it came, after the door took out what we must not hold.
    `values` is the same read through the source's layout: FIELDS name -> raw text.
    """

    key: str
    row: Mapping[str, str]
    values: Mapping[str, str]
    line: int
    findings: tuple[Finding, ...] = ()
