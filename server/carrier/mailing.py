"""The mailbox's door: SMTP on a port of this machine, to whomever a mail goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller

from server.demo.carrying.mailbox import Mailbox

LARGEST = 1_000_000


class _Door:
    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mailbox.deliver(envelope.rcpt_tos, envelope.content)
        return "250 OK"


@contextmanager
def taking_mail(mailbox: Mailbox, *, port: int, host: str = "127.0.0.1") -> Iterator[None]:
    """Take e-mails into the mailbox for as long as the block lasts."""
    door = Controller(_Door(mailbox), hostname=host, port=port, data_size_limit=LARGEST, enable_SMTPUTF8=True)
    door.start()
    try:
        yield
    finally:
        door.stop()
