"""Did you mean x@gmail.com? A question to the guest, never a change."""

from __future__ import annotations

from rapidfuzz.distance import OSA

PROVIDERS = [
    "gmail.com",
    "googlemail.com",
    "hotmail.com",
    "hotmail.fr",
    "outlook.com",
    "outlook.fr",
    "live.com",
    "live.fr",
    "yahoo.com",
    "yahoo.fr",
    "icloud.com",
    "orange.fr",
    "wanadoo.fr",
    "laposte.net",
    "gmx.de",
    "gmx.net",
    "web.de",
    "libero.it",
    "bluewin.ch",
    "proton.me",
    "protonmail.com",
]
SLIPS = {
    "gmail.con": "gmail.com",
    "gmail.fr": "gmail.com",
    "gmail.co": "gmail.com",
    "hotmail.con": "hotmail.com",
}
SHORTEST = 5


def known_providers() -> tuple[str, ...]:
    """The mail domains that a slip is compared with."""
    return tuple(PROVIDERS)


def known_slips() -> dict[str, str]:
    """Domains that are always a slip, with what was meant."""
    return SLIPS


def suggest_email(text: str) -> str | None:
    """The address that was likely meant, or None when nothing looks like a slip."""
    local, at, domain = text.strip().lower().rpartition("@")
    if not (local and at) or domain in PROVIDERS:
        return None
    if domain in SLIPS:
        return f"{local}@{SLIPS[domain]}"
    for provider in PROVIDERS:
        if len(provider.partition(".")[0]) >= SHORTEST and OSA.distance(domain, provider) == 1:
            return f"{local}@{provider}"
    return None
