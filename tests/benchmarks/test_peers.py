"""The peers' own runners, and what is told when one of them cannot be run."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks.peers import NOT_RERUN, RUNNERS, Runner, run
from benchmarks.sets import PUBLIC

PYTHON = Path(sys.executable)
SPLINK, RECORDLINKAGE, DEDUPE = RUNNERS


def test_a_peer_is_run_and_told_at_its_own_cut_and_its_best(bench: Path, tmp_path: Path) -> None:
    (outcome,) = run(SPLINK, "febrl3", bench, tmp_path / "cache", PYTHON)

    assert (outcome["peer"], outcome["data"]) == ("splink5", "febrl3")
    assert (outcome["f1"], outcome["best_f1"], outcome["best_cut"]) == (0.6667, 0.9, 0.7)
    assert (outcome["wall_s"], outcome["peak_mb"], outcome["largest"]) == (2.5, 300, 2)
    assert outcome["date"][:2] == "20"


def test_what_a_peer_did_is_kept_and_told_without_running_it_again(bench: Path, tmp_path: Path) -> None:
    first = run(SPLINK, "febrl3", bench, tmp_path / "cache", PYTHON)
    (bench / "er" / "run_splink.py").unlink()

    assert run(SPLINK, "febrl3", bench, tmp_path / "cache", None) == first


def test_a_peer_that_fails_says_how(bench: Path, tmp_path: Path) -> None:
    (outcome,) = run(SPLINK, "rl500", bench, tmp_path / "cache", PYTHON)

    assert outcome["why"] == "FAILED rl500 it knows no such set"


@pytest.mark.parametrize(
    ("runner", "name", "python", "why"),
    [
        (DEDUPE, "hotel_1m", PYTHON, "on 5,000 records and more it did not end in minutes"),
        (SPLINK, "febrl3", None, "not run so far: no Python of the peers was named"),
        (SPLINK, "febrl3", Path("/nowhere/python"), "/nowhere/python is not there"),
    ],
)
def test_a_peer_that_is_not_run_says_why(
    runner: Runner, name: str, python: Path | None, why: str, bench: Path, tmp_path: Path
) -> None:
    (outcome,) = run(runner, name, bench, tmp_path / "cache", python)

    assert outcome["why"] == why
    assert not (tmp_path / "cache" / "peers").exists()


def test_the_public_sets_peers_are_told_from_its_readme_once(bench: Path, tmp_path: Path) -> None:
    told = [
        outcome for runner in RUNNERS for outcome in run(runner, PUBLIC, bench, tmp_path / "cache", PYTHON)
    ]

    assert [outcome["peer"] for outcome in told] == [outcome["peer"] for outcome in NOT_RERUN[PUBLIC]]
    assert all("date" not in outcome for outcome in told)


def test_each_runner_has_its_own_words(bench: Path, tmp_path: Path) -> None:
    (bench / "er" / "run_dedupe.py").write_text(
        "import json, os, sys\n"
        "row = {'peer': ' '.join(sys.argv[1:]), 'data': 'x'}\n"
        "open(os.environ['ER_OUT'] + '/results.jsonl', 'w').write(json.dumps(row))\n"
    )

    (outcome,) = run(DEDUPE, "fake1000", bench, tmp_path / "cache", PYTHON)

    assert outcome["peer"] == "100 fake1000"
    assert json.loads((tmp_path / "cache" / "peers" / "dedupe_fake1000.json").read_text()) == [outcome]
