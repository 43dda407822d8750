"""How a model is made from a house's records: counted, then adjusted, within bounds, to what they tell."""

from __future__ import annotations

from dataclasses import replace

from server.matching.counting import count
from server.matching.model import Model, Priors, shipped
from server.matching.namesakes import namesakes_of
from server.matching.noise import contradictions, noise_of
from server.matching.records import Records


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
