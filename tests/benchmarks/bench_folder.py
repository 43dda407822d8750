"""A benchmark folder as small as can be: a public set of a few guests, a loader, a peer."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path

LOADERS = '''
"""A loader with one set of three records, in the schema of the real ones."""
import os, pathlib

HEAD = "record_id,source,first_name,last_name,full_name,birth_date,phone,email,street,street_number,"
HEAD += "postal_code,city,region,country,national_id,gender,birth_place,occupation,true_id"
ROWS = [
    "b1,web,Ana,Silva,,1980-02-03,,ana@silva.pt,Rua Augusta,12,1100-048,Lisboa,,PT,X1,F,Faro,baker,ana",
    "b2,pms,Ana,Silva,,1980-02-03,,ana@silva.pt,Rua Augusta,,1100-048,Lisboa,,PT,X1,F,,,ana",
    "b3,pos,Ben,Okafor,,,,,,,,,,NG,,M,,,ben",
]

class Frame:
    def __init__(self, name):
        if name == "broken1":
            raise SystemExit("the loader needs a file that is not there")
        self.name = name

    def to_csv(self, path, index):
        pathlib.Path(path).write_text("\\n".join([HEAD, *ROWS]) + "\\n")
        with open(os.path.join(os.environ["LOADED"]), "a") as log:
            log.write(self.name + " " + os.environ["ER_CACHE"] + "\\n")

load = Frame
'''

PEER = """
import json, os, pathlib, sys
name = sys.argv[-1]
if name == "rl500":
    sys.exit("FAILED rl500 it knows no such set")
row = {"peer": "splink5", "data": name, "wall_s": 2.5, "peak_mb": 300, "best_t": 0.7,
       "at_default": {"precision": 1.0, "recall": 0.5, "f1": 0.6667, "b3_f1": 0.8,
                      "largest_pred": 2, "largest_true": 2},
       "at_best": {"f1": 0.9}}
with open(pathlib.Path(os.environ["ER_OUT"], "results.jsonl"), "a") as out:
    out.write(json.dumps(row) + "\\n")
"""

TRUTH = ("record_id", "person_id", "household_id", "group_id", "decidable", "kind", "tags")

Row = Mapping[str, str]


def make(folder: Path) -> Path:
    """The folder with its loaders and peers, and no public set yet."""
    er = folder / "er"
    er.mkdir(parents=True)
    (er / "loaders.py").write_text(LOADERS, encoding="utf-8")
    for runner in ("run_splink.py", "run_recordlinkage.py", "run_dedupe.py"):
        (er / runner).write_text(PEER, encoding="utf-8")
    (er / "synth_hotel.py").write_text(
        "import pathlib, sys; pathlib.Path(sys.argv[2]).write_text(' '.join(sys.argv[1:]))", encoding="utf-8"
    )
    return folder


def add_public(folder: Path, records: Sequence[Row], truth: Sequence[Row]) -> None:
    """The public set of these records."""
    public = folder / "hotel" / "public"
    public.mkdir(parents=True)
    columns = list(dict.fromkeys(column for row in records for column in row))
    _write(public / "records.csv.gz", columns, records)
    _write(public / "truth.csv.gz", TRUTH, truth)


def guests_of_a_week() -> tuple[list[Row], list[Row]]:
    """A guest seen twice, a couple on one phone, and one whom nobody could place."""
    ingrid = {
        "first_name": "Ingrid",
        "last_name": "Solberg",
        "email": "ingrid@solberg.no",
        "birth_date": "1971-05-06",
    }
    couple = {"source": "pms", "last_name": "Baker", "phone": "+44 7911 123456"}
    records: list[Row] = [
        {"record_id": "g1", "source": "pms", **ingrid},
        {"record_id": "g2", "source": "web", **ingrid},
        {"record_id": "g3", "first_name": "Tom", **couple},
        {"record_id": "g4", "first_name": "Lucy", **couple},
        {"record_id": "g5", "source": "pos", "first_name": "Maria"},
    ]
    told = [("g1", "p1", "H1", "a", "1"), ("g2", "p1", "H1", "a", "1"), ("g3", "p2", "H2", "b", "1"),
            ("g4", "p3", "H2", "c", "1"), ("g5", "p4", "H4", "d", "0")]  # fmt: skip
    return records, [dict(zip(TRUTH, (*row, "adult", ""), strict=True)) for row in told]


def _write(path: Path, columns: Sequence[str], rows: Sequence[Row]) -> None:
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(columns))
        writer.writeheader()
        writer.writerows(rows)
