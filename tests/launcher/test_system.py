"""What the system lacks is found without starting anything heavy, and said by the line that brings it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from server import system


def test_a_missing_library_is_named_by_its_debian_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "PDF_LIBRARIES", {"libpango-9.9-0": ("libpango-9.9.so.0",)})
    monkeypatch.setattr(system, "has_font", lambda: False)

    assert system.missing_for_pdf() == ["libpango-9.9-0", "fonts-dejavu-core"]


def test_a_library_that_is_there_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "PDF_LIBRARIES", {"libc6": ("libc.so.6", "libc.dylib")})

    assert "libc6" not in system.missing_for_pdf()


def test_any_font_in_any_folder_will_do(tmp_path: Path) -> None:
    assert not system.has_font([str(tmp_path), str(tmp_path / "nowhere")])

    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "Hotel.otf").touch()

    assert system.has_font([str(tmp_path)])


@pytest.mark.parametrize(
    ("root", "asked", "apt", "allowed"),
    [
        (True, False, True, True),
        (True, False, False, False),
        (False, True, True, True),
        (False, False, True, False),
    ],
)
def test_packages_are_installed_only_by_root_or_when_asked(
    root: bool, asked: bool, apt: bool, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "is_root", lambda: root)
    monkeypatch.setattr(system, "has_apt", lambda: apt)

    assert system.may_install(asked) is allowed


@pytest.mark.parametrize(
    ("root", "start"), [(True, "apt-get install -y"), (False, "sudo apt-get install -y")]
)
def test_the_line_to_copy_works_for_whoever_reads_it(
    root: bool, start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "is_root", lambda: root)

    assert system.apt_line(["chromium"]).startswith(start)


def test_without_pdf_libraries_the_house_goes_on_and_says_what_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "missing_for_pdf", lambda: ["libpango-1.0-0"])
    monkeypatch.setattr(system, "is_root", lambda: False)

    said = system.ensure_pdf(install=False)

    assert said is not None
    assert "all else works" in said
    assert said.endswith("sudo apt-get install -y --no-install-recommends libpango-1.0-0")


def test_without_apt_the_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "has_apt", lambda: False)

    with pytest.raises(system.NotInstalled, match="what Debian calls: chromium"):
        system.install_packages(["chromium"])


def test_the_newest_postgresql_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("9.6", "13", "15"):
        folder = tmp_path / version / "bin"
        folder.mkdir(parents=True)
        (folder / "initdb").touch()
        (folder / "postgres").touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(system, "POSTGRES_FOLDERS", (f"{tmp_path}/*/bin",))

    assert system.find_postgres() == tmp_path / "15" / "bin"


def test_looking_over_the_system_imports_nothing_that_must_be_installed() -> None:
    code = (
        "import sys; before = set(sys.modules); from server import system; system.missing_for_pdf();"
        "print([m for m in sys.modules if 'site-packages' in (getattr(sys.modules[m], '__file__', '') or '')"
        " and m not in before])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
