"""How fast a file of 100,000 rows is inspected and read through the door, and how much memory that takes.

Usage: python -m benchmarks.reading [ROWS]
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from pathlib import Path

from server.sources.inspection import inspect
from server.sources.layout import layouts
from server.sources.rows import BadRow, read_rows

FIRST = ("Hélène", "Jörg", "María", "Niccolò", "John", "Zoë", "Conceição", "Ivan", "Ana", "Émile")
LAST = ("Lefèvre", "Müller", "García Núñez", "Rossi", "Smith", "Klein", "Silva", "Petrov", "Lima", "Berger")
NOTES = (
    "ch. 214",
    "ch. 318 ; BKG {n}",
    "",
    "table fenêtre",
    "allergie noix ; ch. 101",
    "VISA *1741",
    "anniversaire",
)


def write_file(path: Path, rows: int) -> None:
    """A cardex export about fictional people, in the PMS's own encoding."""
    chance = random.Random(7)
    with path.open("w", encoding="cp1252", newline="") as file:
        file.write(";".join(layouts()["pms_a"].columns) + "\r\n")
        for n in range(rows):
            first, last = chance.choice(FIRST), chance.choice(LAST)
            day, month = chance.randint(1, 28), chance.randint(1, 12)
            note = chance.choice(NOTES).format(n=3_000_000_000 + n)
            file.write(
                f"A{n:07};Mme;{last};{first};guest{n}@example.test;00336{n:08};+33 6 {n:08};"
                f"{day:02}/{month:02}/19{chance.randint(30, 99)};FR;fr;{n % 300} rue des Lilas;69003;Lyon;FR;"
                f"19AB{n:05};;;{day:02}/{month:02}/2023 10:15:00;{day:02}/{month:02}/2024;"
                f'{day:02}/{month:02}/2024;{n % 900},40;"{note}"\r\n'
            )


def peak() -> float:
    """Peak resident memory of this process so far, in MB (Linux counts in kB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print one line of figures."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cardex.csv"
        write_file(path, rows)
        before = peak()
        started = time.process_time()
        reading = inspect(path, name=path.name)
        inspected = time.process_time()
        bad = sum(isinstance(row, BadRow) for row in read_rows(path, reading))
        ended = time.process_time()
    print(
        f"{reading.rows} rows, {bad} waiting: inspect {inspected - started:.2f} s of CPU, "
        f"read {ended - inspected:.2f} s, together {ended - started:.2f} s; "
        f"memory grew by {peak() - before:.1f} MB; {dict(reading.findings)}"
    )


if __name__ == "__main__":
    main()
