"""Units of work that wait at the same moment share one transaction.

Each commit waits for the disk (3 to 4 ms on the machine measured), and only one of SQLite's writers works at
a time. When five hundred tablets are back at once, a commit for each is what they would wait for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Generic, TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

Asked = TypeVar("Asked")
Told = TypeVar("Told")

MOST = 32
PATIENCE = 0.05
"""Seconds that those who are here wait at most for those who were announced."""


@dataclass(slots=True)
class _Place(Generic[Asked, Told]):
    """One that waits: what it asks, then what it is told or why not."""

    asked: Asked
    told: Told | None = None
    failure: BaseException | None = None
    is_done: bool = False
    woken: Event = field(default_factory=Event)


class Together(Generic[Asked, Told]):
    """Does what several threads of this process ask for, at most MOST at a time, each time with one commit.

    `begin` opens a session that writes, and commits at its end; `act` is given it and what was asked, and
    tells of each, in that order. The first that comes does it for all who are here by then. Python lets one
    thread work at a time, so those who are about to ask would never be here without being waited for: they
    are announced before.
    """

    def __init__(
        self,
        begin: Callable[[], AbstractContextManager[Session]],
        act: Callable[[Session, Sequence[Asked]], Sequence[Told]],
    ) -> None:
        self._begin, self._act = begin, act
        self._lock = Lock()
        self._waiting: list[_Place[Asked, Told]] = []
        self._is_led = False
        self._coming, self._all_here = 0, Event()

    def announce(self) -> Callable[[], None]:
        """Somebody is about to ask. The answer must be called once they did, or do not any more; it may be
        called again."""
        is_awaited = True
        with self._lock:
            self._coming += 1

        def arrive() -> None:
            nonlocal is_awaited
            with self._lock:
                if not is_awaited:
                    return
                is_awaited = False
                self._coming -= 1
                if not self._coming:
                    self._all_here.set()

        return arrive

    def __call__(self, asked: Asked, arrive: Callable[[], None] = lambda: None) -> Told:
        """Wait until it is done and committed. Raises what kept it from that; the others are done all the
        same. `arrive`: what the announcement answered."""
        place: _Place[Asked, Told] = _Place(asked)
        with self._lock:
            self._waiting.append(place)
            follows, self._is_led = self._is_led, True
        arrive()
        if follows:
            place.woken.wait()
        if not place.is_done:
            self._lead()
        if place.failure is not None:
            raise place.failure
        return place.told  # type: ignore[return-value]  # what act told; it may be None where that is its type

    def _lead(self) -> None:
        """Do it for all who are here, oneself the first of them; then whoever came meanwhile leads."""
        with self._lock:
            some_come = self._coming > 0
            self._all_here.clear()
        if some_come:
            self._all_here.wait(PATIENCE)
        with self._lock:
            places, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        try:
            self._do_some(places)
        finally:
            for place in places:
                place.is_done = True
                place.woken.set()
            with self._lock:
                if self._waiting:
                    self._waiting[0].woken.set()
                else:
                    self._is_led = False

    def _do_some(self, places: Sequence[_Place[Asked, Told]]) -> None:
        try:
            self._do(places)
        except (OperationalError, OSError) as failure:  # the store is to blame, and says the same of each
            _fail(places, failure)
        except Exception:
            for place in places:
                self._do_alone(place)
        except BaseException as failure:
            _fail(places, failure)
            raise

    def _do_alone(self, place: _Place[Asked, Told]) -> None:
        try:
            self._do([place])
        except Exception as failure:
            _fail([place], failure)

    def _do(self, places: Sequence[_Place[Asked, Told]]) -> None:
        with self._begin() as session:
            told = self._act(session, [place.asked for place in places])
        for place, one in zip(places, told, strict=True):
            place.told = one


def _fail(places: Sequence[_Place[Asked, Told]], failure: BaseException) -> None:
    for place in places:
        place.failure = failure
