"""The people a culture has: names as they are shaped there, streets and cities, titles, mail providers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from server.demo.draw import Draw

FOLDER = Path(__file__).parent / "cultures"


@dataclass(frozen=True, slots=True)
class Name:
    """A name in Latin letters, and in its own script where it has another."""

    latin: str
    native: str


@dataclass(frozen=True, slots=True)
class Culture:
    """One file of cultures/, ready to draw from: a value that is frequent stands there several times."""

    code: str
    weight: int
    language: str
    countries: tuple[str, ...]
    women: tuple[Name, ...]
    men: tuple[Name, ...]
    families: tuple[Name, ...]
    stems: tuple[str, ...]
    endings: tuple[str, ...]
    feminine: tuple[tuple[str, str], ...]
    short: dict[str, str]
    titles_women: tuple[str, ...]
    titles_men: tuple[str, ...]
    mail: tuple[str, ...]
    streets: tuple[str, ...]
    cities: dict[str, tuple[tuple[str, str], ...]]
    languages: dict[str, str]
    two_families: bool
    native_script: bool

    def language_in(self, country: str) -> str:
        """The language that this culture's people of a country speak."""
        return self.languages.get(country, self.language)

    def family(self, draw: Draw) -> Name:
        """A surname; in nearly half made of stem and ending, so that namesakes stay as rare as in life."""
        if self.stems and draw.chance(0.45):
            made = draw.pick(self.stems) + draw.pick(self.endings)
            return Name(made, made)
        first = draw.pick(self.families)
        if self.two_families and draw.chance(0.6):
            second = draw.pick(self.families)
            both = f"{first.latin} {second.latin}"
            return Name(both, both)
        return first

    def of_a_woman(self, family: Name) -> Name:
        """The surname as a woman of the family bears it (Novák -> Nováková)."""
        return Name(self._feminine(family.latin), self._feminine(family.native))

    def _feminine(self, family: str) -> str:
        for ending, hers in self.feminine:
            if family.endswith(ending):
                return family[: -len(ending)] + hers
        return family

    def city(self, country: str, draw: Draw) -> tuple[str, str]:
        """A city of the country and a post code there."""
        city, pattern = draw.pick(self.cities[country])
        return city, draw.fill(pattern)


@cache
def cultures() -> tuple[Culture, ...]:
    """Every culture, in the order of its file's name."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.txt")))


@cache
def mix() -> tuple[Culture, ...]:
    """The cultures as the group's guests have them: each as often as its weight."""
    return tuple(culture for culture in cultures() for _ in range(culture.weight))


def _read(path: Path) -> Culture:
    lines = dict(line.split(": ", 1) for line in path.read_text(encoding="utf-8").splitlines() if line)
    return Culture(
        code=path.stem,
        weight=int(lines["weight"]),
        language=lines["languages"],
        countries=_items(lines["countries"]),
        women=_names(lines["women"]),
        men=_names(lines["men"]),
        families=_names(lines["families"]),
        stems=_items(lines.get("stems", "")),
        endings=_items(lines.get("endings", "")),
        feminine=tuple(_pair(item) for item in _items(lines.get("feminine", ""))),
        short=dict(_pair(item) for item in _items(lines.get("short", ""))),
        titles_women=_items(lines["titles women"]),
        titles_men=_items(lines["titles men"]),
        mail=_items(lines["mail"]),
        streets=_items(lines["streets"]),
        cities={
            key.removeprefix("city "): tuple(_city(item) for item in _items(value))
            for key, value in lines.items()
            if key.startswith("city ")
        },
        languages={
            key.removeprefix("language "): value
            for key, value in lines.items()
            if key.startswith("language ")
        },
        two_families=lines.get("spelling") == "two families",
        native_script="~" in lines["families"],
    )


def _items(text: str) -> tuple[str, ...]:
    """`Marie*2, Léa` -> Marie, Marie, Léa."""
    found: list[str] = []
    for item in text.split(", "):
        value, _, times = item.partition("*")
        if value:
            found.extend([value] * int(times or 1))
    return tuple(found)


def _names(text: str) -> tuple[Name, ...]:
    names = []
    for item in _items(text):
        latin, _, native = item.partition("~")
        names.append(Name(latin, native or latin))
    return tuple(names)


def _city(item: str) -> tuple[str, str]:
    """`New York 100##`, `London SW# #AB`: the post code begins with the first word that holds a digit."""
    words = item.split(" ")
    for place, word in enumerate(words):
        if any(sign.isdigit() or sign == "#" for sign in word):
            return " ".join(words[:place]), " ".join(words[place:])
    raise ValueError(f"{item!r} has no post code")


def _pair(item: str) -> tuple[str, str]:
    """`Patrick>Pat`."""
    before, _, after = item.partition(">")
    return before, after
