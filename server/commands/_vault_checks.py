"""Which keys open what lies in the vault, and which of them may be taken away: for `doctor`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from server.commands._checking import Check
from server.keys import Key
from server.settings import Settings

TAKES = timedelta(hours=1)
"""After a change of the key; 100,000 rows took a minute, and the worker begins within five."""

WAITING = "let the worker run (./oneguest up); its log names rows that do not open"


def look_at_vault(settings: Settings) -> Iterator[Check]:
    """One line of the present key, one of each former one, and one of each that is missing."""
    from server import tables  # noqa: F401 (a sheet's keys lead to every table)
    from server.clock import clock
    from server.db import make_engine
    from server.keys import read_all_keys
    from server.registration.resealing import rows_by_key

    engine = make_engine(settings.database_url)
    try:
        rows = rows_by_key(engine)
    finally:
        engine.dispose()
    keys = read_all_keys(settings.keys_dir, "vault")
    yield from told(keys, rows, folder=str(settings.keys_dir), now=clock())


def told(keys: Sequence[Key], rows: Mapping[str, int], *, folder: str, now: datetime) -> Iterator[Check]:
    """What there is to say of these keys (the present one first), when so many rows are sealed by each."""
    present, *former = keys
    yield Check("vault", f"{present.id} seals, and opens {_counted(rows.get(present.id, 0))}")
    for key in former:
        left = rows.get(key.id, 0)
        if not left:
            found = f"{key.id} opens nothing here any more: take {folder}/{key.id}.json away when you like;"
            yield Check("vault", f"{found} a backup from before {present.made:%Y-%m-%d} needs it")
            continue
        is_late = now - present.made > TAKES
        advice = (
            "let the worker run (./oneguest up); its log names rows that do not open" if is_late else None
        )
        yield Check("vault", f"{key.id} still opens {_counted(left)}, which the worker seals anew", advice)
    known = {key.id for key in keys}
    for key_id, number in sorted(rows.items()):
        if key_id not in known:
            yield Check(
                "vault",
                f"nothing here opens {_counted(number)} of {key_id}",
                f"put {key_id}.json back into {folder} from your backup of the keys",
            )


def _counted(number: int) -> str:
    return f"{number} sealed {'row' if number == 1 else 'rows'}"
