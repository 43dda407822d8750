"""The people of the demo: who they are, who they live with, how they can really be reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from server.demo.cultures import Culture, Name, mix
from server.demo.draw import Draw
from server.demo.emails import Mailboxes
from server.demo.group import COMPANIES
from server.demo.phones import Number, PhoneBook

SPOKEN_IN = {
    language: frozenset(countries.split())
    for language, countries in {
        "fr": "FR", "en": "GB US", "de": "DE", "it": "IT", "es": "ES", "pt": "PT", "nl": "NL", "sv": "SE",
        "da": "DK", "no": "NO", "fi": "FI", "pl": "PL", "cs": "CZ", "ru": "RU", "uk": "UA", "tr": "TR",
        "zh": "CN", "ja": "JP", "ko": "KR",
    }.items()
}  # fmt: skip
"""The countries that a language makes one think of first."""


@dataclass(slots=True)
class Person:
    """A person as they are; what the systems make of them is another matter."""

    id: str
    household: str
    culture: Culture
    woman: bool
    given: Name
    family: Name
    birth: date
    country: str
    nationality: str
    mobile: Number | None
    email: str | None
    street: str
    postal_code: str
    city: str
    company: str
    loyalty: str
    document: str

    @property
    def language(self) -> str:
        """The language of the person's country within the culture, ISO 639-1."""
        return self.culture.language_in(self.nationality)

    @property
    def readers(self) -> frozenset[str]:
        """Countries by which a reader may take a phone number of this person that has no prefix."""
        ending = (self.email or "").rpartition(".")[2]
        by_address = {"GB" if ending == "uk" else ending.upper()}
        return (
            frozenset(by_address)
            | {self.country, self.nationality}
            | SPOKEN_IN.get(self.language, frozenset())
        )

    @property
    def title(self) -> tuple[str, ...]:
        """How receptions address this person."""
        return self.culture.titles_women if self.woman else self.culture.titles_men


