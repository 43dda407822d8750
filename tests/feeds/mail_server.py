"""A mail server as feeds meet one: IMAP4rev1 over TLS, strict about order and quoting, and able to fail.

It speaks what RFC 9051 lets a server speak between its answers (untagged EXISTS, flags of other messages), so
that a reader which only understands the quiet case fails here.
"""

from __future__ import annotations

import base64
import contextlib
import datetime
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER = "feeds@hotel.example"


def make_certificate(folder: Path) -> Path:
    """A certificate of this machine that is its own authority, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail of a test")])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "mail.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@dataclass
class Letter:
    """A message in the mailbox."""

    uid: int
    raw: bytes
    came: datetime.datetime
    flags: set[str] = field(default_factory=set)


@dataclass
class MailServer:
    """The mailbox of a hotel. `fail_at`: instead of answering the n-th such command it breaks off."""

    certificate: Path
    password: str = 'se"cr\\et pässword'
    plain: bool = False  # no AUTH=PLAIN: LOGIN only
    starttls: bool = False
    letters: list[Letter] = field(default_factory=list)
    uid_validity: int = 1_700_000_000
    fail_at: dict[str, int] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    port: int = 0
    next_uid: int = 101

    @property
    def url(self) -> str:
        """What ONEGUEST_IMAP_URL says of it."""
        scheme = "imap" if self.starttls else "imaps"
        return f"{scheme}://{quote(USER, safe='')}:{quote(self.password, safe='')}@127.0.0.1:{self.port}"

    def deliver(self, message: EmailMessage | bytes, *, came: datetime.datetime) -> Letter:
        """Put a message into the inbox, as it arrives there."""
        crlf = policy.default.clone(linesep="\r\n")
        raw = message if isinstance(message, bytes) else message.as_bytes(policy=crlf)
        letter = Letter(self.next_uid, raw, came)
        self.next_uid += 3  # numbers ascend, and not by one
        self.letters.append(letter)
        return letter

    def make_anew(self) -> None:
        """The provider moved the mailbox: other numbers for the same messages."""
        self.uid_validity += 1
        for number, letter in enumerate(self.letters, start=1):
            letter.uid = number
        self.next_uid = len(self.letters) + 1

    @contextlib.contextmanager
    def running(self) -> Iterator[MailServer]:
        """Answer on this machine for as long as the block lasts."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate)
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.port = listening.getsockname()[1]
            thread = threading.Thread(target=self._serve, args=(listening, context), daemon=True)
            thread.start()
            try:
                yield self
            finally:
                listening.shutdown(socket.SHUT_RDWR)
                thread.join(5)

    def _serve(self, listening: socket.socket, context: ssl.SSLContext) -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            with contextlib.suppress(OSError, ssl.SSLError, _Gone), client:
                client.settimeout(5)
                secured = client if self.starttls else context.wrap_socket(client, server_side=True)
                talk = _Talk(self, secured, context)
                try:
                    talk.run()
                finally:
                    talk.hang_up()


class _Gone(Exception):
    """The connection is broken off."""


