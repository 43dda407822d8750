"""The engine: which records are the same person. Pure and columnar: no database, no Flask, no clock."""

from server.matching.engine import Doubt, Partition, match, match_component
from server.matching.explaining import Explanation, explain
from server.matching.keys import keys_of, lookups
from server.matching.making import learn, make_model, with_crowds
from server.matching.model import ENGINE, Model
from server.matching.partition import Decisions
from server.matching.records import Records
from server.matching.saying import contents

__all__ = [
    "ENGINE",
    "Decisions",
    "Doubt",
    "Explanation",
    "Model",
    "Partition",
    "Records",
    "contents",
    "explain",
    "keys_of",
    "learn",
    "lookups",
    "make_model",
    "match",
    "match_component",
    "with_crowds",
]
