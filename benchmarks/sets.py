"""Every public set as `resolve` reads it: one file in its columns, and the truth beside it.

The sets come from a benchmark folder: `hotel/public/` (20,000 guests' records with their truth) and `er/`,
whose `loaders.py` gives every other set one schema of persons. The loaders need pandas and faker, so they run
in the Python of the peers, once, and what they give is kept in a folder outside the repository. Here alone is
said which of their columns is which of ours.
"""

from __future__ import annotations

import csv
import gzip
import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path

import numpy as np
import numpy.typing as npt

Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Row = Mapping[str, str]

PUBLIC = "public"

NAMES = (
    PUBLIC,
    "hotel_10k",
    "hotel_50k",
    "hotel_100k",
    "hotel_1m",
    "febrl3",
    "febrl4",
    "rl10000",
    "fake1000",
    "restaurants",
)
"""The sets that are run when none is asked for. `hotel_50k@11` is drawn by the same generator at seed 11."""

COLUMNS = (
    "record_id",
    "source",
    "first_name",
    "last_name",
    "title",
    "birth_date",
    "phone",
    "email",
    "street",
    "postal_code",
    "city",
    "country",
    "document_number",
)

TITLES = {"M": "Mr", "F": "Mrs"}

NAMED = re.compile(r"(?:(?P<hotel>hotel_\d+[km])(?:@(?P<seed>\d+))?|[a-z]+\d*)")

LOADING = "import sys; from loaders import load; load(sys.argv[1]).to_csv(sys.argv[2], index=False)"
"""Run in the Python of the peers, in the folder of the loaders."""


class NotRun(Exception):
    """A set that cannot be had here; the text says why and what would bring it."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Who is who among the records of a file, row by row, as codes.

    Two records of one `group` must be linked, two of different `person` must not; of one person in two groups
    no evidence is shared, so linking them is neither right nor wrong. Records that are not `decidable` go
    unscored. `household` is -1 where the set knows none.
    """

    person: Longs
    group: Longs
    household: Longs
    decidable: Flags
    held_out: Flags

    @classmethod
    def of_persons(cls, persons: Iterable[str]) -> Truth:
        """The truth of a set that tells persons only: all records of each must be linked."""
        person = codes(persons)
        every = np.ones(len(person), dtype=np.bool_)
        return cls(person, person, np.full(len(person), -1, dtype=np.int64), every, ~every)

    @classmethod
    def of_rows(cls, rows: Iterable[Row]) -> Truth:
        """The truth of the public hotel set, from the rows of its truth file."""
        told = list(rows)
        households = [row["household_id"] for row in told]
        return cls(
            codes(row["person_id"] for row in told),
            codes(row["group_id"] for row in told),
            codes(households),
            np.array([row["decidable"] == "1" for row in told], dtype=np.bool_),
            np.array([is_held_out(household) for household in households], dtype=np.bool_),
        )

    def part(self, name: str) -> Flags:
        """The records of `whole`, of the `held out` half of households, or of the `dev` half."""
        if name == "whole":
            return np.ones(len(self.person), dtype=np.bool_)
        return self.held_out if name == "held out" else ~self.held_out


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """A set as it lies ready: `file` in the columns of `resolve`, the truth in the order of its rows."""

    name: str
    file: Path
    truth_file: Path

    @property
    def has_households(self) -> bool:
        """Whether the set tells households, and so can be split into halves that share nobody."""
        return self.name == PUBLIC

    def truth(self, ids: Iterable[str]) -> Truth:
        """The truth in the order of the ids. Raises KeyError for an id that the truth does not know."""
        if self.name == PUBLIC:
            told = {row["record_id"]: row for row in read_table(self.truth_file)}
            return Truth.of_rows(told[own] for own in ids)
        persons = {row["record_id"]: row["true_id"] for row in read_table(self.truth_file)}
        return Truth.of_persons(persons[own] for own in ids)


def is_held_out(household: str) -> bool:
    """Whether a household is of the half whose errors are not looked at while rules and weights are made.

    The first hexadecimal digit of the MD5 of its id is odd. Both halves come from one match of the whole
    file; only the scoring is of one half.
    """
    return int(md5(household.encode(), usedforsecurity=False).hexdigest()[0], 16) % 2 == 1


def codes(values: Iterable[str]) -> Longs:
    """Equal values get equal numbers, in the order of their first appearance."""
    seen: dict[str, int] = {}
    return np.fromiter((seen.setdefault(value, len(seen)) for value in values), dtype=np.int64)


