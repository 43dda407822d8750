"""Everything that can be set from outside, read from the environment once.

Names are fixed by the contract (README, "Settings"). A wrong value stops the start by its name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

LOG_LEVELS = ("debug", "info", "warning", "error")
MOST_PROXIES = 9
"""More proxies than that stand before nobody's house; a larger number is a slip."""


class WrongSetting(ValueError):
    """A setting has a value that cannot work; the message names it and says what would."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Defaults fit a local hotel: SQLite in the data folder, the desk on this machine only."""

    data_dir: Path
    database_url: str
    public_url: str | None = None
    clock_offset: float = 0.0
    demo: bool = False
    host: str = "127.0.0.1"
    port: int = 8000
    trusted_proxies: int = 0
    """How many proxies of the owner's own stand before the house; of these alone forwarding headers count."""

    log_level: str = "info"
    imap_url: str | None = field(default=None, repr=False)
    """The mailbox that feeds are read from. It holds a password, so it is never printed."""

    feeds_folder: Path | None = None
    twilio_account: str | None = None
    """The account's SID, AC…; without it no text goes out."""

    twilio_token: str | None = field(default=None, repr=False)
    twilio_base: str | None = None
    """Where Twilio is spoken to instead of at Twilio's: a fake, in tests and in the demo."""

    smtp_url: str | None = field(default=None, repr=False)
    """The server that e-mails go out by. It holds a password, so it is never printed."""

    @property
    def feeds_dir(self) -> Path:
        """Below it lie the folders that other programs deliver files to, one folder a house."""
        return self.feeds_folder or self.data_dir / "feeds"

    @property
    def keys_dir(self) -> Path:
        """Secrets lie here as files of mode 0600, outside the database and its backups."""
        return self.data_dir / "keys"

    @property
    def uploads_dir(self) -> Path:
        """Files dropped at the desk wait here, encrypted, until they are imported."""
        return self.data_dir / "uploads"

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def house_address(settings: Settings) -> str:
    """The address that goes into links: the public one, else this machine's. Never a Host header's."""
    return settings.public_url or f"http://localhost:{settings.port}"


