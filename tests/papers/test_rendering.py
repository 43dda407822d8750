"""Whatever stands on a page: its PDF fetches nothing, does nothing, and holds nobody up."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from server.papers import rendering
from server.papers.rendering import AT_ONCE, PATIENCE, Part, render_pdf, turn
from server.refusal import Refused
from tests.house import app

__all__ = ["app"]

TOP = Path(__file__).parents[2]
PAGE = '<!doctype html><html lang="en"><title>Paper</title><body>{}</body></html>'

FETCHING = (
    '<img src="{http}/img">',
    '<img src="{file}">',
    '<img srcset="{http}/srcset 2x">',
    '<link rel="stylesheet" href="{http}/sheet">',
    '<link rel="stylesheet" href="{file}">',
    '<style>@import url("{http}/import");</style>',
    '<style>@font-face {{ font-family: F; src: url("{http}/font") }} p {{ font-family: F }}</style>',
    '<p style="background: url({http}/background)">x</p>',
    "<p style=\"content: url('{http}/content'); list-style: url('{file}')\">x</p>",
    '<object data="{http}/object"></object><embed src="{http}/embed">',
    '<iframe src="{http}/frame"></iframe><video poster="{http}/poster" src="{http}/video"></video>',
    '<svg><image href="{http}/svg"/><use href="{http}/use#a"/></svg>',
    '<base href="{http}/"><img src="relative">',
    "<img src='data:image/svg+xml,"
    "<svg xmlns=%22http://www.w3.org/2000/svg%22><image href=%22{http}/in%22/></svg>'>",
    '<link rel="attachment" href="{http}/attachment"><link rel="attachment" href="{file}">',
    '<a rel="attachment" href="{http}/linked">x</a><p style="-weasy-link: url({http}/styled)">x</p>',
    '<meta http-equiv="refresh" content="0; url={http}/refresh"><script src="{http}/script"></script>',
)

DOING = (
    '<a href="{http}/link">x</a>',
    '<a href="javascript:app.alert(1)">x</a>',
)


@dataclass
class Canary:
    """A server and a file that nobody may touch."""

    http: str
    file: str
    secret: str
    hits: list[str] = field(default_factory=list)

    def fill(self, text: str) -> str:
        return text.format(http=self.http, file=self.file)


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Canary]:
    held = tmp_path / "canary.svg"
    secret = "kestrel-4711"
    held.write_text(f'<svg xmlns="http://www.w3.org/2000/svg"><text>{secret}</text></svg>', encoding="utf-8")
    hits: list[str] = []

    class Counting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Counting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Canary(f"http://127.0.0.1:{server.server_port}", held.as_uri(), secret, hits)
    server.shutdown()
    server.server_close()


def inside(pdf: bytes) -> bytes:
    """All of a PDF, its compressed objects unpacked."""
    unpacked = [pdf]
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            unpacked.append(zlib.decompress(packed))
        except zlib.error:
            continue
    return b"\n".join(unpacked)


def test_a_page_full_of_addresses_fetches_none_of_them(canary: Canary, tmp_path: Path) -> None:
    page = PAGE.format(canary.fill("".join(FETCHING)))

    made = render_pdf(page, "p { color: red }", {}, folder=tmp_path)

    assert canary.hits == []
    assert canary.secret.encode() not in inside(made)
    assert not re.search(rb"/(EmbeddedFile|Filespec|URI|Launch|JavaScript|AcroForm)\b", inside(made))


def test_the_same_page_would_have_fetched_them(canary: Canary) -> None:
    import weasyprint  # type: ignore[import-untyped]  # the package ships no types

    weasyprint.HTML(string=PAGE.format(canary.fill("".join(FETCHING)))).write_pdf()

    assert len(set(canary.hits)) >= 8  # so the addresses above are ones that a renderer goes to


@pytest.mark.parametrize("text", DOING)
def test_a_pdf_that_would_do_something_when_touched_is_not_handed_out(
    text: str, canary: Canary, tmp_path: Path
) -> None:
    with pytest.raises(Refused) as refused:
        render_pdf(PAGE.format(canary.fill(text)), "", {}, folder=tmp_path)

    assert refused.value.code == "paper.active"
    assert canary.hits == []


def test_a_picture_comes_by_its_name_and_only_as_a_picture(tmp_path: Path) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (4, 4), "#1f5f5b").save(drawn, "PNG")
    page = PAGE.format('<img src="part:logo" alt="Logo"><img src="part:other" alt="Other">')

    made = render_pdf(page, "", {"logo": Part("image/png", drawn.getvalue())}, folder=tmp_path)

    assert inside(made).count(b"/Subtype /Image") == 1
    with pytest.raises(ValueError, match="no picture"):
        render_pdf(page, "", {"logo": Part("image/svg+xml", b"<svg/>")}, folder=tmp_path)


@pytest.mark.parametrize(
    "text", ["<table><tr><td colspan=1000000>x</table>", "<div>" * 4000, "<p>" + "x" * 5_000_000]
)
def test_a_page_that_never_ends_is_given_up_while_the_house_goes_on(
    text: str, app: Flask, tmp_path: Path
) -> None:
    refused: list[str] = []

    def try_it() -> None:
        try:
            render_pdf(PAGE.format(text), "", {}, folder=tmp_path, seconds=3)
        except Refused as refusal:
            refused.append(refusal.code)

    client = app.test_client()
    client.get("/kiosk/")
    began = time.monotonic()
    printing = threading.Thread(target=try_it)
    printing.start()
    answers = []
    while printing.is_alive():
        asked = time.monotonic()
        assert client.get("/kiosk/").status_code == 200
        answers.append(time.monotonic() - asked)
        time.sleep(0.1)
    printing.join()

    assert refused in (["paper.too_long"], ["paper.too_large"], ["paper.failed"])
    assert time.monotonic() - began < 3 * PATIENCE + 3  # by the clock, on a machine however busy
    assert sorted(answers)[len(answers) // 2] < 0.5


def test_a_page_that_wants_too_much_memory_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        render_pdf(PAGE.format("<p>word</p>" * 20_000), "", {}, folder=tmp_path, megabytes=110, seconds=60)

    assert refused.value.code in ("paper.too_large", "paper.failed")


def test_without_pango_the_sentence_names_the_line_that_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "missing_for_pdf", lambda: ["libpango-1.0-0"])

    with pytest.raises(Refused) as refused:
        render_pdf(PAGE.format("x"), "", {}, folder=tmp_path)

    assert refused.value.code == "paper.no_libraries"
    assert "install -y --no-install-recommends libpango-1.0-0" in refused.value.params["line"]


def test_only_so_many_papers_are_made_at_once_and_a_killed_printer_frees_its_place(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from server.papers.rendering import turn\n"
        "with turn(Path(sys.argv[1])) as got: print(got, flush=True); sys.stdin.read()"
    )
    others = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)],
            cwd=TOP,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(AT_ONCE)
    ]
    assert [other.stdout.readline() for other in others if other.stdout] == ["True\n"] * AT_ONCE

    with pytest.raises(Refused, match=r"paper\.busy"):
        render_pdf(PAGE.format("x"), "", {}, folder=tmp_path)

    os.kill(others[0].pid, signal.SIGKILL)
    for other in others:
        other.communicate()
    with turn(tmp_path) as got:
        assert got


def test_the_typesetter_itself_reaches_no_network_no_file_and_no_program(
    canary: Canary, tmp_path: Path
) -> None:
    script = f"""
import os, socket, subprocess
from server.papers.typesetter import leave_network, stay_inside
where = lambda: os.path.realpath("/proc/self/ns/net")
here = where()
print("away" if not leave_network() or where() != here else "still here")
stay_inside({str(tmp_path / "own")!r})
for act in (
    lambda: socket.create_connection(("127.0.0.1", {canary.http.rpartition(":")[2]}), 1),
    lambda: socket.getaddrinfo("hotel.example", 80),
    lambda: subprocess.run(["true"]),
    lambda: open({str(tmp_path / "canary.svg")!r}).read(),
    lambda: open({str(tmp_path / "new")!r}, "w"),
):
    try:
        print("did", act())
    except PermissionError:
        print("refused")
"""
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=TOP, capture_output=True, text=True, check=True
    ).stdout

    assert said.split() == ["away", *["refused"] * 5]
    assert canary.hits == []
