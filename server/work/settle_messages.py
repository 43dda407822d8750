"""Find out what became of messages of which nobody knows, and what those that ended cost."""

from __future__ import annotations

from datetime import timedelta

from server.clock import clock
from server.db import reading, writing
from server.jobs.queue import enqueue
from server.jobs.worker import Task
from server.prompts.pricing import Priced, ask_prices, take_prices, unpriced
from server.prompts.providers import carriers_of
from server.prompts.putting import SEND
from server.prompts.settling import find_all, mark_lost, settle, unknowns

EVERY = timedelta(minutes=1)


def run(task: Task) -> None:
    """Look once; what cannot be told yet is looked at again by the next run."""
    with writing(task.engine) as session:
        mark_lost(session, now=clock())
    with reading(task.engine) as session:
        open_ones = {channel: unknowns(session, channel=channel) for channel in ("sms", "email")}
        without_price = unpriced(session, now=clock())
    if not (any(open_ones.values()) or without_price):
        return
    carriers = carriers_of(task.settings)
    texts = carriers.get("sms")
    if without_price and isinstance(texts, Priced):
        prices = ask_prices(without_price, texts)
        with writing(task.engine) as session:
            take_prices(session, prices)
    for channel, unknown in open_ones.items():
        carrier = carriers.get(channel)
        if carrier is None or not unknown:
            continue
        found = find_all(unknown, carrier)
        with writing(task.engine) as session:
            for message_id in sorted(found):
                settle(session, message_id, found[message_id], now=clock())
            enqueue(session, SEND, {}, now=clock(), dedup_key=SEND)
