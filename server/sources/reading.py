"""What was found out about a file before its rows are read: shown to a person, kept with the import."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.record import DATE_FIELDS, FIELDS, DateOrder, StayKind
from server.sources.container import Container
from server.sources.date_orders import Verdict, settle
from server.sources.layout import Layout, Of, Person, layouts
from server.sources.unreadable import Unreadable


@dataclass(frozen=True)
class KeptMapping:
    """How staff said that a header nobody knew is to be read."""

    source_name: str
    kind: str
    columns: Mapping[str, str]
    key_columns: Sequence[str]


@dataclass(frozen=True)
class Reading:
    """Everything needed to read a file's rows again, in the same way, from any row on.

    `columns` maps header columns to FIELDS and is empty while `needs_mapping`; then `suggested` holds a field
    and a score from 0 to 1 per column, for a person to correct. `asked` are the layouts that are too alike to
    choose from, `layout_said` whether a person did. `rows` counts data rows: each is given exactly once, as a
    record or with the reason why not. `sample` holds the first rows after the door. `number_columns` hold ids
    that look like card numbers.
    """

    name: str
    container: Container
    header: tuple[str, ...]
    header_digest: str
    header_line: int = 1
    encoding: str = ""
    encoding_errors: str = "strict"
    encoding_sure: bool = True
    separator: str = ""
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()
    layout: str | None = None
    layout_said: bool = False
    asked: tuple[str, ...] = ()
    source_name: str = ""
    kind: str = ""
    columns: Mapping[str, str] = dataclasses.field(default_factory=dict)
    key_columns: tuple[str, ...] = ()
    suggested: Mapping[str, tuple[str, float]] = dataclasses.field(default_factory=dict)
    date_columns: Mapping[str, Verdict] = dataclasses.field(default_factory=dict)
    rows: int = 0
    bad_rows: int = 0
    findings: Mapping[str, int] = dataclasses.field(default_factory=dict)
    sample: tuple[Mapping[str, str], ...] = ()
    number_columns: tuple[str, ...] = ()

    @property
    def needs_mapping(self) -> bool:
        """Whether a person must say what the columns mean before a row can be read."""
        return not self.columns

    @property
    def layout_used(self) -> Layout | None:
        """The layout the file was recognised by."""
        return layouts()[self.layout] if self.layout else None

    @property
    def stay_kind(self) -> StayKind | None:
        """What a row tells of besides the person."""
        if self.layout_used:
            return self.layout_used.stay_kind
        if "stay_from" not in self.columns.values():
            return None
        return "stay" if self.kind in ("pms", "channel", "cards") else "visit"

    @property
    def person(self) -> Person:
        """Whose values the rows hold."""
        return self.layout_used.person if self.layout_used else "guest"

    @property
    def of(self) -> Of:
        """What a key of the file stands for.

        A file that staff mapped is a list of people where a reservation system gives it without references.
        """
        if self.layout_used:
            return self.layout_used.of
        is_list_of_people = self.kind == "pms" and "reference" not in self.columns.values()
        return "profile" if is_list_of_people else "reservation"

    @property
    def date_orders(self) -> dict[str, DateOrder]:
        """The order of day and month by date field; a field whose column could not be told is absent."""
        settled = settle({c: v for c, v in self.date_columns.items() if self._date_field(c)})
        return {self.columns[column]: order for column, order in settled.items()}

    @property
    def undecidable_dates(self) -> tuple[str, ...]:
        """Date columns in which every value can be read both ways, and no other column of the file helps."""
        settled = settle({c: v for c, v in self.date_columns.items() if self._date_field(c)})
        return tuple(
            column
            for column, verdict in self.date_columns.items()
            if verdict == "undecidable" and self._date_field(column) and column not in settled
        )

    @property
    def conflicting_dates(self) -> tuple[str, ...]:
        """Date columns that hold both orders, or an order and its opposite."""
        return tuple(c for c, v in self.date_columns.items() if v == "conflicting" and self._date_field(c))

    @property
    def names_properties(self) -> bool:
        """Whether a column says, row by row, which property the row speaks of."""
        return "property" in self.columns.values()

    def of_one_property(self) -> Reading:
        """The reading with its column of properties kept as it is, without a meaning."""
        others = {column: field for column, field in self.columns.items() if field != "property"}
        return dataclasses.replace(self, columns=others)

    def _date_field(self, column: str) -> bool:
        return self.columns.get(column) in DATE_FIELDS

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values; from_json gives an equal Reading back."""
        plain = dataclasses.asdict(self)
        plain["needs_mapping"] = self.needs_mapping
        return plain

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Reading:
        """A Reading from what to_json gave, also after a trip through a JSON text."""
        known = {f.name for f in dataclasses.fields(cls)}
        values = {name: value for name, value in stored.items() if name in known}
        for name in ("header", "other_sheets", "asked", "key_columns", "number_columns"):
            values[name] = tuple(values[name])
        values["sample"] = tuple(dict(row) for row in values["sample"])
        values["suggested"] = {
            c: (str(field), float(score)) for c, (field, score) in values["suggested"].items()
        }
        return cls(**values)


def apply_mapping(
    reading: Reading,
    columns: Mapping[str, str],
    key_columns: Sequence[str],
    source_name: str,
    kind: str,
) -> Reading:
    """The reading with what a person said of its columns.

    `columns` maps header columns to FIELDS; columns left out are kept without a meaning. `key_columns` may be
    empty: then a row is known by a digest of its person's columns.

    Raises:
        Unreadable: a column that the file does not have, a field that does not exist, or nothing mapped.
    """
    strangers = [c for c in (*columns, *key_columns) if c not in reading.header]
    if strangers:
        raise Unreadable("mapping-no-column", {"column": strangers[0]})
    wrong = [f for f in columns.values() if f not in FIELDS]
    if wrong:
        raise Unreadable("mapping-no-field", {"field": wrong[0]})
    if not columns:
        raise Unreadable("mapping-empty")
    return dataclasses.replace(
        reading,
        layout=None,
        asked=(),
        columns=dict(columns),
        key_columns=tuple(key_columns),
        source_name=source_name,
        kind=kind,
    )
