"""How fast texts go out: a thousand that are due, one worker, a Twilio on this machine.

    python -m benchmarks.sending [guests]

Measured from the question that is due to the text that is sent, on SQLite. Of each it is asked twice whether
it may go, as the worker does: when its text is written, and when it leaves.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, func, select

from server.clock import clock
from server.db import writing
from server.jobs.worker import Task
from server.keys import ensure_keys, read_key
from server.migrating import migrate
from server.prompts.asking import approve, asking_of
from server.prompts.caps import LARGEST
from server.prompts.following import guests_around
from server.prompts.models import Prompt
from server.prompts.planning import plan_guests
from server.prompts.senders import sender_to_country
from server.properties.setup import default_property
from server.settings import read_settings
from server.work.send_messages import ALLOWING, put_all, send_all
from tests.prompts.asked_house import messages
from tests.prompts.hotel import ANNA, book, nobody_held_back
from tests.prompts.small_twilio import ACCOUNT, TOKEN, small_twilio
from tests.stores import open_store

GUESTS = 1000
ANSWERS_AFTER = 0.1
"""Seconds; what a create call of Twilio's takes as a rule."""


def _plan(engine: Engine, guests: int, *, secret: bytes) -> int:
    """So many bookings by a booking site, and an approved plan of texts that are due; how many.

    Invented names are alike, and one of a household is asked.
    """
    nobody_held_back(engine)
    rows = [
        {
            **ANNA,
            "key": f"R{n}",
            "reference": f"R{n}",
            "first_name": f"Anna{n}",
            "last_name": f"Bauer{n}",
            "email": f"anna.{n:06d}@guest.booking.com",
            "mobile": f"+336{12 + n % 70:02d}{n:06d}",
            "stay_from": "2026-05-07",
            "stay_to": "2026-05-10",
        }
        for n in range(guests)
    ]
    book(engine, *rows, now=clock())
    with writing(engine) as session:
        place = default_property(session)
        place.test_arrived_at = clock()
        asking = asking_of(session, place)
        asking.caps = {name: str(getattr(LARGEST, name)) for name in ("number", "prefix", "day", "money")}
        approve(session, place, actor="staff:1", now=clock())
        plan_guests(session, guests_around(session, now=clock()), secret=secret, now=clock())
        for prompt in session.scalars(select(Prompt).where(Prompt.purpose != "email")):
            session.delete(prompt)
        session.flush()
        return session.scalar(select(func.count()).select_from(Prompt)) or 0


def measure(guests: int = GUESTS) -> dict[str, float]:
    """Seconds to put and to send so many, and texts a second over both."""
    with tempfile.TemporaryDirectory() as name, small_twilio() as (twilio, base):
        folder = Path(name)
        url = f"sqlite:///{folder / 'oneguest.db'}"
        migrate(url)
        engine = open_store(url)
        ensure_keys(folder / "keys")
        twilio.fault = lambda _: time.sleep(ANSWERS_AFTER) or "taken"  # type: ignore[func-returns-value]
        settings = read_settings(
            {
                "ONEGUEST_DATA_DIR": name,
                "ONEGUEST_DATABASE_URL": url,
                "ONEGUEST_TWILIO_ACCOUNT_SID": ACCOUNT,
                "ONEGUEST_TWILIO_AUTH_TOKEN": TOKEN,
                "ONEGUEST_TWILIO_API_BASE": base,
            }
        )
        secret = read_key(settings.keys_dir, "index").secret
        planned = _plan(engine, guests, secret=secret)
        task = Task(engine, settings, {}, lambda: False)

        start = time.perf_counter()
        put_all(task, ALLOWING, sender_to_country)
        put = time.perf_counter()
        send_all(task, ALLOWING)
        sent = time.perf_counter()

        states = Counter(message.state for message in messages(engine))
        engine.dispose()
    if states != {"sent": planned}:
        raise RuntimeError(f"not all of {planned} were sent: {states}")
    return {"put": put - start, "sent": sent - put, "a_second": planned / (sent - start)}


if __name__ == "__main__":
    morning = datetime(2026, 5, 5, 9, tzinfo=UTC) - datetime.now(UTC)  # at night nothing goes out
    os.environ["ONEGUEST_CLOCK_OFFSET"] = str(morning.total_seconds())
    found = measure(int(sys.argv[1]) if len(sys.argv) > 1 else GUESTS)
    sys.stdout.write(
        f"put {found['put']:.1f} s, sent {found['sent']:.1f} s: {found['a_second']:.0f} texts a second\n"
    )
