"""Files that others wrote are the ones we say they are."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

VENDOR = Path(__file__).parents[2] / "static" / "vendor"
TEMPLATES = VENDOR.parents[1] / "templates"
MAIL = TEMPLATES / "mail"
"""E-mails: a mail program knows no style sheet of ours, and keeps to no policy of ours."""


def test_every_vendored_file_has_the_hash_of_the_manifest() -> None:
    manifest = tomllib.loads((VENDOR / "manifest.toml").read_text("utf-8"))
    files = {path.name for path in VENDOR.iterdir()} - {"manifest.toml"}

    assert files == set(manifest)
    for name, facts in manifest.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == facts["sha256"], name


def test_nothing_is_loaded_from_another_house() -> None:
    top = VENDOR.parents[1]
    ours = [
        *(path for path in TEMPLATES.rglob("*.html") if path.parent != MAIL),
        *(top / "static").rglob("*.css"),
        *(top / "static").rglob("*.js"),
    ]

    for path in ours:
        if VENDOR not in path.parents:
            text = path.read_text("utf-8").replace("http://www.w3.org/", "")
            assert "http://" not in text, path
            assert "https://" not in text, path


def test_no_page_carries_inline_style_or_script() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text("utf-8")
        assert " style=" not in text or path.parent == MAIL, path
        assert "hx-on" not in text, path
        assert "onclick" not in text, path


def test_an_e_mail_makes_its_reader_fetch_nothing() -> None:
    for path in MAIL.iterdir():
        text = path.read_text("utf-8")
        assert not re.search(r"src=|url\(|background=|<link|<style|<script|<img|@import|srcset", text), path
