"""What the engine must reach, row by row, and how far the figures are from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.sets import PUBLIC

Figures = Mapping[str, Any]
Measured = Mapping[str, Figures]
"""The figures of each set that was run."""

Form = Callable[[float], str]


def share(value: float) -> str:
    """A share as it is written in tables: .9802, and 1.0000 for all."""
    return f"{value:.4f}".removeprefix("0") if value >= 0 else "-" + share(-value)


def percent(value: float) -> str:
    """A share as per cent."""
    return f"{100 * value:.0f} %"


def seconds(value: float) -> str:
    """Seconds."""
    return f"{value:.1f} s"


def number(value: float) -> str:
    """A count, or a ratio where it is not whole."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


@dataclass(frozen=True, slots=True)
class Goal:
    """One row: what is measured, the bar, on which side of it one must be, and where the figure is found.

    `value` returns None where the figures lack it. A goal with `upto` is a range.
    """

    measure: str
    bar: float
    at_least: bool
    value: Callable[[Measured], float | None]
    form: Form = share
    upto: float | None = None
    beside: Callable[[Measured], str] | None = None

    def wanted(self) -> str:
        """The bar in words."""
        if self.upto is not None:
            return f"{self.form(self.bar)} to {self.form(self.upto)}"
        return f"{'≥' if self.at_least else '≤'} {self.form(self.bar)}"

    def verdict(self, found: float | None) -> str:
        """Whether the figure is on the right side of the bar, or by how much it is not."""
        if found is None:
            return "not measured"
        if self.upto is not None and found > self.upto:
            return f"no, over by {self.form(found - self.upto)}"
        short = self.bar - found if self.at_least or self.upto is not None else found - self.bar
        if short <= 0:
            return "reached"
        return f"no, {'short' if self.at_least or self.upto is not None else 'over'} by {self.form(short)}"


def of_score(name: str, field: str, part: str = "whole") -> Callable[[Measured], float | None]:
    """A field of a set's scores."""

    def value(measured: Measured) -> float | None:
        return measured[name]["scores"][part][field] if name in measured else None

    return value


def of_review(name: str, field: str) -> Callable[[Measured], float | None]:
    """A figure of a set's questions."""

    def value(measured: Measured) -> float | None:
        return measured[name]["review"][field] if name in measured else None

    return value


def lost(figures: Figures) -> float:
    """Pair F1 lost by the engine's own cut against the best of the sweep, which is chosen with the truth."""
    sweep = figures["sweep"]
    own = next(f1 for cut, f1, _, _ in sweep if cut == figures["cut"])
    return float(max(f1 for _, f1, _, _ in sweep) - own)


def of_lost(name: str) -> Callable[[Measured], float | None]:
    """What a set's own cut loses."""
    return lambda measured: lost(measured[name]) if name in measured else None


def of_calibration(name: str, field: str) -> Callable[[Measured], float | None]:
    """The error of a set's probabilities, or its worst bin."""

    def value(measured: Measured) -> float | None:
        return measured[name]["calibration"]["whole"][field] if name in measured else None

    return value


ENGINE = ("columns", "model", "match")
"""The stages of a bulk match, reading and cleaning apart."""

WALL, CPU = 0, 1


def engine(figures: Figures, clock: int = WALL) -> float:
    """Seconds from clean records to groups and questions."""
    return float(sum(figures["stages"][stage][clock] for stage in ENGINE))


def of_engine(name: str) -> Callable[[Measured], float | None]:
    """Wall seconds of a set's bulk match."""
    return lambda measured: engine(measured[name]) if name in measured else None


def engine_beside(name: str) -> Callable[[Measured], str]:
    """Processor seconds and load beside the wall seconds."""

    def beside(measured: Measured) -> str:
        if name not in measured:
            return ""
        return f"{engine(measured[name], CPU):.1f} s of CPU, load {measured[name]['load']}"

    return beside