class _Talk:
    """One connection, from greeting to LOGOUT or to its break."""

    def __init__(self, server: MailServer, client: socket.socket, context: ssl.SSLContext) -> None:
        self.server, self.client, self.context = server, client, context
        self.lines = client.makefile("rb")
        self.is_in = self.is_selected = False
        self.is_secure = isinstance(client, ssl.SSLSocket)

    def say(self, *parts: bytes | str) -> None:
        raw = b"".join(part if isinstance(part, bytes) else part.encode() for part in parts)
        self.client.sendall(raw + b"\r\n")

    def hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self.client.shutdown(socket.SHUT_RDWR)
        self.lines.close()
        self.client.close()

    def run(self) -> None:
        self.say(f"* OK [CAPABILITY {self.capabilities()}] ready")
        while line := self.lines.readline():
            tag, _, rest = line.strip().decode("utf-8", "surrogateescape").partition(" ")
            name = rest.partition(" ")[0].upper()
            if name == "UID":
                name = rest.split(" ")[1].upper()
            self.server.commands.append(rest)
            self.break_off(name)
            if not getattr(self, f"do_{name.lower()}", self.unknown)(tag, rest):
                break

    def break_off(self, name: str) -> None:
        left = self.server.fail_at.get(name)
        if left is not None:
            self.server.fail_at[name] = left - 1
            if left <= 1:
                del self.server.fail_at[name]
                if name == "FETCH":
                    self.client.sendall(b"* 1 FETCH (UID 1 BODY[] {4000}\r\nhalf of it")
                raise _Gone

    def capabilities(self) -> str:
        if not self.is_secure:
            return "IMAP4rev1 STARTTLS LOGINDISABLED"
        return "IMAP4rev1 UIDPLUS" + ("" if self.server.plain else " AUTH=PLAIN")

    def unknown(self, tag: str, rest: str) -> bool:
        self.say(f"{tag} BAD no such command")
        return True

    def do_capability(self, tag: str, rest: str) -> bool:
        self.say(f"* CAPABILITY {self.capabilities()}")
        self.say(f"{tag} OK done")
        return True

    def do_starttls(self, tag: str, rest: str) -> bool:
        self.say(f"{tag} OK go ahead")
        self.client = self.context.wrap_socket(self.client, server_side=True)
        self.lines, self.is_secure = self.client.makefile("rb"), True
        return True

    def do_login(self, tag: str, rest: str) -> bool:
        words = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', rest.partition(" ")[2])
        given = [re.sub(r"\\(.)", r"\1", quoted) if quoted else bare for quoted, bare in words]
        return self.let_in(tag, given)

    def do_authenticate(self, tag: str, rest: str) -> bool:
        self.say("+ ")
        given = base64.b64decode(self.lines.readline().strip()).decode().split("\0")[1:]
        return self.let_in(tag, given)

    def let_in(self, tag: str, given: list[str]) -> bool:
        self.is_in = self.is_secure and given == [USER, self.server.password]
        said = "OK [CAPABILITY IMAP4rev1] in" if self.is_in else f"NO wrong password for {given[0]}"
        self.say(f"{tag} {said}")
        return True

    def do_select(self, tag: str, rest: str) -> bool:
        place = rest.partition(" ")[2]
        if not self.is_in or place not in ('"INBOX"', '"Rapports &AOk-t&AOk-"'):
            self.say(f"{tag} NO no such mailbox")
            return True
        self.say(f"* {len(self.server.letters)} EXISTS")
        self.say("* 0 RECENT")
        self.say(r"* FLAGS (\Seen \Deleted)")
        self.say(f"* OK [UIDVALIDITY {self.server.uid_validity}] fixed")
        self.say(f"* OK [UIDNEXT {self.server.next_uid}] expected")
        self.say(f"{tag} OK [READ-WRITE] selected")
        self.is_selected = True
        return True

    def do_search(self, tag: str, rest: str) -> bool:
        found = []
        if (since := re.search(r"SINCE (\d\d?-\w{3}-\d{4})$", rest)) is not None:
            day = datetime.datetime.strptime(since[1], "%d-%b-%Y").date()  # noqa: DTZ007 (a day has no zone)
            found = [one.uid for one in self.server.letters if one.came.date() >= day]
        elif (after := re.search(r"UID (\d+):\*$", rest)) is not None:
            uids = [one.uid for one in self.server.letters]
            found = sorted({uid for uid in uids if uid >= int(after[1])} | set(uids[-1:]))
        self.say(f"* {len(self.server.letters)} EXISTS")
        self.say("* SEARCH", *[f" {uid}" for uid in found])
        self.say(f"{tag} OK done")
        return True

    def do_fetch(self, tag: str, rest: str) -> bool:
        uid = int(rest.split(" ")[2])
        number = next((n for n, one in enumerate(self.server.letters, 1) if one.uid == uid), None)
        if number is not None:
            letter = self.server.letters[number - 1]
            head, _, _ = letter.raw.partition(b"\r\n\r\n")
            self.say(rf"* {len(self.server.letters)} FETCH (FLAGS (\Recent))")  # of another, unasked
            if "HEADER" in rest:
                came = letter.came.strftime("%d-%b-%Y %H:%M:%S %z")
                head += b"\r\n\r\n"
                self.say(
                    f"* {number} FETCH (UID {uid} RFC822.SIZE {len(letter.raw)} ",
                    f'INTERNALDATE "{came}" BODY[HEADER] {{{len(head)}}}\r\n',
                    head,
                    ")",
                )
            else:
                self.say(f"* {number} FETCH (BODY[] {{{len(letter.raw)}}}\r\n", letter.raw, f" UID {uid})")
        self.say(f"{tag} OK done")
        return True

    def do_store(self, tag: str, rest: str) -> bool:
        uid = int(rest.split(" ")[2])
        for letter in self.server.letters:
            if letter.uid == uid:
                letter.flags.add("seen")
        self.say(f"{tag} OK done")
        return True

    def do_logout(self, tag: str, rest: str) -> bool:
        self.say("* BYE see you")
        self.say(f"{tag} OK done")
        return False
