"""What a bulk run is told by: what changed, and what is no longer anybody's evidence."""

from __future__ import annotations

from collections.abc import Iterator

from server.guests.linking import LinkReport
from server.guests.remaking import NewlyShared

SHOWN = 10
"""Newly shared values that are told one by one, those that parted most records first."""


def told(report: LinkReport) -> Iterator[str]:
    """The lines of a report. Values are told by their kind and the number of a record that bears them."""
    yield f"{report.records} records, model {report.model}: {report.changed} of them changed their guest;"
    yield f"{report.guests_made} guests are new, {report.guests_merged} went into others."
    if report.shared:
        parted = len({record for shared in report.shared for record in shared.parted})
        yield (
            f"{len(report.shared)} values are found to be nobody's own and are no evidence any more;"
            f" {parted} records stood together by one and are parted:"
        )
        yield from _values(report.shared)
    if report.crowded:
        yield f"{report.crowded} keys became too common to look anybody up by alone."


def _values(shared: tuple[NewlyShared, ...]) -> Iterator[str]:
    most = sorted(shared, key=lambda value: (-len(value.parted), value.kind, value.record))
    for value in most[:SHOWN]:
        apart = ", ".join(map(str, value.parted[:SHOWN])) + (", …" if len(value.parted) > SHOWN else "")
        yield (
            f"  {value.kind} of record {value.record}: on {value.records} records of {value.persons} unlike"
            f" persons" + (f"; parted: records {apart}" if apart else "")
        )
    if len(shared) > SHOWN:
        yield f"  and {len(shared) - SHOWN} more"