def default_data_dir(environ: Mapping[str, str]) -> Path:
    """`~/.local/share/oneguest`, by the XDG base directory specification."""
    base = environ.get("XDG_DATA_HOME") or str(Path(environ.get("HOME") or "~").expanduser() / ".local/share")
    return Path(base) / "oneguest"


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the ONEGUEST_* variables; raise WrongSetting naming the first that cannot work."""
    env = os.environ if environ is None else environ
    data_dir = Path(env.get("ONEGUEST_DATA_DIR") or default_data_dir(env)).expanduser().absolute()
    url = env.get("ONEGUEST_DATABASE_URL") or f"sqlite:///{data_dir / 'oneguest.db'}"
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise WrongSetting(
            "ONEGUEST_DATABASE_URL must start with sqlite:/// or postgresql+psycopg://; unset, it is SQLite."
        )
    public_url = _public_url(env.get("ONEGUEST_PUBLIC_URL"))
    return Settings(
        data_dir=data_dir,
        database_url=url,
        public_url=public_url,
        clock_offset=_number(env, "ONEGUEST_CLOCK_OFFSET", 0.0),
        demo=env.get("ONEGUEST_DEMO") == "1",
        host=env.get("ONEGUEST_HOST") or "127.0.0.1",
        port=int(_number(env, "ONEGUEST_PORT", 8000)),
        trusted_proxies=_trusted_proxies(env.get("ONEGUEST_TRUSTED_PROXIES"), public_url),
        log_level=_log_level(env.get("ONEGUEST_LOG_LEVEL")),
        imap_url=_imap_url(env.get("ONEGUEST_IMAP_URL")),
        feeds_folder=_folder(env.get("ONEGUEST_FEEDS_DIR")),
        twilio_account=_twilio_account(env),
        twilio_token=env.get("ONEGUEST_TWILIO_AUTH_TOKEN") or None,
        twilio_base=_twilio_base(env.get("ONEGUEST_TWILIO_API_BASE")),
        smtp_url=_smtp_url(env.get("ONEGUEST_SMTP_URL")),
    )


def _log_level(text: str | None) -> str:
    level = (text or "info").lower()
    if level not in LOG_LEVELS:
        raise WrongSetting(f"ONEGUEST_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}, not {text!r}.")
    return level


def _number(env: Mapping[str, str], name: str, default: float) -> float:
    text = env.get(name)
    if not text:
        return default
    try:
        return float(text)
    except ValueError:
        raise WrongSetting(f"{name} must be a number, not {text!r}.") from None


def _trusted_proxies(text: str | None, public_url: str | None) -> int:
    """Guests come to a proxy by the public address, so without one every door would stay closed to them."""
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal()) or int(text) > MOST_PROXIES:
        raise WrongSetting(
            f"ONEGUEST_TRUSTED_PROXIES must be a whole number from 0 to {MOST_PROXIES}, not {text!r}."
        )
    if int(text) and public_url is None:
        raise WrongSetting("ONEGUEST_TRUSTED_PROXIES needs ONEGUEST_PUBLIC_URL, the address of the proxy.")
    return int(text)


def _public_url(text: str | None) -> str | None:
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise WrongSetting("ONEGUEST_PUBLIC_URL must be an address such as https://guests.hotel.example.")
    return text.rstrip("/")


def _imap_url(text: str | None) -> str | None:
    """`imaps://name:password@host[:port]`, or `imap://` where the server changes to TLS (STARTTLS)."""
    if not text:
        return None
    try:
        parts = urlsplit(text)
        is_whole = all((parts.hostname, parts.username, parts.password, parts.port != 0))
        is_good = is_whole and parts.scheme in ("imap", "imaps") and parts.path in ("", "/")
    except ValueError:  # a port that is no number; its message would quote the address
        is_good = False
    if not is_good:
        raise WrongSetting(
            "ONEGUEST_IMAP_URL must be like imaps://name:password@mail.hotel.example, signs in name and "
            "password written as in an address (%40 for @)."
        )
    return text


def _twilio_account(env: Mapping[str, str]) -> str | None:
    account = env.get("ONEGUEST_TWILIO_ACCOUNT_SID")
    if not account:
        return None
    if not re.fullmatch(r"AC[0-9a-fA-F]{32}", account):
        raise WrongSetting("ONEGUEST_TWILIO_ACCOUNT_SID must be AC and 32 signs, as the console shows it.")
    if not env.get("ONEGUEST_TWILIO_AUTH_TOKEN"):
        raise WrongSetting("ONEGUEST_TWILIO_ACCOUNT_SID needs ONEGUEST_TWILIO_AUTH_TOKEN beside it.")
    return account


def _twilio_base(text: str | None) -> str | None:
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WrongSetting("ONEGUEST_TWILIO_API_BASE must be an address such as http://127.0.0.1:8010.")
    return text.rstrip("/")


def _smtp_url(text: str | None) -> str | None:
    """`smtps://name:password@host[:port]`, or `smtp://` where the server changes to TLS (STARTTLS); a server
    on this machine may do without name and password."""
    if not text:
        return None
    try:
        parts = urlsplit(text)
        is_good = (
            parts.scheme in ("smtp", "smtps")
            and bool(parts.hostname)
            and parts.path in ("", "/")
            and parts.port != 0
            and bool(parts.username) == bool(parts.password)
        )
    except ValueError:  # a port that is no number; its message would quote the address
        is_good = False
    if not is_good:
        raise WrongSetting(
            "ONEGUEST_SMTP_URL must be like smtps://name:password@mail.hotel.example, signs in name and "
            "password written as in an address (%40 for @)."
        )
    return text


def _folder(text: str | None) -> Path | None:
    return Path(text).expanduser().absolute() if text else None
