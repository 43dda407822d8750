"""The house's own authority and certificate: https for tablets where there is no public name.

A tablet needs https for everything that makes it one: without it a browser has no service worker, no sealing
and no lasting storage. A house without a public name makes an authority of its own, which each tablet is told
to trust once. That authority can vouch for machines of the house's own network only (its name constraints,
RFC 5280 section 4.2.1.10): whoever steals its key cannot play a bank to those tablets.

The files lie under keys/tls, for their owner only, outside the database and its backups.
"""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.keys import refuse_if_open_to_others
from server.refusal import Refused

AUTHORITY_LIFE = timedelta(days=3650)
LIFE = timedelta(days=397)
"""Of the certificate. Apple's systems take at most 825 days, also of an authority that a person installed."""
RENEWED_BEFORE = timedelta(days=60)
SLOW_CLOCKS = timedelta(days=2)
"""Both are valid from before they were made: the clock of a new tablet may be in another zone."""

OWN_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128")
OWN_ENDINGS = ("local", "lan", "internal", "home.arpa", "localhost")
"""Numbers and names that nobody has on the internet (RFC 1918, 4193, 6761, 6762, 8375): for these the
authority may vouch whatever it was made for."""

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")


class CertificateProblem(Refused):
    """A certificate cannot be made or used; the sentence, its own code, says why and what to do."""


@dataclass(frozen=True, slots=True)
class OwnCertificate:
    """The certificate that the house serves with, from an authority of its own."""

    path: Path
    """Certificate and key, one file, so that one never stands beside the other's."""
    authority: Path
    """The authority's certificate without its key: what a tablet installs."""
    names: tuple[str, ...]
    """For whom it vouches; the first is what tablets are told to open."""
    until: datetime
    authority_until: datetime
    fingerprint: str
    """SHA-256 of the authority's certificate, in pairs of digits, as browsers show it."""

    def address(self, port: int) -> str:
        """Where a tablet opens the house."""
        return f"https://{_bracketed(self.names[0])}:{port}"


def make_certificate(
    keys_dir: Path, names: Sequence[str], *, now: datetime, anew: bool = False
) -> OwnCertificate:
    """Make a certificate for names and numbers of this machine, and the authority where there is none.

    `anew`: another authority in any case, which tablets must install again. Raises CertificateProblem for a
    name that is none, and for one that the authority there is may not vouch for.
    """
    wanted = list(dict.fromkeys(_plain(name) for name in names))
    if not wanted:
        raise CertificateProblem(
            "Say under which name or number tablets find this machine: --name 192.168.1.20"
        )
    folder = keys_dir / "tls"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    refuse_if_open_to_others(folder, "700")
    authority = folder / "authority.pem"
    if anew or not authority.exists():
        _write(authority, _new_authority(wanted, now=now))
    key, certificate = _read(authority)
    strangers = [name for name in wanted if not _may_vouch(certificate, name)]
    if strangers:
        raise CertificateProblem(
            f"The house's authority may not vouch for {', '.join(strangers)}: it was made for other names. "
            "Make another with --new-authority; every tablet must then install it."
        )
    _write(folder / "authority.crt", certificate.public_bytes(Encoding.PEM))
    here = [name for name in _own_names() if _may_vouch(certificate, name)]
    _write(folder / "house.pem", _issue(key, certificate, list(dict.fromkeys([*wanted, *here])), now=now))
    made = own_certificate(keys_dir)
    if made is None:
        raise CertificateProblem(f"{folder} does not keep what is written to it.")
    return made


def own_certificate(keys_dir: Path) -> OwnCertificate | None:
    """The certificate that there is; None when none was made.

    Raises KeyProblem when others can read its key, CertificateProblem when it is damaged.
    """
    path, authority = keys_dir / "tls" / "house.pem", keys_dir / "tls" / "authority.crt"
    if not path.exists():
        return None
    _, certificate = _read(path)
    try:
        root = x509.load_pem_x509_certificate(authority.read_bytes())
    except (OSError, ValueError):
        raise CertificateProblem(_damaged(authority)) from None
    digest = root.fingerprint(SHA256()).hex().upper()
    return OwnCertificate(
        path=path,
        authority=authority,
        names=_names_of(certificate),
        until=certificate.not_valid_after_utc,
        authority_until=root.not_valid_after_utc,
        fingerprint=":".join(digest[at : at + 2] for at in range(0, len(digest), 2)),
    )


