"""The address at which a phone in the house reaches us, if it can."""

from __future__ import annotations

import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from server.access import is_loopback, is_opened
from server.settings import Settings

EVERY_INTERFACE = ("0.0.0.0", "::")  # noqa: S104 (compared, not bound)
_DOCUMENTATION = ("192.0.2.1", 9)  # RFC 5737: nobody's; a datagram socket only picks its interface for it


def own_network_address() -> str | None:
    """This machine's number on the network it would leave by; None when it is on none. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_DOCUMENTATION)
        except OSError:
            return None
        return str(probe.getsockname()[0])


def phone_address(settings: Settings, *, find: Callable[[], str | None] = own_network_address) -> str | None:
    """The address for a phone, such as http://192.168.1.20:8000; None when only this machine is let in.

    The public address where there is one. Never a Host header's: that is whatever was typed.
    """
    if settings.public_url and not is_loopback(urlsplit(settings.public_url).hostname):
        return settings.public_url
    if not is_opened(settings):
        return None
    host = find() if settings.host in EVERY_INTERFACE else settings.host
    if not host:
        return None
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
