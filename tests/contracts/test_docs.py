"""What README and CONTRIBUTING tell people to type works; what they point at is there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from server.cli import REQUIRED, build_parser
from server.discovery import discover

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "CONTRIBUTING.md", "docs/asking.md")
QUICK = ("doctor", "keys list", "check", "routes --json")
"""Commands that end by themselves at once; these are not only parsed but run."""


def commands_in(page: str) -> list[str]:
    """Every `./oneguest …` of the page's fenced blocks, without comments and redirections."""
    blocks = re.findall(r"(?ms)^```\w*\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"))
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    typed = [
        re.split(r"\s[#>|]", line)[0].strip() for line in lines if line.startswith(("./oneguest", "$ ./o"))
    ]
    return [line.removeprefix("./oneguest").strip() for line in typed]


TYPED = [(page, command) for page in PAGES for command in commands_in(page) if command != "--help"]


def test_the_two_commands_are_told_first() -> None:
    assert [command for page, command in TYPED if page == "README.md"][:2] == ["up --demo", "test"]


@pytest.mark.parametrize(("page", "command"), TYPED)
def test_a_command_in_the_docs_parses(page: str, command: str) -> None:
    words = shlex.split(command)
    if words[:1] == ["test"]:
        words = ["test", "--", *words[1:]]  # as the launcher does

    assert callable(build_parser(discover("server.commands", REQUIRED)).parse_args(words).run)


@pytest.mark.parametrize("command", [command for command in QUICK if command in {c for _, c in TYPED}])
def test_a_quick_command_in_the_docs_runs_on_a_new_machine(command: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", *shlex.split(command)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "ONEGUEST_DATA_DIR": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode in (0, 1), done.stderr
    assert done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("page", PAGES)
def test_what_the_docs_point_at_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#:\s]+)\)", text)

    assert [target for target in targets if not (ROOT / page).parent.joinpath(target).exists()] == []


def test_the_map_shows_every_room_and_no_other() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("## The map")[2].partition("\n## ")[0]
    shown = set(re.findall(r"`server/(\w+)/`", section))
    rooms = {path.name for path in (ROOT / "server").iterdir() if path.is_dir() and path.name[0] != "_"}

    assert shown == rooms


def test_every_setting_that_is_read_is_told() -> None:
    read = {
        name
        for path in (ROOT / "server").rglob("*.py")
        for name in re.findall(r"ONEGUEST_[A-Z_]+[A-Z]", path.read_text(encoding="utf-8"))
    }
    section = (
        (ROOT / "README.md").read_text(encoding="utf-8").partition("## Settings")[2].partition("\n## ")[0]
    )

    assert {name for name in read if f"`{name}`" not in section} == set()
