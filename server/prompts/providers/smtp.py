"""E-mails by a mail server: smtplib, one conversation a message.

A conversation that breaks before the message was handed over is tried again; one that breaks while its end is
acknowledged may have been accepted, and such a message is never sent again (RFC 5321, section 4.5.3.2.6).
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.policy import SMTPUTF8
from urllib.parse import unquote, urlsplit

from server.prompts.carrying import Listed, Outcome, Outgoing
from server.prompts.mailing import make_mail

log = logging.getLogger("oneguest.smtp")

PATIENCE = 20.0
HERE = ("localhost", "127.0.0.1", "::1")


class Smtp:
    """A carrier of e-mails."""

    def __init__(self, url: str, *, patience: float = PATIENCE) -> None:
        parts = urlsplit(url)
        self._patience = patience
        self._host, self._is_tls = parts.hostname or "", parts.scheme == "smtps"
        self._port = parts.port or (465 if self._is_tls else 587)
        self._name, self._password = unquote(parts.username or ""), unquote(parts.password or "")

    def send(self, message: Outgoing) -> Outcome:
        """Hand one e-mail to the server, and tell by its answers what became of it."""
        try:
            mail = make_mail(message)
        except ValueError:
            return Outcome("failed", code="smtp_header")
        try:
            with self._connect() as server:
                return self._hand_over(server, message, mail)
        except smtplib.SMTPAuthenticationError as refusal:
            return Outcome("again", code=f"smtp_{refusal.smtp_code}")
        except smtplib.SMTPResponseException as refusal:  # of the greeting: about us, not about the message
            return Outcome("again", code=f"smtp_{refusal.smtp_code}")
        except (OSError, smtplib.SMTPException) as trouble:
            log.warning("mail server not reached error=%s", type(trouble).__name__)
            return Outcome("again", code="no_connection")

    def greet(self) -> None:
        """Sign in, and leave without an e-mail; raises what went wrong."""
        with self._connect():
            pass

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._is_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=self._patience, context=context
            )
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=self._patience)
        try:
            server.ehlo_or_helo_if_needed()
            if not self._is_tls and (self._host not in HERE or server.has_extn("starttls")):
                server.starttls(context=context)  # a server that cannot is not told a guest's address
                server.ehlo()
            if self._name:
                server.login(self._name, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def _hand_over(self, server: smtplib.SMTP, message: Outgoing, mail: EmailMessage) -> Outcome:
        try:
            to = message.to.encode("ascii").decode("ascii")
        except UnicodeEncodeError:
            local, _, domain = message.to.rpartition("@")
            to = f"{local}@{domain.encode('idna').decode('ascii')}"
        needs_utf8 = not to.isascii()
        if needs_utf8 and not server.has_extn("smtputf8"):
            return Outcome("failed", code="smtp_utf8")
        options = ["SMTPUTF8", "BODY=8BITMIME"] if needs_utf8 else []
        for code, _ in (server.mail(message.reply_to, options), server.rcpt(to)):
            if code >= 400:
                return _refused(code)
        content = mail.as_bytes(policy=SMTPUTF8 if needs_utf8 else SMTP_POLICY)
        try:
            code, _ = server.data(content)
        except smtplib.SMTPDataError as refusal:  # instead of 354: nothing was handed over
            return _refused(refusal.smtp_code)
        except (OSError, smtplib.SMTPException) as trouble:
            return Outcome("unknown", provider_id=message.message_id, code=type(trouble).__name__)
        if code >= 400:
            return _refused(code)
        return Outcome("sent", provider_id=message.message_id)

    def find(self, to: str, *, since: datetime) -> Sequence[Listed] | None:
        """A mail server keeps no list; its bounces tell."""
        return None


def _refused(code: int) -> Outcome:
    """4xx: not now; 5xx: never (RFC 5321, section 4.2.1)."""
    return Outcome("again" if code < 500 else "failed", code=f"smtp_{code}")
