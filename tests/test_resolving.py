"""`resolve`: a CSV in, groups out, whatever the file looks like."""

from __future__ import annotations

import csv
import gzip
import json
import random
import re
from pathlib import Path

import pytest

from server.cli import main
from server.resolving import contexts, hints
from server.spark import session

HEADER = "record_id,source,source_key,"
HEADER += "first_name,last_name,full_name,email,phone,birth_date,stay_from,stay_to,notes"
ROWS = [
    "r1,pms,A1,P,Martin,,,+33 6 52 52 72 72,,,,",
    "r2,till,T1,Patrick,M.,,,06 52 52 72 72,28/12/1956,,,",
    "r3,ota,4817985054,Eva,Kern,,eva.k.123@guest.booking.com,,,2026-05-01,2026-05-03,",
    "r4,pms,A2,,,KERN Eva,,,,01/05/2026,03/05/2026,ch. 212 ; BKG 4817985054",
    "r5,web,W1,,,,nobody@nowhere-else.org,,,,,",
]


def write(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def clusters(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["record_id"]: row["cluster_id"] for row in csv.DictReader(file)}


def together(found: dict[str, str]) -> set[frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for own, cluster in found.items():
        groups.setdefault(cluster, set()).add(own)
    return {frozenset(members) for members in groups.values()}


def test_records_of_one_person_get_one_cluster(tmp_path: Path) -> None:
    source, out = write(tmp_path / "records.csv", *ROWS), tmp_path / "clusters.csv"

    assert main(["resolve", str(source), "--out", str(out)]) == 0
    assert together(clusters(out)) == {frozenset({"r1", "r2"}), frozenset({"r3", "r4"}), frozenset({"r5"})}


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    out = tmp_path / "clusters.csv"
    found = []
    for seed in range(3):
        rows = ROWS[:]
        random.Random(seed).shuffle(rows)
        main(["resolve", str(write(tmp_path / "records.csv", *rows)), "--out", str(out)])
        found.append(clusters(out))

    assert found[0] == found[1] == found[2]


def test_a_compressed_file_is_read_too(tmp_path: Path) -> None:
    source, out = tmp_path / "records.csv.gz", tmp_path / "clusters.csv"
    source.write_bytes(gzip.compress("\n".join([HEADER, *ROWS]).encode()))

    assert main(["resolve", str(source), "--out", str(out)]) == 0
    assert len(clusters(out)) == 5


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_any_separator_and_encoding_of_an_office_program_is_read(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    source, out = tmp_path / "records.csv", tmp_path / "clusters.csv"
    lines = [
        "record_id,first_name,last_name,email",
        "a,Hélène,Roux,h.roux@free.fr",
        "b,Helene,ROUX,h.roux@free.fr",
    ]
    source.write_bytes("\r\n".join(lines).replace(",", separator).encode(encoding))

    assert main(["resolve", str(source), "--out", str(out)]) == 0
    assert len(together(clusters(out))) == 1


def test_only_a_header_gives_only_a_header(tmp_path: Path) -> None:
    out = tmp_path / "clusters.csv"

    assert main(["resolve", str(write(tmp_path / "records.csv")), "--out", str(out)]) == 0
    assert out.read_text() == "record_id,cluster_id\n"


def test_one_column_is_enough(tmp_path: Path) -> None:
    out = tmp_path / "clusters.csv"

    assert (
        main(["resolve", str(write(tmp_path / "r.csv", "a", "b", header="record_id")), "--out", str(out)])
        == 0
    )
    assert clusters(out) == {"a": "a", "b": "b"}


def test_rubbish_in_cells_is_no_error(tmp_path: Path) -> None:
    out = tmp_path / "clusters.csv"
    rows = [
        f"r1,\0pms,\0,{'x' * 5000},{'9' * 5000},,@@@,+++,99/99/9999,zz,zz,",
        'r2,pms,,"a ""quoted\nname",,,,,0000-00-00,,,',
        "r3",
        "r4,pms,k,a,b,c,d,e,f,g,h,i,j,k,l,m",
    ]

    assert main(["resolve", str(write(tmp_path / "records.csv", *rows)), "--out", str(out)]) == 0
    assert set(clusters(out)) == {"r1", "r2", "r3", "r4"}


REFUSALS = [
    ("empty file", b"", "is empty"),
    ("blank file", b"\n\n", "is empty"),
    ("no record_id", b"name,email\nEva,e@x.de\n", "no column record_id"),
    ("no record_id, with what is there", b"name,email\n", "name, email"),
    ("twice", b"record_id\na\na\n", "a stands twice in records.csv (line 3)"),
    ("empty id", b"record_id,email\n,e@x.de\n", "Line 2 of records.csv"),
    ("column twice", b"record_id,email,email\na,b,c\n", "column email twice"),
    ("endless cell", b'record_id,notes\na,"' + b"x" * 1_200_000, "cannot be read as CSV"),
    ("binary", bytes(range(256)) * 20, "record_id"),
]


@pytest.mark.parametrize(
    ("data", "said"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS]
)
def test_what_cannot_be_understood_is_refused_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes, said: str
) -> None:
    source, out = tmp_path / "records.csv", tmp_path / "clusters.csv"
    source.write_bytes(data)

    assert main(["resolve", str(source), "--out", str(out)]) == 1
    assert said in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("name", ["missing.csv", "torn.csv.gz", "."])
def test_a_file_that_is_not_there_is_refused_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / "torn.csv.gz").write_bytes(gzip.compress(b"record_id\n" * 500)[:-9])

    assert main(["resolve", str(tmp_path / name), "--out", str(tmp_path / "c.csv")]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write(tmp_path / "records.csv", *ROWS)

    assert main(["resolve", str(source), "--out", str(tmp_path / "no" / "c.csv")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_a_missing_argument_is_wrong_usage() -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["resolve", "records.csv"])
    assert stopped.value.code == 2


def test_the_spark_runner_says_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write(tmp_path / "records.csv", *ROWS)
    monkeypatch.setattr(session, "find_spec", lambda name: None)

    assert main(["resolve", str(source), "--out", str(tmp_path / "c.csv"), "--runner", "spark"]) == 1
    assert "extra `spark`, of which this is not installed: pyspark" in capsys.readouterr().err


def test_the_spark_runner_says_that_there_is_no_java(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write(tmp_path / "records.csv", *ROWS)
    monkeypatch.setattr(session, "find_spec", lambda name: name)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)

    assert main(["resolve", str(source), "--out", str(tmp_path / "c.csv"), "--runner", "spark"]) == 1
    assert "openjdk-17-jre-headless" in capsys.readouterr().err


def test_what_two_halves_of_a_file_tell_of_it_adds_up() -> None:
    rows = [
        {"source": "pms", "birth_date": "03/25/1980", "country": "Italia"},
        {"source": "pms", "birth_date": "05/06/1981", "country": "IT"},
        {"source": "ota", "stay_from": "25/03/2026", "country": "nowhere"},
        {"birth_date": "rubbish"},
    ]

    assert hints(rows[:2]) + hints(rows[2:]) == hints(rows)
    found = contexts(hints(rows))
    assert found["pms"].date_orders == {"birth_date": "mdy"}
    assert found["ota"].date_orders == {"stay_from": "dmy"}
    assert {context.country for context in found.values()} == {"IT"}
    assert found[""].date_orders == {}


def test_decisions_of_people_outrank_the_engine(tmp_path: Path) -> None:
    source, out = write(tmp_path / "records.csv", *ROWS), tmp_path / "clusters.csv"
    decided = write(tmp_path / "d.csv", "r1,r2,apart", "r1,r5,same", header="record_a,record_b,decision")

    assert main(["resolve", str(source), "--out", str(out), "--decisions", str(decided)]) == 0
    assert together(clusters(out)) >= {frozenset({"r1", "r5"}), frozenset({"r2"})}


def test_a_decision_that_is_none_is_refused_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write(tmp_path / "records.csv", *ROWS)
    decided = write(tmp_path / "d.csv", "r1,r2,perhaps", header="record_a,record_b,decision")

    assert main(["resolve", str(source), "--out", str(tmp_path / "c.csv"), "--decisions", str(decided)]) == 1
    assert "Line 2 of d.csv" in capsys.readouterr().err


def test_a_pair_is_explained_in_reception_s_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write(tmp_path / "records.csv", *ROWS)

    assert main(["resolve", str(source), "--out", str(tmp_path / "c.csv"), "--explain", "r1", "r2"]) == 0
    told = capsys.readouterr().out
    assert "One person, as far as the records tell" in told
    assert "same telephone number" in told
    assert "+33652527272: borne by one guest only" in told
    assert "against any two records being one person" in told
    assert "P Martin fits Patrick M" in told


NAMESAKES = ["a,pms,A,Jean,Dupont,,,,01/02/1950,,,", "b,pms,B,Jean,Dupont,,,,03/04/1981,,,"]


def test_two_that_are_apart_are_explained_in_french_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write(tmp_path / "records.csv", *NAMESAKES)
    asked = ["--explain", "a", "b", "--language", "fr"]

    assert main(["resolve", str(source), "--out", str(tmp_path / "c.csv"), *asked]) == 0
    told = capsys.readouterr().out
    assert "Pas une même personne" in told
    assert "Pourquoi elles sont séparées" in told
    assert "− dates de naissance différentes : 1950-02-01, 1981-04-03" in told


def test_a_group_is_explained_join_by_join(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write(
        tmp_path / "records.csv",
        "a,pms,A,P,Martin,,,+33 6 52 52 72 72,,,,",
        "b,pms,B,Patrick,Martin,,,+33 6 52 52 72 72,28/12/1956,,,",
        "c,pms,C,Patrick,Martin,,patrick.martin@orange.fr,,28/12/1956,,,",
    )

    assert main(["resolve", str(source), "--out", str(tmp_path / "c.csv"), "--explain", "a", "c"]) == 0
    told = capsys.readouterr().out
    assert "One person, by way of other records" in told
    assert "They came together one by the other: a – b – c." in told
    assert "c with b (" in told


def test_the_same_model_and_records_give_the_same_groups(tmp_path: Path) -> None:
    source, model = write(tmp_path / "records.csv", *ROWS), tmp_path / "model.json"
    first, second, again = (tmp_path / name for name in ("1.csv", "2.csv", "again.json"))

    main(["resolve", str(source), "--out", str(first), "--model-out", str(model)])
    main(["resolve", str(source), "--out", str(second), "--model", str(model), "--model-out", str(again)])

    assert first.read_bytes() == second.read_bytes()
    assert model.read_bytes() == again.read_bytes()


def test_a_model_passed_in_is_gone_by_and_not_learnt_anew(tmp_path: Path) -> None:
    model, report = tmp_path / "model.json", tmp_path / "report.json"
    house, two = write(tmp_path / "house.csv", *ROWS), write(tmp_path / "two.csv", *ROWS[:2])
    main(["resolve", str(house), "--out", str(tmp_path / "1.csv"), "--model-out", str(model)])

    main(
        [
            "resolve",
            str(two),
            "--out",
            str(tmp_path / "2.csv"),
            "--model",
            str(model),
            "--report",
            str(report),
        ]
    )

    told = json.loads(report.read_text())
    assert told["records"] == 2
    assert told["prior"]["records"] == 5


def test_a_model_of_another_engine_is_refused_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, model, out = write(tmp_path / "r.csv", *ROWS), tmp_path / "model.json", tmp_path / "c.csv"
    model.write_text('{"engine":"1"}')

    assert main(["resolve", str(source), "--out", str(out), "--model", str(model)]) == 1
    assert "model.json is a model of engine 1" in capsys.readouterr().err
    assert not out.exists()


def test_an_unknown_record_cannot_be_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write(tmp_path / "records.csv", *ROWS)

    assert main(["resolve", str(source), "--out", str(tmp_path / "c.csv"), "--explain", "r1", "r99"]) == 1
    assert "no record r99" in capsys.readouterr().err


def test_the_report_counts_what_was_done(tmp_path: Path) -> None:
    source, report = write(tmp_path / "records.csv", *ROWS), tmp_path / "report.json"

    main(["resolve", str(source), "--out", str(tmp_path / "c.csv"), "--report", str(report)])
    told = json.loads(report.read_text())
    assert (told["records"], told["groups"]) == (5, 3)
    assert {"read", "clean", "model", "match"} <= set(told["stages"])


DOCUMENTED = Path(__file__).parents[1] / "docs" / "resolve-report.md"


def test_every_key_of_the_report_is_documented(tmp_path: Path) -> None:
    source, report = write(tmp_path / "records.csv", *ROWS), tmp_path / "report.json"
    main(["resolve", str(source), "--out", str(tmp_path / "c.csv"), "--report", str(report)])

    rows = re.findall(r"(?m)^\| `([^`]+)`", DOCUMENTED.read_text(encoding="utf-8"))

    assert sorted(rows) == sorted(json.loads(report.read_text()))


def test_the_report_names_a_shared_value_by_its_end_only(tmp_path: Path) -> None:
    names = ["Eva Kern", "Olga Ivanova", "Marc Moreau", "Anna Rossi", "Jean Dupont", "Ali Haddad"]
    rows = [f"{n},pms,{n},,,{name},desk@agency.example,0478901234,,,," for n, name in enumerate(names)]
    source, report = write(tmp_path / "records.csv", *rows), tmp_path / "report.json"

    main(["resolve", str(source), "--out", str(tmp_path / "c.csv"), "--report", str(report)])

    shared = json.loads(report.read_text())["shared values by kind"]
    assert shared["email"] == {"values": 1, "records": 6, "ends": ["…esk@"]}
    assert shared["phone"] == {"values": 1, "records": 6, "ends": ["…234"]}
    assert "agency" not in report.read_text()
