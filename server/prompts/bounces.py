"""Mail about mail: what could not be delivered, what a machine answered, and what a guest wrote. Pure.

Anybody may write to a mailbox, so nothing here fails, whatever comes, and of each message only so much is
read as an answer needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.utils import getaddresses
from html.parser import HTMLParser

from server.prompts.reading.quoting import own_words

LONGEST = 100_000
"""Signs of a part that are read: what a server tells of a failure stands at the top."""

MOST_PARTS = 40

_OURS = re.compile(r"<og-\d{1,12}\.[0-9a-f]{16}@[A-Za-z0-9.-]{1,255}>")
_ADDRESS = re.compile(r"[^\s<>\"'(),;:@\[\]]{1,64}@[A-Za-z0-9.-]{1,255}")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLIED = re.compile(r"(?<![\d.])([45]\d\d)(?:[ -]|$)")
_BOUNCER = re.compile(r"^(?:mailer-daemon|postmaster|microsoftexchange[0-9a-f]*|mail-daemon)@", re.IGNORECASE)
_SAYS_NEVER = re.compile(
    r"undeliver|not (?:be )?delivered|could not|couldn't|wasn't delivered|failure|failed|returned|returning|"
    r"unzustellbar|non remis|non distribu|no se (?:ha podido|pudo) entregar|mancata consegna|recapito",
    re.IGNORECASE,
)
_SAYS_LATER = re.compile(
    r"delay|temporar|not yet|will (?:keep|continue|be re)|warning: message|still (?:being )?retr|verzögert|"
    r"retard|in ritardo|aplazad",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"no such (?:user|mailbox|recipient|address)|user (?:unknown|not found)|unknown user|"
    r"mailbox (?:not found|unavailable)|does(?:n't| not) exist|wasn't found|couldn't be found|"
    r"unrouteable address|no mailbox here|host not found|domain (?:name )?not found|inactive",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"^\W*(?:auto(?:matic)?[ -]?(?:reply|response|matische antwort)|automatische (?:antwort|reactie)|"
    r"réponse auto|"
    r"out of (?:the )?office|absence|absent|abwesen|respuesta autom|risposta autom|fuera de (?:la )?oficina|"
    r"fuori (?:sede|ufficio)|autoreply|odpowiedź automatyczna|resposta autom|автоответ|afwezig)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Bounce:
    """That a message was not delivered: which, to whom, for good or for now, and the code (RFC 3463)."""

    message_id: str | None
    recipient: str | None
    is_final: bool
    code: str


def read_bounce(message: EmailMessage) -> Bounce | None:
    """What a mail server tells of a message it could not deliver; None of any other message."""
    reports = [part for part in _parts(message) if part.get_content_type() == "message/delivery-status"]
    if reports:
        return _of_report(message, reports[0])
    if not _BOUNCER.match(_from(message)):
        return None
    return _of_text(message)


def looks_like_bounce(head: EmailMessage) -> bool:
    """Whether a message may be a bounce, by what stands above it."""
    return head.get_content_type() == "multipart/report" or _BOUNCER.match(_from(head)) is not None


def is_automatic(message: EmailMessage) -> bool:
    """Whether no person wrote this (RFC 3834): an absence, a confirmation, a list, a report."""
    said = _header(message, "Auto-Submitted").partition(";")[0].lower()
    if said not in ("", "no"):
        return True
    if any(message.get(name) is not None for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From")):
        return True
    if _header(message, "Precedence").lower() in ("bulk", "auto_reply", "junk", "list"):
        return True
    if _header(message, "Return-Path") == "<>" or message.get("List-Id") is not None:
        return True
    sender = _from(message)
    if _BOUNCER.match(sender) or re.match(r"(?:no|do-?not)[-_.]?reply@", sender, re.IGNORECASE):
        return True
    return _AWAY.match(_header(message, "Subject")) is not None


def new_text(message: EmailMessage) -> str:
    """What the guest wrote, without what their program quoted: the plain part, or the words of the other."""
    plain = html = ""
    for part in _parts(message):
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment":
            continue
        if kind == "text/plain" and not plain:
            plain = _text(part)
        elif kind == "text/html" and not html:
            html = _text(part)
    written = plain if plain.strip() else _words_of(html)
    own = own_words(written)
    return own.own if own.own.strip() else own.signature


def ids_in(message: EmailMessage) -> list[str]:
    """The Message-IDs of ours that a message says it answers."""
    named = f"{_header(message, 'In-Reply-To')} {_header(message, 'References')}"
    return list(dict.fromkeys(_OURS.findall(named[:20_000])))


def _of_report(message: EmailMessage, report: Message) -> Bounce | None:
    """The fields of RFC 3464, sections 2.2 and 2.3: of several recipients the first that failed."""
    fields: list[dict[str, str]] = [{}]
    for line in _report_text(report).splitlines():
        name, colon, value = line.partition(":")
        if not line.strip():
            fields.append({})
        elif colon and name.strip() and not line[:1].isspace():
            fields[-1].setdefault(name.strip().lower(), value.strip())
    told = [one for one in fields if "action" in one or "status" in one]
    found = next((one for one in told if one.get("action", "").lower() == "failed"), None)
    found = found or next((one for one in told if one.get("action", "").lower() == "delayed"), None)
    if found is None:
        return None  # delivered, relayed or expanded
    status = _STATUS.search(found.get("status", "")) or _STATUS.search(found.get("diagnostic-code", ""))
    to = found.get("final-recipient") or found.get("original-recipient") or ""
    address = _ADDRESS.search(found.get("original-recipient") or "") or _ADDRESS.search(to)
    code = status[1] if status else ""
    is_final = found.get("action", "").lower() == "failed" and not code.startswith(("4", "2"))
    recipient = address[0].lower() if address else None
    return Bounce(_our_id(message), recipient, is_final, code or ("5.0.0" if is_final else "4.0.0"))


def _of_text(message: EmailMessage) -> Bounce | None:
    """A bounce in words, as Exim, qmail and old servers write them."""
    texts = [_text(part) for part in _parts(message) if part.get_content_maintype() == "text"]
    body = "\n".join(texts)[:LONGEST]
    above = re.split(r"(?im)^-+ ?(?:this is a copy|below this line|original message|returned message)", body)[
        0
    ]
    subject = _header(message, "Subject")
    status = _STATUS.search(above)
    replied = _REPLIED.search(above)
    nobody = _NOBODY.search(above) is not None
    told = f"{subject}\n{above[:2000]}"
    is_later = _SAYS_LATER.search(told) is not None and not (nobody and status)
    if not (status or replied or nobody or is_later or _SAYS_NEVER.search(told)):
        return None
    code = status[1] if status else f"{replied[1][0]}.0.0" if replied else "5.1.1" if nobody else "5.0.0"
    is_final = code.startswith("5") and not is_later
    if not is_final and code.startswith("5"):
        code = "4.0.0"
    return Bounce(_our_id(message), _recipient(message, above), is_final, code)


def _recipient(message: EmailMessage, body: str) -> str | None:
    told = _ADDRESS.search(_header(message, "X-Failed-Recipients"))
    if told is None:
        mine = {address.lower() for _, address in getaddresses([_header(message, "To")])}
        others = (one for one in _ADDRESS.finditer(body) if one[0].lower().rstrip(".") not in mine)
        told = next((one for one in others if not one[0].startswith("og-")), None)
    return told[0].lower().rstrip(".") if told else None


def _our_id(message: EmailMessage) -> str | None:
    """The message of ours that is told of: by the headers that came back, or by the one it answers."""
    for part in _parts(message):
        kind = part.get_content_type()
        if kind == "text/rfc822-headers" or (kind.startswith("text/") and part is not message):
            found = _OURS.search(_text(part))
        else:
            found = _OURS.search(_header(part, "Message-ID")) if part is not message else None
        if found:
            return found[0]
    found = _OURS.search(f"{_header(message, 'In-Reply-To')} {_header(message, 'References')}")
    if found is None and not message.is_multipart():
        found = _OURS.search(_text(message))
    return found[0] if found else None


def _parts(message: Message) -> Iterator[Message]:
    """The parts of a message and of what it carries; so many, however deep they stand in each other."""
    waiting: list[Message] = [message]
    for _ in range(MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        yield part
        inner = part.get_payload() if part.is_multipart() else None
        if isinstance(inner, list):
            waiting += [one for one in inner[:MOST_PARTS] if isinstance(one, Message)]


def _report_text(report: Message) -> str:
    inner = report.get_payload()
    if not isinstance(inner, list):
        return _text(report)
    blocks = ["\n".join(f"{name}: {_flat(value)}" for name, value in one.items()) for one in inner[:50]
              if isinstance(one, Message)]  # fmt: skip
    return "\n\n".join(blocks)[:LONGEST]


def _flat(value: object) -> str:
    return " ".join(str(value).split())


def _text(part: Message) -> str:
    """A part in letters, whatever it says of itself."""
    try:
        raw = part.get_payload(decode=True)
    except Exception:  # the library's readers raise what they like at what no program should have sent
        return ""
    if not isinstance(raw, bytes):
        return ""
    try:
        return raw[: LONGEST * 4].decode(part.get_content_charset() or "utf-8", "replace")[:LONGEST]
    except (LookupError, ValueError):
        return raw[:LONGEST].decode("utf-8", "replace")


def _header(message: Message, name: str) -> str:
    try:
        return _flat(message.get(name, ""))[:20_000]
    except Exception:  # see _text
        return ""


def _from(message: Message) -> str:
    found = [address for _, address in getaddresses([_header(message, "From")]) if "@" in address]
    return found[0].lower() if found else _header(message, "From").lower()


class _Words(HTMLParser):
    """The words of a page, its lines, and what it quotes left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        is_quote = tag == "blockquote" or "gmail_quote" in (told.get("class") or "")
        if self._silent:
            if tag == self._silent[0]:
                self._silent.append(tag)
        elif is_quote or tag in ("style", "script", "head", "title"):
            self._silent.append(tag)
        elif tag in ("br", "p", "div", "tr", "li"):
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag == self._silent[0]:
            self._silent.pop()
        elif tag in ("p", "div", "tr", "li"):
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(" ".join(data.split("\n")))


def _words_of(html: str) -> str:
    reader = _Words()
    try:
        reader.feed(html)
        reader.close()
    except (AssertionError, ValueError):  # html.parser at what is no markup
        pass
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.words)).strip()
