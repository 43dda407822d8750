"""What `resolve --explain A B` prints: why two records are one person or not, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from server.matching.explaining import Evidence, Explanation, percent
from server.matching.standing import Joined, Reason, Standing
from server.sentences import say

MOST_JOINS = 30
"""Joins of a group that are printed; a larger group says how many more there are."""


def told(found: Standing, ids: Sequence[str], i: int, j: int, language: str) -> Iterator[str]:
    """The lines for rows i and j of the records with these ids, the verdict first."""
    speaker = _Speaker(ids, language)
    say_ = speaker.say
    verdict = say_(_verdict(found), percent=percent(found.probability))
    yield f"{ids[i]} + {ids[j]}: {verdict}"
    yield ""
    yield from speaker.pair(found.pair)
    for reason in found.lowered:
        yield from speaker.reason(reason)
    if found.apart:
        yield ""
        yield say_("why_apart_title")
        for reason in found.apart:
            yield from speaker.reason(reason)
    if len(found.chain) > 2:
        yield ""
        yield say_("why_chain", chain=" – ".join(ids[row] for row in found.chain))
    if found.joins:
        yield ""
        yield say_("why_joins_title")
        for _, group in groupby(found.joins, key=lambda joined: joined.group):
            joins = list(group)
            yield "  " + say_("why_group", count=str(len(joins) + 1))
            for joined in joins[:MOST_JOINS]:
                yield from speaker.joined(joined)
            if len(joins) > MOST_JOINS:
                yield "    " + say_("why_more_joins", count=str(len(joins) - MOST_JOINS))


def _verdict(found: Standing) -> str:
    if found.is_together:
        return "resolve_same" if found.verdict == "same" else "why_same_by_others"
    return "why_apart_though" if found.verdict == "same" else f"resolve_{found.verdict}"


class _Speaker:
    """Words one explanation in one language."""

    def __init__(self, ids: Sequence[str], language: str) -> None:
        self.ids, self.language = ids, language

    def say(self, code: str, **params: str) -> str:
        return say(code, params, self.language)

    def pair(self, pair: Explanation) -> Iterator[str]:
        yield self.say("why_compared_title")
        for kind in pair.kinds:
            sentence = say(kind.level, kind.params, self.language)
            yield f"  {kind.stranger:+6.1f} {kind.kin:+6.1f}  {sentence}"
            for code, params in kind.rarity:
                yield " " * 19 + say(code, params, self.language)
            if kind.softened > 0:
                yield " " * 19 + self.say("why_softened", bits=f"{kind.softened:.1f}")
        yield f"  {-pair.prior:+6.1f}         " + self.say("why_prior")
        away = "why_above_cut" if pair.bits >= pair.cut else "why_under_cut"
        yield (
            f"  {pair.bits:+6.1f}         "
            + self.say("why_total", percent=percent(pair.probability))
            + " "
            + self.say(away, bits=f"{abs(pair.bits - pair.cut):.1f}")
        )

    def reason(self, reason: Reason) -> Iterator[str]:
        yield "  " + say(reason.code, reason.params, self.language)
        yield from self._evidence(reason.evidence)

    def joined(self, joined: Joined) -> Iterator[str]:
        code = "why_joined_decided" if joined.is_decided else "why_joined"
        names = {"one": self.ids[joined.row], "by": self.ids[joined.by]}
        yield "    " + self.say(code, percent=percent(joined.probability), **names)
        yield from self._evidence(joined.evidence, 6)

    def _evidence(self, evidence: Sequence[Evidence], indent: int = 4) -> Iterator[str]:
        for code, params, bits in evidence:
            yield " " * indent + f"{'+' if bits > 0 else '−'} {say(code, params, self.language)}"