class Population:
    """Makes households one after the other; of the earlier ones only numbers and addresses are kept.

    `taken` are addresses that somebody outside has already.
    """

    def __init__(self, draw: Draw, today: date, *, taken: Iterable[str] = ()) -> None:
        self._draw = draw
        self._today = today.toordinal()
        self._phones = PhoneBook()
        self._mail = Mailboxes(draw, taken)
        self._persons = 0
        self._households = 0

    def households(self) -> Iterator[list[Person]]:
        """Households without end; the first of each is the one who books."""
        while True:
            yield self.household()

    def household(self) -> list[Person]:
        """One person, a couple, a family with children, twins, or a father and the son named after him."""
        draw = self._draw
        self._households += 1
        culture = draw.pick(mix())
        country = draw.pick(culture.countries)
        city, code = culture.city(country, draw)
        home = (draw.pick(culture.streets).replace("#", str(draw.between(1, 140)), 1), code, city, country)
        kind = draw.unit()
        first = self._adult(culture, home, culture.family(draw), woman=draw.chance(0.5))
        if kind < 0.58:
            return [first]
        if kind < 0.595:
            return [first, self._namesake(first)]
        second = self._partner(first, home)
        if kind < 0.83:
            return [first, second]
        older = min(first.birth.toordinal(), second.birth.toordinal())
        births = [older + draw.between(24 * 365, 36 * 365) for _ in range(draw.between(1, 3))]
        if kind > 0.97:
            births = [births[0], births[0]]
        grown_up = self._today - 200
        family = [first, second]
        for born in births:
            family.append(self._child(first, min(born, grown_up), [person.given for person in family]))
        return family

    def _adult(self, culture: Culture, home: tuple[str, str, str, str], family: Name, woman: bool) -> Person:
        draw = self._draw
        if woman:
            family = culture.of_a_woman(family)
        given = draw.pick(culture.women if woman else culture.men)
        birth = date.fromordinal(self._today - draw.between(21 * 365, 78 * 365))
        company, domain = draw.pick(COMPANIES) if draw.chance(0.07) else ("", "")
        email = None
        if draw.chance(0.88):
            email = (
                self._mail.at_work(domain, given.latin, family.latin)
                if domain and draw.chance(0.7)
                else self._mail.own(culture, given.latin, family.latin, birth.year)
            )
        street, code, city, country = home
        return Person(
            id=self._next_id(),
            household=f"H{self._households:07d}",
            culture=culture,
            woman=woman,
            given=given,
            family=family,
            birth=birth,
            country=country,
            nationality=country if draw.chance(0.9) else draw.pick(culture.countries),
            mobile=self._phones.next_number(country) if draw.chance(0.92) else None,
            email=email,
            street=street,
            postal_code=code,
            city=city,
            company=company,
            loyalty=f"CV{draw.digits(7)}" if draw.chance(0.08) else "",
            document=document(country, draw),
        )

    def _partner(self, first: Person, home: tuple[str, str, str, str]) -> Person:
        draw = self._draw
        same_name = draw.chance(0.75)
        family = first.family if same_name else first.culture.family(draw)
        other = self._adult(
            first.culture, home, family, woman=not first.woman if draw.chance(0.94) else first.woman
        )
        while other.given == first.given:
            other.given = draw.pick(first.culture.women if other.woman else first.culture.men)
        if same_name and other.culture.feminine:
            other.family = first.family if not other.woman else other.culture.of_a_woman(first.family)
        other.birth = date.fromordinal(
            min(self._today - 20 * 365, first.birth.toordinal() + draw.between(-6 * 365, 6 * 365))
        )
        if draw.chance(0.2):
            first.email = other.email = self._mail.shared(first.culture, first.family.latin)
        if draw.chance(0.1):
            other.mobile = first.mobile
        return other

    def _child(self, parent: Person, born: int, given: Sequence[Name]) -> Person:
        """A child of the household, named unlike those who live there (`given`)."""
        draw = self._draw
        culture = parent.culture
        woman = draw.chance(0.5)
        adult = self._today - born > 18 * 365
        name = draw.pick(culture.women if woman else culture.men)
        while name in given:
            name = draw.pick(culture.women if woman else culture.men)
        family = culture.of_a_woman(parent.family) if woman else parent.family
        birth = date.fromordinal(born)
        return Person(
            id=self._next_id(),
            household=parent.household,
            culture=culture,
            woman=woman,
            given=name,
            family=family,
            birth=birth,
            country=parent.country,
            nationality=parent.nationality,
            mobile=self._phones.next_number(parent.country) if adult else parent.mobile,
            email=self._mail.own(culture, name.latin, family.latin, birth.year) if adult else parent.email,
            street=parent.street,
            postal_code=parent.postal_code,
            city=parent.city,
            company="",
            loyalty="",
            document=document(parent.country, draw),
        )

    def _namesake(self, father: Person) -> Person:
        born = father.birth.toordinal() + self._draw.between(22 * 365, 32 * 365)
        son = self._child(father, min(born, self._today - 200), [])
        son.woman, son.given, son.family = father.woman, father.given, father.family
        return son

    def _next_id(self) -> str:
        self._persons += 1
        return f"P{self._persons:07d}"


def document(country: str, draw: Draw) -> str:
    """An identity document's number, shaped as that country shapes them; nobody's."""
    if country == "FR":
        return f"{draw.digits(2)}{draw.letters(2).upper()}{draw.digits(5)}"
    if country in ("DE", "AT", "CH"):
        return f"{draw.pick('CFGHX')}{draw.digits(2)}{draw.letters(2).upper()}{draw.digits(4)}"
    if country in ("IT", "ES", "PT"):
        return f"{draw.letters(2).upper()}{draw.digits(7)}"
    return f"{draw.letters(1).upper()}{draw.digits(8)}"
