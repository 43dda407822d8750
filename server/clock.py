"""The time, as every process of OneGuest reads it: UTC, moved by ONEGUEST_CLOCK_OFFSET."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta


def clock() -> datetime:
    """Now, in UTC. The offset lets a drill live six months in a minute."""
    return datetime.now(UTC) + timedelta(seconds=float(os.environ.get("ONEGUEST_CLOCK_OFFSET") or 0))
