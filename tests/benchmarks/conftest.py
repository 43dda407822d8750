"""A benchmark folder of a test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.bench_folder import add_public, guests_of_a_week, make


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Holds a public set of five records, a loader and a peer; what the loader did is told in loaded.log."""
    monkeypatch.setenv("LOADED", str(tmp_path / "loaded.log"))
    folder = make(tmp_path / "bench")
    add_public(folder, *guests_of_a_week())
    return folder
