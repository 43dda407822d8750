"""Both phone columns of a row: which countries to try, and which number is the mobile."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from server.cleaning.phone import Phone, read_phone

_NO_PHONE = Phone()


class Phones(NamedTuple):
    """The phone and the mobile of a row. `found` holds (code, field, parameters) of what was noticed."""

    phone: Phone = _NO_PHONE
    mobile: Phone = _NO_PHONE
    found: tuple[tuple[str, str, dict[str, str]], ...] = ()


# where a language is the common one; Arabic and French speakers are of too many countries to tell
_HOME_OF = {
    "en": ("GB", "US"),
    "de": ("DE",),
    "es": ("ES",),
    "it": ("IT",),
    "nl": ("NL",),
    "pt": ("PT",),
    "pl": ("PL",),
    "ru": ("RU",),
    "zh": ("CN",),
    "ja": ("JP",),
    "el": ("GR",),
    "fr": ("FR",),
    "ko": ("KR",),
    "sv": ("SE",),
    "da": ("DK",),
    "no": ("NO",),
    "fi": ("FI",),
    "cs": ("CZ",),
    "tr": ("TR",),
}
# endings that are countries by law and everybody's by use
_GENERIC_ENDINGS = frozenset(("co", "me", "io", "tv", "ai", "cc", "fm", "ly", "to", "ws", "eu"))


def read_phones(
    phone: str,
    mobile: str,
    *,
    country: str | None,
    nationality: str | None,
    language: str | None,
    email: str | None,
    home: str,
    own_phones: frozenset[str] = frozenset(),
) -> Phones:
    """Read both columns; a mobile fills `mobile` and a landline `phone`, whichever column it stands in.

    For a number without a country code, `country` and `nationality` of the guest are tried first, then
    `home`, the property's, then where the guest's language and the ending of the address are at home.
    """
    hints = (country,) if country else ()
    if nationality and nationality != country:
        hints = (*hints, nationality)
    weak = _speakers(language, email.rpartition(".")[2] if email else "")
    one = read_phone(phone, hints, home, weak, own_phones) if phone else _NO_PHONE
    if one.kind == "mobile" and not one.found and not mobile:
        return Phones(one, one)  # as most rows are
    two = read_phone(mobile, hints, home, weak, own_phones) if mobile else _NO_PHONE
    if two.kind == "mobile" and not two.found and not phone:
        return Phones(one, two)
    found = [(code, "phone", params) for code, params in one.found]
    found += [(code, "mobile", params) for code, params in two.found]
    if one.e164 and two.e164 and one.e164 != two.e164 and one.e164[-8:] == two.e164[-8:]:
        # one number written twice, once with its country: "00351914130254" and "914.130.254"
        one = two = one if phone.lstrip("( ").startswith(("+", "00")) else two
    if two.guessed:  # nobody is texted on a guess
        one, two = (two if one.e164 is None else one), _NO_PHONE
    second = one.second or two.second
    other = read_phone(second, hints, home, weak, own_phones) if second else _NO_PHONE
    if two.kind == "landline":
        found.append(("phone_landline_as_mobile", "mobile", {"value": two.e164 or ""}))
        if one.e164 is None or one.e164 == two.e164:
            one, two = two, _NO_PHONE
    if one.e164 is None and other.kind in ("landline", "unverifiable"):
        one = other
    if two.e164 is None:
        two = next((number for number in (one, other) if number.kind == "mobile"), two)
    return Phones(one, two, tuple(found))


@lru_cache(maxsize=2_000)
def _speakers(language: str | None, ending: str) -> tuple[str, ...]:
    """Countries that the row's language and its address's ending point to: the last hints for a phone."""
    found = _HOME_OF.get(language or "", ())
    if len(ending) == 2 and ending not in _GENERIC_ENDINGS:
        code = "GB" if ending == "uk" else ending.upper()
        return (code, *(country for country in found if country != code))
    return found
