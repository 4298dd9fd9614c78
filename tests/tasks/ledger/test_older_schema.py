from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.ledger import migration
from tasks.ledger.store import Store

pytestmark = pytest.mark.usefixtures("every_migration")
KEPT = sorted((Path(__file__).parent / "kept").glob("schema-*.duckdb.gz"))
THEN = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
_COLUMNS = """
    SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE database_name = 'ledger' ORDER BY ALL
"""


def test_one_ledger_is_kept_of_each_older_version() -> None:
    newest = migration.migrations()[-1].version
    kept = [file.name for file in KEPT]
    wanted = [f"schema-{version}.duckdb.gz" for version in range(1, newest)]
    assert kept == wanted, f"run: python -m tests.tasks.ledger.keep_ledger {newest - 1}"


@pytest.mark.parametrize("kept", KEPT, ids=lambda file: file.name)
def test_an_older_ledger_is_migrated_with_its_rows(kept: Path, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "older.duckdb"
    path.write_bytes(gzip.decompress(kept.read_bytes()))
    older = Store.open(path)
    versions = older.rows("SELECT version FROM schema_migration ORDER BY version")
    assert [row["version"] for row in versions] == [step.version for step in migration.migrations()]
    assert older.rows("FROM claim") == [
        {"key": "release demo/parcel-sort", "owner": "host-1", "epoch": 3, "expires_at": THEN}
    ]
    assert older.rows("SELECT segment, traces FROM ingested_segment") == [{"segment": "a.jsonl", "traces": 1}]
    (entry,) = older.rows("FROM changelog")
    assert (entry["kind"], entry["started_at"], json.dumps(entry["why"])) == ("pin", THEN, '"a test"')
    assert older.rows(_COLUMNS) == store.rows(_COLUMNS)
    older.close()
