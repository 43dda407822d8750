"""What a tablet seals before it touches its storage, opened here: HPKE (RFC 9180) to the house's public key.

The suite is DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM in base mode: P-256, because browsers of
older tablets lack X25519. The envelope around a form is clear and holds nothing of a guest; it is bound into
the sealing, so that sealed bytes which were moved to another envelope do not open.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.keys import Key

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_KEM_ID = b"KEM\x00\x10"  # of DHKEM(P-256, HKDF-SHA256), RFC 9180 section 7.1
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256, SP 800-186


class CannotOpen(Exception):
    """Sealed bytes that none of our keys opens; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands on the outside of a sealed form. `id` was made when the form began, `seq` counts a
    tablet's forms from 1, `key` names the key it was sealed to."""

    id: str
    seq: int
    device: int
    form: str
    version: int
    key: str

    @property
    def info(self) -> bytes:
        """What is bound into the sealing (`info` of RFC 9180)."""
        parts = (self.id, self.seq, self.device, self.form, self.version, self.key)
        return "|".join(("oneguest-1", *map(str, parts))).encode("utf-8")


@cache
def private_key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    """The key pair of a secret of 32 bytes: DeriveKeyPair of RFC 9180, section 7.1.3."""
    pseudorandom = hmac.new(b"", b"HPKE-v1" + _KEM_ID + b"dkp_prk" + secret, hashlib.sha256).digest()
    for counter in range(256):
        info = b"\x00\x20" + b"HPKE-v1" + _KEM_ID + b"candidate" + bytes([counter])
        candidate = int.from_bytes(HKDFExpand(SHA256(), 32, info).derive(pseudorandom), "big")
        if 0 < candidate < _ORDER:
            return ec.derive_private_key(candidate, ec.SECP256R1())
    raise ValueError("no key pair can be derived from this secret")


def public_bytes(key: Key) -> bytes:
    """The public half as 65 bytes (uncompressed point), as browsers take it."""
    public = private_key(key.secret).public_key()
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def fingerprint(key: Key) -> str:
    """SHA-256 of the public half, as it stands in the code that enrols a tablet."""
    return hashlib.sha256(public_bytes(key)).hexdigest()


def seal(content: bytes, envelope: Envelope, public: bytes) -> bytes:
    """Seal as a tablet does: encapsulated key, then ciphertext. For tests, and to try a key."""
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    return SUITE.encrypt(content, point, envelope.info)


def open_sealed(sealed: bytes, envelope: Envelope, keys: Sequence[Key]) -> bytes:
    """What was sealed. Raises CannotOpen when the key it names is not there, or it is not what was sealed."""
    key = next((key for key in keys if key.id == envelope.key), None)
    if key is None:
        raise CannotOpen("sealed.unknown_key")
    try:
        return SUITE.decrypt(sealed, private_key(key.secret), envelope.info)
    except (InvalidTag, ValueError):
        raise CannotOpen("sealed.cannot_open") from None
