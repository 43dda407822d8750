"""How the house serves https by itself: with the certificate of its own, where no proxy does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.commands._listening import LOOPBACK
from server.settings import Settings

if TYPE_CHECKING:
    from server.certificates import OwnCertificate


def certificate_of(settings: Settings) -> OwnCertificate | None:
    """The certificate that the house serves with, as it is; None where it serves http.

    Behind a proxy of the owner's own it is the proxy that has a certificate. Raises as own_certificate.
    """
    if settings.trusted_proxies or not (settings.keys_dir / "tls" / "house.pem").exists():
        return None
    from server.certificates import own_certificate

    return own_certificate(settings.keys_dir)


def certificate_for(settings: Settings) -> OwnCertificate | None:
    """The certificate to serve with, renewed where it is about to end; None and raises as certificate_of."""
    if certificate_of(settings) is None:
        return None
    from server.certificates import renew_certificate
    from server.clock import clock

    renew_certificate(settings.keys_dir, now=clock())
    return certificate_of(settings)


def own_address(certificate: OwnCertificate, host: str, port: int) -> str:
    """Where a browser opens the house that serves with this certificate."""
    return f"https://localhost:{port}" if host in LOOPBACK else certificate.address(port)
