"""A season is lived through: guests read what comes to them, act, and what they did is counted as they do it.

Nothing here asks the house's tables: what was asked is what arrived at a telephone or in a mailbox.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from heapq import heappop, heappush
from itertools import count
from zoneinfo import ZoneInfo

from benchmarks.season.guests import BEGINS, MONTH, MONTHS, SILENT_MONTHS, Guest
from benchmarks.season.house import NUMBER, TABLET, House
from server.clock import clock
from server.demo.carrying.mailbox import Mail
from server.demo.carrying.texts import Text

ZONE = ZoneInfo("Europe/Paris")
LOOKS = (time(8, 30), time(10, 5), time(11, 10), time(19, 0))
"""When something is done at the house, by its clock."""
SETTLES = 8
"""Looks, two minutes apart, in which what was sent comes to its end."""
PROVES_AFTER = timedelta(hours=1)

_LINK = re.compile(r"https?://\S+/g/(?!stop/|mine/)[\w-]+")
_PROOF = re.compile(r"https?://\S+/g/mine/[\w-]+")

GIVES = (
    "{}",
    "My e-mail is {}",
    "Hi, please use {}. See you soon!",
    "Bonjour, voici mon adresse : {}",
)


@dataclass(slots=True, eq=False)
class Chance:
    """One question that arrived, or one form that came without one, and what became of it."""

    guest: Guest
    way: str
    rule: str
    team: tuple[str, str] = ("message", "")
    is_delivered: bool = False
    is_answered: bool = False
    is_given: bool = False
    is_declined: bool = False
    cost: Decimal = Decimal(0)


@dataclass(slots=True, eq=False)
class _Life:
    """What a guest did so far."""

    guest: Guest
    question: Chance | None = None  # for the address
    survey: Chance | None = None
    has_given: bool = False
    has_said_no: bool = False
    is_verified: bool = False
    waits_to_say_yes: bool = False


class Season:
    """The guests of a season at one house."""

    def __init__(self, house: House, guests: Sequence[Guest], *, silent_until: date) -> None:
        self.house, self.silent_until = house, silent_until
        self.lives = [_Life(guest) for guest in guests]
        self.chances: list[Chance] = []
        self._by_mobile = {one.guest.mobile: one for one in self.lives if one.guest.mobile}
        self._by_mail = {mail: one for one in self.lives for mail in (one.guest.own, one.guest.alias)}
        self._read: set[str] = set()
        self._order = count()
        self._coming: list[tuple[datetime, int, Callable[[], None]]] = []
        self._rows: dict[date, list[dict[str, str]]] = {}
        for guest in guests:
            self._book(guest)

    def _book(self, guest: Guest) -> None:
        first = BEGINS - timedelta(days=2)
        self._rows.setdefault(max(guest.booked, first), []).append(guest.row("confirmed"))
        if guest.cancelled is not None:
            if guest.cancelled >= first:
                self._rows.setdefault(guest.cancelled, []).append(guest.row("cancelled"))
            else:
                self._rows[first].append(guest.row("cancelled"))
            return
        self._rows.setdefault(guest.departs + timedelta(days=1), []).append(guest.row("left"))
        if guest.at_tablet and not guest.has_own:
            self._later(_at(guest.arrives, time(guest.tablet_hour)), partial(self._use_tablet, guest))

    def live(self, days: int, *, after: int = 12, looks: Sequence[time] = LOOKS) -> None:
        """So many days, and some after them, in which the last guests leave and are written to."""
        day = BEGINS - timedelta(days=2)
        while day < BEGINS + timedelta(days=days + after):
            for look in looks:
                self.house.move_to(_at(day, look))
                if look == looks[0]:
                    self.house.take_export(self._rows.pop(day, []))
                    if day == self.silent_until:
                        self.house.approve()
                self._look()
            day += timedelta(days=1)

    def _look(self) -> None:
        """Guests act, the house works, and what was sent comes to its end."""
        self._act()
        self.house.hear_carrier()
        self.house.work()
        for _ in range(SETTLES):
            if self.house.carrier.is_quiet():
                break
            self.house.move_to(clock() + timedelta(minutes=2))
            self.house.hear_carrier()
            self.house.work()
        self._read_texts()
        for mail in self.house.mails():
            self._read_mail(mail)

    def _later(self, at: datetime, act: Callable[[], None]) -> None:
        heappush(self._coming, (at, next(self._order), act))

    def _act(self) -> None:
        while self._coming and self._coming[0][0] <= clock():
            heappop(self._coming)[2]()

    def _read_texts(self) -> None:
        for text in self.house.texts():
            if text.sid in self._read or text.direction == "inbound" or text.status in ("queued", "sent"):
                continue
            self._read.add(text.sid)
            life = self._by_mobile[text.to]
            self._read_text(life, text)

    def _read_text(self, life: _Life, text: Text) -> None:
        link = _LINK.search(text.body)
        is_over = text.created_at.astimezone(ZONE).date() > life.guest.departs
        if is_over and link is not None:
            life.survey = self._asked(life, "sms_link", "survey_by_text", text.status == "delivered")
            life.survey.cost += _cost(text)
            return
        is_question = life.question is None
        if life.question is None:
            way = "sms_link" if link else "sms"
            life.question = self._asked(life, way, "email_by_text", text.status == "delivered")
        life.question.cost += _cost(text)
        if text.status != "delivered":
            return
        if is_question:
            answer = partial(self._follow_link, life, link[0]) if link else partial(self._text_back, life)
            self._later(clock() + life.guest.answers_after, answer)
        elif life.waits_to_say_yes:
            life.waits_to_say_yes = False
            self._later(clock() + timedelta(minutes=5), partial(self._say_yes, life))

    def _read_mail(self, mail: Mail) -> None:
        life, link = self._by_mail[mail.to], _LINK.search(mail.text)
        proof = _PROOF.search(mail.text)
        guest = life.guest
        if proof is not None:
            if guest.proves:
                self._later(clock() + PROVES_AFTER, partial(self._prove, life, proof[0]))
        elif link is not None and mail.at.astimezone(ZONE).date() > guest.departs:
            self._asked(life, "email_link", "survey", True)
        elif link is not None:
            asked = self._asked(life, "email_link", "stay_info", True)
            if guest.checks_in and guest.cancelled is None:
                self._later(clock() + timedelta(hours=2), partial(self._check_in, life, asked, link[0]))
        elif life.question is None:
            life.question = self._asked(life, "email", "email_through_alias", True)
            self._later(clock() + guest.answers_after, partial(self._mail_back, life, mail))
        elif life.waits_to_say_yes:
            life.waits_to_say_yes = False
            self._later(clock() + timedelta(minutes=5), partial(self._mail_yes, life, mail))

    def _asked(self, life: _Life, way: str, rule: str, is_delivered: bool) -> Chance:
        made = Chance(life.guest, way, rule, is_delivered=is_delivered)
        self.chances.append(made)
        return made

    def _is_silent(self, life: _Life) -> bool:
        """Whether they have nothing to answer any more."""
        cancelled = life.guest.cancelled
        return life.has_given or life.has_said_no or (cancelled is not None and cancelled <= _today())

    def _text_back(self, life: _Life) -> None:
        self._answer(life, lambda words: self.house.carrier.answer(life.guest.mobile, NUMBER, words))

    def _mail_back(self, life: _Life, mail: Mail) -> None:
        self._answer(life, lambda words: self.house.mail_back(life.guest.number, mail, words))

    def _answer(self, life: _Life, say: Callable[[str], object]) -> None:
        guest, asked = life.guest, life.question
        if self._is_silent(life) or asked is None or guest.response == "ignored":
            return
        asked.is_answered = True
        match guest.response:
            case "given":
                say(GIVES[guest.number % len(GIVES)].format(guest.own))
                asked.is_given = life.has_given = True
            case "slip" | "slip_only":
                say(guest.own.replace("@gmail", "@gmial"))
                life.waits_to_say_yes = guest.response == "slip"
            case "declined" | "has_none":
                say("No thanks" if guest.response == "declined" else "I don't have an e-mail address")
                asked.is_declined = life.has_said_no = True
            case "stop":
                say("STOP")
                life.has_said_no = True
            case "wrong_number":
                say("Sorry, wrong number")
                life.has_said_no = True

    def _say_yes(self, life: _Life) -> None:
        if not self._is_silent(life) and life.question is not None:
            self.house.carrier.answer(life.guest.mobile, NUMBER, "Yes")
            life.question.is_given = life.has_given = True

    def _mail_yes(self, life: _Life, mail: Mail) -> None:
        if not self._is_silent(life) and life.question is not None:
            self.house.mail_back(life.guest.number, mail, "Yes")
            life.question.is_given = life.has_given = True

    def _follow_link(self, life: _Life, link: str) -> None:
        guest, asked = life.guest, life.question
        if self._is_silent(life) or asked is None or guest.response == "ignored":
            return
        telephone = self.house.open_link(link, _door(guest))
        answers = {"step": "email", "version": "1"}
        asked.is_answered = True
        if guest.response == "given":
            self.house.send_form(telephone, answers | {"email": guest.own, "go": "next"})
            asked.is_given = life.has_given = True
        else:
            way_out = "declined" if guest.response == "declined" else "none"
            self.house.send_form(telephone, answers | {"go": f"out:{way_out}"})
            asked.is_declined = life.has_said_no = True

    def _check_in(self, life: _Life, asked: Chance, link: str) -> None:
        telephone = self.house.open_link(link, _door(life.guest))
        day = life.guest.arrives
        told = _form(life, is_given=not life.has_said_no) | {
            "arrives": "later",
            "arrival_day": str(day.day),
            "arrival_month": str(day.month),
            "arrival_year": str(day.year),
        }
        self.house.send_form(telephone, told | {"step": "check", "version": "2", "go": "next"})
        asked.is_answered = True
        asked.is_given, asked.is_declined = not life.has_said_no, life.has_said_no
        life.has_given |= asked.is_given

    def _use_tablet(self, guest: Guest) -> None:
        life = self.lives[guest.number]
        if self._is_silent(life):
            return
        told = _form(life, is_given=guest.at_tablet == "given")
        if guest.at_tablet == "skipped":
            told["email_way_out"] = "skipped"
        self.house.fill_in_tablet(told)
        is_given, is_declined = guest.at_tablet == "given", guest.at_tablet == "declined"
        team = (f"at {TABLET}", "late")
        self.chances.append(
            Chance(
                guest,
                "tablet",
                "",
                team,
                is_answered=True,
                is_given=is_given,
                is_declined=is_declined,
            )
        )
        life.has_given |= is_given
        life.has_said_no |= is_declined

    def _prove(self, life: _Life, link: str) -> None:
        self.house.click(link)
        life.is_verified = True

    def held_back(self) -> Iterable[Guest]:
        """Those whom the house asks by its rules, and did not: it must have held them back."""
        for life in self.lives:
            guest = life.guest
            due = max(guest.booked, guest.arrives - timedelta(days=5 if guest.way == "email" else 3))
            if guest.has_own or not guest.way or life.question is not None or due < self.silent_until:
                continue
            if guest.cancelled is None or guest.cancelled > due:
                yield guest

    def is_verified(self, guest: Guest) -> bool:
        """Whether they clicked on what was sent to their address."""
        return self.lives[guest.number].is_verified


def season_of(
    house: House,
    guests: Sequence[Guest],
    *,
    days: int = MONTHS * MONTH.days,
    after: int = 12,
    looks: Sequence[time] = LOOKS,
) -> Season:
    """Live through it; for the first third nobody is asked."""
    season = Season(house, guests, silent_until=BEGINS + timedelta(days=days * SILENT_MONTHS // MONTHS))
    season.live(days, after=after, looks=looks)
    return season


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, ZONE)


def _today() -> date:
    return clock().astimezone(ZONE).date()


def _cost(text: Text) -> Decimal:
    return -Decimal(text.price or 0)


def _door(guest: Guest) -> dict[str, str]:
    day = guest.arrives
    said = {"day": str(day.day), "month": str(day.month), "year": str(day.year)}
    return said | {"last_name": guest.name[1]}


def _form(life: _Life, *, is_given: bool) -> dict[str, str]:
    """A pre-check-in, filled in."""
    guest = life.guest
    first, last = guest.name
    told = {"staying": "self", "given_name": first, "family_name": last, "arrives": "today"}
    told |= {"email": guest.own} if is_given else {"email": "", "email_way_out": "declined"}
    if guest.mobile:
        told |= {"mobile_country": guest.country, "mobile": guest.mobile}
    else:
        told |= {"mobile_way_out": "skipped", "reference": guest.key}
    return told | {"wishes_way_out": "skipped"}
