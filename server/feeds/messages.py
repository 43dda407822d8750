"""Read a message as it came: who sent it, whether its sender is proven, which files hang on it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import getaddresses
from typing import Literal

Standing = Literal["expected", "stranger", "unproven"]

INLINE = ("image/", "text/calendar", "text/x-vcard", "text/vcard", "application/pgp", "application/pkcs7")
"""What programs hang on messages by themselves: logos, cards, signatures."""

_METHOD = re.compile(r"\b(dmarc|dkim|spf)\s*=\s*([a-z]+)([^;]*)", re.IGNORECASE)
_DOMAIN = re.compile(r"\b(?:header\.d|header\.i|smtp\.mailfrom)\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
_COMMENT = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that hangs on a message: its place among them, its name, its bytes."""

    part: int
    name: str
    content: bytes


def parse(raw: bytes) -> EmailMessage:
    """A message, or the head of one, whatever its bytes are."""
    return message_from_bytes(raw, policy=policy.default.clone(raise_on_defect=False))


def sender_of(message: Message) -> str | None:
    """The one address a message says it is from, lower case; None when it names none, or several."""
    raw = [str(value) for value in message.get_all("From", ())]
    if len(raw) != 1:
        return None
    found = [address.lower() for _, address in getaddresses(raw) if "@" in address]
    return found[0] if len(found) == 1 else None


def is_expected(sender: str, senders: Sequence[str]) -> bool:
    """Whether an address is one of those expected, or of an expected domain."""
    return any(sender == one or (one.startswith("@") and sender.endswith(one)) for one in senders)


def standing_of(message: Message, senders: Sequence[str]) -> Standing:
    """Whether a message is from one of the expected `senders` (addresses, or `@domain`).

    What a message says of its sender anybody can write. Where the mail server wrote down what it found
    (Authentication-Results, RFC 8601; the topmost is its own), that must speak for the sender's domain.
    """
    sender = sender_of(message)
    if sender is None or not is_expected(sender, senders):
        return "stranger"
    results = message.get_all("Authentication-Results", ())
    return "expected" if not results or _is_proven(str(results[0]), sender.rpartition("@")[2]) else "unproven"


def _is_proven(results: str, domain: str) -> bool:
    """Whether DMARC passed; or, where the server tried no DMARC, DKIM or SPF did for the sender's domain."""
    methods = [(name.lower(), result.lower(), rest) for name, result, rest in _METHOD.findall(_bare(results))]
    verdicts = {result for name, result, _ in methods if name == "dmarc"} - {"none"}
    if verdicts:
        return verdicts == {"pass"}
    return any(
        result == "pass" and any(_aligned(named, domain) for named in _DOMAIN.findall(rest))
        for _, result, rest in methods
    )


def _bare(results: str) -> str:
    return _COMMENT.sub(" ", results)


def _aligned(named: str, domain: str) -> bool:
    """Whether what was proven is the sender's domain, or one above or below it (relaxed, RFC 7489, 3.1)."""
    proven = named.rpartition("@")[2].lower().strip(".")
    longer, shorter = max(proven, domain, key=len), min(proven, domain, key=len)
    return longer == shorter or (shorter.count(".") > 0 and longer.endswith(f".{shorter}"))


def attachments(message: EmailMessage) -> Iterator[Attachment]:
    """The files that hang on a message, in their order; its own words and pictures in them are none."""
    part = 0
    for one in message.walk():
        if one.is_multipart():
            continue
        name, disposition = one.get_filename(), one.get_content_disposition()
        kind = one.get_content_type()
        is_file = disposition == "attachment" or (name is not None and not kind.startswith(INLINE))
        if not is_file and kind not in ("text/csv", "text/tab-separated-values"):
            continue
        if disposition != "attachment" and kind.startswith(INLINE):
            continue
        content = one.get_payload(decode=True)
        yield Attachment(part, name or "attachment", content if isinstance(content, bytes) else b"")
        part += 1
