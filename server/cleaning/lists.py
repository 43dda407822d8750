"""The data files: one value a line, its columns split by tabs, the last column naming its source."""

from __future__ import annotations

from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """Every line of `data/<name>.txt` as its columns, without the source column and the heading."""
    lines = (DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(tuple(line.split("\t")[:-1]) for line in lines if line and not line.startswith("# "))


@cache
def words(name: str) -> frozenset[str]:
    """The values of a one-column list."""
    return frozenset(row[0] for row in rows(name))


def under(domain: str, domains: frozenset[str]) -> bool:
    """Whether a domain is one of `domains` or lies under one; never by mere substring.

    `xguest.booking.com` is a stranger, `m.guest.booking.com` is not.
    """
    while domain:
        if domain in domains:
            return True
        domain = domain.partition(".")[2]
    return False
