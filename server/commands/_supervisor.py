"""Runs web and worker as children: started together, restarted when they crash, ended together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from server.commands._listening import CannotStart, is_healthy
from server.refusal import Refused

WITHIN_UP = "HOUSE_WITHIN_UP"
"""Set for what `up` starts, which has said already how to come in."""
HEALTHY_WITHIN = 60.0  # seconds; a cold start on a slow disk takes a few
STOP_WITHIN = 10.0  # seconds that a child has between being asked to end and being ended
STEADY_AFTER = 60.0  # seconds of life after which a crash counts as the first one again
LONGEST_PAUSE = 60.0
FIRST_WEB_CRASHES = 3  # a web server that never answered is not tried for ever
RENEWAL_EVERY = 3600.0


def command_line(*words: str) -> list[str]:
    """A command of ours as a child process that ends when this process does, however that happens."""
    return [sys.executable, "-m", "server.tether", str(os.getpid()), *words]


@dataclass
class Child:
    """A process that should run as long as the house does."""

    name: str
    words: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    crashes: int = 0
    start_at: float = 0.0

    def start(self) -> None:
        """Start it in a process group of its own, so that Ctrl-C reaches only us and we end it in order."""
        self.process = subprocess.Popen(command_line(*self.words), process_group=0)
        self.started = time.monotonic()

    def is_running(self) -> bool:
        """Whether the process is there."""
        return self.process is not None and self.process.poll() is None

    def note_end(self) -> float:
        """After an unwished end: when to start again. Pauses double from one second to a minute."""
        lived = time.monotonic() - self.started
        self.crashes = 1 if lived > STEADY_AFTER else self.crashes + 1
        pause = min(2.0 ** (self.crashes - 1), LONGEST_PAUSE)
        self.start_at = time.monotonic() + pause
        return pause

    def signal(self, number: signal.Signals) -> None:
        """Signal the process and its own children, if it runs."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return


@dataclass
class Supervisor:
    """Keeps web and worker running until somebody says stop; then ends both, and what they started."""

    host: str
    port: int
    authority: Path | None = None
    """Of the house's own certificate, where it serves https by itself."""
    renew: Callable[[], bool] | None = None
    """Makes a new certificate where the present one is about to end, and says whether it did."""
    renew_at: float = 0.0
    stopping: bool = False
    answered: bool = False
    children: list[Child] = field(default_factory=list)
    others: tuple[Child, ...] = ()
    """What runs beside web and worker."""

    def listen_to_signals(self) -> None:
        """Ctrl-C, a service manager's stop and a closed terminal all end everything."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def run(self, announcement: str) -> int:
        """Start web and worker, say what to open, and stay. Returns 0 after a wished stop, else 1."""
        self.children = [Child("web server", ("serve",)), Child("worker", ("worker",)), *self.others]
        try:
            for child in self.children:
                child.start()
            if not self._wait_until_healthy():
                return 0 if self.stopping else 1
            print(announcement, flush=True)
            while not self.stopping:
                time.sleep(0.2)
                self._restart_what_ended()
                self._follow_certificate()
            print("Stopping ...", flush=True)
            return 0
        finally:
            self._stop_all()

    def run_to_end(self, *words: str, may_complain: bool = False) -> None:
        """Run one command to its end before web and worker start; CannotStart when it fails or is stopped.

        `may_complain`: done with something to look at (exit 1) is done.
        """
        if self.stopping:
            raise CannotStart("Stopped before everything was made; the next start goes on from here.")
        child = Child(" ".join(words[:2]), words)
        self.children = [child]
        try:
            child.start()
            while child.is_running() and not self.stopping:
                time.sleep(0.05)
        finally:
            self._stop_all()
        if self.stopping:
            raise CannotStart("Stopped before everything was made; the next start goes on from here.")
        done = (0, 1) if may_complain else (0,)
        if child.process is not None and child.process.returncode not in done:
            raise CannotStart(f"./oneguest {' '.join(words)} failed; what it said stands above.")

    def _wait_until_healthy(self) -> bool:
        until = time.monotonic() + HEALTHY_WITHIN
        while not self.stopping and time.monotonic() < until:
            if is_healthy(self.host, self.port, authority=self.authority):
                self.answered = True
                return True
            self._restart_what_ended()
            time.sleep(0.1)
        if not self.stopping:
            print(f"The web server did not answer within {HEALTHY_WITHIN:.0f} s.", file=sys.stderr)
        return False

    def _restart_what_ended(self) -> None:
        for child in self.children:
            if child.is_running() or self.stopping:
                continue
            if child.process is not None:
                code, child.process = child.process.returncode, None
                pause = child.note_end()
                if child.words == ("serve",) and not self.answered and child.crashes >= FIRST_WEB_CRASHES:
                    raise CannotStart("The web server cannot start; what it said stands above.")
                print(
                    f"The {child.name} ended by itself (code {code}); starting it again in {pause:.0f} s.",
                    file=sys.stderr,
                    flush=True,
                )
            elif time.monotonic() >= child.start_at:
                child.start()

    def _follow_certificate(self) -> None:
        """A web server holds the certificate that it started with, so a newer one takes a new start."""
        if self.renew is None or time.monotonic() < self.renew_at:
            return
        self.renew_at = time.monotonic() + RENEWAL_EVERY
        try:
            is_renewed = self.renew()
        except (Refused, OSError) as problem:
            print(f"The certificate could not be renewed: {problem}", file=sys.stderr, flush=True)
            return
        web = self.children[0]
        if is_renewed and web.process is not None:
            print("The certificate was renewed; the web server starts anew with it.", flush=True)
            self._end([web])
            web.start()

    def _stop_all(self) -> None:
        self._end(self.children)

    def _end(self, children: list[Child]) -> None:
        for child in children:
            if child.is_running():
                child.signal(signal.SIGTERM)
        until = time.monotonic() + STOP_WITHIN
        for child in children:
            if child.process is None:
                continue
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(timeout=max(0.1, until - time.monotonic()))
            child.signal(signal.SIGKILL)  # whatever of its group is left
            child.process.wait()
