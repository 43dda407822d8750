"""The labelled replies: what guests wrote, and what each of them is."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from server.prompts.understanding import Outcome, Understood, understand

REPLIES = Path(__file__).parent / "replies"


class Labelled(NamedTuple):
    language: str
    text: str
    outcome: Outcome
    addresses: tuple[str, ...] = ()
    asked_about: str | None = None
    stops: bool = False
    channel: str = "sms"

    def understood(self) -> Understood:
        return understand(self.text, channel=self.channel, asked_about=self.asked_about)

    def is_right(self) -> bool:
        got = self.understood()
        return (got.outcome, set(got.addresses), got.stops) == (self.outcome, set(self.addresses), self.stops)

    def is_invented(self) -> bool:
        """An address was taken that the guest did not surely give."""
        got = self.understood()
        return got.outcome is Outcome.ADDRESS and (self.outcome, self.addresses) != (
            got.outcome,
            got.addresses,
        )


def batch(number: int) -> list[Labelled]:
    return list(_rows(tomllib.loads((REPLIES / f"batch_{number}.toml").read_text("utf-8"))))


def _rows(read: dict[str, dict[str, list[str | list[str]]]]) -> Iterator[Labelled]:
    for language, kinds in read.items():
        for kind, rows in kinds.items():
            for row in rows:
                one = [row] if isinstance(row, str) else row
                if kind == "confirming":
                    yield Labelled(language, one[1], Outcome(one[2]), tuple(one[3:]), one[0])
                elif kind == "stopping":
                    yield Labelled(language, one[0], Outcome(one[1]), tuple(one[2:]), stops=True)
                elif kind == "mail":
                    yield Labelled(language, one[0], Outcome(one[1]), tuple(one[2:]), channel="email")
                else:
                    outcome = Outcome(kind)
                    yield Labelled(language, one[0], outcome, tuple(one[1:]), stops=outcome is Outcome.STOP)
