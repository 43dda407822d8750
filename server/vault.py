"""What only the police form may say: sealed value by value with AES-256-GCM, each bound to where it lies.

The key is a file outside the database (keys.py), so a copied database or its backup opens nothing. The
associated data is the table, the column and the row, so bytes that were moved elsewhere do not open (NIST SP
800-38D; nonces are random, 96 bits). The id of the key stands before each value: after a rotation the former
key still opens what it sealed, until all of that was sealed anew.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from server.keys import Key, read_all_keys, read_key
from server.refusal import Refused

_SHAPE = b"1"
"""Of the sealed bytes: the shape, the length of the key's id, the id, the nonce, then ciphertext and tag."""
_NONCE = 12


class CannotOpenVault(Refused):
    """A sealed value that no key here opens: `vault.unknown_key`, or `vault.damaged` where it lies wrong."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where a sealed value lies. `row` never changes while the value is there."""

    table: str
    column: str
    row: str

    @property
    def bound(self) -> bytes:
        """The associated data: no part can run into the next."""
        return "\n".join((self.table, self.column, self.row)).encode("utf-8")


class Vault:
    """Seals by the present key, opens by that and those set aside. Its repr shows no secret."""

    def __init__(self, keys: Sequence[Key], index: bytes) -> None:
        """`keys`: the present one first; `index`: the secret of keyed digests."""
        self._keys = {key.id: key.secret for key in keys}
        self._present = keys[0].id
        self._marking = HKDFExpand(SHA256(), 32, b"oneguest vault digests").derive(index)

    @property
    def present(self) -> str:
        """The id of the key that seals now."""
        return self._present

    def knows(self, key_id: str) -> bool:
        """Whether it opens what the key of this id sealed."""
        return key_id in self._keys

    def seal(self, plain: bytes, where: Where) -> bytes:
        """The value, sealed for one place and no other."""
        key_id, nonce = self._present.encode("ascii"), os.urandom(_NONCE)
        head = _SHAPE + bytes([len(key_id)]) + key_id
        return head + nonce + AESGCM(self._keys[self._present]).encrypt(nonce, plain, head + where.bound)

    def open(self, sealed: bytes, where: Where) -> bytes:
        """What was sealed there. Raises CannotOpenVault."""
        key_id = sealed_by(sealed)
        secret = self._keys.get(key_id)
        if secret is None:
            raise CannotOpenVault("vault.unknown_key")
        end = 2 + len(key_id)
        head, nonce, rest = sealed[:end], sealed[end : end + _NONCE], sealed[end + _NONCE :]
        try:
            return AESGCM(secret).decrypt(nonce, rest, head + where.bound)
        except (InvalidTag, ValueError):
            raise CannotOpenVault("vault.damaged") from None

    def digest(self, plain: bytes) -> bytes:
        """A keyed digest: two values are seen to be one, and nobody can try out who it was."""
        return hmac.new(self._marking, plain, sha256).digest()


def sealed_by(sealed: bytes) -> str:
    """The id of the key that sealed a value. Raises CannotOpenVault where the bytes are none of ours."""
    try:
        length = sealed[1]
        key_id = sealed[2 : 2 + length].decode("ascii")
    except (IndexError, UnicodeDecodeError):
        raise CannotOpenVault("vault.damaged") from None
    if sealed[:1] != _SHAPE or len(key_id) != length:
        raise CannotOpenVault("vault.damaged")
    return key_id


def open_vault(keys_dir: Path) -> Vault:
    """The vault of a house, by the keys that lie in its folder. Raises KeyProblem as read_key."""
    return Vault(read_all_keys(keys_dir, "vault"), read_key(keys_dir, "index").secret)
