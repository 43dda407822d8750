"""Resolve files that nobody should hand over, and hold the processor time of each against a normal one's.

    python -m benchmarks.hostile [ROWS] [CASE ...]

Every file has ROWS rows (20,000 unless given). A case may take twice the processor time of the normal file,
children included and starting up apart; one that takes GIVE_UP times as much is stopped. Exit 1 when one is
over or does not end well.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

GIVE_UP = 10
MOST = 2.0

COLUMNS = (
    "first_name", "last_name", "email", "phone", "birth_date", "street", "postal_code", "city", "company",
    "reference", "room", "stay_from", "stay_to", "notes",
)  # fmt: skip

Row = dict[str, str]
Case = Callable[[Random, int], Iterator[Mapping[str, str]]]

SYLLABLES = [a + b for a in "bcdfgklmnprstvz" for b in "aeiou"]


def word(random: Random, least: int = 2, most: int = 4) -> str:
    """A name that nobody has listed."""
    return "".join(random.choice(SYLLABLES) for _ in range(random.randint(least, most))).title()


def guest(random: Random) -> Row:
    """One guest's booking, with what a reservation system usually says and leaves out."""
    first, last, number = word(random, 2, 3), word(random), random.randrange(10**8)
    night = random.randrange(1, 25)
    month = f"2026-{random.randint(1, 12):02d}"
    said = {
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}{number % 100}@{random.choice(['mail', 'post', 'web'])}.example".lower(),
        "phone": f"+336{number:08d}",
        "birth_date": f"19{random.randint(40, 99)}-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}",
        "street": f"{random.randint(1, 200)} rue {word(random)}",
        "postal_code": f"{random.randint(1, 95):02d}{random.randint(0, 99):02d}0",
        "city": f"Ville {random.randint(1, 400)}",
    }
    row = {field: text for field, text in said.items() if field.endswith("_name") or random.random() < 0.6}
    stay = {
        "reference": f"B{random.randrange(10**9)}",
        "room": str(random.randint(1, 9_999)),
        "stay_from": f"{month}-{night:02d}",
        "stay_to": f"{month}-{night + random.randint(1, 4):02d}",
    }
    return row | stay


def normal(random: Random, rows: int) -> Iterator[Row]:
    """Guests of whom four in ten come again, now and then with a slip in a name."""
    known: list[Row] = []
    for _ in range(rows):
        fresh = guest(random)
        if known and random.random() < 0.4:
            again = random.choice(known)
            row = fresh | {field: text for field, text in again.items() if field in COLUMNS[:8]}
            if random.random() < 0.2:
                at = random.randrange(len(row["last_name"]))
                row["last_name"] = row["last_name"][:at] + "x" + row["last_name"][at + 1 :]
        else:
            row = fresh
            known.append(row)
        yield row


def with_all(**values: str) -> Case:
    """Normal rows in each of which these fields say the same."""

    def case(random: Random, rows: int) -> Iterator[Row]:
        for row in normal(random, rows):
            yield row | values

    return case


def only_names(*fields: str, **values: str) -> Case:
    """Rows of new names with nothing beside but these values and these fields of a guest."""

    def case(random: Random, rows: int) -> Iterator[Row]:
        for _ in range(rows):
            row = guest(random)
            yield {f: row.get(f, "") for f in ("first_name", "last_name", *fields)} | values

    return case


def every(**values: str) -> Case:
    """Rows that say this and nothing else."""

    def case(random: Random, rows: int) -> Iterator[Row]:
        for _ in range(rows):
            yield dict(values)

    return case


def one_of_many_rows(random: Random, rows: int) -> Iterator[Row]:
    """A tenth of the rows are one booking of one guest, written again and again."""
    same = guest(random) | {"email": "again@mail.example", "birth_date": "1970-05-06"}
    for row in normal(random, rows):
        yield dict(same) if random.random() < 0.1 else row


