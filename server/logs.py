"""The log: one line an event on stderr, in UTC, of ids and codes; what a guest said never reaches it.

Set up once, by whatever process begins (a command, the web server's child). An exception is told by its kind
and place, since its words may quote a guest; so is whatever a library says, which nobody here has read.
"""

from __future__ import annotations

import contextlib
import logging
import re
import sys
import threading
import traceback
import warnings
from pathlib import Path
from types import TracebackType
from typing import IO

from server.clock import clock
from server.settings import LOG_LEVELS

OURS = "oneguest"
SPEAKING = (OURS, "_granian", "alembic")
"""Whose words are shown, the first line of them: ours are of ids (a test reads each call), those of the web
server and the migrations are about themselves. granian puts a fault of a page behind the first line."""
LEVELS = {name: logging.getLevelNamesMapping()[name.upper()] for name in LOG_LEVELS}
LONGEST = 500
"""Characters of a line's words; ours are shorter."""

_ADDRESS = re.compile(r"\S+@\S+")
_CALLED = re.compile(r"(?<![\w=:])\+\d[\d ./()-]{6,}")

log = logging.getLogger(f"{OURS}.process")


def set_up_logs(level: str = "info", *, stream: IO[str] | None = None) -> None:
    """Let every log line of this process go to stderr (`stream`: elsewhere, for tests), from a level on.

    Libraries are heard from warnings on. What ends the process, or a thread of it, is told the same way.
    """
    root = logging.getLogger()
    for earlier in [one for one in root.handlers if isinstance(one, _Lines)]:
        root.removeHandler(earlier)
    root.addHandler(_Lines(stream))
    root.setLevel(max(logging.WARNING, LEVELS[level]))
    logging.getLogger(OURS).setLevel(LEVELS[level])
    for name in ("_granian", "granian.access"):  # granian gives its own loggers a handler on stdout
        theirs = logging.getLogger(name)
        theirs.handlers[:] = []
        theirs.propagate = True
    warnings.showwarning = _tell_warning
    sys.excepthook = _tell_end
    sys.unraisablehook = lambda met: _tell_lost(met.exc_value)
    threading.excepthook = lambda met: _tell_lost(met.exc_value)


class _Lines(logging.Handler):
    """Writes to what stderr is at that moment: a command's may have been exchanged since it began."""

    def __init__(self, stream: IO[str] | None) -> None:
        super().__init__()
        self.stream = stream
        self.setFormatter(Line())

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(OSError, ValueError):  # a full disk or a closed end stops no work
            print(self.format(record), file=self.stream or sys.stderr, flush=True)


class Line(logging.Formatter):
    """A record as one line: time, level, who speaks, and words without anybody's address or number."""

    def format(self, record: logging.LogRecord) -> str:
        words = [f"{clock():%Y-%m-%dT%H:%M:%SZ}", record.levelname, record.name, _words(record)]
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            words.append(f"error={place_of(error)}")
        return " ".join("".join(c if c.isprintable() else " " for c in " ".join(words)).split())


def _words(record: logging.LogRecord) -> str:
    """What a record says: of those who speak about themselves; of others only where they spoke."""
    if record.name.partition(".")[0] not in SPEAKING:
        return f"spoke at={Path(record.pathname).name}:{record.lineno}"
    try:
        said = record.getMessage()
    except (TypeError, ValueError):  # a line whose words do not fit its values; it must not stop the work
        return f"could not be written at={Path(record.pathname).name}:{record.lineno}"
    first = said.partition("\n")[0][:LONGEST]
    return _CALLED.sub("…", _ADDRESS.sub("…", first))


def place_of(error: BaseException) -> str:
    """An error's kind and place in our code; never its text, which may hold a guest's data."""
    frames = traceback.extract_tb(error.__traceback__)
    last = next((f for f in reversed(frames) if "/server/" in f.filename), frames[-1] if frames else None)
    where = f" at {last.filename.rsplit('/server/', 1)[-1]}:{last.lineno}" if last else ""
    return f"{type(error).__name__}{where}"


def tell_end(error: BaseException) -> None:
    """Say what ended this process."""
    log.critical("ended error=%s", place_of(error))


def _tell_end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    tell_end(error.with_traceback(trace))


def _tell_lost(error: BaseException | None) -> None:
    """What nobody was there to catch: a thread's end, a fault while tidying up."""
    if error is not None and not isinstance(error, SystemExit):
        log.error("lost error=%s", place_of(error))


def _tell_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: object = None,
    line: str | None = None,
) -> None:
    log.warning("warned kind=%s at=%s", category.__name__, f"{Path(filename).name}:{lineno}")
