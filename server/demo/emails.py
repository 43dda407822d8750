"""E-mail addresses of fictional people: they look like a guest's own, and nobody can own them.

The demo must show real-looking addresses, aliases and typos, and must never hold a living person's address.
What was weighed:
- `.example` names (RFC 2606) are nobody's, but a cleaner rightly takes many of them for placeholders, and no
  typo of `gmail.com` can be shown with them. They are used here for the group, its agencies and companies.
- An invented domain under a real ending may belong to somebody tomorrow, with a mailbox for all.
- An address at a real provider whose local part that provider does not issue reads as real, is refused by the
  provider (no such user), and stays so. This is what we do:
  gmail.com: letters, digits and dots only; so ours hold `_` or `-` (Google, "Create a username").
  outlook, hotmail, live: a name cannot begin with a digit (Microsoft account naming rule); so ours do.
Typos (`gmial.com`) keep the same local parts. Aliases are random. And the demo sends nothing to anybody.
"""

from __future__ import annotations

from collections.abc import Iterable

from anyascii import anyascii

from server.demo.cultures import Culture
from server.demo.draw import Draw

PLACEHOLDERS = (
    "noemail@noemail.com",
    "none@none.com",
    "a@a.com",
    "test@test.com",
    "pasdemail@pasdemail.fr",
    "nomail@nomail.com",
    "N/A",
    "-",
    "xx",
    "no email",
    "inconnu@inconnu.fr",
)
"""What colleagues type when the field wants something; of the kinds in hotels' own exports."""

TYPOS = {
    "gmail.com": ("gmial.com", "gmai.com", "gamil.com", "gmail.con", "gmaill.com"),
    "hotmail.com": ("hotmial.com", "hotnail.com", "hotmail.con"),
    "hotmail.fr": ("hotmai.fr", "hotmial.fr"),
    "outlook.com": ("outlok.com", "outloook.com"),
}


FAMILY = {"fr": "famille", "it": "casa", "es": "casa", "pt": "casa", "de": "familie", "nl": "familie"}


class Mailboxes:
    """Gives each person an address that nobody else has."""

    def __init__(self, draw: Draw, taken: Iterable[str]) -> None:
        self._draw = draw
        self._taken = {address.partition("@")[0] for address in taken}

    def own(self, culture: Culture, given: str, family: str, birth_year: int) -> str:
        """A private address made of the person's name, as such addresses are made."""
        draw = self._draw
        if draw.chance(0.02):
            return self._free(f"{draw.letters(4)}{draw.digits(4)}", "privaterelay.appleid.com")
        first, last = _plain(given), _plain(family.split(" ")[0] if culture.two_families else family)
        domain = draw.pick(culture.mail)
        number = f"{birth_year % 100:02d}" if draw.chance(0.4) else ""
        if domain == "gmail.com":
            sign = "_" if draw.chance(0.6) else "-"
            halves = (first, last) if draw.chance(0.7) else (last, first)
            if draw.chance(0.2):
                halves = (first[:1], last)
            local = f"{halves[0]}{sign}{halves[1]}{number}"
        else:
            start = number or str(draw.between(1, 99))
            local = f"{start}{first[:1] if draw.chance(0.25) else first}{draw.pick(('.', '', '_'))}{last}"
        return self._free(local, domain)

    def at_work(self, domain: str, given: str, family: str) -> str:
        """An address at a company: `first.last`."""
        return self._free(f"{_plain(given)}.{_plain(family)}", domain)

    def shared(self, culture: Culture, family: str) -> str:
        """The one address of a family."""
        domain = "gmail.com"
        word = FAMILY.get(culture.language, "family")
        return self._free(f"{word}_{_plain(family)}", domain)

    def _free(self, local: str, domain: str) -> str:
        """The address, made longer until nobody has its local part: not even at another provider."""
        while local in self._taken:
            local += self._draw.digits(2)
        self._taken.add(local)
        return f"{local}@{domain}"


def _plain(name: str) -> str:
    return "".join(sign for sign in anyascii(name).lower() if "a" <= sign <= "z") or "mail"


def mistyped(address: str, draw: Draw) -> str:
    """The address with its provider misspelt, where its provider is one that people misspell."""
    local, _, domain = address.partition("@")
    wrong = TYPOS.get(domain)
    return f"{local}@{draw.pick(wrong)}" if wrong else address


def alias(channel: str, draw: Draw) -> str:
    """The address that a booking site shows instead of the guest's own; it lives as long as the booking."""
    if channel == "booking":
        return f"{draw.letters(6)}.{draw.digits(6)}@guest.booking.com"
    if channel == "expedia":
        return f"{draw.letters(4)}{draw.digits(8)}@m.expediapartnercentral.com"
    if channel == "agoda":
        return f"{draw.digits(10)}@agoda-messaging.com"
    return f"{draw.digits(9)}@guest.trip.com"
