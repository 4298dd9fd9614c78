"""Makes `kept/schema-N.duckdb.gz`, a ledger of schema version N with a few rows: `python -m <this module> N`.

Run once, when version N+1 is written; a file that is kept is never made again.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
from pathlib import Path

import duckdb

from tasks.ledger import migration

KEPT = Path(__file__).parent / "kept"
ROWS = """
INSERT INTO claim VALUES ('release demo/parcel-sort', 'host-1', 3, '2026-11-21T08:00:00Z');
INSERT INTO ingested_segment VALUES ('a.jsonl', '2026-11-21T08:00:00Z', 1, 0, 0, 0);
INSERT INTO event VALUES ('ev_1', '2026-11-21T08:00:00Z', 'promptship.live.pinned', 'ana', 'demo', 'parcel-sort', NULL,
    NULL, '{"reason": "a test"}');
"""


def keep(version: int) -> Path:
    """The file as promptship of that schema would have left it."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "ledger.duckdb"
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"ATTACH '{path}' AS ledger (STORAGE_VERSION 'v1.5.0')")
        connection.execute("USE ledger")
        connection.execute(migration.BOOK)
        for step in migration.migrations()[:version]:
            connection.execute(step.sql)
            connection.execute("INSERT INTO schema_migration VALUES (?, ?, now())", [step.version, step.checksum])
        connection.execute(ROWS)
        connection.execute("USE memory")
        connection.execute("DETACH ledger")
        KEPT.mkdir(exist_ok=True)
        kept = KEPT / f"schema-{version}.duckdb.gz"
        kept.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    return kept


if __name__ == "__main__":
    sys.stdout.write(f"{keep(int(sys.argv[1]))}\n")
