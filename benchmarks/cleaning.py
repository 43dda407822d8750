"""How many records a second cleaning reads on one core, over mixed rows of many systems.

    python benchmarks/cleaning.py [RECORDS.csv.gz] [--rows N] [--rounds N] [--profile]

Without a file it makes its own rows, no two alike, in the shapes that hotel, restaurant and till exports
have. The caches of guests' values are emptied before each round, so the figure is that of a first import.
"""

from __future__ import annotations

import argparse
import cProfile
import csv
import gzip
import pstats
import random
import sys
import time
from pathlib import Path

from server.cleaning import clean
from server.record import FIELDS, Context

FIRST = [
    "Jean",
    "Marie",
    "Sylvie",
    "Thomas",
    "Anna",
    "Hélène",
    "Giulia",
    "Pieter",
    "Ana",
    "María",
    "José",
    "Hans",
    "Ольга",
    "Abdul",
    "Yuki",
]
LAST = [
    "Martin",
    "Dupont",
    "García",
    "Rossi",
    "Müller",
    "van-den-Berg",
    "Jansen",
    "Silva",
    "O'Neill",
    "Lefèvre",
    "Al-Masri",
    "Sato",
    "Ivanova",
    "Benoît",
]
DOMAINS = [
    "gmail.com",
    "orange.fr",
    "guest.booking.com",
    "hotmail.co.uk",
    "web.de",
    "libero.it",
    "gmial.com",
    "firma.example",
]


def made_rows(count: int, seed: int = 1) -> list[dict[str, str]]:
    """Rows as exports have them, from a seed."""
    rng = random.Random(seed)
    rows = []
    for number in range(count):
        first, last = rng.choice(FIRST), rng.choice(LAST) + rng.choice(("", "", "ez", "eau", "-Roy", "son"))
        row = {"created_at": f"2024-0{rng.randint(1, 9)}-{rng.randint(10, 28)} 10:{rng.randint(10, 59)}:00"}
        shape = rng.randrange(4)
        if shape == 0:
            row |= {
                "first_name": first,
                "last_name": last.upper(),
                "title": rng.choice(("Mme", "M.", "Mr", "")),
            }
        elif shape == 1:
            row["full_name"] = f"{last}, {rng.choice(('', 'Mme ', 'Mr '))}{first}"
        elif shape == 2:
            row["full_name"] = f"{last.upper()}/{first.upper()}"
        else:
            row["full_name"] = (
                f"{first} {last}".encode().decode("cp1252", "replace")
                if number % 20 == 0
                else f"{first} {last}"
            )
        if rng.random() < 0.6:
            row["email"] = f"{first.lower()}.{number}@{rng.choice(DOMAINS)}"
        if rng.random() < 0.5:
            row["phone"] = f"{rng.choice(('06', '+33 6', '0033 6'))} {rng.randint(10**7, 10**8 - 1)}"
        if rng.random() < 0.3:
            row["birth_date"] = f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/{rng.randint(1940, 2005)}"
        if rng.random() < 0.4:
            row |= {
                "street": f"{rng.randint(1, 200)} RUE DE LA PAIX",
                "postal_code": "75002",
                "city": "PARIS",
                "country": "France",
            }
        row |= {
            "stay_from": "2024-05-01",
            "stay_to": "2024-05-03",
            "amount": f"{rng.randint(40, 900)},50",
            "notes": f"ch. {rng.randint(100, 599)}",
        }
        rows.append(row)
    return rows


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV whose columns carry the names of `record.FIELDS`; other columns are left out."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return [{name: row[name] for name in FIELDS if row.get(name)} for row in csv.DictReader(file)]


def main() -> None:
    """Read the rows, clean them once, print records a second."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    rows = read_rows(options.file) if options.file else made_rows(options.rows)
    context = Context(country="FR")
    clean({"country": "Allemagne", "language": "deutsch", "email": "a.b@c.fr", "phone": "+33652527272",
           "birth_date": "3 mars 1980", "full_name": "Anna Maria van der Berg", "status": "confirmed",
           "amount": "12 EUR", "email_consent": "yes"}, context)  # fmt: skip
    if options.profile:
        profile = cProfile.Profile()
        profile.runcall(lambda: [clean(row, context).email_class for row in rows])
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)
        return
    best = best_cpu = float("inf")
    for _ in range(options.rounds):
        forget()
        started, cpu = time.perf_counter(), time.process_time()
        for row in rows:
            clean(row, context)
        best_cpu = min(best_cpu, time.process_time() - cpu)
        best = min(best, time.perf_counter() - started)
    print(
        f"{len(rows)} records, best of {options.rounds}: {len(rows) / best:,.0f} records/s"
        f" ({len(rows) / best_cpu:,.0f} by processor time)"
    )


def forget() -> None:
    """Empty what cleaning remembers of guests' values; the compiled tables stay."""
    for name, module in list(sys.modules.items()):
        if name.startswith("server.cleaning"):
            for value in vars(module).values():
                if hasattr(value, "cache_clear") and value.cache_info().maxsize is not None:
                    value.cache_clear()


if __name__ == "__main__":
    main()
