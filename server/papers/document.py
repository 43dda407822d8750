"""What a paper is made of, whatever it is shown as: headings, texts, lists, tables, keys and their meaning.

A paper is built once and set by one template, on the desk's page and in the PDF alike. Texts are plain
strings, which the template escapes, or Markup from texts.py, where given values were escaped and set apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

Size = Literal["a4", "a5"]


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a part."""

    kind: ClassVar = "heading"
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    kind: ClassVar = "text"
    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """A list; `numbered` when its order matters."""

    kind: ClassVar = "points"
    items: Sequence[str]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Values:
    """Names and what stands for them, such as an address."""

    kind: ClassVar = "values"
    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first column names its rows."""

    kind: ClassVar = "table"
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys to press, and what each does."""

    kind: ClassVar = "keys"
    rows: Sequence[tuple[str, str]]


Block = Heading | Text | Points | Values | Table | Keys


@dataclass(frozen=True, slots=True)
class Document:
    """A whole paper in one language."""

    title: str
    language: str
    size: Size
    blocks: Sequence[Block]
    foot: str


@dataclass(frozen=True, slots=True)
class Lack:
    """A setting that a paper wants and the house has not; `stops`: without it the paper would be untrue.

    `section`: where on the page of the house's settings it is set.
    """

    code: str  # a sentence of the papers
    stops: bool
    params: tuple[tuple[str, str], ...] = ()
    section: str = "entity"
