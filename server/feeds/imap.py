"""The house's mailbox over IMAP and TLS, as far as feeds need it: which messages, their heads, the whole one.

Reading marks nothing and moves nothing. What the server says may quote an address or a password, so of its
faults only the kind is told.
"""

from __future__ import annotations

import imaplib
import re
import ssl
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from server.clock import clock
from server.refusal import Refused

PATIENCE = 10.0
"""Seconds that the server has for each answer."""

Fault = (imaplib.IMAP4.error, OSError, EOFError, ValueError)
"""What a server, or the way to it, does wrong: ValueError is an answer that says nothing."""


@dataclass(frozen=True, slots=True)
class Account:
    """How the mailbox is reached. Never printed: it holds the password."""

    host: str
    port: int
    user: str
    password: str
    starttls: bool

    def __repr__(self) -> str:
        return "Account(…)"

    @classmethod
    def of(cls, url: str) -> Account:
        """From ONEGUEST_IMAP_URL, whose form the settings have checked."""
        parts = urlsplit(url)
        is_plain = parts.scheme == "imap"
        return cls(
            parts.hostname or "",
            parts.port or (143 if is_plain else 993),
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            starttls=is_plain,
        )


@dataclass(frozen=True, slots=True)
class Head:
    """A message before it is read: its number, size in bytes, when it came, the head as it came."""

    uid: int
    size: int
    received_at: datetime
    raw: bytes


class Mailbox:
    """One open folder of a mailbox. Its verbs raise one of Fault."""

    def __init__(self, connection: imaplib.IMAP4, uid_validity: int) -> None:
        self._connection = connection
        self.uid_validity = uid_validity

    def since(self, day: datetime) -> list[int]:
        """The messages that came on that day or later, oldest first."""
        return self._uids("SINCE", imaplib.Time2Internaldate(day)[1:12])  # 05-May-2026, in any locale

    def after(self, uid: int) -> list[int]:
        """The messages after a known one, oldest first."""
        return [found for found in self._uids("UID", f"{uid + 1}:*") if found > uid]  # `*` is always the last

    def _uids(self, *criteria: str) -> list[int]:
        answer, data = self._connection.uid("SEARCH", *criteria)
        _be_ok(answer)
        return sorted({int(word) for line in data if line for word in line.split()})

    def head(self, uid: int) -> Head | None:
        """What stands above a message, without reading it for the guest of the mailbox; None: it is gone."""
        found = self._fetch(uid, "(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER])")
        if found is None:
            return None
        about, raw = found
        size = re.search(rb"RFC822\.SIZE (\d+)", about)
        came = imaplib.Internaldate2tuple(about)
        at = datetime.fromtimestamp(time.mktime(came), UTC) if came else clock()
        return Head(uid, int(size[1]) if size else 0, at, raw)

    def whole(self, uid: int) -> bytes | None:
        """A message as it came; None when it is gone."""
        found = self._fetch(uid, "(UID BODY.PEEK[])")
        return found[1] if found else None

    def mark_read(self, uid: int) -> None:
        """As a person would who opened it."""
        _be_ok(self._connection.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")[0])

    def _fetch(self, uid: int, what: str) -> tuple[bytes, bytes] | None:
        """What the server says around a literal, and the literal. Answers of other messages are left out."""
        answer, data = self._connection.uid("FETCH", str(uid), what)
        _be_ok(answer)
        for at, one in enumerate(data or ()):
            if isinstance(one, tuple):
                after = data[at + 1] if at + 1 < len(data) and isinstance(data[at + 1], bytes) else b""
                about = one[0] + b" " + after
                if re.search(rb"\bUID %d\b" % uid, about):
                    return about, one[1]
        return None


def _be_ok(answer: str) -> None:
    if answer != "OK":
        raise imaplib.IMAP4.error("refused")


@contextmanager
def opened(account: Account, place: str) -> Iterator[Mailbox]:
    """A folder of the mailbox, over TLS with the server's certificate checked. Raises Refused, or a Fault."""
    connection = _connect(account)
    try:
        _log_in(connection, account)
        answer, _ = connection.select(_quoted(place))
        if answer != "OK":
            raise Refused("feed.no_such_mailbox_folder", {"place": place})
        validity = connection.response("UIDVALIDITY")[1]
        if not validity or validity[0] is None:
            raise ValueError("no UIDVALIDITY")
        yield Mailbox(connection, int(validity[0]))
    finally:
        with suppress(*Fault):
            connection.logout()


def _connect(account: Account) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    if not account.starttls:
        return imaplib.IMAP4_SSL(account.host, account.port, ssl_context=context, timeout=PATIENCE)
    connection = imaplib.IMAP4(account.host, account.port, timeout=PATIENCE)
    try:
        connection.starttls(context)
    except BaseException:
        with suppress(*Fault):
            connection.shutdown()
        raise
    return connection


def _log_in(connection: imaplib.IMAP4, account: Account) -> None:
    try:
        if "AUTH=PLAIN" in connection.capabilities:  # takes letters that LOGIN cannot
            said = f"\0{account.user}\0{account.password}".encode()
            connection.authenticate("PLAIN", lambda _: said)
        else:
            connection.login(account.user, account.password)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, UnicodeEncodeError):
        raise Refused("feed.mailbox_login") from None


def _quoted(place: str) -> str:
    """A folder's name as IMAP writes it: modified UTF-7 (RFC 3501, 5.1.3), in quotes."""
    name = _FOREIGN.sub(_shifted, place.replace("&", "&-"))
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


_FOREIGN = re.compile(r"[^ -~]+")


def _shifted(letters: re.Match[str]) -> str:
    return "&" + b64encode(letters[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"
