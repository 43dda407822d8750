"""The addresses in a reply, and how sure each is. One whose joints had to be guessed is never sure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from server.cleaning.email import read_email
from server.cleaning.lists import words as listed_domains
from server.prompts.reading.spoken import DASH, DOT, SIGNS, UNDERSCORE, WEAK_AT
from server.prompts.reading.vocabulary import Wording, fold, phrases

Standing = Literal["real", "shared", "bad"]

MOST = 20
"""At signs looked at: nobody answers with more."""

_LETTERS = "A-Za-z0-9\u00c0-\u024f\u0370-\u03ff\u0400-\u04ff"
_LOCAL = re.compile(rf"[{_LETTERS}_.+'&%{DOT}{DASH}{UNDERSCORE}-]{{1,90}}\Z")
_LABEL = re.compile(rf"[{_LETTERS}{DASH}-]{{1,64}}")
_LOOSE_DOT = re.compile(r"[ \n]\.[ \n]?|\.[ \n]")
_BROKEN = re.compile(r"[ \n]([a-z0-9-]{1,30}\.[a-z.]{2,20})(?![\w.])")
_GLUED = re.compile(
    r"(?:e-?mail|mail|adresse|address|correo|courriel|indirizzo|adres|почта)[-._].", re.IGNORECASE
)
_SAID_FIRST = re.compile(rf"([^\W_]+)[{DOT}{DASH}{UNDERSCORE}]")
_ASKED = re.compile(r" ?[?？؟]")
_LAST_WORD = re.compile(r"[^\W_]+(?:['._-][^\W_]+)*\Z")
_JOINS = frozenset(("et", "und", "and", "y", "en", "i", "и"))
"""marie et jean@…: one address of two people, or a name and an address"""
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class Found:
    """An address, where it stands in the text, whether it is certain, and what it is."""

    address: str
    start: int
    end: int
    sure: bool
    standing: Standing


@cache
def endings() -> frozenset[str]:
    """The last parts of domains."""
    lines = (Path(__file__).parent / "endings.txt").read_text("utf-8").split("\n")
    return frozenset(line for line in lines if line and not line.startswith("#"))


@cache
def _by_name() -> dict[str, str]:
    """`gmail` is gmail.com: providers whose name has one ending only."""
    named: dict[str, list[str]] = {}
    for provider in listed_domains("known_providers"):
        named.setdefault(provider.partition(".")[0], []).append(provider)
    return {name: found[0] for name, found in named.items() if len(found) == 1 and len(name) > 3}


def find(text: str) -> list[Found]:
    """All addresses of a text with its signs put (spoken.with_signs), in their order."""
    found = []
    before = 0
    for count, sign in enumerate(re.finditer(f"[@{WEAK_AT}]", text)):
        if count == MOST:
            break
        one = _around(text, sign.start(), before)
        if one is not None:
            found.append(one)
            before = one.end
    return found if found else _without_at(text)


def _around(text: str, at: int, floor: int) -> Found | None:
    window = text[max(floor, at - 120) : at]
    kept = window.rstrip(" \n")
    local_match = _LOCAL.search(kept[-90:])
    domain = _domain(text, at + 1)
    if local_match is None or domain is None:
        return None
    was = written = local_match.group()
    start = start_was = at - len(window) + len(kept) - len(written)
    lead = written.lstrip("'&%-")
    start += len(written) - len(lead)
    written = lead
    if not written.strip("."):
        return None
    cut = _SAID_FIRST.match(written)
    is_cut = cut is not None and fold(cut.group(1)) in _words("never_local")
    if cut is not None and is_cut:  # "sans point jeandupont@…" names no address that begins with sans
        start, written = start + len(cut.group()), written[len(cut.group()) :]
    is_said = text[at] == WEAK_AT or any(sign in written for sign in SIGNS) or kept != window
    local = "".join(SIGNS.get(sign, sign) for sign in written)
    name, end, sure = domain
    if local.lower().startswith("www.") and len(local) > len("www."):  # a link's beginning, no mailbox's
        local, sure = local[len("www.") :], False
    first = fold(re.split(r"[._-]", local)[0])
    if is_said and (
        first in _words("never_local") or (first in _words("lead", "polite") and len(first) < len(local))
    ):
        sure = False
    if is_said and first == fold(local) and first in _words("never_local", "lead", "polite"):
        return None
    if text[at] == WEAK_AT and name not in listed_domains("known_providers"):
        if Wording(text[:start]).words and not Wording(text[:start]).is_all("lead", "polite"):
            return None
        sure = False
    if local.startswith((".", "_")) or _GLUED.match(local) or text[end : end + 1] == "@":
        sure = False
    if is_cut or _ASKED.match(text, end) or (len(lead) < len(was) and re.search(r"\w ?\Z", text[:start_was])):
        sure = False
    sure = sure and _stands_alone(text, start, local, any(sign in written for sign in SIGNS))
    return _judged(local.strip("."), name, start, end, sure)


@cache
def _words(*kinds: str) -> frozenset[str]:
    return frozenset(one[0] for all_ in phrases(*kinds).spaced.values() for one in all_ if len(one) == 1)


@cache
def _ends_of(kind: str) -> frozenset[str]:
    return frozenset(one[-1] for all_ in phrases(kind).spaced.values() for one in all_)


def _domain(text: str, start: int) -> tuple[str, int, bool] | None:
    """The domain that begins here, where it ends, and whether its joints are sure."""
    if text[start : start + 1] in (" ", "\n"):
        start += 1
    label = _LABEL.match(text, start)
    if label is None:
        return None
    labels, end, sure, is_written = [label.group()], label.end(), True, False
    while True:
        next_, step = text[end : end + 1], 1
        if next_ == DOT:
            if is_written and labels[-1].lower() in endings():
                break  # "jean@gmail.com point final"
        elif next_ == "." and _LABEL.match(text, end + 1):
            is_written = True
        elif len(labels) == 1 and (loose := _LOOSE_DOT.match(text, end)):
            after = _LABEL.match(text, loose.end())
            if after is None or after.group() not in endings():
                break
            step, is_written = len(loose.group()), True
            sure = sure and f"{labels[0].lower()}.{after.group()}" in listed_domains("known_providers")
        else:
            break
        label = _LABEL.match(text, end + step)
        if label is None:
            break
        labels.append(label.group())
        end = label.end()
    name = ".".join("".join(SIGNS.get(sign, sign) for sign in one) for one in labels).strip("-").lower()
    return _mended(text, name, end, sure) if len(labels) == 1 else (*_ended(name, end, sure),)


def _ended(name: str, end: int, sure: bool) -> tuple[str, int, bool]:
    """A domain whose ending nobody has: a word may have grown onto it ("gmail.com.Merci")."""
    if name.rpartition(".")[2] in endings():
        return name, end, sure
    providers = [one for one in listed_domains("known_providers") if name.startswith(one)]
    if providers:
        return max(providers, key=len), end, False
    stem, _, ending = name.rpartition(".")
    meant = [one for one in listed_domains("known_providers") if _is_swapped(one, stem, ending)]
    if len(meant) == 1:
        return meant[0], end, False
    labels = name.split(".")
    while len(labels) > 2 and labels[-1] not in endings():
        labels.pop()
    return ".".join(labels) if labels[-1] in endings() else name, end, False


def _is_swapped(provider: str, stem: str, ending: str) -> bool:
    """Whether a provider is meant by a domain whose last letters changed places ("gmail.cmo")."""
    its_stem, _, its_ending = provider.rpartition(".")
    return its_stem == stem and sorted(its_ending) == sorted(ending)


def _mended(text: str, name: str, end: int, sure: bool) -> tuple[str, int, bool]:
    """A domain without a dot: what it may be is asked, never taken."""
    known = listed_domains("known_providers")
    broken = _BROKEN.match(text, end)
    if broken and name + broken.group(1).rstrip(".") in known:
        return name + broken.group(1).rstrip("."), broken.end(), False
    after = re.compile(r"(?:[ \n]|, ?)([a-z]{2,3}(?:[. ][a-z]{2})?)(?!\w)").match(text, end)
    for joined in (after.group(1).replace(" ", "."), after.group(1)[:3].strip()) if after else ():
        if after and f"{name}.{joined}" in known:
            return f"{name}.{joined}", after.start(1) + len(joined), False
    return _by_name().get(name, name), end, False


def _stands_alone(text: str, start: int, local: str, is_said: bool) -> bool:
    """Whether the local part surely begins here: `jean dupont@…` may be one address or a name before one."""
    before = text[:start].rstrip("<([{'\"«“„* ")
    if not before:
        return True
    gap = text[len(before) : start]
    if before[-1] == "\n":
        line = before.rstrip("\n").rpartition("\n")[2].rstrip()
        if " " in line or line == "" or line[-1] in ",:;!?":
            return True
        return _is_known(line.rstrip("."), local) or (
            re.fullmatch(r"[^\W\d_]+", line) is not None and re.search(r"\w[._+-]\w", local) is not None
        )
    if before[-1] in ",;=|\\/" and gap == "":
        word = _LAST_WORD.search(before[-60:-1])
        return word is None or _is_known(word.group(), local)
    if before[-1] in "._-+" and gap == " ":
        word = _LAST_WORD.search(before[-60:-1])
        alone = word is not None and not re.search(r"\w", before[: len(before) - 1 - len(word.group())])
        if not alone or word is None:
            return before[-1] not in "_+"
        return _is_known(word.group(), local) and before[-1] == "."
    word = _LAST_WORD.search(before[-60:])
    if word is None:
        return True
    if not gap.strip(" "):
        if gap == "" and text[start - 1 : start].isalnum():
            return not re.match(f"[{_LETTERS}]", text[start - 1])  # 邮箱是li@… begins where the letters do
        if _is_known(word.group(), local):
            return True
        is_name = fold(word.group()) in listed_domains("given_names")
        return not is_said and not is_name and re.search(r"[A-Za-z0-9][._+-][A-Za-z0-9]", local) is not None
    return True


def _is_known(word: str, local: str) -> bool:
    """Whether a word before an address belongs to the sentence, or is the name that the address holds."""
    known = _words("lead", "polite", "thanks", "yes", "no", "not", "others", "stop") | _ends_of("own")
    parts = [fold(part) for part in re.split(r"['._-]", word.removesuffix("'s")) if part]  # "it's", "mine's"
    if all(part in known and part not in _JOINS for part in parts) or not re.match(f"[{_LETTERS}]", word[-1]):
        return True
    if _PHRASE_ENDS.search(fold(word)):
        return True
    plain_local = fold(local)
    names = {fold(word), fold(word.lower().translate(_UMLAUTS))}
    return any(len(name) > 2 and name in plain_local for name in names)


_PHRASE_ENDS = re.compile(r"^(?:e?mail|e?mailadress\w*|adress\w*|address|correo|indirizzo|адрес\w*|почт\w*)$")


def _single(name: str) -> str:
    """A domain without its doubled letters: a key held down writes "webb.de"."""
    return re.sub(r"(.)\1+", r"\1", name)


@cache
def _doubled() -> dict[str, str]:
    return {_single(provider): provider for provider in listed_domains("known_providers")}


def _judged(local: str, name: str, start: int, end: int, sure: bool) -> Found | None:
    address = f"{local}@{name}".lower()
    if not address.isascii():
        latin = fold(local.lower().translate(_UMLAUTS))
        if not latin.isascii() or not name.isascii():
            return Found(address, start, end, False, "bad")
        address, sure = f"{latin}@{name}", False
    meant = _doubled().get(_single(name))
    if meant is not None and name not in listed_domains("known_providers"):
        address = f"{address.partition('@')[0]}@{meant}"
        sure = False
    email = read_email(address)
    if email.suggestion is not None:
        return Found(email.suggestion, start, end, False, "real")
    if email.address is None or email.kind not in ("real", "shared"):
        return Found(address, start, end, False, "bad")
    standing: Standing = "real" if email.kind == "real" else "shared"
    sure = sure and standing == "real" and email.address == address
    if any(part in _words("insults") for part in re.split(r"[._-]", fold(local))):
        standing = "bad"
    return Found(email.address, start, end, sure, standing)


_NO_AT = re.compile(
    r"(?<![\w@.-])([a-z0-9]+(?:[._-][a-z0-9]+)*) ((?:[a-z0-9-]+\.)+[a-z]{2,3})(?![\w@])", re.IGNORECASE
)


def _without_at(text: str) -> list[Found]:
    """`jean.dupont gmail.com`: the sign is missing, the provider is known. To be asked."""
    for match in _NO_AT.finditer(text):
        local, name = match.group(1), match.group(2).lower()
        if name in listed_domains("known_providers") and re.search(r"[._0-9-]", local):
            one = _judged(local, name, match.start(), match.end(), False)
            if one is not None:
                return [replace(one, sure=False)]
    return []
