"""What every part of the house must keep, whoever adds one."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from server.cli import REQUIRED, build_parser, command_words
from server.discovery import discover

ROOT = Path(__file__).resolve().parents[2]
CODE = ("server", "kiosk", "tests", "migrations", "benchmarks")
NAMELESS = {"utils", "util", "helpers", "helper", "misc", "common", "shared", "lib", "tools"}

PYTHON_FILES = sorted(
    path for folder in CODE for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts
)
COMMANDS = discover("server.commands", REQUIRED)


def test_imports_point_down() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as run; run()",
            "--no-cache",
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_stands_on_a_floor() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    floors = next(contract["layers"] for contract in config["contracts"] if contract["id"] == "floors")
    placed = {re.sub(r"[() ]", "", room) for floor in floors for room in re.split(r"[|:]", floor)}

    rooms = {
        f"server.{path.stem}"
        for path in (ROOT / "server").iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").exists()
    }

    assert rooms - placed == set()


def test_no_room_is_named_for_having_no_job() -> None:
    named = {part for path in PYTHON_FILES for part in (*path.relative_to(ROOT).parts[:-1], path.stem)}

    assert named & NAMELESS == set()


def test_nothing_imports_requests_but_who_tells_twilios_failures_apart() -> None:
    importing = set()
    for path in PYTHON_FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            if any(name.split(".")[0] == "requests" for name in names):
                importing.add(path.relative_to(ROOT))

    assert importing == {Path("server/prompts/providers/twilio.py")}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_it_does_and_gives_an_example_that_parses(name: str) -> None:
    module: ModuleType = COMMANDS[name]
    words = shlex.split(module.EXAMPLE.split(">")[0])

    assert module.HELP.endswith(".")
    assert words[: len(command_words(name))] == command_words(name)
    assert build_parser(COMMANDS).parse_args(words).run is module.run


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_shows_its_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        build_parser(COMMANDS).parse_args([*command_words(name), "--help"])

    assert ended.value.code == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert " ".join(f"Example: ./oneguest {COMMANDS[name].EXAMPLE}".split()) in shown


def test_a_wrong_word_is_wrong_usage() -> None:
    with pytest.raises(SystemExit) as ended:
        build_parser(COMMANDS).parse_args(["no-such-command"])

    assert ended.value.code == 2


def pins(level: str) -> dict[str, str]:
    """name and version with its marker -> all of its lines."""
    blocks = re.split(r"(?m)^(?=\S)", (ROOT / "requirements" / f"{level}.txt").read_text())
    return {block.split("\\")[0].strip(): block for block in blocks if block.strip()}


@pytest.mark.parametrize("level", ["bootstrap", "run", "dev"])
def test_every_requirement_is_pinned_by_hash_and_names_no_registry(level: str) -> None:
    for pin, block in pins(level).items():
        assert "==" in pin, pin
        assert "--hash=sha256:" in block, pin
        assert "://" not in block, pin
        assert "--index" not in block, pin


def test_the_tests_run_on_exactly_what_the_house_runs_on() -> None:
    assert pins("run").items() <= pins("dev").items()


def test_what_pyproject_asks_for_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {re.split(r"[\[<>=~! ]", line)[0] for line in project["project"]["dependencies"]}
    wanted_by_tests = {re.split(r"[\[<>=~! ]", line)[0] for line in project["dependency-groups"]["dev"]}

    assert wanted <= {pin.split("==")[0] for pin in pins("run")}
    assert wanted_by_tests <= {pin.split("==")[0] for pin in pins("dev")}


def test_the_launcher_can_be_started() -> None:
    assert os.access(ROOT / "oneguest", os.X_OK)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
