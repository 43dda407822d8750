"""A guest's sheet as tests keep it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import Engine

from server.db import writing
from server.keys import Key
from server.properties.setup import default_property
from server.registration.dates import PartialDate
from server.registration.keeping import Origin, keep_sheet
from server.registration.sheet import Person, Sheet, Stay
from server.registration.signing import Signature
from server.vault import Vault

ARRIVES = date(2026, 5, 4)
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
KEY = Key("vault", "vault-one", b"v" * 32, NOON)
VAULT = Vault([KEY], b"i" * 32)
LINE = '{"w":600,"h":200,"s":[[10,100,300,20,590,100]]}'
ANNA = Person(
    family_name="Öztürk",
    given_names="Anna",
    birth_date=PartialDate(1980, 4),
    birth_place="Ankara",
    nationality="TUR",
    home_line="Atatürk Caddesi 5",
    home_city="Ankara",
    home_country="TUR",
    email="anna@example.com",
)
SHEET = Sheet(Stay(ARRIVES, date(2026, 5, 6)), (ANNA,))
AT_THE_TABLET = Origin("tablet", "police_fr.v1", "de", "device:1")


def signed(text: str = "Öztürk", **changed: object) -> Signature:
    """A signature under a text."""
    return Signature(text, "police_fr.v1", "de", NOON, **({"strokes": LINE} | changed))  # type: ignore[arg-type]


def keep(
    engine: Engine,
    id_: str = "7f3c",
    sheet: Sheet = SHEET,
    *,
    signature: Signature | None = None,
    country: str = "FR",
) -> str:
    """Keep a sheet at the default house, which is in that country."""
    with writing(engine) as session:
        place = default_property(session)
        place.country = country
        return keep_sheet(
            session,
            VAULT,
            sheet,
            AT_THE_TABLET,
            id=id_,
            property_id=place.id,
            country=country,
            record_id=None,
            signature=signature,
            today=ARRIVES,
            now=NOON,
        ).id
