"""`learn`: people's answers correct what evidence weighs; shown first, switched on and back by a word."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from server.settings import Settings

if TYPE_CHECKING:
    from server.guests.learning import Proposal

HELP = (
    "Learn from the questions that colleagues answered: shows what it would change, and changes nothing. "
    "--use links all records anew by it, --back without it."
)
EXAMPLE = "learn --use 3-0123456789abcdef"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whether to use a proposal, or to go back."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--use", metavar="VERSION", help="link all records anew by what this proposal learnt")
    what.add_argument(
        "--back", action="store_true", help="link all records anew without what was learnt last"
    )


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Propose a model, or link the house by one, and say what that changes. 1: the proposal is no better."""
    from server.commands._rematching import told
    from server.guests.learning import back, propose, use
    from server.opening import open_database

    engine = open_database(settings)
    if args.use is None and not args.back:
        proposal = propose(engine)
        for line in _lines(proposal):
            print(line)
        return 0 if proposal.is_better else 1
    report = back(engine, author="command") if args.back else use(engine, args.use, author="command")
    for line in told(report):
        print(line)
    if args.use is not None:
        print("Go back: ./oneguest learn --back")
    return 0


def _lines(proposal: Proposal) -> list[str]:
    before, after = proposal.before, proposal.after
    lines = [
        f"{proposal.answers} answers teach, {proposal.others} were no questions of the engine's;"
        f" {after.answers} are held out.",
        "Those held out, before and after learning from the others:",
        f"  bits lost an answer       {before.log_loss:.3f}   {after.log_loss:.3f}   (a coin loses 1)",
        f"  distance from the truth   {before.error:.3f}   {after.error:.3f}",
        f"In this house {proposal.records} records would stand with others: {proposal.merged} guests would go"
        f" into others, {proposal.split} would part.",
        f"Questions: {proposal.questions_before} now, {proposal.questions_after} then.",
        "Nothing is changed yet.",
    ]
    if proposal.is_better:
        return [*lines, f"Use it: ./oneguest learn --use {proposal.version}"]
    why = "It foretells the held-out answers no better" if after.answers else "No answer could be held out"
    return [*lines, f"{why}; more answers may help. It is kept as {proposal.version}."]