def chain(random: Random, rows: int) -> Iterator[Row]:
    """One name, each row with the e-mail of the row before and the telephone of the row after."""
    for number in range(rows):
        yield {
            "first_name": "Orsolya",
            "last_name": "Vadkerti",
            "email": f"o{number // 2 + 10**6}@mail.example",
            "phone": f"+336{(number + 1) // 2 + 10**7:08d}",
        }


def one_name_of_letters(random: Random, rows: int) -> Iterator[Row]:
    """Names of one length that differ by a letter or two, all on one birth date and in one town."""
    for _ in range(rows):
        name = "".join(random.choice("ab") for _ in range(9))
        yield {"first_name": "Ana", "last_name": name, "birth_date": "1980-02-03", "city": "Porto"}


def long_names(random: Random, rows: int) -> Iterator[Row]:
    """One row in a hundred with names of 10 kB, in one piece and in words."""
    for number, row in enumerate(normal(random, rows)):
        if number % 100 == 0:
            yield row | {"first_name": word(random, 5_000, 5_000), "last_name": "na " * 3_400}
        else:
            yield row


def many_words(random: Random, rows: int) -> Iterator[Row]:
    """Names of a dozen words, from a few words."""
    some = [word(random) for _ in range(60)]
    for row in normal(random, rows):
        yield row | {"last_name": " ".join(random.sample(some, 12))}


def control_characters(random: Random, rows: int) -> Iterator[Row]:
    """Signs that no keyboard writes, in the middle of every cell."""
    signs = "\x01\x02\x07\x08\x0b\x0c\x1b\x1f\x7f\x85\u200b\u202e\ufeff\ufffd"
    for row in normal(random, rows):
        yield {field: text[:2] + random.choice(signs) + text[2:] for field, text in row.items()}


def wrong_types(random: Random, rows: int) -> Iterator[Row]:
    """Every value in another column than its own."""
    for row in normal(random, rows):
        fields = list(row)
        yield dict(zip(fields, [row[field] for field in fields[3:] + fields[:3]], strict=True))


def nulls(random: Random, rows: int) -> Iterator[Row]:
    """A column of NULs beside normal ones."""
    for row in normal(random, rows):
        yield row | {"company": "\0\0\0"}


def punctuation(random: Random, rows: int) -> Iterator[Row]:
    """Names without a letter."""
    for row in normal(random, rows):
        marks = ["".join(random.choice(".-_'*/?!#") for _ in range(4)) for _ in range(2)]
        yield row | {"first_name": marks[0], "last_name": marks[1]}


def many_references(random: Random, rows: int) -> Iterator[Row]:
    """One row in fifty whose notes name 300 bookings, all of the same few."""
    numbers = [str(4_000_000_000 + k) for k in range(2_000)]
    for number, row in enumerate(normal(random, rows)):
        named = " ".join(f"BKG {n}" for n in random.sample(numbers, 300))
        yield row | {"notes": named} if number % 50 == 0 else row


def one_telephone_initials(random: Random, rows: int) -> Iterator[Row]:
    """One telephone under many initials and surnames, every two of which might be one person."""
    for _ in range(rows):
        yield {
            "first_name": random.choice("ABCDEFGHIJKLM"),
            "last_name": random.choice(["Okafor", "Okafar", "O", "Okaforova", ""]),
            "phone": "+33612345678",
        }


