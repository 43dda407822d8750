"""How many pages a list has, and which of them somebody means."""

from __future__ import annotations


def pages_of(total: int, size: int) -> int:
    """How many pages of `size` a list of `total` has; an empty list has one."""
    return max(1, -(-total // size))


def page_within(wanted: int, total: int, size: int) -> int:
    """The page that is meant, from 1: the nearest one that there is."""
    return max(1, min(wanted, pages_of(total, size)))
