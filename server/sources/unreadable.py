"""A file that cannot be read at all."""

from __future__ import annotations

from server.refusal import Refused


class Unreadable(Refused):
    """The whole file is refused: not an export we may or can read. Nothing of it was stored."""
