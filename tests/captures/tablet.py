"""A tablet as the server sees one: it seals what a guest answered, and hands it over."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from server.captures.identifiers import new_capture_id
from server.captures.sealing import Envelope, public_bytes, seal
from server.captures.syncing import Acknowledged, read_item, take_in
from server.db import writing
from server.devices.enrolling import enrol, issue_code
from server.keys import Key
from server.properties.setup import default_property

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
SECRET = b"s" * 32
KEY = Key("sealing", "sealing-1", b"k" * 32, NOON)
ANNA = {"given_name": "Anna", "family_name": "Berg", "email": "anna.berg@posteo.example"}


@dataclass
class Tablet:
    """One enrolled tablet."""

    device: int
    token: str
    key: Key = KEY
    number: int = 0
    clock_is_off: timedelta = field(default_factory=timedelta)

    def item(
        self,
        answers: dict[str, str] | None = None,
        *,
        id: str | None = None,
        plain: bytes | None = None,
        at: datetime = NOON,
        version: int = 1,
        form: str = "pre_check_in",
    ) -> dict[str, Any]:
        """One more form, sealed, as it goes into a batch."""
        self.number += 1
        said = {"answers": answers or ANNA, "language": "de", "captured_at": self.reads(at).isoformat()}
        envelope = Envelope(id or new_capture_id(at), self.number, self.device, form, version, self.key.id)
        sealed = seal(plain or json.dumps(said).encode(), envelope, public_bytes(self.key))
        return {
            "id": envelope.id,
            "seq": envelope.seq,
            "device": envelope.device,
            "form": envelope.form,
            "version": envelope.version,
            "key": envelope.key,
            "sha256": hashlib.sha256(sealed).hexdigest(),
            "sealed": base64.b64encode(sealed).decode(),
        }

    def reads(self, at: datetime) -> datetime:
        """What the tablet's own clock says at a moment."""
        return at - self.clock_is_off


def new_tablet(engine: Engine, *, secret: bytes = SECRET, now: datetime = NOON) -> Tablet:
    """Enrol one more tablet of the house."""
    with writing(engine) as session:
        code = issue_code(session, default_property(session), "", secret=secret, actor="command", now=now)
        enrolled = enrol(session, code.text, secret=secret, now=now)
        return Tablet(enrolled.device.id, enrolled.token)


def hand_over(
    engine: Engine, tablet: Tablet, *items: object, now: datetime = NOON, keys: tuple[str, ...] = (KEY.id,)
) -> list[Acknowledged]:
    """Hand a batch over, at a moment; what is acknowledged."""
    with writing(engine) as session:
        return take_in(
            session,
            [read_item(item, now - tablet.reads(now)) for item in items],
            known_keys=set(keys),
            now=now,
        )
