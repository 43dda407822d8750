"""The demo's invented telephone network and mailbox beside the house: where they listen, and how it sends."""

from __future__ import annotations

import secrets
from dataclasses import replace

from server.commands._listening import CannotStart, address_of, refuse_busy_port
from server.commands._supervisor import Child
from server.settings import Settings

BEYOND = 10
"""The guests' page listens so many ports after the desk, or at the next free one."""
TRIES = 50


def with_carrier(settings: Settings) -> tuple[Settings, Child, int]:
    """Settings by which the house sends to the invented carrier and to nobody else, the carrier's process,
    and the port of its page. Whatever account the environment names, the demo never texts by it."""
    port = _free_port(settings.host, settings.port + BEYOND)
    smtp = _free_port("127.0.0.1", port + 1)
    sending = replace(
        settings,
        twilio_account=f"AC{secrets.token_hex(16)}",
        twilio_token=secrets.token_hex(16),
        twilio_base=address_of(settings.host, port),
        smtp_url=f"smtp://127.0.0.1:{smtp}",
    )
    words = ("carrier", "--port", str(port), "--smtp-port", str(smtp))
    return sending, Child("invented guests' phones", words), port


def _free_port(host: str, first: int) -> int:
    last = min(first + TRIES, 65_535)
    for port in range(first, last):
        try:
            refuse_busy_port(host, port)
        except CannotStart:
            continue
        return port
    raise CannotStart(
        f"No port from {first} to {last} is free for the phones of the invented guests. "
        "Choose another for the desk: --port 8000"
    )
