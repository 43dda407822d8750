"""What a guest's reply to "what is your e-mail?" says. What is certain is taken; nothing is invented.

What is doubtful is asked back (`ASK_BACK`, with what it may be); what nobody can tell goes to a colleague
(`DESK`). STOP is heard in every spelling, also beside something else (`stops`). Pure: text in, meaning out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from server.cleaning.email import read_email
from server.prompts.reading.addresses import Found, find
from server.prompts.reading.plain import plain
from server.prompts.reading.quoting import own_words
from server.prompts.reading.somebody import SENTENCE, is_somebody_else
from server.prompts.reading.spoken import SIGNS, WEAK_AT, with_signs
from server.prompts.reading.vocabulary import Wording, clauses, phrases


class Outcome(StrEnum):
    """What a reply is."""

    ADDRESS = "address"  # one, certain
    ASK_BACK = "ask_back"  # these may be meant
    YES = "yes"
    DECLINED = "declined"
    HAS_NONE = "has_none"
    NOT_ME = "not_me"
    STOP = "stop"
    START = "start"
    HELP = "help"
    DESK = "desk"  # a colleague reads it
    NOTHING = "nothing"  # thanks, or no words at all


@dataclass(frozen=True, slots=True)
class Understood:
    """A reply as understood: its addresses, whether it stops our messages, whether it asks something."""

    outcome: Outcome
    addresses: tuple[str, ...] = ()
    stops: bool = False
    asks: bool = False


MOST_ADDRESSES = 3

_POLITE = ("polite", "thanks")
_YES_SIGNS = re.compile("[👍👌✅✔💯🆗]")
_NO_SIGNS = re.compile("[👎❌🚫🖕]")
# "STOP au 36111" is what French texts tell to answer
_STOP_TO = re.compile(r"(?<!\w)stop (?:au|to|an|al|naar|na) \d{3,6}(?!\w)", re.IGNORECASE)
_SHOUTED_STOP = re.compile(r"(?<![\w@.-])STOPP?(?![\w@-]|\.\w)")
# "*martine", "J comme Jean": how a part of it is spelled
_CORRECTED = re.compile(
    r"(?:^|\s)\*\w|(?<!\w)[^\W\d_] (?:comme|as in|like|for|wie|come|como|zoals|jak|как) \w", re.IGNORECASE
)
_CONTRARY = re.compile(
    r"(?<!\w)(?:mais|but|aber|sondern|pero|sino|ma|maar|mas|ale|но|لكن)(?!\w)", re.IGNORECASE
)
_WRITTEN = re.compile(r"[^\s@]*@[^\s@]*")
_NEAR = re.compile(r"[.!?;:,\n]+")


def understand(text: str, *, channel: str, asked_about: str | None = None) -> Understood:
    """Read a reply of a channel (`sms`, `email`). `asked_about` is the address that we asked back about."""
    signature = ""
    if channel == "email":
        text, signature = own_words(text)
    body = _STOP_TO.sub("stop", plain(text))
    understood = _read(body, asked_about)
    if channel == "email" and _is_automatic(body, understood):
        return Understood(Outcome.NOTHING, stops=understood.stops)
    unsaid = (Outcome.DESK, Outcome.YES, Outcome.NOTHING)
    if signature and asked_about is None and understood.outcome in unsaid and "@" not in body:
        signed = _kept(find(with_signs(plain(signature))))
        if signed and len(signed) <= MOST_ADDRESSES:
            return Understood(
                Outcome.ASK_BACK, tuple(one.address for one in signed), understood.stops, understood.asks
            )
    return understood


def _is_automatic(body: str, understood: Understood) -> bool:
    """Whether a machine says that its owner is away; the addresses in it are of those who stand in."""
    whole = Wording(body)
    says_something = understood.outcome not in (Outcome.ADDRESS, Outcome.ASK_BACK, Outcome.DESK, Outcome.YES)
    is_theirs = bool(understood.addresses) and whole.has("own")
    return whole.has("away") and not says_something and not is_theirs and not understood.asks


def _read(body: str, asked_about: str | None) -> Understood:
    signed = with_signs(body)
    found = find(signed)
    rest = _without(signed, found)
    whole = Wording(rest)
    asks = any(mark in rest for mark in "?？؟")
    if not found:
        if whole.is_all("stop", "stop_phrases", "no", *_POLITE) and not whole.is_all("no", *_POLITE):
            bare = not whole.has("no", "declined") or whole.has("stop_phrases")
            if bare or (whole.is_all("stop", *_POLITE) and not whole.has("declined")):
                return Understood(Outcome.STOP, stops=True)
        if whole.is_all("start", "polite") and not asks:
            return Understood(Outcome.START)
        if whole.is_all("help", "polite"):
            return Understood(Outcome.HELP)
    stops = _stops(rest)
    if found:
        outcome, addresses = _with_addresses(signed, found, body, rest, asked_about)
        return Understood(outcome, addresses, stops, asks)
    outcome = _in_words(rest, body, asked_about)
    if stops and outcome in (Outcome.DESK, Outcome.NOTHING) and _only_stops(rest):
        return Understood(Outcome.STOP, stops=True)
    if outcome is Outcome.YES and asked_about is not None:
        good = read_email(asked_about.strip().lower())
        if good.address is not None and good.kind in ("real", "shared"):
            return Understood(Outcome.ADDRESS, (good.address,), stops, asks)
        outcome = Outcome.DESK
    return Understood(outcome, (), stops, asks)


def _without(signed: str, found: list[Found]) -> str:
    """The words around the addresses, each address a break between them."""
    pieces, at = [], 0
    for one in found:
        pieces.append(signed[at : one.start])
        at = one.end
    rest = "\n".join([*pieces, signed[at:]])
    for sign in (*SIGNS, WEAK_AT):
        rest = rest.replace(sign, " ")
    return rest


def _stops(rest: str) -> bool:
    """Whether our messages are to stop: a clause that says so, a phrase, or STOP shouted in other words."""
    if any(clause.is_all("stop", "no", "declined", *_POLITE) for clause in clauses(rest)) or Wording(
        rest
    ).has("stop_phrases"):
        return True
    return _SHOUTED_STOP.search(rest) is not None and any(sign.islower() for sign in rest)


def _only_stops(rest: str) -> bool:
    """Whether every clause speaks of stopping, or of nothing."""
    return all(
        clause.is_all("stop", *_POLITE) or clause.has("stop_phrases") or clause.is_all("polite", *_POLITE)
        or clause.is_all("thanks", *_POLITE)
        for clause in clauses(rest)
        if clause.words
    )  # fmt: skip


def _in_words(rest: str, body: str, asked_about: str | None) -> Outcome:
    """What a reply without an address is."""
    whole, parts = Wording(rest), clauses(rest)
    if not whole.words:
        return _by_signs(body)
    if whole.has("insults"):
        return Outcome.NOT_ME if whole.has("not_me") else Outcome.DESK
    is_not_me = whole.has("not_me") or any(part.is_all("not_me_whole", *_POLITE) for part in parts)
    if is_not_me or is_somebody_else(rest):
        return Outcome.NOT_ME
    if whole.has("has_none") or any(part.is_all("none_whole", "no", *_POLITE) for part in parts):
        return Outcome.HAS_NONE
    if asked_about is not None and whole.is_all("no", "polite"):
        return Outcome.DESK  # the address was wrong; nobody declined
    if whole.has("declined", "adverts") or any(
        part.is_all("declined_whole", "no", *_POLITE) for part in parts
    ):
        return Outcome.DECLINED
    if asked_about is None and whole.is_all("farewell", "days", "yes", *_POLITE) and whole.has("days"):
        return Outcome.NOTHING
    if whole.is_all("yes", *_POLITE) and not any(mark in rest for mark in "?？؟"):
        return Outcome.DESK if _NO_SIGNS.search(body) else Outcome.YES
    if whole.is_all("no", *_POLITE, "stop"):
        return Outcome.DECLINED if asked_about is None else Outcome.DESK
    if whole.is_all("thanks", *_POLITE) or whole.is_all("polite"):
        return Outcome.NOTHING
    return Outcome.DESK


def _by_signs(body: str) -> Outcome:
    """A reply of signs alone."""
    if any(mark in body for mark in "?？؟") or _NO_SIGNS.search(body):
        return Outcome.DESK
    return Outcome.YES if _YES_SIGNS.search(body) else Outcome.NOTHING


def _kept(found: list[Found]) -> list[Found]:
    """Each address once; where there is a person's, a desk's beside it is somebody's else."""
    once: dict[str, Found] = {}
    for one in found:
        if one.standing != "bad" and (one.address not in once or one.sure):
            once[one.address] = one
    people = [one for one in once.values() if one.standing == "real"]
    return people or list(once.values())


