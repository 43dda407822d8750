"""Ties a child process to the one that started it: when that is gone, however it ended, so is the child.

`python -m server.tether PARENT COMMAND ...` runs a command so tied. A parent killed with SIGKILL cannot tell
its children anything, so the children watch: by the kernel's own signal on Linux, and everywhere by looking
whether they still have the same parent.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys
import threading
import time

from server.logs import tell_end

PR_SET_PDEATHSIG = 1  # linux/prctl.h
LOOK_EVERY = 0.5  # seconds
PATIENCE = 10.0  # seconds between being asked to end and being ended
CRASHED = 70  # EX_SOFTWARE of sysexits.h; Python's own 1 would read as "done with something to look at"


def end_with(parent: int) -> None:
    """From now on this process ends soon after the process `parent`, which must be its parent."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    threading.Thread(target=_watch, args=(parent,), name="tether", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    end_with(int(sys.argv[1]))
    sys.argv = ["oneguest", *sys.argv[2:]]
    try:
        runpy.run_module("server.cli", run_name="__main__")
    except Exception as error:
        tell_end(error)
        sys.exit(CRASHED)