CASES: Mapping[str, Case] = {
    "one column": every(),
    "all rows equal": every(first_name="Orsolya", last_name="Vadkerti", email="o@mail.example",
                            phone="+33612345678", birth_date="1980-02-03"),
    "one name, nothing else": every(first_name="Orsolya", last_name="Vadkerti"),
    "one name, all else normal": with_all(first_name="Orsolya", last_name="Vadkerti"),
    "one telephone": with_all(phone="+33612345678"),
    "one e-mail address": with_all(email="one@mail.example"),
    "one telephone, else only names": only_names(phone="+33612345678"),
    "one e-mail address, else only names": only_names(email="one@mail.example"),
    "one telephone, initials": one_telephone_initials,
    "one birth date": only_names(birth_date="1980-02-03"),
    "one booking reference": with_all(reference="B4711"),
    "one room on one night": only_names(room="101", stay_from="2026-05-01", stay_to="2026-05-02"),
    "one home": only_names("email", street="1 rue Unique", postal_code="75001", city="Paris"),
    "one document": only_names("birth_date", document_number="AB123456"),
    "one surname in one week": with_all(last_name="Vadkerti", stay_from="2026-05-01", stay_to="2026-05-04"),
    "one person in a tenth of the rows": one_of_many_rows,
    "a chain of contacts": chain,
    "names a letter apart": one_name_of_letters,
    "names of 10 kB": long_names,
    "names of many words": many_words,
    "control characters": control_characters,
    "wrong types": wrong_types,
    "a column of NULs": nulls,
    "names of punctuation": punctuation,
    "notes of 300 bookings": many_references,
}  # fmt: skip


def write(path: Path, case: Case, rows: int) -> None:
    """The file of a case: the same each time."""
    with path.open("w", encoding="utf-8", newline="") as file:
        made = [dict(row) for row in case(Random(11), rows)]
        columns = [c for c in (*COLUMNS, "document_number") if any(c in row for row in made)]
        writer = csv.DictWriter(file, ["record_id", *columns], restval="")
        writer.writeheader()
        writer.writerows({"record_id": f"r{number}", **row} for number, row in enumerate(made))


def took(path: Path, out: Path, report: Path, most: float | None) -> float | None:
    """Processor seconds that `resolve` took, its children's too; None when it failed or had too long."""

    def bound() -> None:
        if most is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (int(most) + 1, int(most) + 1))

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [
        sys.executable,
        "-m",
        "server.cli",
        "resolve",
        *map(str, (path, "--out", out, "--report", report)),
    ]
    ran = subprocess.run(command, check=False, capture_output=True, preexec_fn=bound)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return None if ran.returncode else seconds


def main() -> int:
    """Run the normal file, then every case or those named; print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", type=int, nargs="?", default=20_000, metavar="ROWS")
    parser.add_argument("cases", nargs="*", metavar="CASE", help="|".join(CASES))
    args = parser.parse_args()
    over = []
    with TemporaryDirectory() as place:
        source, out, report = (Path(place, name) for name in ("records.csv", "clusters.csv", "report.json"))
        write(source, normal, 1)
        start = took(source, out, report, None)
        write(source, normal, args.rows)
        usual = took(source, out, report, None)
        if start is None or usual is None:
            print("the normal file failed", file=sys.stderr)
            return 1
        usual -= start
        print(f"| normal, {args.rows} rows | {usual:.1f} s | 1.0 | {_found(out, report)} |", flush=True)
        for name in args.cases or CASES:
            write(source, CASES[name], args.rows)
            seconds = took(source, out, report, start + GIVE_UP * usual)
            if seconds is None:
                print(f"| {name} | stopped or failed | over {GIVE_UP} | |", flush=True)
            else:
                seconds -= start
                told = f"{seconds:.1f} s | {seconds / usual:.1f} | {_found(out, report)}"
                print(f"| {name} | {told} |", flush=True)
            if seconds is None or seconds > MOST * usual:
                over.append(name)
    print(f"over {MOST} times the normal: {', '.join(over) or 'none'}")
    return 1 if over else 0


def _found(out: Path, report: Path) -> str:
    told = json.loads(report.read_text(encoding="utf-8"))
    with out.open(encoding="utf-8", newline="") as file:
        sizes = Counter(row["cluster_id"] for row in csv.DictReader(file))
    stages = {**told["stages"], **told["seconds"]}
    slowest = max((stage for stage in stages if stage != "match"), key=stages.__getitem__)
    return (
        f"{told['groups']} persons, largest {max(sizes.values())}, {told['pairs']} pairs, "
        f"{told['questions']} questions, longest: {slowest}"
    )


if __name__ == "__main__":
    sys.exit(main())
