"""An invented telephone network that behaves like Twilio's: for the demo, and for tests of what sends.

Everything lies in memory and moves by the clock that was given. It takes a text, says so (or is cut off
before it can), moves it from queued to delivered, and tells of that when it pleases: `due_calls` are the
posts due by now, signed, for whoever carries them (`server/carrier` over the network, a test by its own).
"""

from __future__ import annotations

import hmac
import itertools
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from typing import Any

from server.demo.carrying.checking import is_name, is_number, refuse_number, refuse_sender, refuse_words
from server.demo.carrying.odds import Odds
from server.demo.carrying.refusals import LATER, NotTaken
from server.demo.carrying.signing import HEADER, sign
from server.demo.carrying.texts import Text, country_of, price_of
from server.demo.draw import Draw

STOPS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
STARTS = frozenset({"START", "YES", "UNSTOP"})
"""Words that Twilio itself acts on, when they are all there is: https://www.twilio.com/docs/messaging."""
NEVER_LEFT = frozenset({30001, 30002})
"""With these a text fails at the carrier; with all others it was sent, and not delivered."""
STOPPED = "You have successfully been unsubscribed. You will not receive any more messages from this number."
STARTED = "You have successfully been re-subscribed to messages from this number."


class AnswerLost(ConnectionResetError):
    """The text was taken, and the connection ends here: no answer is given."""


class CannotBeAnswered(ValueError):
    """Nobody can answer a name, or a number that is not the account's."""


@dataclass(frozen=True, slots=True)
class Call:
    """One post to the house."""

    address: str
    fields: dict[str, str]
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Bubble:
    """What a telephone shows: the text, and what the network itself said after STOP and START."""

    sender: str
    to: str
    body: str
    at: datetime
    status: str


@dataclass(order=True, slots=True)
class _Due:
    at: datetime
    number: int
    happen: Callable[[], Call | None] = field(compare=False)


