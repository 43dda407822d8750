"""Postal address: street and place, street alone, postal code, town."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rapidfuzz.fuzz import token_sort_ratio
from rapidfuzz.process import cpdist

from server.matching.columns import Column, Ints, coded, distinct_pairs, first_true, gather, mix, pick
from server.matching.levels import Compared, Keyed, Level, nothing_told
from server.matching.model import Model
from server.matching.records import Records

GROUP = "contact"
WITNESS = "contact"
LEVELS = (
    Level("address_absent"),
    Level("address_unlike", -1.0, -0.5),
    Level("address_town", 0.0, 0.0, weak=True),
    Level("address_postal", 5.0, 0.0, weak=True),
    Level("address_number", 6.0, -0.5),
    Level("address_street", 9.0, 0.0),
    Level("address_same", 14.0, 0.5, strong=True),
)
ABSENT, UNLIKE, TOWN, POSTAL, NUMBER, STREET, SAME = range(7)
ALIKE = 84
MOST_TOWN = 5.0


def keys(records: Records) -> Iterator[Keyed]:
    """Surname or first name with the postal code; the street with the surname."""
    postal = records.postal.keys()
    first = gather(records.parts.sounds, records.first, 0)
    last = gather(records.parts.sounds, records.last, 0)
    yield Keyed.of("postal code, surname", mix(postal, last))
    yield Keyed.of("postal code, first name", mix(postal, first))
    yield Keyed.of("street, postal code", mix(records.street.keys(), postal))
    yield Keyed.of("street, surname", mix(records.street.keys(), last))


def compare(records: Records, model: Model, left: Ints, right: Ints) -> Compared:
    """Streets by their words; a town weighs by how many guests come from it."""
    street, postal, city = records.street, records.postal, records.city
    if not (street.values or postal.values or city.values):
        return nothing_told(len(left))
    a, b = street.codes[left], street.codes[right]
    same_street = (a >= 0) & (a == b)
    other_number = np.zeros(len(left), dtype=np.bool_)
    pairs = distinct_pairs(a, b, len(street.values))
    if len(pairs.left):
        x, y = pick(street.texts, pairs.left), pick(street.texts, pairs.right)
        alike = cpdist(x, y, scorer=token_sort_ratio, score_cutoff=ALIKE, dtype=np.float32) >= ALIKE
        numbers, names = records.once("street, number and name", lambda: _number_and_name(street))
        p, q = numbers[pairs.left], numbers[pairs.right]
        agree = (p == q) | (p < 0) | (q < 0)
        pairs.spread(alike & agree, same_street)
        p, q = names[pairs.left], names[pairs.right]
        pairs.spread(~agree & (p == q) & (p >= 0), other_number)
    two_streets = (a >= 0) & (b >= 0)
    same_postal = (postal.codes[left] >= 0) & (postal.codes[left] == postal.codes[right])
    two_postals = (postal.codes[left] >= 0) & (postal.codes[right] >= 0)
    same_city = (city.codes[left] >= 0) & (city.codes[left] == city.codes[right])
    two_cities = (city.codes[left] >= 0) & (city.codes[right] >= 0)
    cases = (
        (same_street & (same_postal | same_city), SAME),
        (same_street, STREET),
        (other_number & (same_postal | same_city), NUMBER),
        (same_postal, POSTAL),
        (same_city, TOWN),
        (two_streets | two_postals | two_cities, UNLIKE),
    )
    level = first_true(len(left), cases, ABSENT)
    stranger = np.zeros(len(left), dtype=np.float32)
    town = records.once(
        "town, rarity", lambda: np.clip(model.rarity("city", city.keys(), 1 / 300) - 3, 0, MOST_TOWN), model
    )
    stranger[level == TOWN] = town[left][level == TOWN]
    elsewhere = two_streets & ((level == TOWN) | (level == POSTAL))
    stranger[elsewhere] = -1.0 - np.where(level[elsewhere] == POSTAL, LEVELS[POSTAL].stranger, 0)
    return Compared(level, stranger.astype(np.float32), np.zeros(len(left), dtype=np.float32))


def _number_and_name(street: Column) -> tuple[Ints, Ints]:
    """Of each street its first number and its words, each as a code; -1 where it has none."""
    words = [value.split() for value in street.values]
    digits = [[word for word in of if word.isdigit()] for of in words]
    numbers, _ = coded(of[0] if of else None for of in digits)
    names, _ = coded(
        " ".join([word for word in of if not word.isdigit()] if some else of)
        for of, some in zip(words, digits, strict=True)
    )
    return numbers, names


def params(records: Records, i: int, j: int) -> dict[str, str]:
    """Street and town of each."""
    found = {}
    for name, n in (("address", i), ("other", j)):
        words = [
            c.values[c.codes[n]] for c in (records.street, records.postal, records.city) if c.codes[n] >= 0
        ]
        found[name] = " ".join(words) or "—"
    return found
