"""Sheets as the vault opens them, in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from server.registration.dates import PartialDate
from server.registration.keeping import Opened
from server.registration.models import KeptSheet, SheetVersion
from server.registration.output import House
from server.registration.sheet import Person, Sheet, Stay
from server.registration.signing import Signature

SIGNED_AT = datetime(2026, 5, 4, 15, 12, tzinfo=UTC)
HOUSE = House(
    "Hôtel des Arcades",
    "Europe/Paris",
    "1 rue du Lac",
    "74000",
    "Annecy",
    "FR",
    "+33 4 50 00 00 00",
)
STROKES = '{"w":600,"h":200,"s":[[40,150,90,40,130,150,170,60,210,150,280,110,330,150],[360,90,360,92]]}'
ANNA = Person(
    family_name="Öztürk",
    given_names="Anna Łucja",
    birth_date=PartialDate(1980, 4),
    birth_place="Ankara",
    nationality="TUR",
    home_line="Atatürk Caddesi 5",
    home_postcode="06420",
    home_city="Ankara",
    home_country="TUR",
    mobile="+905321234567",
    email="anna@example.com",
)
STAY = Stay(date(2026, 5, 4), date(2026, 5, 6))
MEHMET = Person(
    role="child",
    family_name="Öztürk",
    given_names="Mehmet",
    birth_date=PartialDate(2017, 3, 2),
    birth_place="İzmir",
    nationality="TUR",
)
SHEET = Sheet(STAY, (ANNA, MEHMET))


def signature(**changed: object) -> Signature:
    """Anna's, drawn on the tablet."""
    return replace(Signature("Öztürk", "police_fr.v1", "en", SIGNED_AT, STROKES), **changed)  # type: ignore[arg-type]


def opened(
    sheet: Sheet = SHEET,
    *,
    state: str = "signed",
    signed: Signature | None = None,
    number: int | None = None,
    country: str = "FR",
    reason: str | None = None,
    id_: str = "7f3c1f44-0000-4000-8000-000000000001",
) -> Opened:
    """A sheet of a state; it bears a signature where that state has one."""
    has_one = state in ("signed", "witnessed")
    kept = KeptSheet(
        id=id_,
        property_id=1,
        country=country,
        source="tablet",
        state=state,
        version=1,
        number=number,
        people=len(sheet.people),
        arrives=sheet.stay.arrives,
        departs=sheet.stay.departs,
        received_at=SIGNED_AT,
    )
    version = SheetVersion(
        sheet_id=id_, number=1, form="police_fr.v1", language="en", made_at=SIGNED_AT, made_by="device:1"
    )
    return Opened(kept, version, sheet, (signed or signature()) if has_one else None, reason)
