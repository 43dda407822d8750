"""The typesetter: a process of its own that turns one page into one PDF, then ends.

WeasyPrint says itself that it is not safe on untrusted HTML (its documentation, "Security"), and the names
and sentences on a paper are typed by people. So it works under guard: no network (a namespace of its own
where the kernel allows it), no file but its own, a bound on memory and time, and nothing to fetch but what it
was given. It imports nothing of ours, so it knows no database, key or setting.

The order comes on stdin as JSON: html, css, parts {name: [media type, base64]}, megabytes, seconds. The PDF
goes to stdout. The exit code says why there is none; nothing else is said, since a renderer's own words quote
the texts it was given.
"""

from __future__ import annotations

import base64
import ctypes
import json
import logging
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

ACTIVE, TOO_LARGE = 3, 4
"""Exit codes: the PDF would do something when opened; memory did not suffice."""

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000  # linux/sched.h

REFUSED_ACTS = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system")
"""Beginnings of the audit events (PEP 578) that a page has no business with."""

DOING = frozenset(
    (
        *(
            "URI",
            "Launch",
            "JavaScript",
            "JS",
            "OpenAction",
            "AA",
            "GoToR",
            "GoToE",
            "SubmitForm",
            "ImportData",
        ),
        *("EmbeddedFile", "EmbeddedFiles", "Filespec", "AF", "FileAttachment", "RichMedia", "Movie", "Sound"),
        *("AcroForm", "XFA", "Rendition"),
    )
)
"""Names in a PDF's objects by which it acts or carries a file (ISO 32000-2, 12.6.4 and 7.11)."""


class Active(Exception):
    """The PDF would hold an action or a file."""


def leave_network() -> bool:
    """Move into a network namespace with nothing in it; whether the kernel let us.

    Root may do so; anybody else needs a user namespace first, which some systems forbid. The fetcher and the
    audit hook hold in any case.
    """
    if sys.platform != "linux":
        return False
    unshare = ctypes.CDLL(None, use_errno=True).unshare
    if unshare(CLONE_NEWNET) == 0:
        return True
    user, group = os.getuid(), os.getgid()
    if unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        return False
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with suppress(OSError):  # without the mapping we are "nobody", who can set type as well
            Path(f"/proc/self/{name}").write_text(text, "ascii")
    return True


def limit(megabytes: int, seconds: int) -> None:
    """Bound the address space and the processor time, for the case that nobody is left to end us."""
    if sys.platform == "linux":  # elsewhere the kernel takes the number and does not keep it
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds + 1,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the paper
    os.nice(10)  # whoever answers guests goes first


def stay_inside(own: str) -> None:
    """From now on: no socket, no process, no file outside the folder `own` and Python's own folders."""
    allowed = tuple(str(Path(folder).resolve()) + os.sep for folder in (own, sys.prefix, sys.base_prefix))

    def watch(event: str, given: tuple[Any, ...]) -> None:
        if event.startswith(REFUSED_ACTS):
            raise PermissionError(event)
        if event != "open" or not isinstance(given[0], str | bytes):
            return
        if not os.path.realpath(os.fsdecode(given[0])).startswith(allowed):
            raise PermissionError(event)

    sys.addaudithook(watch)


def doing(found: object) -> bool:
    """Whether a PDF object holds an action or a file; texts (strings of the PDF) are not looked into."""
    if isinstance(found, dict):
        return any(str(key) in DOING or doing(value) for key, value in found.items())
    if isinstance(found, list | tuple):
        return any(doing(value) for value in found)
    return isinstance(found, str) and found.startswith("/") and found[1:] in DOING


def check(_document: object, pdf: Any) -> None:
    """WeasyPrint's finisher: raise Active rather than hand out a PDF that does something."""
    for thing in pdf.objects:
        extra = getattr(thing, "extra", None)  # a stream's dictionary; its content is ink
        if doing(thing) or doing(extra):
            raise Active


def set_in_type(order: dict[str, Any]) -> bytes:
    """The PDF of an order, by WeasyPrint, which gets the parts of the order and nothing else."""
    import weasyprint  # type: ignore[import-untyped]  # the package ships no types
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # type: ignore[import-untyped]  # as above

    logging.disable(logging.CRITICAL)

    class Given(URLFetcher):  # type: ignore[misc]  # an untyped base
        """Fetches what came with the order, by name; everything else is refused."""

        def fetch(self, url: str, headers: object = None) -> Any:
            scheme, _, name = url.partition(":")
            if scheme != "part" or name not in order["parts"]:
                raise PermissionError("not part of the order")
            media_type, content = order["parts"][name]
            return URLFetcherResponse(url, base64.b64decode(content), {"Content-Type": media_type})

    given = Given()
    stay_inside(str(Path.cwd()))
    sheet = weasyprint.CSS(string=order["css"], url_fetcher=given)
    page = weasyprint.HTML(string=order["html"], url_fetcher=given)
    return bytes(page.write_pdf(stylesheets=[sheet], finisher=check, pdf_variant="pdf/ua-1"))


def main() -> int:
    """Read the order, write the PDF."""
    order = json.load(sys.stdin.buffer)
    leave_network()
    limit(order["megabytes"], order["seconds"])
    try:
        made = set_in_type(order)
    except Active:
        return ACTIVE
    except MemoryError:
        return TOO_LARGE
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
