"""Wrong tries at the desk's door, counted in the database: each account by itself, and each address.

A try is counted before it is looked at and forgiven when it was right, so that many at once are no way
around the count. It is committed by itself: whatever becomes of the request, the try was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from flask import abort, current_app, g, make_response, render_template, request
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from server.access import TRIES_KEPT, address_key, count_wrong_try
from server.captures.models import WrongTry
from server.db import take_turn, writing

FREE_TRIES = 5
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=15)
ADDRESS_TRIES = 50
ADDRESS_WITHIN = timedelta(hours=1)
AT_THE_DOOR = "door"


@dataclass(frozen=True, slots=True)
class Try:
    """A try that was counted: of which kind, on whose account, from where, and the how-manieth in a row."""

    kind: str
    who: str
    address: str
    number: int


def begin_try(kind: str, account: str, *, now: datetime) -> Try:
    """Count one try before it is looked at; answers 429 when this account or this address has to wait.

    `account`: whose it would be, known or not. Nothing of one account makes another wait.
    """
    secret = current_app.config["INDEX_KEY"]
    who = address_key(secret, f"{kind} {account}")
    address = address_key(secret, request.remote_addr)
    g.session.rollback()  # gives the writer's place back: the count has a transaction of its own
    with writing(current_app.config["ENGINE"]) as counting:
        take_turn(counting, f"try {who}")
        wait = max(_account_wait(counting, kind, who, now=now), _address_wait(counting, address, now=now))
        if wait <= timedelta(0):
            count_wrong_try(counting, kind, who, now=now)
            count_wrong_try(counting, AT_THE_DOOR, address, now=now)
            number = _count(counting, kind, who, since=now - TRIES_KEPT)
    if wait > timedelta(0):
        _ask_to_wait(wait)
    return Try(kind, who, address, number)


def forgive(session: Session, tried: Try) -> None:
    """It was right: the account's tries are forgotten, and this one at the address."""
    session.execute(delete(WrongTry).where(WrongTry.kind == tried.kind, WrongTry.who == tried.who))
    latest = select(func.max(WrongTry.id)).where(WrongTry.kind == AT_THE_DOOR, WrongTry.who == tried.address)
    session.execute(delete(WrongTry).where(WrongTry.id == session.scalar(latest)))


def _account_wait(session: Session, kind: str, who: str, *, now: datetime) -> timedelta:
    """Five tries are free; then a minute after the last, two, four, up to fifteen."""
    number = _count(session, kind, who, since=now - TRIES_KEPT)
    if number < FREE_TRIES:
        return timedelta(0)
    last = session.scalar(select(func.max(WrongTry.at)).where(WrongTry.kind == kind, WrongTry.who == who))
    pause = min(FIRST_WAIT * 2 ** min(number - FREE_TRIES, 10), LONGEST_WAIT)
    return pause - (now - last) if last is not None else timedelta(0)


def _address_wait(session: Session, address: str, *, now: datetime) -> timedelta:
    made = session.scalars(
        select(WrongTry.at)
        .where(
            WrongTry.kind == AT_THE_DOOR,
            WrongTry.who == address,
            WrongTry.at > now - ADDRESS_WITHIN,
        )
        .order_by(WrongTry.at.desc())
        .offset(ADDRESS_TRIES - 1)
        .limit(1)
    ).first()
    return timedelta(0) if made is None else ADDRESS_WITHIN - (now - made)


def _count(session: Session, kind: str, who: str, *, since: datetime) -> int:
    tries = select(func.count()).where(WrongTry.kind == kind, WrongTry.who == who, WrongTry.at > since)
    return session.scalar(tries) or 0


def _ask_to_wait(wait: timedelta) -> None:
    minutes = max(1, ceil(wait / timedelta(minutes=1)))
    answer = make_response(render_template("desk/account/wait.html", minutes=minutes), 429)
    answer.headers["Retry-After"] = str(ceil(wait.total_seconds()))
    abort(answer)
