"""A page is compiled once for all web servers, and never from what was kept of another text."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from server.compiled import compiled_pages


def environment(folder: Path, **how: bool) -> jinja2.Environment:
    """As a web server that starts has it."""
    made = jinja2.Environment(loader=jinja2.FileSystemLoader(folder), autoescape=True, **how)  # type: ignore[arg-type]
    made.bytecode_cache = compiled_pages(made, folder / "kept")
    return made


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    (tmp_path / "hello.html").write_text("Hello {{ name }}\n\n{% if name %}\nyou{% endif %}")
    return tmp_path


def test_the_second_web_server_compiles_nothing(pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment(pages).get_template("hello.html")
    second = environment(pages)
    monkeypatch.setattr(second, "compile", lambda *_, **__: pytest.fail("it compiled"))

    assert second.get_template("hello.html").render(name="Ada").startswith("Hello Ada")


def test_a_page_that_was_changed_is_read_anew(pages: Path) -> None:
    environment(pages).get_template("hello.html")
    (pages / "hello.html").write_text("Good evening {{ name }}")

    assert environment(pages).get_template("hello.html").render(name="Ada") == "Good evening Ada"


def test_what_was_compiled_in_another_way_is_not_taken(pages: Path) -> None:
    loose = environment(pages).get_template("hello.html").render(name="Ada")

    assert environment(pages, trim_blocks=True).get_template("hello.html").render(name="Ada") != loose


def test_what_was_torn_by_a_full_disk_is_compiled_again(pages: Path) -> None:
    environment(pages).get_template("hello.html")
    for kept in (pages / "kept").iterdir():
        kept.write_bytes(kept.read_bytes()[:40])

    assert environment(pages).get_template("hello.html").render(name="Ada").startswith("Hello Ada")


def test_a_release_of_another_owner_is_served_all_the_same(pages: Path) -> None:
    (pages / "kept").write_text("no folder")

    assert environment(pages).get_template("hello.html").render(name="Ada").startswith("Hello Ada")
