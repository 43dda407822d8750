"""Every act that anything writes into the journal has words for whoever reads it."""

from __future__ import annotations

import ast
from pathlib import Path

from server.desk.journal_words import ACTS

SERVER = Path(__file__).parents[2] / "server"


def acts_noted() -> set[str]:
    """The acts that stand in a call of note(...), as they are written in the code."""
    found = set()
    for path in SERVER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or len(node.args) < 4:
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            act = node.args[2]
            if name in ("note", "journal") and isinstance(act, ast.Constant) and isinstance(act.value, str):
                found.add(act.value)
    return found


def test_every_act_in_the_journal_is_told_in_words() -> None:
    noted = acts_noted()

    assert len(noted) > 30
    assert noted - set(ACTS) == set()
