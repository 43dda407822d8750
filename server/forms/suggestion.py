"""Did you mean x@gmail.com? A question to the guest, never a change."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from server.cleaning.email import read_email
from server.cleaning.lists import rows, under, words

SHORTEST = 6
"""Letters that a provider's name must have to be compared; shorter ones are near anything."""


def suggest_email(text: str) -> str | None:
    """The address that was likely meant, or None when nothing looks like a slip."""
    return read_email(text).suggestion


@cache
def known_providers() -> tuple[str, ...]:
    """The mail domains that a slip is compared with on the tablet, which asks without a network."""
    return tuple(sorted(words("known_providers")))


@cache
def known_slips() -> dict[str, str]:
    """Domains that are always a slip, with what was meant."""
    return {row[0]: row[1] for name in ("typo_domains", "wrong_endings") for row in rows(name)}


def alias_domains() -> tuple[str, ...]:
    """The domains whose addresses belong to one booking and die with it, for the tablet as well."""
    return tuple(sorted(words("alias_domains")))


def is_alias(text: str) -> bool:
    """Whether an address is one that a booking site made for one booking."""
    return under(text.strip().lower().rpartition("@")[2], words("alias_domains"))


_EVERYWHERE = ("gmail.com", "icloud.com", "outlook.com", "hotmail.com", "yahoo.com")
_BY_COUNTRY: Mapping[str, tuple[str, ...]] = {
    "FR": ("orange.fr", "free.fr", "hotmail.fr"),
    "DE": ("gmx.de", "web.de", "t-online.de"),
    "AT": ("gmx.at", "gmx.de", "hotmail.de"),
    "CH": ("bluewin.ch", "gmx.ch", "hotmail.ch"),
    "ES": ("hotmail.es", "yahoo.es", "telefonica.net"),
    "IT": ("libero.it", "virgilio.it", "hotmail.it"),
    "NL": ("ziggo.nl", "kpnmail.nl", "live.nl"),
    "BE": ("telenet.be", "skynet.be", "hotmail.be"),
    "PT": ("sapo.pt", "outlook.pt", "clix.pt"),
    "BR": ("uol.com.br", "bol.com.br", "yahoo.com.br"),
    "PL": ("wp.pl", "onet.pl", "o2.pl"),
    "RU": ("mail.ru", "yandex.ru", "bk.ru"),
    "CN": ("qq.com", "163.com", "126.com"),
    "JP": ("yahoo.co.jp", "docomo.ne.jp", "ezweb.ne.jp"),
    "GB": ("hotmail.co.uk", "yahoo.co.uk", "btinternet.com"),
}
"""The providers of a country that save the most typing; own judgement, all of them known_providers."""


def common_domains(country: str) -> tuple[str, ...]:
    """What a guest of a house in that country most likely has behind the at sign, at most six."""
    return (*_EVERYWHERE[:3], *_BY_COUNTRY.get(country, _EVERYWHERE[3:]))[:6]
