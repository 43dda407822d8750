"""What a command or a desk page answers when it cannot do what was asked."""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):
    """Cannot be done, for a reason a person can act on: a code with parameters, worded at the edge.

    `code` names a sentence of the room that refuses (its SENTENCES); `params` fill it and hold no guest data
    beyond what the asker just gave.
    """

    def __init__(self, code: str, params: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.params = dict(params or {})
