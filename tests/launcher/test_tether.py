"""A child ends with its parent, and says a crash apart from a refusal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from server.tether import CRASHED

ROOT = Path(__file__).resolve().parents[2]

TIED = (
    "import os, time; from server.tether import end_with; end_with(os.getppid()); print('tied', flush=True); "
)
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
PARENT = (
    "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', sys.argv[1]],"
    " stdout=subprocess.PIPE); child.stdout.readline(); print(child.pid, flush=True); child.wait()"
)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    ("child", "within"),
    [
        (TIED + "time.sleep(60)", 3.0),
        pytest.param(DEAF + TIED + "time.sleep(60)", 14.0, marks=pytest.mark.soak),
    ],
)
def test_a_child_does_not_outlive_a_killed_parent(child: str, within: float) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, child],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert is_alive(pid)

    parent.send_signal(signal.SIGKILL)
    parent.communicate()

    until = time.monotonic() + within
    while is_alive(pid):
        assert time.monotonic() < until, "the child lives on"
        time.sleep(0.05)


def tied(words: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "server.tether", str(os.getpid()), *words],
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_refusal_keeps_its_exit_code(tmp_path: Path) -> None:
    refused = tied(["doctor"], ONEGUEST_PUBLIC_URL="not an address", ONEGUEST_DATA_DIR=str(tmp_path))

    assert (refused.returncode, "ONEGUEST_PUBLIC_URL" in refused.stderr) == (1, True)


def test_a_crash_is_not_taken_for_something_to_look_at(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    crashed = tied(["check"], ONEGUEST_DATA_DIR=str(file / "below-a-file"))

    assert crashed.returncode == CRASHED
    assert "NotADirectoryError" in crashed.stderr