def _with_addresses(
    signed: str, found: list[Found], body: str, rest: str, asked_about: str | None
) -> tuple[Outcome, tuple[str, ...]]:
    whole = Wording(rest)
    kept = _kept([one for at, one in enumerate(found) if not _is_denied(signed, found, at, asked_about)])
    addresses = tuple(one.address for one in kept)
    if not kept or len(kept) > MOST_ADDRESSES or whole.has("insults") or whole.has("not_me"):
        return Outcome.DESK, ()
    own = _own_of_several(signed, kept)
    if own is not None:
        kept, addresses = [own], (own.address,)
    if len(kept) > 1 or not kept[0].sure or (own is None and _is_of_another(signed, kept[0])):
        return Outcome.ASK_BACK, addresses
    if whole.has("has_none", "declined") or _CORRECTED.search(rest):
        return Outcome.ASK_BACK, addresses
    if Wording(_WRITTEN.sub(" ", body)).has("corrections"):  # as it came: "sans le point" has a sign in it
        return Outcome.ASK_BACK, addresses
    if asked_about is not None:
        parts = clauses(rest)
        agrees = any(part.is_all("yes", *_POLITE) for part in parts)
        denies = any(part.is_all("no", "lead", "polite") for part in parts)
        if addresses[0] == asked_about.strip().lower():
            return (Outcome.DESK, ()) if denies and not agrees else (Outcome.ADDRESS, addresses)
        if agrees and not denies:
            return Outcome.ASK_BACK, addresses
    return Outcome.ADDRESS, addresses