def bring(name: str, folder: Path, cache: Path, peers: Path | None) -> LabelledSet:
    """A set, made if it is not yet in the cache.

    `folder` is the benchmark folder (it holds `hotel/` and `er/`), `peers` the Python that runs its loaders.
    Raises NotRun when the set is not to be had.
    """
    if name == PUBLIC:
        public = folder / "hotel" / "public"
        found = LabelledSet(name, public / "records.csv.gz", public / "truth.csv.gz")
        if not found.file.is_file() or not found.truth_file.is_file():
            raise NotRun(f"{found.file} or {found.truth_file.name} is not there")
        return found
    found = LabelledSet(name, cache / "sets" / f"{name}.csv", cache / "sets" / f"{name}.truth.csv")
    if not found.file.is_file() or not found.truth_file.is_file():
        loaded = load(name, folder, cache, peers)
        write_table(found.truth_file, ("record_id", "true_id"), read_table(loaded))
        write_table(found.file, COLUMNS, map(as_we_name_it, read_table(loaded)))
        loaded.unlink()
    return found


def load(name: str, folder: Path, cache: Path, peers: Path | None) -> Path:
    """What the benchmark folder's own loader gives, as a CSV in the loader's columns. Raises NotRun."""
    loaders = folder / "er" / "loaders.py"
    asked = NAMED.fullmatch(name)
    if asked is None:
        raise NotRun("no set has this name")
    if not loaders.is_file():
        raise NotRun(f"{loaders} is not there")
    if peers is None:
        raise NotRun("making it needs pandas and faker: name the Python of the peers with --peers")
    made = cache / "sets" / f"{name}.loaded.csv"
    made.parent.mkdir(parents=True, exist_ok=True)
    try:
        _seeded(asked["hotel"], asked["seed"], loaders.parent, cache, peers)
        command = [str(peers), "-c", LOADING, asked["hotel"] or name, str(made)]
        subprocess.run(
            command,
            cwd=loaders.parent,
            env=environment(cache, asked["seed"]),
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        made.unlink(missing_ok=True)
        said = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        raise NotRun(f"its loader failed: {said[-1] if said else error}") from None
    return made


def _seeded(hotel: str | None, seed: str | None, er: Path, cache: Path, peers: Path) -> None:
    """Draw a hotel set at another seed where the loader will look for it; it knows only the first seed."""
    if hotel is None or seed is None:
        return
    drawn = generated(cache, seed) / f"{hotel}.parquet"
    if drawn.is_file():
        return
    drawn.parent.mkdir(parents=True, exist_ok=True)
    size = hotel.removeprefix("hotel_")
    records = int(size[:-1]) * {"k": 1_000, "m": 1_000_000}[size[-1]]
    command = [str(peers), "synth_hotel.py", str(records), str(drawn), seed]
    subprocess.run(command, cwd=er, env=environment(cache, seed), capture_output=True, text=True, check=True)


def generated(cache: Path, seed: str | None) -> Path:
    """Where the loaders keep the sets that they draw."""
    return cache / "drawn" / f"seed {seed}" if seed else cache / "drawn"


def environment(cache: Path, seed: str | None = None) -> dict[str, str]:
    """The environment of whatever runs in the benchmark folder, and finds its own modules there.

    Nothing is written there; and our own command's PYTHONSAFEPATH and PYTHONPATH are not for the peers.
    """
    ours = ("PYTHONSAFEPATH", "PYTHONPATH")
    own = {name: value for name, value in os.environ.items() if name not in ours}
    return own | {"ER_CACHE": str(generated(cache, seed)), "PYTHONDONTWRITEBYTECODE": "1"}


def as_we_name_it(row: Row) -> dict[str, str]:
    """One person of the loaders' schema in the columns of `resolve`.

    The house number stands before the street, a gender becomes the title that tells it, the national number
    is a document's. What we have no column for (region, birth place, occupation) is left out.
    """
    street = " ".join(part for part in (row["street_number"], row["street"]) if part)
    return {
        "record_id": row["record_id"],
        "source": row["source"],
        "first_name": row["first_name"],
        "last_name": row["last_name"],
        "title": TITLES.get(row["gender"], ""),
        "birth_date": row["birth_date"],
        "phone": row["phone"],
        "email": row["email"],
        "street": street,
        "postal_code": row["postal_code"],
        "city": row["city"],
        "country": row["country"],
        "document_number": row["national_id"],
    }


def read_table(path: Path) -> Iterator[Row]:
    """The rows of a CSV or .csv.gz."""
    opening = gzip.open if path.suffix == ".gz" else open
    with opening(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def write_table(path: Path, columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    """Write the columns of the rows, whole or not at all."""
    made = path.with_suffix(".part")
    with made.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    made.replace(path)
