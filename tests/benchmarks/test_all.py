"""One command from a benchmark folder to the table in the README."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks.ablation import ablate, ablation_table, kinds
from benchmarks.all import main
from benchmarks.sets import PUBLIC, LabelledSet
from benchmarks.table import ABLATION, FIGURES, write


@pytest.fixture
def readme(tmp_path: Path) -> Path:
    """The benchmarks' README, with a section of figures between others; the house's own is like it."""
    path = tmp_path / "house" / "benchmarks" / "README.md"
    path.parent.mkdir(parents=True)
    begin, end = f"<!-- {FIGURES}: begin -->", f"<!-- {FIGURES}: end -->"
    text = f"# Benchmarks\n\nbefore\n\n{begin}\nold figures\n{end}\n\nafter\n"
    for place in (path, tmp_path / "house" / "README.md"):
        place.write_text(text, encoding="utf-8")
    return path


def test_one_command_measures_scores_and_writes_the_table(bench: Path, readme: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    asked = [str(bench), "--cache", str(cache), "--into", str(tmp_path / "house"), "--peers", sys.executable]

    code = main([*asked, "--sets", f"{PUBLIC},febrl3,broken1"])

    told = readme.read_text(encoding="utf-8")
    assert code == 1  # a set that was asked for could not be run
    assert told.startswith("# Benchmarks\n\nbefore\n")
    assert told.endswith("\nafter\n")
    assert "old figures" not in told
    assert "| broken1 | OneGuest | its loader failed: the loader needs a file that is not there |" in told
    assert "| hotel_1m | OneGuest | not asked for, and never measured before |" in told
    assert "| febrl3 | splink5 | 1.0000 | .5000 | .6667 | .8000 | .9000 (0.7) |" in told
    assert "| febrl3 | OneGuest | 1.0000 | 1.0000 | 1.0000 |" in told
    assert "| public hotel set, held out: pair P | ≥ .9750 | 1.0000 | reached |" in told
    told_in_short = (tmp_path / "house" / "README.md").read_text(encoding="utf-8")
    assert "| public | OneGuest, held-out half | 1.0000 | 1.0000 | 1.0000 |" in told_in_short
    assert "| febrl3 | splink5 | 1.0000 | .5000 | .6667 | 2.5 s |" in told_in_short
    assert "old figures" not in told_in_short
    figures = json.loads((cache / "figures" / f"{PUBLIC}.json").read_text())
    assert figures["records"] == 5
    assert list(figures["stages"]) == ["read", "clean", "columns", "model", "match"]
    assert set(figures["scores"]) == {"whole", "held out", "dev"}
    assert figures["scores"]["whole"]["records"] == 4  # Maria alone is not decidable
    assert figures["scores"]["whole"]["missed_pairs"] == 0
    assert figures["command"]["wall"] > 0
    assert figures["peak_mb"]["matching"] > 0


def test_a_set_measured_before_stays_in_the_table(bench: Path, readme: Path, tmp_path: Path) -> None:
    asked = [str(bench), "--cache", str(tmp_path / "cache"), "--into", str(tmp_path / "house")]
    main([*asked, "--peers", sys.executable, "--sets", "febrl3"])

    code = main([*asked, "--sets", "hotel_10k"])

    told = readme.read_text(encoding="utf-8")
    assert code == 1
    assert "| febrl3 | OneGuest | 1.0000 |" in told
    assert "| hotel_10k | OneGuest | making it needs pandas and faker" in told


def test_the_table_of_ablation_has_a_section_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text(f"<!-- {FIGURES}: begin -->ours<!-- {FIGURES}: end --><!-- {ABLATION}: begin -->old"
                    f"<!-- {ABLATION}: end -->", encoding="utf-8")  # fmt: skip

    write(path, "table", ABLATION)

    told = path.read_text(encoding="utf-8")
    assert "begin -->ours<!--" in told
    assert f"<!-- {ABLATION}: begin -->\n\ntable\n<!--" in told


def test_a_readme_without_a_place_for_the_table_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text("ours", encoding="utf-8")

    with pytest.raises(ValueError, match="figures of matching: begin"):
        write(path, "table")

    assert path.read_text(encoding="utf-8") == "ours"


def test_errors_are_printed_and_nothing_is_written(
    bench: Path, readme: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = readme.read_text(encoding="utf-8")

    code = main(
        [str(bench), "--cache", str(tmp_path / "cache"), "--into", str(tmp_path / "house"), "--errors", "3"]
    )

    assert code == 0
    assert "errors in the half that may be looked at" in capsys.readouterr().out
    assert readme.read_text(encoding="utf-8") == before


def test_leaving_out_the_evidence_that_joins_a_guests_records_loses_them(tmp_path: Path) -> None:
    file, truth = tmp_path / "guests.csv", tmp_path / "guests.truth.csv"
    file.write_text(
        "record_id,first_name,last_name,email\n1,Ana,Silva,ana@silva.pt\n2,Ana,Silva,ana@silva.pt\n3,Ben,Okafor,\n"
    )
    truth.write_text("record_id,true_id\n1,ana\n2,ana\n3,ben\n")

    found = ablate(LabelledSet("guests", file, truth))

    assert found["all"] == (1.0, 1.0, 1.0)
    assert set(found) == {"all", *kinds()}
    assert found["email"] == (0.0, 1.0, 0.0)
    assert found["stay"] == found["all"]
    text = ablation_table({"guests": found})
    assert "| nothing | F1 1.0000 (P 1.0000, R 1.0000) |" in text
    assert "| email | -1.0000 (P 1.0000, R .0000) |" in text
    assert "| stay | no change |" in text
