"""How fast texts go out: a thousand that are due, one worker, a Twilio on this machine.

    python -m benchmarks.sending [guests]

Measured from the question that is due to the text that is sent, on SQLite, with the asking whether it may go.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from server.clock import clock
from server.jobs.worker import Task
from server.keys import ensure_keys, read_key
from server.migrating import migrate
from server.prompts.carrying import Allowing
from server.settings import read_settings
from server.work.send_messages import put_all, send_all
from tests.prompts.asked_house import messages, plan
from tests.prompts.small_twilio import ACCOUNT, TOKEN, small_twilio
from tests.stores import open_store

GUESTS = 1000
ANSWERS_AFTER = 0.1
"""Seconds; what a create call of Twilio's takes as a rule."""


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
        plan(engine, range(guests), now=clock(), secret=secret)
        task = Task(engine, settings, {}, lambda: False)
        goes = Allowing(lambda *_args, **_words: None, frozenset())

        start = time.perf_counter()
        put_all(task, goes, lambda *_: "+15005550006")
        put = time.perf_counter()
        send_all(task, goes)
        sent = time.perf_counter()

        states = Counter(message.state for message in messages(engine))
        engine.dispose()
    if states != {"sent": guests}:
        raise RuntimeError(f"not all were sent: {states}")
    return {"put": put - start, "sent": sent - put, "a_second": guests / (sent - start)}


if __name__ == "__main__":
    found = measure(int(sys.argv[1]) if len(sys.argv) > 1 else GUESTS)
    sys.stdout.write(
        f"put {found['put']:.1f} s, sent {found['sent']:.1f} s: {found['a_second']:.0f} texts a second\n"
    )
