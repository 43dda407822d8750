"""The mailboxes of all invented guests in one: what came in, as a mail program shows it."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

MOST = 2000
"""E-mails; older ones go."""

_IN_BRACKETS = re.compile(r"<(https?://[^>\s]+)>")


@dataclass(frozen=True, slots=True)
class Mail:
    """One e-mail as it lies in the mailbox."""

    number: int
    at: datetime
    to: str
    sender: str
    reply_to: str
    subject: str
    text: str
    html: str
    message_id: str
    unsubscribe: str = ""
    """Where a mail program posts to for its button (RFC 8058); empty where there is none."""


class Mailbox:
    """Keeps what is delivered; safe from several threads."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self.now = now
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._mails: dict[int, Mail] = {}

    def deliver(self, recipients: Sequence[str], content: bytes) -> None:
        """Take an e-mail as SMTP gives it, once for each recipient."""
        message = message_from_bytes(content, policy=policy.default)
        with self._lock:
            for to in recipients:
                mail = _read(message, to, next(self._numbers), self.now())
                self._mails[mail.number] = mail
            while len(self._mails) > MOST:
                del self._mails[next(iter(self._mails))]

    def mails(self) -> list[Mail]:
        """All, the newest first."""
        with self._lock:
            return list(reversed(self._mails.values()))

    def find(self, number: int) -> Mail | None:
        """One of them."""
        return self._mails.get(number)

    def forget(self) -> None:
        """Empty it."""
        with self._lock:
            self._mails.clear()


def _read(message: EmailMessage, to: str, number: int, at: datetime) -> Mail:
    has_button = "one-click" in str(message.get("List-Unsubscribe-Post", "")).lower()
    address = _IN_BRACKETS.search(str(message.get("List-Unsubscribe", "")))
    sender = str(message.get("From", ""))
    return Mail(
        number=number,
        at=at,
        to=to,
        sender=sender,
        reply_to=_address(message, "Reply-To") or _address(message, "From"),
        subject=str(message.get("Subject", "")),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        message_id=str(message.get("Message-ID", "")),
        unsubscribe=address[1] if has_button and address else "",
    )


def _address(message: EmailMessage, name: str) -> str:
    header = message.get(name)
    addresses = getattr(header, "addresses", ())
    return str(addresses[0].addr_spec) if addresses else ""


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
