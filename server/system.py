"""What OneGuest needs from the operating system: found, named by the line that installs it, or installed.

Standard library only: the launcher asks here before any requirement is installed. Nothing here imports
WeasyPrint, which takes over a second; its libraries are looked for the way it looks for them.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

PDF_LIBRARIES = {
    "libpango-1.0-0": ("libpango-1.0.so.0", "libpango-1.0.dylib"),
    "libpangoft2-1.0-0": ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"),
    "libharfbuzz-subset0": ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib"),
}
"""Debian package -> names of the library it brings, as WeasyPrint opens them (weasyprint/text/ffi.py)."""

FONT_PACKAGE = "fonts-dejavu-core"
SCRIPT_FONTS = {"fonts-droid-fallback": "4e2d,3042,ac00", "fonts-tlwg-garuda-ttf": "0e01"}
"""Debian package -> signs that fontconfig finds in no other font without it: Chinese, Japanese, Korean; Thai.
DejaVu has the Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew and Arabic ones. Together they take 8 MB."""
FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
)
HOMEBREW_LIBRARIES = ("/opt/homebrew/lib", "/usr/local/lib")

DRIVER_LIBRARIES = {"libatomic1": ("libatomic.so.1",)}
"""What the program that steers the browser is linked with, and a bare Debian has not (seen on bookworm)."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
POSTGRES_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")


class NotInstalled(Exception):
    """A package of the system could not be installed; the message says why and what to do."""


def is_root() -> bool:
    """Whether this process may install packages as it is."""
    return os.geteuid() == 0


def has_apt() -> bool:
    """Whether packages come from apt here (Debian, Ubuntu and their kin)."""
    return shutil.which("apt-get") is not None


def may_install(asked: bool) -> bool:
    """Whether packages may be installed without a further word: as root, or with --install-system."""
    return has_apt() and (is_root() or asked)


def apt_line(packages: Sequence[str]) -> str:
    """The line that installs these packages, to be copied into a terminal."""
    line = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if is_root():
        return line
    return f"sudo {line}" if shutil.which("sudo") else f"su -c '{line}'"


def install_packages(packages: Sequence[str]) -> None:
    """Install Debian packages, through sudo when not root; raise NotInstalled with a sentence."""
    if not has_apt():
        raise NotInstalled(f"There is no apt-get here. Install what Debian calls: {' '.join(packages)}")
    if not is_root() and shutil.which("sudo") is None:
        raise NotInstalled(f"There is no sudo here. Run: {apt_line(packages)}")
    become_root = [] if is_root() else ["sudo"]
    apt = [*become_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    answer = _quietly(install)
    if answer.returncode != 0:  # a fresh machine has no package lists, an old one has stale lists
        _quietly([*apt, "update"])
        answer = _quietly(install)
    if answer.returncode != 0:
        said = [line for line in answer.stdout.splitlines() if line.startswith(("E:", "W:"))]
        reason = said[0] if said else f"apt-get ended with {answer.returncode}."
        raise NotInstalled(f"{' '.join(packages)} could not be installed: {reason} Try: {apt_line(packages)}")


def _quietly(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    # stdin stays the caller's terminal, for sudo's password
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False
    )


def _opens(library: str) -> bool:
    places = ("", *(f"{folder}/" for folder in HOMEBREW_LIBRARIES)) if library.endswith(".dylib") else ("",)
    for place in places:
        try:
            ctypes.CDLL(place + library)
        except OSError:
            continue
        return True
    return False


def has_font(folders: Sequence[str] = FONT_FOLDERS) -> bool:
    """Whether any font is installed; without one a PDF shows boxes instead of letters."""
    for folder in folders:
        root = Path(folder).expanduser()
        if any(next(root.rglob(pattern), None) for pattern in ("*.ttf", "*.otf", "*.ttc")):
            return True
    return False


def missing_for_names() -> list[str]:
    """The Debian packages without which a guest's name in some script is boxes on paper. Nothing is missing
    where fontconfig, which tells, is not there."""
    asks = shutil.which("fc-list")
    if asks is None:
        return []
    missing = []
    for package, signs in SCRIPT_FONTS.items():
        # a font for each sign, for one package may bring several
        held = all(_quietly([asks, f":charset={sign}", "file"]).stdout.strip() for sign in signs.split(","))
        missing += [] if held else [package]
    return missing


def _unopened(libraries: Mapping[str, Sequence[str]]) -> list[str]:
    return [package for package, names in libraries.items() if not any(_opens(name) for name in names)]


def missing_for_pages() -> list[str]:
    """The Debian packages that tests of pages and papers need and this machine lacks."""
    missing = [] if find_chromium() else ["chromium"]
    missing += [] if shutil.which("pdftotext") else ["poppler-utils"]
    return missing + (_unopened(DRIVER_LIBRARIES) if sys.platform == "linux" else [])


def missing_for_pdf() -> list[str]:
    """The Debian packages that PDFs need and this machine lacks; empty when PDFs can be made."""
    missing = _unopened(PDF_LIBRARIES)
    return missing if has_font() else [*missing, FONT_PACKAGE]


def ensure_pdf(*, install: bool) -> str | None:
    """Bring what PDFs need if that is allowed; else the sentence that says what is missing and what stops.

    None when PDFs can be made. Never raises: without PDFs everything else works.
    """
    missing = missing_for_pdf()
    if not missing:
        return None
    if may_install(install):
        try:
            install_packages(missing)
        except NotInstalled as failure:
            return f"PDFs cannot be made yet; all else works. {failure}"
        missing = missing_for_pdf()
        if not missing:
            return None
    return f"PDFs cannot be made yet; all else works. To have them, run:\n  {apt_line(missing)}"


def find_chromium() -> Path | None:
    """An installed Chromium or Chrome, for the tests that look at pages."""
    for name in BROWSERS:
        path = shutil.which(name)
        if path:
            return Path(path)
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    return mac if mac.exists() else None


def find_postgres() -> Path | None:
    """The folder of an installed PostgreSQL server's programs, the newest of several."""
    found = shutil.which("initdb")
    if found and shutil.which("postgres"):
        return Path(found).parent
    folders = [
        folder
        for pattern in POSTGRES_FOLDERS
        for folder in Path("/").glob(pattern.lstrip("/"))
        if (folder / "initdb").exists() and (folder / "postgres").exists()
    ]
    return max(folders, key=_version) if folders else None


def _version(folder: Path) -> float:
    digits = "".join(c for c in folder.parent.name if c.isdigit() or c == ".")
    return float(digits) if digits.replace(".", "", 1).isdigit() else 0.0
