"""Models that cannot be right are refused with a sentence, before they join or part a single guest."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from server.matching import Model, make_model
from server.matching.guard import read_model
from server.refusal import Refused
from server.sentences import say
from tests.matching.builders import columns, person

HOUSE = [
    person("Patrick", "Martin", mobile="+33652527272", born="1956-12-28"),
    person("Patrick", "Martin", email="p.martin@free.fr", born="1956-12-28"),
    person("Olga", "Ivanova", email="olga.ivanova@mail.ru"),
    person("Vera", "Ivanova", mobile="+33611223344"),
    person("Anna", "Martin", mobile="+33611223355"),
    person("Anna", "Rossi", mobile="+393331234567"),
]

Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> str:
    model = json.loads(make_model(columns(HOUSE)).to_json())
    change(model)
    return json.dumps(model)


def weigh(kind: str, level: int, *bits: float) -> Change:
    return lambda model: model["weights"][kind].__setitem__(level, list(bits))


SAME_EMAIL, UNLIKE_BIRTH_DATE = 5, 1
REFUSED: list[tuple[str, Change, str]] = [
    ("made by the engine before", lambda m: m.update(engine="1"), "a model of engine 1"),
    ("linking at a coin's toss", lambda m: m.update(cut=0.49), "from a probability of 0.49"),
    ("linking nothing at all", lambda m: m.update(cut=1.0), "from a probability of 1"),
    ("with no number for its cut", lambda m: m.update(cut=float("nan")), "a probability of nan"),
    ("of fewer than no records", lambda m: m.update(records=-1, persons=-2), "-1 of records"),
    ("of a name borne less than once", lambda m: m["tables"]["first"].update(counts=[0, 2]), "0 of first"),
    ("of more persons than records", lambda m: m.update(persons=7), "7 persons in 6 records"),
    ("taking all the world for one", lambda m: m.update(records=10**9), "in 1000000000 records"),
    ("with a table out of order", lambda m: m["tables"]["last"]["keys"].reverse(), "its table last"),
    ("with a torn table", lambda m: m["tables"]["last"]["keys"].pop(), "its table last"),
    ("with shared values twice", lambda m: m.update(shared=[7, 7]), "its table shared"),
    ("trusting its slips too far", lambda m: m["noise"].update(first=9.0), "9 bits for noise, first"),
    ("adding to what contradicts", lambda m: m["noise"].update(last=-1.0), "-1 bits for noise, last"),
    ("with endless namesakes", lambda m: m.update(namesakes=float("inf")), "inf bits for namesakes"),
    ("without weights of the phone", lambda m: m["weights"].pop("phone"), "this evidence: phone"),
    ("with too few levels", lambda m: m["weights"]["card"].pop(), "this evidence: card"),
    ("endlessly sure", weigh("email", SAME_EMAIL, float("inf"), 4.5), "inf bits for email_same"),
    ("surer than anything", weigh("email", SAME_EMAIL, 90.0, 4.5), "90 bits for email_same"),
    (
        "with a contradiction for",
        weigh("birth_date", UNLIKE_BIRTH_DATE, 2.0, -9.0),
        "birth_unlike is a contra",
    ),
    ("with the better one worth less", weigh("email", SAME_EMAIL, 1.0, 4.5), "email_same is the better"),
]


@pytest.mark.parametrize(("change", "said"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_a_model_that_cannot_be_right_is_refused(change: Change, said: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_model(changed(change), "house.json")

    sentence = say(refusal.value.code, refusal.value.params)
    assert said in sentence
    assert sentence.startswith("house.json")


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"engine":"3"}', '{"engine":"3","records":"many"}'])
def test_what_is_no_model_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_model(text, "house.json")

    assert refusal.value.code == "model_unreadable"


HOUSES = {
    "an empty house": [],
    "a house of one guest who comes every day": [person("Eva", "Kern", email="e@kern.de")] * 500,
    "a house that knows nobody by name": [person(email=f"g{n}@mail.example") for n in range(50)],
    "a house of a few guests": HOUSE,
}


@pytest.mark.parametrize("house", HOUSES.values(), ids=HOUSES.keys())
def test_a_model_made_of_a_house_is_believed(house: list[Any]) -> None:
    model = make_model(columns(house))

    again = read_model(model.to_json(), "house.json")

    assert isinstance(again, Model)
    assert again.version == model.version
