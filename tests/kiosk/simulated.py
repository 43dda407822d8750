"""Tablets without a browser: each seals its forms, keeps them, hands them over until the house has each."""

from __future__ import annotations

import hashlib
import http.client
import json
import threading
import time
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy import Engine

from server.captures.identifiers import new_capture_id
from server.captures.sealing import Envelope, public_bytes, seal
from server.clock import clock
from server.db import writing
from server.devices.enrolling import enrol, issue_code
from server.keys import Key
from server.properties.setup import default_property

PROTOCOL = "oneguest-1"
LETTERS = str.maketrans("0123456789", "ghijklmnop")
"""A row of digits can be a card's, which the house takes out."""
STROKES = 9_000
"""Bytes of a signature's strokes; sealed, such a form has about 12 KB."""
MOST = 20


def signed(name: str) -> dict[str, str]:
    """The answers of a guest, whose second name proves the first: an altered form would not fit."""
    strokes = hashlib.shake_256(name.encode()).hexdigest(STROKES // 2)
    return {"given_name": name, "family_name": proof_of(name), "signature": strokes}


def proof_of(name: str) -> str:
    """Forty letters that only this name has."""
    return hashlib.sha256(name.encode()).hexdigest()[:40].translate(LETTERS)


@dataclass
class Simulated:
    """One tablet. `lost`: so many of the answers get lost on the way back, after the house did its work."""

    device: int
    token: str
    key: Key
    port: int
    drawn: Random
    lost: float = 0.0
    outbox: list[dict[str, Any]] = field(default_factory=list)
    sealed: dict[str, str] = field(default_factory=dict)
    """Id and digest of every form that a guest was thanked for."""
    asked: int = 0

    def finish(self, forms: int) -> None:
        """So many guests finish a form."""
        for _ in range(forms):
            seq = len(self.sealed) + 1
            name = f"Guest {self.device} {seq}"
            said = {"answers": signed(name), "language": "en", "captured_at": clock().isoformat()}
            envelope = Envelope(new_capture_id(clock()), seq, self.device, "pre_check_in", 1, self.key.id)
            sealed = seal(json.dumps(said).encode(), envelope, public_bytes(self.key))
            digest = hashlib.sha256(sealed).hexdigest()
            item = {"id": envelope.id, "seq": seq, "device": self.device, "form": envelope.form}
            item |= {"version": 1, "key": self.key.id, "sha256": digest}
            self.sealed[envelope.id] = digest
            self.outbox.append(item | {"sealed": b64encode(sealed).decode("ascii")})

    def hand_over(self) -> bool:
        """One batch; whether the house acknowledged anything of it."""
        batch = self.outbox[: self.drawn.randint(1, MOST)]
        reply = self.ask(
            "sync", {"items": batch, "last_number": len(self.sealed), "waiting": len(self.outbox)}
        )
        if reply is None or self.drawn.random() < self.lost:
            return False
        told = {
            (one["id"], one["sha256"])
            for one in reply.get("items", ())
            if one["status"] in ("stored", "duplicate", "conflict")
        }
        self.outbox = [item for item in self.outbox if (item["id"], item["sha256"]) not in told]
        return bool(told)

    def ask(self, what: str, content: dict[str, Any]) -> dict[str, Any] | None:
        """What the house answers; None where it does not, or not in our words."""
        self.asked += 1
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            line.connect()  # first: no batch is written for a house that is not there
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
            body = json.dumps({"protocol": PROTOCOL, "sent_at": clock().isoformat(), **content})
            line.request("POST", f"/api/v1/{what}", body, headers)
            said = json.loads(line.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError):
            return None
        finally:
            line.close()
        return said if isinstance(said, dict) and said.get("protocol") == PROTOCOL else None


def enrol_simulated(
    engine: Engine, keys: dict[str, Key], count: int, port: int, seed: int
) -> list[Simulated]:
    """So many tablets of the house (`keys`: index and sealing)."""
    tablets = []
    for number in range(count):
        with writing(engine) as session:
            secret, now = keys["index"].secret, clock()
            code = issue_code(session, default_property(session), "", secret=secret, actor="command", now=now)
            made = enrol(session, code.text, secret=secret, now=now)
            drawn = Random(f"{seed} {number}")
            tablets.append(Simulated(made.device.id, made.token, keys["sealing"], port, drawn))
    return tablets


class Delivering:
    """All tablets hand over at once, each in a thread of its own, until `end`."""

    def __init__(self, tablets: Sequence[Simulated]) -> None:
        self.tablets = tablets
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._deliver, args=(tablet,)) for tablet in tablets]
        for thread in self._threads:
            thread.start()

    def _deliver(self, tablet: Simulated) -> None:
        while not self._over.is_set():
            if not tablet.outbox or not tablet.hand_over():
                time.sleep(0.05 + tablet.drawn.random() * 0.2)

    @property
    def waiting(self) -> int:
        """Forms that wait on the tablets."""
        return sum(len(tablet.outbox) for tablet in self.tablets)

    def end(self) -> None:
        """Stop handing over."""
        self._over.set()
        for thread in self._threads:
            thread.join()
