"""How a model is made from a house's records: counted, then adjusted, within bounds, to what they tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from server.matching.counting import count
from server.matching.keys import crowds_of
from server.matching.model import Model, Priors, shipped
from server.matching.namesakes import namesakes_of
from server.matching.noise import contradictions, noise_of
from server.matching.records import Records
from server.matching.saying import contents


def make_model(records: Records, priors: Priors = shipped) -> Model:
    """The model of a house: its tables, and the shipped weights adjusted to it."""
    return learn(records, count(records, priors))


def learn(records: Records, model: Model) -> Model:
    """The counted model, with what these records, or a sample of whole names, tell of the house's ways."""
    seen = contradictions(records, model)
    model = replace(model, noise=noise_of(seen))
    namesakes, pairs = namesakes_of(records, model)
    met = {what: heard for what, (_, heard) in seen.items()} | {"namesakes": pairs}
    return replace(model, namesakes=namesakes, met=met)


def with_crowds(records: Records, model: Model) -> Model:
    """The model with which look-up keys are crowded in these records, so that it says of any two records
    whether they meet, whoever else there is. Copies are counted once."""
    _, first = np.unique(contents(records), return_index=True)
    among = np.zeros(len(records), dtype=np.bool_)
    among[first] = True
    return replace(model, crowds=crowds_of(records, among))
