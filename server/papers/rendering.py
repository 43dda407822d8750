"""From a page to a PDF: the typesetter in its own process, few at a time, ended when it takes too long."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.papers import typesetter
from server.refusal import Refused
from server.system import apt_line, missing_for_pdf

SECONDS, MEGABYTES = 10, 512
PATIENCE = 3
"""Times the seconds of computing that a paper may take by the clock: a busy machine lets it wait."""
AT_ONCE = 2
"""Papers made at the same time on this machine; each may take a processor and MEGABYTES."""

PICTURES = frozenset({"image/png", "image/jpeg"})
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "XDG_CACHE_HOME", "FONTCONFIG_PATH", "FONTCONFIG_FILE")
"""What of our surroundings the fonts need; settings and secrets stay here."""


@dataclass(frozen=True, slots=True)
class Part:
    """A picture that a page names as `part:NAME`."""

    media_type: str  # image/png, image/jpeg
    content: bytes


@contextmanager
def turn(folder: Path) -> Iterator[bool]:
    """Take one of the AT_ONCE places on this machine; yields whether there was one.

    A lock on a file, because the bound is this machine's memory: it holds over all its processes, needs no
    writer's place in the database, and the kernel gives it back when a process ends in whatever way.
    """
    for number in range(AT_ONCE):
        with (folder / f"paper-{number + 1}.lock").open("a") as place:
            try:
                fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield True
            return
    yield False


def render_pdf(
    html: str,
    css: str,
    parts: Mapping[str, Part],
    *,
    folder: Path,
    seconds: int = SECONDS,
    megabytes: int = MEGABYTES,
) -> bytes:
    """The PDF of a whole page with its stylesheet; `folder` is the data folder, where places are taken.

    Pictures come by name from `parts`; anything else that the page asks for is not fetched. Raises Refused
    with the sentence to show: busy, no libraries, too long, too large, active, failed.
    """
    wrong = [part.media_type for part in parts.values() if part.media_type not in PICTURES]
    if wrong:
        raise ValueError(f"{wrong[0]} is no picture that a paper may carry")
    missing = missing_for_pdf()
    if missing:
        raise Refused("paper.no_libraries", {"line": apt_line(missing)})
    order = {
        "html": html,
        "css": css,
        "parts": {n: (p.media_type, base64.b64encode(p.content).decode("ascii")) for n, p in parts.items()},
        "seconds": seconds,
        "megabytes": megabytes,
    }
    with turn(folder) as has_turn:
        if not has_turn:
            raise Refused("paper.busy")
        return _typeset(json.dumps(order).encode("ascii"), seconds)


def _typeset(order: bytes, seconds: int) -> bytes:
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    with tempfile.TemporaryDirectory(prefix="paper-") as own:
        try:
            ended = subprocess.run(
                [sys.executable, "-I", typesetter.__file__],
                input=order,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=PATIENCE * seconds,
                cwd=own,
                env=kept | {"TMPDIR": own},
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Refused("paper.too_long", {"seconds": str(seconds)}) from None
    if ended.returncode == 0 and ended.stdout.startswith(b"%PDF-"):
        return ended.stdout
    if ended.returncode in (-signal.SIGXCPU, -signal.SIGKILL):  # its computing time was used up
        raise Refused("paper.too_long", {"seconds": str(seconds)})
    raise Refused(_REASONS.get(ended.returncode, "paper.failed"))


_REASONS = {typesetter.ACTIVE: "paper.active", typesetter.TOO_LARGE: "paper.too_large"}
