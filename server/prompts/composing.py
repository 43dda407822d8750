"""The words of a message, by what it is for, in the guest's language."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

import phonenumbers
from babel import Locale
from babel.dates import format_skeleton

from server.prompts import texts
from server.wording import translations

LONGEST_NAME = 60
"""Letters of a house's name in a message; a longer one is cut."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a message may tell: of the house and of the stay, and nothing of the guest but an address that
    they told us themselves."""

    house: str
    phone: str = ""
    day: date | None = None  # of arrival
    link: str | None = None
    stop: str | None = None  # address that ends such messages
    address: str | None = None
    code: str | None = None  # that proves an address, where there is a page to type it on
    can_be_answered: bool = True


@dataclass(frozen=True, slots=True)
class Words:
    """A message's words; a text has no subject."""

    subject: str
    body: str


class NothingToSay(ValueError):
    """There is no such message: a purpose that cannot be answered, a question without the day of the stay."""


def compose(kind: str, channel: str, language: str, facts: Facts, *, purpose: str, mode: str) -> Words:
    """The words of a message; raises NothingToSay where what it needs is not known."""
    said = _Saying(language, facts)
    lines = said.lines(kind, purpose, mode)
    if channel == "sms":
        return Words("", said.of_house(" ".join(lines + said.closing(kind))))
    subject = said.of_house(said.subject(kind, purpose))
    if kind == "question":
        lines = [said(texts.DEAR_GUEST), *lines, said(texts.WHY_YOU)]
    return Words(one_line(subject)[:200], "\n\n".join([*lines, *said.closing(kind, is_mail=True)]))


class _Saying:
    def __init__(self, language: str, facts: Facts) -> None:
        self.language, self.facts = language, facts
        self.known = {
            "house": one_line(facts.house)[:LONGEST_NAME],
            "day": short_day(facts.day, language) if facts.day else "",
            "address": facts.address or "",
            "phone": spoken_phone(facts.phone),
        }

    def __call__(self, sentence: str, **more: str) -> str:
        return translations(self.language).gettext(sentence).format(**(self.known | more))

    def of_house(self, text: str) -> str:
        return self(texts.FROM, text=text)

    def lines(self, kind: str, purpose: str, mode: str) -> list[str]:
        match kind:
            case "question":
                return self._question(purpose, mode)
            case "ask_back":
                return [self(texts.MEANT if self.facts.address else texts.NOT_UNDERSTOOD)]
            case "confirmation":
                return [self(texts.NOTED_FOR if self.facts.day else texts.NOTED)]
            case "apology":
                return [self(texts.SORRY)]
            case "stopped":
                again = [self(texts.START_BY_ANSWER)] if self.facts.can_be_answered else []
                return [self(texts.STOPPED), *again]
            case "started":
                return [self(texts.STARTED)]
            case "help":
                return [self(texts.HELP)]
            case "proof" if self.facts.link:
                code = [self(texts.PROVE_CODE, code=self.facts.code)] if self.facts.code else []
                return [self(texts.PROVE), self.facts.link, *code, self(texts.NOT_YOURS)]
            case "test":
                return [self(texts.TEST)]
        raise NothingToSay(kind)

    def _question(self, purpose: str, mode: str) -> list[str]:
        text = texts.QUESTIONS.get((purpose, mode)) or texts.QUESTIONS.get((purpose, "link"))
        is_answered = (purpose, mode) in texts.QUESTIONS and mode == "reply"
        if text is None or self.facts.day is None or not (is_answered or self.facts.link):
            raise NothingToSay(purpose)
        return [self(text)] if is_answered else [self(text), self.facts.link or ""]

    def closing(self, kind: str, *, is_mail: bool = False) -> list[str]:
        """That no card is asked for, whom to call, how to end it."""
        if kind in ("apology", "stopped", "started"):
            return []
        found = [self(texts.NO_CARD)] if kind in ("question", "help", "test") else []
        if self.facts.phone and (is_mail or kind in ("question", "help")):
            found.append(self(texts.PHONE))
        if kind not in ("question", "help"):
            return found
        if self.facts.can_be_answered and not is_mail:
            found.append(self(texts.STOP_BY_ANSWER))
        elif self.facts.stop:
            found.append(self(texts.STOP_BY_LINK, link=self.facts.stop))
        return found

    def subject(self, kind: str, purpose: str) -> str:
        if kind == "proof":
            return self(texts.PROVE_SUBJECT)
        is_named = kind == "question" and purpose in texts.SUBJECTS
        return self(texts.SUBJECTS[purpose] if is_named else texts.ANY_SUBJECT)


def short_day(day: date, language: str) -> str:
    """A day without its year, such as 3 May."""
    locale = Locale.parse("en_GB" if language in ("en", "qps") else language)
    return format_skeleton("MMMd", day, locale=locale).replace("\xa0", " ").replace("\u202f", " ")


def spoken_phone(number: str) -> str:
    """A number as it is dialled from abroad, in groups: +33 1 42 68 53 00."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return one_line(number)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def one_line(text: str) -> str:
    """A text without line breaks and control signs: what stands in a header cannot begin another one."""
    kept = ("" if unicodedata.category(sign) == "Cc" else sign for sign in " ".join(text.split()))
    return "".join(kept)


def message_id_of(secret: bytes, message_id: int, house_address: str) -> str:
    """The Message-ID of an e-mail, the same at every try, which a bounce or an answer names (RFC 5322)."""
    key = hmac.new(secret, f"message\n{message_id}".encode(), hashlib.sha256).hexdigest()[:16]
    return f"<og-{message_id}.{key}@{urlsplit(house_address).hostname or 'localhost'}>"
