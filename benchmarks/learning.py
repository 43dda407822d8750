"""What answers are worth: a receptionist answers the best questions, the rest of the set is measured.

    python -m benchmarks.learning BENCH_DIR [--answers 30,100,300] [--wrong 0,0.05]

Questions of the half of the public set's households that may be looked at are answered by the truth, some of
them wrongly; learnt from as `learn` does. The other half, of which nobody was asked, says what that is worth,
in figures only. The answers themselves join and part nobody here: what is measured is what was learnt.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time

import numpy as np

from benchmarks.goals import share
from benchmarks.measuring import Stages, columns, where_and_when
from benchmarks.scores import Scores, score
from benchmarks.sets import PUBLIC, Flags, Truth, bring
from benchmarks.table import table
from server.matching import Model, Partition, Records, make_model, match, with_crowds
from server.matching.answers import Answers, Fit, fit_of, learn_from, questions_among
from server.matching.engine import Doubt

SEED = 20261123
ASKED, REST = "dev", "held out"


@dataclass(frozen=True)
class Answered:
    """One receptionist: how many answers taught, the processor time of learning, and the rest after it."""

    answers: int
    wrong: float
    seconds: float
    fit: Fit
    by_truth: Scores
    by_person: Scores
    questions: int


class House:
    """The public set, matched under the model of its records."""

    def __init__(self, records: Records, truth: Truth) -> None:
        self.records, self.truth = records, truth
        self.model: Model = with_crowds(records, make_model(records))
        self.partition: Partition = match(records, self.model)

    def doubts(self, part: str) -> list[Doubt]:
        """The doubts of one half, those first that would settle most, as the desk asks them."""
        scored: Flags = self.truth.part(part) & self.truth.decidable
        found = [doubt for doubt in self.partition.doubts if scored[doubt.i] and scored[doubt.j]]
        return sorted(found, key=lambda doubt: (-doubt.settles, doubt.i, doubt.j))

    def answered(self, doubts: Sequence[Doubt], wrong: float = 0.0) -> Answers:
        """These doubts answered by one who knows every person, and errs now and then."""
        left = np.array([doubt.i for doubt in doubts], dtype=np.int32)
        right = np.array([doubt.j for doubt in doubts], dtype=np.int32)
        slips = np.random.default_rng(SEED).random(len(doubts)) < wrong
        said = Answers(left, right, (self.truth.person[left] == self.truth.person[right]) ^ slips)
        return said.of(questions_among(self.records, self.model, said))

    def after(self, model: Model, answers: int, wrong: float, seconds: float) -> Answered:
        """The rest under a model."""
        rest, fit = self.truth.part(REST), self.answered(self.doubts(REST))
        partition = match(self.records, model)
        persons = replace(self.truth, group=self.truth.person)
        return Answered(
            answers,
            wrong,
            seconds,
            fit_of(self.records, model, fit),
            score(partition.labels, self.truth, rest),
            score(partition.labels, persons, rest),
            sum(bool(rest[doubt.i] and rest[doubt.j]) for doubt in partition.doubts),
        )

    def learnt(self, count: int, wrong: float) -> Answered:
        """The rest after so many questions of the other half were answered and learnt from."""
        answers = self.answered(self.doubts(ASKED)[:count], wrong)
        begun = process_time()
        learnt = learn_from(self.records, self.model, answers)
        seconds = process_time() - begun
        return self.after(replace(self.model, learnt=learnt), len(answers), wrong, seconds)


def measured(house: House, counts: Sequence[int], wrongs: Sequence[float]) -> Iterator[Answered]:
    """Without learning, then every receptionist."""
    yield house.after(house.model, 0, 0.0, 0.0)
    for count in counts:
        for wrong in wrongs:
            yield house.learnt(count, wrong)


def learning_table(found: Sequence[Answered]) -> str:
    """A row a receptionist."""
    header = [
        "answers (wrong)",
        "log loss",
        "distance",
        "F1 (P, R)",
        "clusters mixing persons",
        "by person: F1 (P, R)",
        "doubts left",
        "CPU",
    ]
    rows = [
        [
            f"{one.answers} ({100 * one.wrong:.0f} %)" if one.answers else "none",
            f"{one.fit.log_loss:.3f}",
            f"{one.fit.error:.3f}",
            _told(one.by_truth),
            str(one.by_truth.mixed),
            _told(one.by_person),
            str(one.questions),
            f"{one.seconds:.1f} s" if one.answers else "",
        ]
        for one in found
    ]
    return "\n".join(table(header, rows))


def _told(found: Scores) -> str:
    return f"{share(found.f1)} ({share(found.precision)}, {share(found.recall)})"


def main() -> None:
    """Measure, and print the table with where and when."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.learning")
    parser.add_argument("folder", type=Path, help="the benchmark folder: it holds hotel/public")
    parser.add_argument("--answers", default="30,100,300")
    parser.add_argument("--wrong", default="0,0.05")
    asked = parser.parse_args()
    found = bring(PUBLIC, asked.folder.resolve(), asked.folder, None)
    house = House(*columns(found, Stages()))
    counts = [int(count) for count in asked.answers.split(",")]
    wrongs = [float(wrong) for wrong in asked.wrong.split(",")]
    stamp = where_and_when()
    print(", ".join(f"{name} {value}" for name, value in stamp.items()))
    print(learning_table(list(measured(house, counts, wrongs))))


if __name__ == "__main__":
    main()
