"""An e-mail cell: the address, whose it is, and what a typing slip may have meant."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from disposable_email_domains import blocklist
from email_validator import EmailNotValidError, validate_email
from rapidfuzz.distance import OSA

from server.cleaning.lists import rows, under, words
from server.record import EmailClass

MAX_EMAIL, MAX_LOCAL = 320, 64


class Email(NamedTuple):
    """An address as read, its class, a suggestion, and (code, parameters) of what was noticed."""

    address: str | None = None
    kind: EmailClass = "missing"
    suggestion: str | None = None
    found: tuple[tuple[str, dict[str, str]], ...] = ()


# RFC 5321/5322 in the form that people really have; whatever is not plainly this goes to email-validator
_PLAIN = re.compile(
    r"[a-z0-9_+&'-]+(?:\.[a-z0-9_+&'-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}"
)
_FOUND = re.compile(r"[^\s<>()\[\]{},;:\"'|]+@[^\s<>()\[\]{},;:\"'|@]+\.[^\s<>()\[\]{},;:\"'|@]+")
_AT = re.compile(
    r"\s*(?:\(at\)|\[at\]|\{at\}|<at>|\(a\)|\(arobase\)|\[arobase\]|\s(?:at|arobase|arroba|chiocciola)\s)\s*",
    re.I,
)
_DOT = re.compile(r"\s*(?:\(dot\)|\[dot\]|\(punkt\)|\(point\)|\(punto\)|\s(?:dot|punkt|punto)\s)\s*", re.I)
_LEAD = re.compile(r"^(?:mailto|e-?mail|mail|courriel|correo)\s*[:=]\s*", re.I)
_NO_MAIL = re.compile(
    r"(?:no|non|not|sans|pas[-_.]?d[e']?|sin|sem|senza|keine?|ohne|geen|brak|bez|without|has[-_.]?no|ei)[-_.]?"
    r"(?:e?-?mails?|mel|courriel|correo|adresse|address|adres|mejl|indirizzo|email[-_.]?address)[-_.]?\d*"
)
_NO_VALUE = frozenset(
    [
        "n/a",
        "na",
        "n.a.",
        "n.a",
        "none",
        "null",
        "nil",
        "-",
        "--",
        ".",
        "?",
        "x",
        "xx",
        "xxx",
        "no",
        "non",
        "nein",
        "nee",
        "pas",
        "sans",
        "keine",
        "aucun",
        "ninguno",
    ]
)
_ROLE_ENDS = re.compile(r"[._+\d]")
_PUBLIC_MIN_LOCAL = {"gmail.com": 6, "googlemail.com": 6, "icloud.com": 3, "yahoo.com": 4, "outlook.com": 2}


@cache
def _table(name: str) -> dict[str, str]:
    return {row[0]: row[1] for row in rows(name)}


@cache
def _providers() -> tuple[str, ...]:
    return tuple(sorted(words("known_providers")))


@lru_cache(maxsize=50_000)
def read_email(
    raw: str, own_domains: frozenset[str] = frozenset(), own_emails: frozenset[str] = frozenset()
) -> Email:
    """Read one e-mail cell, already made readable (see text.read_text).

    Only harmless repairs are made (spaces, `mailto:`, a trailing dot, `(at)`, full-width letters), each
    told. A typing slip is only ever suggested. `own_domains` and `own_emails` are the house's: such an
    address is nobody's.
    """
    if not raw:
        return Email()
    found: list[tuple[str, dict[str, str]]] = []
    text = raw.strip().lower()
    if text in _NO_VALUE:
        return Email(None, "missing", None, (("email_placeholder", {"value": raw[:80]}),))
    address: str | None = text
    if _PLAIN.fullmatch(text) is None:
        repaired = _repair(text, found)
        if repaired != text and _FOUND.fullmatch(repaired):
            found.append(("email_repaired", {"value": raw[:80], "read": repaired[:80]}))
        text = repaired
        address = _valid(text)
    elif len(text) > MAX_LOCAL:
        address = _valid(text)
    if address is None:
        meant = _meant_when_invalid(text)
        found.append(("email_invalid", {"value": raw[:80]}))
        if _NO_MAIL.fullmatch(text.partition("@")[0]) or text.partition("@")[0] in words(
            "placeholder_local_parts"
        ):
            found[-1] = ("email_placeholder", {"value": raw[:80]})
            return Email(None, "placeholder", None, tuple(found))
        if meant:
            found.append(("email_suggestion", {"value": raw[:80], "meant": meant}))
        return Email(None, "invalid", meant, tuple(found))
    kind = _kind(address, own_domains, own_emails)
    suggestion = _suggest(address) if kind == "real" else None
    if suggestion:
        found.append(("email_suggestion", {"value": address[:80], "meant": suggestion}))
    elif kind != "real":
        found.append((f"email_{kind}", {"value": address[:80]}))
    return Email(address, kind, suggestion, tuple(found))


def _repair(text: str, found: list[tuple[str, dict[str, str]]]) -> str:
    text = unicodedata.normalize("NFKC", text).strip(" \t,;:.<>()[]{}\"'`’|*")
    text = _LEAD.sub("", text)
    if "@" not in text:
        text = _AT.sub("@", text, count=1)
    if "." not in text.partition("@")[2]:
        text = _DOT.sub(".", text)
    candidates: list[str] = _FOUND.findall(text)
    if len(candidates) > 1:
        found.append(("email_several", {"value": candidates[1][:80]}))
        return candidates[0].strip(".")
    squeezed = re.sub(r"\s+", "", text)
    if squeezed.count("@") == 1 and " " in text and (not candidates or len(text.split()) == 2):
        text = squeezed
    elif candidates and "<" in text:
        text = candidates[0]
    return text.replace("@@", "@").replace("..", ".").replace(",", ".").replace("@.", "@").strip(".")


def _valid(text: str) -> str | None:
    """The address when it is one by its form; no name server is asked."""
    if not text or len(text) > MAX_EMAIL or text.count("@") != 1:
        return None
    local, _, domain = text.partition("@")
    if len(local) > MAX_LOCAL or len(domain) > 253:
        return None
    if _PLAIN.fullmatch(text):
        return text
    try:
        checked = validate_email(text, check_deliverability=False, test_environment=True)
    except (EmailNotValidError, UnicodeError, ValueError):
        return None
    address = str(checked.normalized).lower()
    ending = address.rpartition(".")[2]
    return address if len(address) <= MAX_EMAIL and len(ending) > 1 else None


def _kind(address: str, own_domains: frozenset[str], own_emails: frozenset[str]) -> EmailClass:
    local, _, domain = address.partition("@")
    whole = local.partition("+")[0]
    lists = _lists_of(domain)
    if "alias_domains" in lists and whole not in ("noreply", "no-reply"):
        return "alias"
    if "relay_domains" in lists:
        return "relay"
    if _is_placeholder(whole, domain, address):
        return "placeholder"
    if address in own_emails or (own_domains and under(domain, own_domains)):
        return "shared"
    if "agency_domains" in lists:
        return "shared"
    role = _ROLE_ENDS.split(local, maxsplit=1)[0]
    if role in words("role_local_parts") and (role == local.rstrip("0123456789") or not _names_person(local)):
        return "shared"
    return "disposable" if "throw_away" in lists else "real"


@lru_cache(maxsize=10_000)
def _lists_of(domain: str) -> frozenset[str]:
    """The lists in which a domain stands, or one that it lies under. A few domains make up most addresses."""
    lists = ("alias_domains", "relay_domains", "placeholder_domains", "agency_domains")
    found = {name for name in lists if under(domain, words(name))}
    if _NO_MAIL.fullmatch(domain.partition(".")[0]):
        found.add("placeholder_domains")
    if under(domain, blocklist_set()) and _meant_domain(domain) is None:
        found.add("throw_away")  # who squats on gmial.com is no matter
    return frozenset(found)


@cache
def blocklist_set() -> frozenset[str]:
    """Throw-away domains, from the disposable-email-domains package."""
    return frozenset(blocklist) - words("relay_domains")


def _names_person(local: str) -> bool:
    """`travel.anna.smith`: two words after the role are a person at that desk."""
    return len([part for part in re.split(r"[._-]", local) if len(part) > 1]) > 2


def _is_placeholder(local: str, domain: str, address: str) -> bool:
    base = domain.partition(".")[0]
    if address in words("placeholder_emails") or "placeholder_domains" in _lists_of(domain):
        return True
    if local in words("placeholder_local_parts") or _NO_MAIL.fullmatch(local):
        return True
    if local == base and (len(local) <= 3 or len(set(local)) == 1):
        return True  # a@a.fr, xx@xx.com, abc@abc.com
    if len(set(local)) == 1 and (len(local) >= 3 or len(base) <= 2 or domain in words("known_providers")):
        return True
    if len(local) < _PUBLIC_MIN_LOCAL.get(domain, 0) and len(local) <= 2:
        return True
    return len(local) >= 4 and local.isdigit() and len(set(local)) == 1


def _meant_when_invalid(text: str) -> str | None:
    """What `martin@gmailcom` may have meant; None when nothing is near."""
    local, at, domain = text.partition("@")
    if not at or not local or "@" in domain:
        return None
    meant = _table("typo_domains").get(domain) or _table("wrong_endings").get(domain)
    return f"{local}@{meant}" if meant and _valid(f"{local}@{meant}") else None


def _suggest(address: str) -> str | None:
    local, _, domain = address.partition("@")
    meant = _meant_domain(domain)
    return f"{local}@{meant}" if meant else None


@lru_cache(maxsize=20_000)
def _meant_domain(domain: str) -> str | None:
    """The provider that a domain is a slip of: by the tables, else one edit away from a long enough name.

    Distance 2 offered sfr.fr for the real mfr.fr, and short names are one edit from anything: hence one edit,
    and at least six letters before the ending. Wrong endings are known only by their table.
    """
    if domain in words("known_providers"):
        return None
    listed = _table("typo_domains").get(domain) or _table("wrong_endings").get(domain)
    if listed:
        return listed
    base, _, ending = domain.partition(".")
    for provider in _providers():
        known, _, known_ending = provider.partition(".")
        if len(known) >= 6 and ending == known_ending and OSA.distance(base, known, score_cutoff=1) <= 1:
            return provider
    return None