class Carrier:
    """One account of the network. All that it is asked is safe from several threads."""

    def __init__(
        self,
        account: str,
        token: str,
        *,
        now: Callable[[], datetime],
        seed: int = 1,
        odds: Odds | None = None,
        regions: Iterable[str] | None = None,
    ) -> None:
        self.account = account
        self.token = token
        self.now = now
        self.odds = odds or Odds()
        self.regions = None if regions is None else frozenset(regions)
        self.senders: dict[str, str] = {}
        """Number or short code of the account -> where its incoming texts are posted."""
        self.adopts: str | None = None
        """Where set, every number that texts are sent from becomes the account's, and is answered there."""
        self.services: dict[str, tuple[str, ...]] = {}
        """Messaging Service -> the numbers it sends from."""
        self.codes: dict[str, int] = {}
        """Number -> what always becomes of texts to it: 21211, 21614 … at once, 30003 … after `sent`."""
        self.opted_out: set[tuple[str, str]] = set()
        """(telephone, sender) where Twilio takes no texts any more."""
        self.asked: dict[int, int] = {}
        """How often each state of HTTP was answered to a new text; 0: answer lost."""
        self._draw = Draw(seed)
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._texts: dict[str, Text] = {}
        self._said: list[Bubble] = []
        self._due: list[_Due] = []

    def is_known(self, account: str, token: str) -> bool:
        """Whether these are the account's SID and token."""
        return account == self.account and hmac.compare_digest(token.encode(), self.token.encode())

    def take(self, form: Mapping[str, str]) -> dict[str, Any]:
        """A new text: its resource. NotTaken when it is refused, AnswerLost when nobody learns of it."""
        with self._lock:
            try:
                answer = self._take(form)
            except NotTaken as refused:
                self._count(refused.status)
                raise
            except AnswerLost:
                self._count(0)
                raise
            self._count(201)
            return answer

    def _take(self, form: Mapping[str, str]) -> dict[str, Any]:
        if self._draw.chance(self.odds.busy):
            raise NotTaken(20429)
        if self._draw.chance(self.odds.broken):
            raise NotTaken(20500)
        to, body, callback = form.get("To", ""), form.get("Body", ""), form.get("StatusCallback", "")
        service = form.get("MessagingServiceSid", "")
        refuse_number(to, codes=self.codes, regions=self.regions)
        sender = form.get("From", "") or (self._sender_of(service, to) if service else "")
        if self.adopts is not None and is_number(sender):
            self.senders.setdefault(sender, self.adopts)
        refuse_sender(sender, to, owned=self.senders, codes=self.codes)
        refuse_words(body, callback)
        if (to, sender) in self.opted_out:
            raise NotTaken(21610)
        text = self._keep("SM", to, sender, body, "outbound-api", "accepted" if service else "queued")
        text.service, text.callback = service, callback
        self._plan(text)
        if self._draw.chance(self.odds.lost):
            raise AnswerLost
        if self._draw.chance(self.odds.broken_after):
            raise NotTaken(20500)
        return text.resource()

    def _sender_of(self, service: str, to: str) -> str:
        """The number of a service that texts to this one leave from: of the same country where it has one."""
        if service not in self.services:
            raise NotTaken(21701)
        pool = self.services[service]
        if not pool:
            raise NotTaken(21703)
        return next((one for one in pool if country_of(one) == country_of(to)), pool[0])

    def fetch(self, sid: str) -> Text | None:
        """One text as it is by now."""
        with self._lock:
            text = self._texts.get(sid)
            return None if text is None else replace(text)

    def texts(self) -> list[Text]:
        """All texts as they are by now, the newest first."""
        with self._lock:
            return [replace(text) for text in reversed(self._texts.values())]

    def bubbles(self) -> list[Bubble]:
        """What telephones show, the oldest first: a text from when it left the carrier."""
        with self._lock:
            shown = [
                Bubble(text.sender, text.to, text.body, text.sent_at or text.created_at, text.status)
                for text in self._texts.values()
                if text.direction == "inbound" or text.status in ("sent", "delivered")
            ]
            return sorted((*shown, *self._said), key=lambda bubble: bubble.at)

    def answer(self, telephone: str, to: str, body: str) -> Text:
        """A guest's text to one of the account's numbers: kept, and posted to the house."""
        with self._lock:
            if to not in self.senders or is_name(to):
                raise CannotBeAnswered(to)
            text = self._keep("SM", to, telephone, body, "inbound", "received")
            text.sent_at = text.created_at
            self._note_wish(telephone, to, body)
            if self.senders[to]:
                for _ in range(2 if self._draw.chance(self.odds.doubled) else 1):
                    self._post(text.created_at, self.senders[to], text.told_of_answer())
            return replace(text)

    def _note_wish(self, telephone: str, sender: str, body: str) -> None:
        word, pair = body.strip().upper(), (telephone, sender)
        if word in STOPS and pair not in self.opted_out:
            self.opted_out.add(pair)
            self._said.append(Bubble(sender, telephone, STOPPED, self.now(), "delivered"))
        elif word in STARTS and pair in self.opted_out:
            self.opted_out.discard(pair)
            self._said.append(Bubble(sender, telephone, STARTED, self.now(), "delivered"))

    def due_calls(self) -> list[Call]:
        """Let happen what is due by now; the posts to the house that come of it, in their order."""
        calls = []
        with self._lock:
            now = self.now()
            while self._due and self._due[0].at <= now:
                call = heappop(self._due).happen()
                if call is not None:
                    calls.append(call)
        return calls

    def is_quiet(self) -> bool:
        """Whether nothing waits to happen any more."""
        with self._lock:
            return not self._due

    def set_odds(self, given: Mapping[str, object]) -> None:
        """Change some of the odds from now on; ValueError for what is none."""
        with self._lock:
            self.odds = self.odds.changed(given)

    def forget(self) -> None:
        """As if nothing had been sent; senders, odds and single numbers stay."""
        with self._lock:
            self._texts.clear()
            self._said.clear()
            self._due.clear()
            self.opted_out.clear()
            self.asked.clear()

    def _count(self, status: int) -> None:
        self.asked[status] = self.asked.get(status, 0) + 1

    def _keep(self, kind: str, to: str, sender: str, body: str, direction: str, status: str) -> Text:
        sid = f"{kind}{int(self._draw.unit() * 2**52):020x}{next(self._numbers):012x}"
        now = self.now()
        text = Text(sid, self.account, to, sender, body, direction, status, now, now)
        self._texts[sid] = text
        return text

    def _plan(self, text: Text) -> None:
        """When it leaves, how it ends, and when the house hears of each."""
        odds, draw = self.odds, self._draw
        fails = self.codes.get(text.to, 0)
        if fails not in LATER:
            fails = draw.pick((30003, 30005, 30006, 30007, 30008)) if draw.chance(odds.undelivered) else 0
        sent_at = text.created_at + timedelta(seconds=odds.sent_after)
        ends_at = sent_at + timedelta(seconds=odds.settled_after)
        end = "failed" if fails in NEVER_LEFT else "undelivered" if fails else "delivered"
        steps = [(text.created_at, "queued"), (sent_at, "sent"), (ends_at, end)]
        if end == "failed":
            steps = [steps[0], (sent_at, end)]
        for at, status in steps:
            self._later(at, partial(self._move, text, status, fails if status == end else 0, at))
        swap = timedelta(seconds=odds.settled_after + 1) if draw.chance(odds.swapped) else timedelta()
        for at, status in steps:
            if text.callback and not draw.chance(odds.unheard):
                self._tell(text, at + swap if status == "sent" else at, status)

    def _move(self, text: Text, status: str, error: int, at: datetime) -> None:
        text.status, text.updated_at = status, at
        if status == "sent":
            text.sent_at, text.price = at, price_of(text.to, text.parts)
        if error:
            text.error = error

    def _tell(self, text: Text, at: datetime, status: str) -> None:
        draw, odds = self._draw, self.odds
        again = f"{int(draw.unit() * 2**52):013x}"
        for _ in range(2 if draw.chance(odds.doubled) else 1):
            late = draw.unit() * odds.late_by if draw.chance(odds.late) else 0.0
            due = at + timedelta(seconds=late)
            self._later(due, lambda: self._call(text.callback, text.told_of_status(status), again))

    def _post(self, at: datetime, address: str, fields: dict[str, str]) -> None:
        again = f"{int(self._draw.unit() * 2**52):013x}"
        self._later(at, lambda: self._call(address, fields, again))

    def _call(self, address: str, fields: dict[str, str], again: str) -> Call:
        return Call(
            address,
            fields,
            {
                "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
                "I-Twilio-Idempotency-Token": again,
                "User-Agent": "TwilioProxy/1.1",
                HEADER: sign(self.token, address, fields),
            },
        )

    def _later(self, at: datetime, happen: Callable[[], Call | None]) -> None:
        heappush(self._due, _Due(at, next(self._numbers), happen))
