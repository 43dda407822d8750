"""The keyed hash by which a telephone number or an address is known once its text is gone."""

from __future__ import annotations

import hashlib
import hmac


def contact_key(secret: bytes, channel: str, contact: str) -> bytes:
    """32 bytes for `+33612345678` of the channel `sms`, or an address of the channel `email`.

    Caps are counted and refusals remembered by it, past the erasure of the contact itself; who holds the
    database alone cannot try all numbers of a country against it (`secret` is the key `index`). An address
    counts without the case of its letters: what differs in case only is one mailbox everywhere in practice.
    """
    told = contact.strip().casefold() if channel == "email" else contact.strip()
    return hmac.new(secret, f"{channel}\n{told}".encode(), hashlib.sha256).digest()