def growth(measured: Measured) -> float | None:
    """Processor time a record at a million, as a multiple of that at 100,000."""
    if "hotel_1m" not in measured or "hotel_100k" not in measured:
        return None
    large, small = measured["hotel_1m"], measured["hotel_100k"]
    return float((engine(large, CPU) / large["records"]) / (engine(small, CPU) / small["records"]))


def _command(measured: Measured) -> float | None:
    return measured[PUBLIC]["command"]["wall"] if PUBLIC in measured else None


def _command_beside(measured: Measured) -> str:
    if PUBLIC not in measured:
        return ""
    return f"{measured[PUBLIC]['command']['cpu']:.1f} s of CPU, load {measured[PUBLIC]['load']}"


def _memory(measured: Measured) -> float | None:
    return measured["hotel_1m"]["peak_mb"]["matching"] / 1024 if "hotel_1m" in measured else None


def _gigabytes(value: float) -> str:
    return f"{value:.2f} GiB"


HOTELS = (PUBLIC, "hotel_10k", "hotel_50k", "hotel_100k", "hotel_1m")

GOALS = (
    *(
        Goal(f"public hotel set, {part}: {words}", bar, at_least, of_score(PUBLIC, field, part), form)
        for part, of in (("whole", 1), ("held out", 2), ("dev", 2))
        for words, field, bar, at_least, form in (
            ("pair F1", "f1", 0.955, True, share),
            ("pair P", "precision", 0.975, True, share),
            ("B-cubed F1", "b3_f1", 0.988, True, share),
            ("clusters mixing persons", "mixed", 60 / of, False, number),
            ("households glued", "glued", 25 / of, False, number),
        )
    ),
    Goal("hotel_50k: pair P", 0.97, True, of_score("hotel_50k", "precision")),
    Goal("hotel_50k: pair F1", 0.90, True, of_score("hotel_50k", "f1")),
    Goal("hotel_1m: pair P", 0.97, True, of_score("hotel_1m", "precision")),
    Goal("hotel_1m: pair F1", 0.75, True, of_score("hotel_1m", "f1")),
    Goal("hotel_1m: largest wrong group", 25, False, of_score("hotel_1m", "largest_wrong"), number),
    Goal("febrl3: pair F1", 0.995, True, of_score("febrl3", "f1")),
    Goal("febrl4: pair F1", 0.997, True, of_score("febrl4", "f1")),
    *(Goal(f"{name}: F1 lost by the own cut", 0.02, False, of_lost(name)) for name in HOTELS),
    Goal("public: worst bin of p ≥ .9", 0.90, True, of_calibration(PUBLIC, "worst")),
    Goal("public: expected calibration error", 0.03, False, of_calibration(PUBLIC, "error")),
    Goal(
        "public (20k): start of the command to clusters written",
        3,
        False,
        _command,
        seconds,
        beside=_command_beside,
    ),
    Goal(
        "hotel_50k: bulk, cleaning apart",
        3,
        False,
        of_engine("hotel_50k"),
        seconds,
        beside=engine_beside("hotel_50k"),
    ),
    Goal(
        "hotel_1m: bulk, cleaning apart",
        30,
        False,
        of_engine("hotel_1m"),
        seconds,
        beside=engine_beside("hotel_1m"),
    ),
    Goal("hotel_1m: peak memory of matching", 3, False, _memory, _gigabytes),
    Goal("CPU a record at 1M, against that at 100k", 1.5, False, growth, number),
    Goal("public: questions per 100 records", 3, False, of_review(PUBLIC, "per 100"), number),
    Goal("public: wrong pairs removed by answering all", 0.5, True, of_review(PUBLIC, "removed"), percent),
    Goal("public: how often a question is right", 0.2, True, of_review(PUBLIC, "right"), percent, upto=0.8),
)
"""The bars, as the engine's design sets them; what one record alone costs stands elsewhere."""