def _is_denied(signed: str, found: list[Found], at: int, asked_about: str | None) -> bool:
    """`not X but Y`, `X is my old one`: the words right before it, or right after, up to the next address.

    A bare no before another address than we asked about denies ours, not the one it stands before.
    """
    one = found[at]
    before = signed[found[at - 1].end if at else 0 : one.start]
    words = Wording(_NEAR.split(before)[-1]).words
    denials = {denial for all_ in phrases("not").spaced.values() for denial in all_}
    leads = phrases("lead").spaced
    is_other = asked_about is not None and one.address != asked_about.strip().lower()
    for _ in range(4):
        if is_other and len(words) == 1 and (words[0],) in phrases("no").spaced.get(words[0], ()):
            break
        if any(tuple(words[-len(denial) :]) == denial for denial in denials):
            return True
        if not words or (words[-1],) not in leads.get(words[-1], ()):
            break
        words = words[:-1]
    after = signed[one.end : found[at + 1].start if at + 1 < len(found) else len(signed)]
    return Wording(_NEAR.split(after)[0]).has("dead")


def _own_of_several(signed: str, kept: list[Found]) -> Found | None:
    """`mine is X, my wife's is Y`: the one that is called theirs, where each other is called another's."""
    if len(kept) < 2:
        return None
    own, at = [], 0
    for one in sorted(kept, key=lambda found: found.start):
        before = Wording(signed[at : one.start])
        is_others, is_own = before.has("others"), before.has("own") and not before.has("no", "not", "dead")
        if is_others == is_own:
            return None
        own += [one] if is_own else []
        at = one.end
    after = Wording(signed[at:])
    return own[0] if len(own) == 1 and not after.has("others") and not after.has("own") else None


def _is_of_another(signed: str, one: Found) -> bool:
    """`my wife's: …`: said in the same sentence, and not `my wife booked, but my e-mail is …`."""
    before, after = SENTENCE.split(signed[: one.start])[-1], SENTENCE.split(signed[one.end :])[0]
    contrary = _CONTRARY.split(before)
    if len(contrary) > 1 and Wording(contrary[-1]).has("own"):
        before = contrary[-1]
    return Wording(before).has("others") or Wording(after).has("others")
