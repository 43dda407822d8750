"""What keeps messages to guests from going out, by text and by e-mail: for `doctor`.

Each is spoken to as sending does it, and sends nothing. What is printed is our own words, never theirs: a
server may quote what it was told.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from server import data_folder
from server.commands._checking import Check, guarded
from server.settings import Settings

PATIENCE = 4.0  # seconds for one answer
LONGEST = 10.0  # for all of one look: a name that is looked up for long obeys no time-out of ours
HOW = "docs/asking.md tells what a house sets up"


def look_at_sending(settings: Settings) -> Iterator[Check]:
    """Texts, then e-mails."""
    asks = _asks(settings)
    yield guarded("texts", lambda: _texts(settings, asks=asks))
    yield guarded("e-mails", lambda: _mails(settings, asks=asks))


def _texts(settings: Settings, *, asks: bool) -> Check:
    account, token = settings.twilio_account, settings.twilio_token or ""
    if account is None:
        return _not_set(settings, "texts", "ONEGUEST_TWILIO_ACCOUNT_SID", asks=asks)
    if settings.twilio_base is None and not re.fullmatch(r"[0-9a-f]{32}", token):
        advice = "copy the auth token anew from the console: 32 signs, 0 to 9 and a to f"
        return Check("texts", "ONEGUEST_TWILIO_AUTH_TOKEN has not the shape of Twilio's", advice)
    where = urlsplit(settings.twilio_base or "https://api.twilio.com").hostname or ""
    problem = _within(lambda: _greet_twilio(settings, account, token))
    if problem is not None:
        return _told_of_twilio(where, problem)
    public = settings.public_url or ""
    if settings.twilio_base is None and not public.startswith("https://"):
        found = f"{where} takes our texts, but has no way back: no delivery report, no answer comes in"
        return Check("texts", found, "set ONEGUEST_PUBLIC_URL to the https address that Twilio reaches")
    return Check("texts", f"{where} takes our texts")


def _mails(settings: Settings, *, asks: bool) -> Check:
    if settings.smtp_url is None:
        return _not_set(settings, "e-mails", "ONEGUEST_SMTP_URL", asks=asks)
    from server.prompts.providers.smtp import Smtp

    where, server = urlsplit(settings.smtp_url).hostname or "", Smtp(settings.smtp_url, patience=PATIENCE)
    problem = _within(server.greet)
    return Check("e-mails", f"{where} takes our e-mails") if problem is None else _told(where, problem)


def _not_set(settings: Settings, name: str, variable: str, *, asks: bool) -> Check:
    if data_folder.is_demo(settings.data_dir):
        return Check(name, "the demo's own, which up starts with it")
    found = f"none go out: {variable} is not set"
    return Check(
        name, f"{found}, and a house has approved its plan" if asks else found, HOW if asks else None
    )


def _within(look: Callable[[], None]) -> Exception | None:
    """What went wrong, also where nothing comes back at all."""
    found: list[Exception | None] = []

    def take() -> None:
        try:
            look()
        except Exception as problem:
            found.append(problem)
        else:
            found.append(None)

    thread = threading.Thread(target=take, name="look", daemon=True)
    thread.start()
    thread.join(LONGEST)
    return found[0] if found else TimeoutError()


class _Answered(Exception):
    """Twilio answered with another state of HTTP than a good one."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


def _greet_twilio(settings: Settings, account: str, token: str) -> None:
    from server.prompts.providers.twilio import Twilio

    status = Twilio(account, token, base=settings.twilio_base, patience=PATIENCE).greet()
    if status not in (200, 429):  # 429: it knows us, and has more to do than to answer
        raise _Answered(status)


def _told_of_twilio(where: str, problem: Exception) -> Check:
    if isinstance(problem, _Answered):
        if problem.status in (401, 403):
            advice = (
                "copy account SID and auth token anew from the console; a token that was changed there ends "
                "the old one, and a suspended account takes nothing"
            )
            return Check("texts", f"{where} refuses account SID and auth token ({problem.status})", advice)
        if problem.status == 404:
            advice = "is ONEGUEST_TWILIO_API_BASE right? Unset, it is Twilio itself"
            return Check("texts", f"{where} does not know our account (404)", advice)
        return Check("texts", f"{where} answers {problem.status}", "wait, and run doctor again")
    if isinstance(problem, ssl.SSLError):
        return Check("texts", f"{where} shows a certificate that is not trusted", "look at this network")
    if isinstance(problem, OSError):
        return _unreached("texts", where)
    return Check("texts", f"{where} answers, but not as Twilio does", "unset ONEGUEST_TWILIO_API_BASE")


def _told(where: str, problem: Exception) -> Check:
    if isinstance(problem, smtplib.SMTPAuthenticationError):
        advice = (
            "set name and password in ONEGUEST_SMTP_URL anew (%40 for @); some want a password for programs"
        )
        return Check("e-mails", f"{where} refuses name and password ({problem.smtp_code})", advice)
    if isinstance(problem, smtplib.SMTPNotSupportedError):
        advice = "smtps:// is for port 465, smtp:// for 587; take name and password out where none are wanted"
        return Check("e-mails", f"{where} offers no TLS, or takes no name and password", advice)
    if isinstance(problem, smtplib.SMTPResponseException):
        return Check("e-mails", f"{where} turns us away ({problem.smtp_code})", "ask who runs it")
    if isinstance(problem, ssl.SSLCertVerificationError):
        advice = "use the name that its certificate is for"
        return Check("e-mails", f"{where} shows a certificate that is not trusted", advice)
    if isinstance(problem, (ssl.SSLError, smtplib.SMTPException)):
        advice = "smtps:// is for port 465, smtp:// for 587"
        return Check("e-mails", f"{where} answers, but not as we speak to it", advice)
    return _unreached("e-mails", where, is_unknown=isinstance(problem, socket.gaierror))


def _unreached(name: str, where: str, *, is_unknown: bool = False) -> Check:
    found = f"{where} has no address that we can find" if is_unknown else f"{where} does not answer"
    advice = "is this machine on the Internet? Then is the name right, and does the firewall let it out?"
    return Check(name, found, advice)


def _asks(settings: Settings) -> bool:
    """Whether a house has approved its plan; no where there is no database that could tell."""
    from sqlalchemy import inspect, select

    from server import tables  # noqa: F401 (its readers need every table)
    from server.db import make_engine, reading
    from server.prompts.models import Asking

    if settings.is_sqlite and not settings.data_dir.joinpath("oneguest.db").exists():
        return False
    engine = make_engine(settings.database_url)
    try:
        if not inspect(engine).has_table("asking"):
            return False
        with reading(engine) as session:
            approved = select(Asking.property_id).where(Asking.approved_at.is_not(None)).limit(1)
            return session.scalar(approved) is not None
    except Exception:  # the database's own check has said what is wrong with it
        return False
    finally:
        engine.dispose()
