"""The house's own authority and certificate, for tablets where there is no public name."""

from __future__ import annotations

import ipaddress
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from server.certificates import (
    LIFE,
    CertificateProblem,
    OwnCertificate,
    make_certificate,
    own_certificate,
    renew_certificate,
)
from server.keys import KeyProblem

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NUMBER = "192.168.1.20"


def is_believed(own: OwnCertificate, name: str, *, at: datetime = NOW) -> bool:
    """Whether a tablet that trusts the authority takes the certificate for this name."""
    root = x509.load_pem_x509_certificate(own.authority.read_bytes())
    shown = x509.load_pem_x509_certificate(own.path.read_bytes())
    try:
        subject: x509.DNSName | x509.IPAddress = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        subject = x509.DNSName(name)
    try:
        PolicyBuilder().store(Store([root])).time(at).build_server_verifier(subject).verify(shown, [])
    except VerificationError:
        return False
    return True


def test_a_tablet_that_trusts_the_authority_believes_the_house_by_each_of_its_names(tmp_path: Path) -> None:
    own = make_certificate(tmp_path, [NUMBER, "Tablets.Lan"], now=NOW)

    assert own.names[:2] == (NUMBER, "tablets.lan")
    assert own.address(8000) == "https://192.168.1.20:8000"
    assert all(is_believed(own, name) for name in (NUMBER, "tablets.lan", "localhost", "127.0.0.1"))
    assert not is_believed(own, "192.168.1.21")
    assert not is_believed(own, NUMBER, at=NOW + LIFE + timedelta(days=1))
    assert is_believed(own, NUMBER, at=NOW - timedelta(hours=26)), "the clock of a tablet is a zone behind"


def test_every_file_is_for_its_owner_only_and_away_from_the_database(tmp_path: Path) -> None:
    own = make_certificate(tmp_path / "keys", [NUMBER], now=NOW)

    files = [path for path in (tmp_path / "keys").rglob("*") if path.is_file()]
    assert {path.name for path in files} == {"authority.pem", "authority.crt", "house.pem"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert own.path.parent == tmp_path / "keys" / "tls"
    assert stat.S_IMODE(own.path.parent.stat().st_mode) == 0o700
    assert b"PRIVATE" not in own.authority.read_bytes()


def test_the_authority_vouches_for_no_site_of_the_internet(tmp_path: Path) -> None:
    make_certificate(tmp_path, [NUMBER], now=NOW)

    with pytest.raises(CertificateProblem, match=r"may not vouch for bank\.example, 203\.0\.113\.7"):
        make_certificate(tmp_path, [NUMBER, "bank.example", "203.0.113.7"], now=NOW)


def test_a_name_that_it_was_made_for_it_vouches_for(tmp_path: Path) -> None:
    own = make_certificate(tmp_path, ["guests.hotel.example", "2001:db8::7"], now=NOW)

    assert is_believed(own, "guests.hotel.example")
    assert is_believed(own, "2001:db8::7")


def test_another_number_of_the_house_needs_no_other_authority(tmp_path: Path) -> None:
    first = make_certificate(tmp_path, [NUMBER], now=NOW)
    second = make_certificate(tmp_path, ["10.0.0.7"], now=NOW)

    assert second.fingerprint == first.fingerprint
    assert is_believed(second, "10.0.0.7")
    assert make_certificate(tmp_path, [NUMBER], now=NOW, anew=True).fingerprint != first.fingerprint


@pytest.mark.parametrize(("days", "renewed"), [(330, False), (340, True), (500, True)])
def test_it_is_renewed_for_the_same_names_before_it_ends(tmp_path: Path, days: int, renewed: bool) -> None:
    first = make_certificate(tmp_path, [NUMBER, "tablets.lan"], now=NOW)
    later = NOW + timedelta(days=days)

    assert renew_certificate(tmp_path, now=later) is renewed

    present = own_certificate(tmp_path)
    assert present is not None
    assert (present.names, present.fingerprint) == (first.names, first.fingerprint)
    assert is_believed(present, NUMBER, at=later)


def test_a_certificate_lives_no_longer_than_its_authority(tmp_path: Path) -> None:
    make_certificate(tmp_path, [NUMBER], now=NOW)
    late = NOW + timedelta(days=3600)

    assert renew_certificate(tmp_path, now=late)

    present = own_certificate(tmp_path)
    assert present is not None
    assert present.until == present.authority_until
    assert not renew_certificate(tmp_path, now=late), "and it is not made again for ever"


def test_a_house_without_one_has_none(tmp_path: Path) -> None:
    assert own_certificate(tmp_path) is None
    assert not renew_certificate(tmp_path, now=NOW)


@pytest.mark.parametrize("name", ["", "https://192.168.1.20", "a b", "*.lan", "-lobby.lan", "x" * 64])
def test_what_is_no_name_of_a_machine_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CertificateProblem, match="is no name or number"):
        make_certificate(tmp_path, [name], now=NOW)


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    make_certificate(tmp_path, [NUMBER], now=NOW).path.chmod(0o644)

    with pytest.raises(KeyProblem, match="chmod 600"):
        own_certificate(tmp_path)


def test_a_damaged_certificate_is_said_with_what_to_do(tmp_path: Path) -> None:
    own = make_certificate(tmp_path, [NUMBER], now=NOW)
    own.path.write_bytes(own.path.read_bytes()[:300])

    with pytest.raises(CertificateProblem, match="tls init"):
        own_certificate(tmp_path)
