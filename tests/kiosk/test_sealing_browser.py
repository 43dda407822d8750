"""What a tablet seals can be opened by the house, and by nobody else."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from server.captures.sealing import CannotOpen, Envelope, open_sealed, public_bytes
from tests.captures.tablet import KEY

if TYPE_CHECKING:
    from playwright.sync_api import Page

ENVELOPE = Envelope("0199a1b2-0000-7000-8000-000000000001", 7, 3, "pre_check_in", 1, KEY.id)
SEAL = """async ([contents, info, key]) => {
    const { seal } = await import("/static/kiosk/sealing.js");
    const { base64, fromBase64 } = await import("/static/kiosk/asking.js");
    const sealed = [];
    for (const text of contents) {
        const bytes = new TextEncoder().encode(text);
        sealed.push(base64(await seal(bytes, new TextEncoder().encode(info), fromBase64(key))));
    }
    return sealed;
}"""
ENCAPSULATE = """async ([own, key]) => {
    const { encapsulate, hex } = await import("/static/kiosk/sealing.js");
    const curve = { name: "ECDH", namedCurve: "P-256" };
    const publicKey = await crypto.subtle.importKey("jwk", { kty: "EC", crv: "P-256", x: own.x, y: own.y }, curve, true, []);
    const privateKey = await crypto.subtle.importKey("jwk", { kty: "EC", crv: "P-256", ...own }, curve, true, ["deriveBits"]);
    const bytes = Uint8Array.from(key.match(/../g), (pair) => parseInt(pair, 16));
    const { secret, encapsulated } = await encapsulate(bytes, { publicKey, privateKey });
    return [hex(secret), hex(encapsulated)];
}"""  # noqa: E501  # JavaScript, whose lines may be longer
# RFC 9180, appendix A.3.1: DHKEM(P-256, HKDF-SHA256), base mode
EPHEMERAL_PRIVATE = "4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb"
EPHEMERAL_PUBLIC = (
    "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac9"
    "8536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4"
)
RECIPIENT_PUBLIC = (
    "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a82"
    "6a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0"
)
SHARED_SECRET = "c0d26aeab536609a572b07695d933b589dcf363ff9d93c93adea537aeabb8cb8"


def sealed_in(page: Page, *contents: str) -> list[bytes]:
    key = base64.b64encode(public_bytes(KEY)).decode()
    found: list[str] = page.evaluate(SEAL, [contents, ENVELOPE.info.decode(), key])
    return [base64.b64decode(text) for text in found]


def test_the_house_opens_what_a_tablet_sealed(served: str, page: Page) -> None:
    said = ["", "Zoë 李雷 الأميرة", '{"answers": {"given_name": "Anna"}}', "x" * 100_000]
    page.goto(f"{served}/kiosk/")

    sealed = sealed_in(page, *said)

    assert [open_sealed(one, ENVELOPE, [KEY]).decode() for one in sealed] == said
    again = sealed_in(page, said[2])[0]
    assert again != sealed[2]  # each is sealed with a key of its own


def test_a_form_moved_into_another_envelope_does_not_open(served: str, page: Page) -> None:
    page.goto(f"{served}/kiosk/")
    sealed = sealed_in(page, "Anna")[0]
    moved = Envelope(ENVELOPE.id, ENVELOPE.seq + 1, ENVELOPE.device, ENVELOPE.form, 1, KEY.id)

    with pytest.raises(CannotOpen):
        open_sealed(sealed, moved, [KEY])


def test_a_tablet_encapsulates_as_the_standard_says(served: str, page: Page) -> None:
    page.goto(f"{served}/kiosk/")

    own: dict[str, Any] = {
        "d": _base64url(EPHEMERAL_PRIVATE),
        "x": _base64url(EPHEMERAL_PUBLIC[2:66]),
        "y": _base64url(EPHEMERAL_PUBLIC[66:]),
    }

    assert page.evaluate(ENCAPSULATE, [own, RECIPIENT_PUBLIC]) == [SHARED_SECRET, EPHEMERAL_PUBLIC]


def _base64url(digits: str) -> str:
    return base64.urlsafe_b64encode(bytes.fromhex(digits)).decode().rstrip("=")
