"""The engine: which records are the same person. Pure and columnar: no database, no Flask, no clock."""

from server.matching.engine import Partition, match
from server.matching.explaining import Explanation, explain
from server.matching.keys import keys_of
from server.matching.making import learn, make_model
from server.matching.model import ENGINE, Model
from server.matching.partition import Decisions
from server.matching.records import Records

__all__ = [
    "ENGINE",
    "Decisions",
    "Explanation",
    "Model",
    "Partition",
    "Records",
    "explain",
    "keys_of",
    "learn",
    "make_model",
    "match",
]