def renew_certificate(keys_dir: Path, *, now: datetime) -> bool:
    """Make the certificate again, for the same names, where less than sixty days are left; whether it did.

    Tablets notice nothing: they trust the authority, as long as that lasts. Raises as own_certificate.
    """
    present = own_certificate(keys_dir)
    if present is None or present.until - now > RENEWED_BEFORE or present.until >= present.authority_until:
        return False
    make_certificate(keys_dir, present.names, now=now)
    return True


def _new_authority(names: Sequence[str], *, now: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "OneGuest"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"OneGuest {names[0][:40]} {now:%Y-%m-%d}"),
        ]
    )
    allowed = [
        *_own_places(),
        *(_general(name) for name in names),
        *(_general(name) for name in _own_names()),
    ]
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        _begun(subject, subject, key.public_key(), life=AUTHORITY_LIFE, now=now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints([_constraint(one) for one in allowed], None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return _together(key, certificate)


def _issue(
    key: ec.EllipticCurvePrivateKey, authority: x509.Certificate, names: Sequence[str], *, now: datetime
) -> bytes:
    own = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    life = min(LIFE, authority.not_valid_after_utc - now)
    certificate = (
        _begun(subject, authority.subject, own.public_key(), life=life, now=now)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return _together(own, certificate)


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    *,
    life: timedelta,
    now: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SLOW_CLOCKS)
        .not_valid_after(now + life)
    )


def _together(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> bytes:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + certificate.public_bytes(Encoding.PEM)


def _read(path: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    refuse_if_open_to_others(path, "600")
    content = path.read_bytes()
    try:
        key, certificate = load_pem_private_key(content, None), x509.load_pem_x509_certificate(content)
    except ValueError:
        raise CertificateProblem(_damaged(path)) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise CertificateProblem(_damaged(path))
    return key, certificate


def _damaged(path: Path) -> str:
    return (
        f"{path} is damaged or missing. Put keys/tls back from your backup, or begin anew with "
        "./oneguest tls init --new-authority."
    )


def _write(path: Path, content: bytes) -> None:
    """The whole file or none of it, for its owner only."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _plain(name: str) -> str:
    """A name or number as certificates hold it. Raises CertificateProblem when it is neither."""
    text = name.strip().strip("[]").rstrip(".").lower()
    number = _number(text)
    if number is not None:
        return str(number)
    try:
        plain = text.encode("idna").decode("ascii")
    except UnicodeError:
        plain = ""
    if len(plain) > 253 or not _NAME.fullmatch(plain):
        raise CertificateProblem(
            f"{name!r} is no name or number of a machine. Give it without https:// and port: 192.168.1.20"
        )
    return plain


def _number(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _general(name: str) -> x509.DNSName | x509.IPAddress:
    number = _number(name)
    return x509.DNSName(name) if number is None else x509.IPAddress(number)


def _own_places() -> list[x509.DNSName | x509.IPAddress]:
    networks = [x509.IPAddress(ipaddress.ip_network(text)) for text in OWN_NETWORKS]
    return [*networks, *(x509.DNSName(ending) for ending in OWN_ENDINGS)]


def _constraint(place: x509.DNSName | x509.IPAddress) -> x509.DNSName | x509.IPAddress:
    """A place as a constraint names it: a number is the network of itself alone."""
    if isinstance(place, x509.IPAddress) and not isinstance(
        place.value, ipaddress.IPv4Network | ipaddress.IPv6Network
    ):
        return x509.IPAddress(ipaddress.ip_network(place.value))
    return place


def _may_vouch(authority: x509.Certificate, name: str) -> bool:
    allowed = (
        authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    )
    number = _number(name)
    if number is not None:
        networks = [one.value for one in allowed if isinstance(one, x509.IPAddress)]
        return any(
            isinstance(one, ipaddress.IPv4Network | ipaddress.IPv6Network) and number in one
            for one in networks
        )
    endings = [one.value for one in allowed if isinstance(one, x509.DNSName)]
    return any(name == ending or name.endswith(f".{ending}") for ending in endings)


def _own_names() -> list[str]:
    """This machine by itself: what a browser on it opens, and its own name in the house."""
    machine = socket.gethostname().lower().partition(".")[0]
    named = [machine, f"{machine}.local"] if _NAME.fullmatch(machine) else []
    return ["localhost", "127.0.0.1", "::1", *named]


def _names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return tuple(str(one.value) for one in names)


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name else name
