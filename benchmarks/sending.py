"""How fast texts go out: a thousand that are due, one worker, a Twilio on this machine.

    python -m benchmarks.sending [guests] [--store postgresql]

Measured from the question that is due to the text that is sent. Of each it is asked twice whether it may go,
as the worker does: when its text is written, and when it leaves.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.db import make_engine
from server.jobs.worker import Task
from server.keys import ensure_keys, read_key
from server.migrating import migrate
from server.prompts.senders import sender_to_country
from server.settings import read_settings
from server.work.send_messages import ALLOWING, put_all, send_all
from tests.prompts.asked_house import messages
from tests.prompts.busy_house import many_due, set_clock
from tests.prompts.small_twilio import ACCOUNT, TOKEN, small_twilio

GUESTS = 1000
ANSWERS_AFTER = 0.1
"""Seconds; what a create call of Twilio's takes as a rule."""


@contextmanager
def _database(store: str, folder: Path) -> Iterator[str]:
    """The address of a new database; of PostgreSQL on a server of its own."""
    if store == "sqlite":
        yield f"sqlite:///{folder / 'oneguest.db'}"
        return
    from tests import postgres_server

    with postgres_server.running() as address:
        yield address.format(database="postgres")


def measure(guests: int = GUESTS, store: str = "sqlite") -> dict[str, float]:
    """Seconds to put and to send so many, the processor's share of both, and texts a second over both."""
    with (
        tempfile.TemporaryDirectory() as name,
        small_twilio() as (twilio, base),
        _database(store, Path(name)) as url,
    ):
        migrate(url)
        engine = make_engine(url)
        ensure_keys(Path(name) / "keys")
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
        planned = many_due(engine, guests, secret=secret)
        task = Task(engine, settings, {}, lambda: False)

        start, used = time.perf_counter(), time.process_time()
        put_all(task, ALLOWING, sender_to_country)
        put = time.perf_counter()
        send_all(task, ALLOWING)
        sent, used = time.perf_counter(), time.process_time() - used

        states = Counter(message.state for message in messages(engine))
        engine.dispose()
    if states != {"sent": planned}:
        raise RuntimeError(f"not all of {planned} were sent: {states}")
    return {"put": put - start, "sent": sent - put, "used": used, "a_second": planned / (sent - start)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("guests", type=int, nargs="?", default=GUESTS)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    arguments = parser.parse_args()
    set_clock()
    found = measure(arguments.guests, arguments.store)
    sys.stdout.write(
        f"put {found['put']:.1f} s, sent {found['sent']:.1f} s, {found['used']:.1f} s of processor: "
        f"{found['a_second']:.0f} texts a second\n"
    )
