"""Workers that are killed while they send, at a provider that loses answers: nobody is written to twice."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from server.clock import clock
from server.db import reading, writing
from server.keys import ensure_keys, read_key
from server.prompts.models import Message, Prompt
from server.prompts.providers.twilio import Twilio
from server.prompts.settling import find_all, mark_lost, settle, unknowns
from tests.prompts.asked_house import messages, prompts
from tests.prompts.busy_house import many_due, set_clock
from tests.prompts.small_twilio import ACCOUNT, TOKEN, SmallTwilio, at_random, small_twilio

ROOT = Path(__file__).parents[2]
WORKERS = 4


class Workers:
    """Four worker processes of one house, one of which is killed now and then."""

    def __init__(self, settings: dict[str, str], chance: random.Random) -> None:
        self._settings, self._chance = settings, chance
        self.kills = 0

    def work(self, engine: Engine, *, kill_every: float, patience: float = 240) -> None:
        """Let them work until nothing is planned or ready that is due by the clock."""
        running = [self._start() for _ in range(WORKERS)]
        next_kill = time.monotonic() + kill_every
        until = time.monotonic() + patience
        try:
            while _waits(engine) and time.monotonic() < until:
                time.sleep(0.1)
                if time.monotonic() >= next_kill:
                    place = self._chance.randrange(WORKERS)
                    _end(running[place])
                    running[place] = self._start()
                    self.kills += 1
                    next_kill = time.monotonic() + kill_every
            time.sleep(1)  # for what is on its way
        finally:
            for one in running:
                _end(one)

    def _start(self) -> subprocess.Popen[bytes]:
        env = os.environ | self._settings | {"PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "tests.faults.sending_worker"]
        return subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.DEVNULL)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def _waits(engine: Engine) -> bool:
    now = clock() + timedelta(seconds=5)
    with reading(engine) as session:
        planned = session.scalar(select(func.count()).select_from(Prompt).where(Prompt.state == "planned"))
        ready = (
            select(func.count()).select_from(Message).where(Message.state == "ready", Message.due_at <= now)
        )
        return bool(planned or session.scalar(ready))


def _settle(engine: Engine, carrier: Twilio, *, after: int) -> int:
    """What settle_messages does, so many minutes later; how many stay unknown."""
    now = clock() + timedelta(minutes=after)
    with writing(engine) as session:
        mark_lost(session, now=now)
    with reading(engine) as session:
        found = find_all(unknowns(session, channel="sms", limit=2000), carrier)
    with writing(engine) as session:
        for message_id, listed in found.items():
            settle(session, message_id, listed, now=now)
    with reading(engine) as session:
        return len(unknowns(session, channel="sms", limit=2000))


def _slow(twilio: SmallTwilio, seed: int) -> None:
    """Answers as the Figures say, after a moment: a kill then finds texts on their way."""
    drawn = at_random(seed, lost=0.10, e500=0.05, e429=0.05)

    def fault(form: dict[str, str]) -> str:
        time.sleep(0.05)
        return drawn(form)

    twilio.fault = fault


@pytest.mark.timeout(900)
def test_killed_workers_and_lost_answers_write_to_nobody_twice(
    engine: Engine, database_url: str, tmp_path: Path, soak: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEGUEST_CLOCK_OFFSET", "0")  # what it was comes back in the end
    set_clock()
    guests, kill_every = (1040, 2.0) if soak else (80, 1.5)
    settings = {"ONEGUEST_DATA_DIR": str(tmp_path), "ONEGUEST_DATABASE_URL": database_url}
    ensure_keys(tmp_path / "keys")
    due = many_due(engine, guests, secret=read_key(tmp_path / "keys", "index").secret)
    assert due >= 1000 or not soak
    with small_twilio() as (twilio, base):
        _slow(twilio, seed=7)
        keys = {"ONEGUEST_TWILIO_ACCOUNT_SID": ACCOUNT, "ONEGUEST_TWILIO_AUTH_TOKEN": TOKEN}
        workers = Workers(settings | keys | {"ONEGUEST_TWILIO_API_BASE": base}, random.Random(7))
        carrier = Twilio(ACCOUNT, TOKEN, base=base)

        in_doubt = Counter[str]()
        for rounds in range(6):
            set_clock(timedelta(minutes=15 * rounds))
            workers.work(engine, kill_every=kill_every)
            in_doubt.update(message.state for message in messages(engine))
            _settle(engine, carrier, after=4)
            assert _settle(engine, carrier, after=14) == 0
            if all(message.state != "ready" for message in messages(engine)):
                break

        assert workers.kills > 0 or not soak
        assert in_doubt["unknown"] + in_doubt["sending"] > 0
        taken = Counter(text["body"] for text in twilio.taken)
        told, asked = messages(engine), prompts(engine)
    assert max(taken.values()) == 1
    assert max(Counter(text["to"] for text in twilio.taken).values()) == 1
    assert len(told) == due
    assert {message.state for message in told} <= {"sent", "failed"}
    assert {message.body for message in told if message.state == "sent"} == set(taken)
    assert {message.code for message in told if message.state == "failed"} <= {"unknown"}
    assert {prompt.state for prompt in asked} == {"asked"}
    assert max(Counter((one.guest_id, one.stay_id, one.purpose) for one in asked).values()) == 1
    print(f"due {due}, taken {len(twilio.taken)}, kills {workers.kills}, in doubt {dict(in_doubt)}")
