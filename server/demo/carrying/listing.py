"""The list of an account's texts, asked by number and day of sending, page by page as Twilio gives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from server.demo.carrying.texts import API, Text

USUAL, MOST = 50, 1000
"""Texts of a page."""
ASKED = ("To", "From", "DateSent", "DateSent<", "DateSent>")

COMPARED: dict[str, Callable[[datetime, datetime, datetime], bool]] = {
    "DateSent": lambda sent, begins, ends: sent.date() == begins.date(),
    "DateSent<": lambda sent, begins, ends: sent < ends,
    "DateSent>": lambda sent, begins, ends: sent >= begins,
}
"""Both inequalities hold for the day itself, as the API's own description has it, and for a moment likewise.
Twilio's client writes a day as the moment that it begins."""


def page_of(texts: Sequence[Text], query: Mapping[str, str], *, account: str) -> dict[str, Any]:
    """One page of the texts that are asked for. A text that has not left yet has no day of sending."""
    size = min(max(_number(query.get("PageSize"), USUAL), 1), MOST)
    page = max(_number(query.get("Page"), 0), 0)
    asked = [(name, query[name]) for name in ASKED if query.get(name)]
    found = [text for text in texts if all(_holds(text, name, value) for name, value in asked)]
    begin = page * size
    shown = found[begin : begin + size]
    path = f"/{API}/Accounts/{account}/Messages.json"

    def uri(number: int, *token: tuple[str, str]) -> str:
        return f"{path}?{urlencode([*asked, ('PageSize', str(size)), ('Page', str(number)), *token])}"

    last = found[begin + size - 1].sid if begin + size < len(found) else ""
    return {
        "end": begin + max(len(shown) - 1, 0),
        "first_page_uri": uri(0),
        "messages": [text.resource() for text in shown],
        "next_page_uri": uri(page + 1, ("PageToken", f"PA{last}")) if last else None,
        "page": page,
        "page_size": size,
        "previous_page_uri": uri(page - 1, ("PageToken", f"PB{shown[0].sid}")) if page and shown else None,
        "start": begin,
        "uri": uri(page),
    }


def _number(text: str | None, usual: int) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() else usual


def _holds(text: Text, name: str, value: str) -> bool:
    if name == "To":
        return text.to == value
    if name == "From":
        return text.sender == value
    try:
        begins = datetime.fromisoformat(value)
    except ValueError:
        return True  # Twilio passes over a day that it cannot read
    begins = begins.replace(tzinfo=UTC) if begins.tzinfo is None else begins
    length = timedelta(days=1) if len(value) == len("2026-01-31") else timedelta(seconds=1)
    return text.sent_at is not None and COMPARED[name](text.sent_at, begins, begins + length)
