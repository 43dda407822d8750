"""How long sealing and verifying a journal take, and how much memory that needs.

Usage: python -m benchmarks.journal [ENTRIES]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from server.db import make_engine, reading, writing
from server.journal.models import JournalEntry
from server.journal.sealing import chain_key, seal, waiting_for_seal
from server.journal.verifying import verify
from server.migrating import migrate
from server.statements import insert_rows

START = datetime(2024, 1, 1, tzinfo=UTC)
KEY = chain_key("sealing-bench", b"k" * 32)
WRITTEN_AT_ONCE = 10_000


def peak() -> float:
    """Peak resident memory of this process so far, in MB (Linux counts in kB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print one line of figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'journal.db'}"
        migrate(url)
        engine = make_engine(url)
        for first in range(0, count, WRITTEN_AT_ONCE):
            rows: list[dict[str, object]] = [
                {
                    "at": START + timedelta(seconds=90 * n),
                    "actor": f"staff:{n % 12}",
                    "act": "guest.opened",
                    "subject": f"guest:{n % 5000:032x}",
                    "detail": {},
                    "property_id": n % 3 + 1,
                    "reason": None,
                }
                for n in range(first, min(count, first + WRITTEN_AT_ONCE))
            ]
            with writing(engine) as session:
                insert_rows(session, JournalEntry, rows)
        started, after = time.perf_counter(), 0
        while True:
            with reading(engine) as session:
                ids = waiting_for_seal(session, after=after)
            if not ids:
                break
            with writing(engine) as session:
                seal(session, ids, KEY, now=START)
            after = ids[-1]
        sealed = time.perf_counter()
        with reading(engine) as session:
            waiting_for_seal(session)
        looked, before, cpu = time.perf_counter(), peak(), time.process_time()
        with reading(engine) as session:
            verdict = verify(session, {KEY.id: KEY})
        ended, cpu = time.perf_counter(), time.process_time() - cpu
        size = Path(folder, "journal.db").stat().st_size / 1e6
        print(
            f"{verdict.sealed} entries, wrong: {verdict.wrong}; sealed in {sealed - started:.1f} s, "
            f"looked whether any waits in {looked - sealed:.2f} s, verified in {ended - looked:.1f} s "
            f"({cpu:.1f} s of CPU); "
            f"memory {before:.0f} MB before verifying, {peak():.0f} MB after; {size:.0f} MB of database"
        )


if __name__ == "__main__":
    main()
