"""Which browsers a tablet needs: the oldest with sealing, lasting storage, one page at a time, and modules.

The floor is what our pages ask for together, a browser's last or long-term version where there is one: Chrome
109 is the last for Windows 7, Firefox 115 a long-term release, Safari 15.4 brought Web Locks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

FLOOR = {"Chrome": (109, 0), "Firefox": (115, 0), "Safari": (15, 4)}

_SIGNS = (
    ("Firefox", re.compile(r"Firefox/(\d+)(?:\.(\d+))?")),
    ("Chrome", re.compile(r"(?:HeadlessChrome|Chrome|Chromium)/(\d+)(?:\.(\d+))?")),
    ("Safari", re.compile(r"Version/(\d+)(?:\.(\d+))?.*Safari/")),
)
_ON_IPAD = re.compile(r"(?:CPU OS|iPhone OS) (\d+)_(\d+)")
"""There every browser is Safari inside, whatever it calls itself; the system's version tells which."""


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser by its name for itself, or by what it is inside."""

    name: str
    version: tuple[int, int]

    @property
    def is_too_old(self) -> bool:
        """Whether our pages cannot work in it."""
        return self.version < FLOOR[self.name]

    def __str__(self) -> str:
        major, minor = self.version
        return f"{self.name} {major}.{minor}" if self.name == "Safari" else f"{self.name} {major}"


def browser_of(user_agent: str) -> Browser | None:
    """What a browser says that it is; None for one that we do not know, of which nothing can be said."""
    inside = _ON_IPAD.search(user_agent)
    if inside:
        return Browser("Safari", (int(inside[1]), int(inside[2])))
    for name, sign in _SIGNS:
        found = sign.search(user_agent)
        if found:
            return Browser(name, (int(found[1]), int(found[2] or 0)))
    return None
