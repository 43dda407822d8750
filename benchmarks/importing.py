"""Time an import from file to records: python -m benchmarks.importing [ROWS]

Makes an export of the English PMS, imports it into a fresh SQLite database, and prints
rows a second until stored and cleaned, the time of linking, and the peak memory of this process.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from tests.builders import write_export


def main(rows: int) -> None:
    """Run once; print the figures."""
    from server.db import writing
    from server.guests.linking import link_waiting
    from server.importing.preparing import look_at, prepare
    from server.importing.running import run_import
    from server.opening import open_database
    from server.settings import read_settings

    with tempfile.TemporaryDirectory() as folder:
        export = write_export(Path(folder) / "profiles.txt", rows)
        engine = open_database(read_settings({"ONEGUEST_DATA_DIR": folder}))
        start = time.perf_counter()
        looked = look_at(export, name=export.name, kept={})
        seen = time.perf_counter()
        with writing(engine) as session:
            import_id = prepare(session, looked).id
        run_import(engine, import_id, export)
        stored = time.perf_counter()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        link_waiting(engine, bulk=True)
        linked = time.perf_counter()
        full = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{rows:,} rows: looked at in {seen - start:.1f} s; stored and cleaned in {stored - start:.1f} s")
    print(f"({rows / (stored - start):,.0f} rows/s), peak {peak:.0f} MB; linked in {linked - stored:.1f} s,")
    print(f"peak with linking {full:.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
