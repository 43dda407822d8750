"""An address to listen on: whether it is free, and whether somebody answers there."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
from pathlib import Path

from server.refusal import Refused

LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (compared, not bound)
"""Addresses that mean every interface, and the one of them that is surely this machine."""


def address_of(host: str, port: int) -> str:
    """What to type into a browser on this machine, for an address listened on."""
    host = EVERYWHERE.get(host, host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


class CannotStart(Refused):
    """The house cannot start; the sentence, its own code, says why and what to do."""


def refuse_busy_port(host: str, port: int) -> None:
    """Refuse an address that another program listens on, or that cannot be listened on at all."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                raise CannotStart(
                    f"Port {port} on {host} is used by another program. "
                    f"Stop that program, or choose another port: --port {port + 1}"
                ) from None
            if problem.errno == errno.EACCES:
                raise CannotStart(
                    f"Port {port} is only for root. Choose one above 1023, such as --port 8000."
                ) from None
            raise CannotStart(f"Cannot listen on {host}: {problem.strerror}. Check --host.") from None
        except (OverflowError, UnicodeError):
            raise CannotStart(f"{host}:{port} is no address to listen on. Check --host and --port.") from None


def is_healthy(host: str, port: int, *, authority: Path | None = None) -> bool:
    """Whether /healthz answers 200 at this address; by https where the house's own authority is given."""
    local = EVERYWHERE.get(host, host)
    connection = http.client.HTTPConnection(local, port, timeout=2)
    if authority is not None:
        trusting = ssl.create_default_context(cafile=authority)
        trusting.check_hostname = False  # it is asked by whatever number it listens on
        connection = http.client.HTTPSConnection(local, port, timeout=2, context=trusting)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
