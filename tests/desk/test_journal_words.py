"""Every act that anything writes into the journal has words for whoever reads it, and says at which house."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from server.desk.journal_words import ACTS

SERVER = Path(__file__).parents[2] / "server"


NOTES = ("note", "journal", "note_about")
"""What writes into the journal is called so; note_about takes a colleague and finds their house itself."""

OF_THE_GROUP = {
    "learning.use",
    "learning.back",
    "arrangement.recorded",
    "arrangement.withdrawn",
    "entity.changed",
    "entry.{purpose}",  # the first administrator's link, and the demo's
    "journal.head_exported",
    "staff.kept_days_set",
}
"""What concerns no one house."""


def notes() -> Iterator[tuple[str, str, ast.Call]]:
    """Every call that writes into the journal: how it is called, its act, and the call."""
    for path in SERVER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or len(node.args) < 4:
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in NOTES:
                yield name, ast.unparse(node.args[2]).removeprefix("f").strip("'"), node


def acts_noted() -> set[str]:
    """The acts that stand in such calls, as they are written in the code."""
    return {act for _, act, call in notes() if isinstance(call.args[2], ast.Constant)}


def test_an_act_at_a_house_says_at_which() -> None:
    of_none = set()
    for name, act, call in notes():
        if name == "note_about":
            continue
        house = next((given.value for given in call.keywords if given.arg == "property_id"), None)
        assert house is not None, f"{act} says of no house, not even that there is none"
        if isinstance(house, ast.Constant):
            assert house.value is None
            of_none.add(act)

    assert of_none == OF_THE_GROUP


def test_every_act_in_the_journal_is_told_in_words() -> None:
    noted = acts_noted()

    assert len(noted) > 30
    assert noted - set(ACTS) == set()
