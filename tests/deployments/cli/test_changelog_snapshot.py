"""The public snapshot: any DuckDB client reads what `promptship changelog --json` says, also while a release writes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from deployments.cli import main
from tests.polling import until
from tests.shop import Shop, shop
from tests.world import PROMPT

CHANGES = 4
READER = """
import sys, time, duckdb
from pathlib import Path
path, stop, read = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
rows = []
while not stop.exists():
    if path.exists():
        with duckdb.connect(str(path), read_only=True) as connection:
            rows.append(len(connection.execute("SELECT * FROM changelog").fetchall()))
        read.write_text(str(rows[-1]))
    time.sleep(0.005)
assert rows == sorted(rows), rows
print(rows[-1])
"""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("snapshot"), {"v1": (40, 0), "v2": (3, 0), "v3": (80, 0)}) as made:
        yield made


def start(version: str, *more: str) -> int:
    return main.run(["release", "start", PROMPT, version, "--environment", "demo", "--via", "local", *more])


@contextmanager
def reading(here: Shop, folder: Path) -> Iterator[list[str]]:
    """A process that opens the snapshot, reads and closes it all the time, from before it exists; what it printed."""
    stop, seen = folder / "stop", folder / "seen"
    said: list[str] = []
    arguments = map(str, (here.roots.public / "changelog.duckdb", stop, seen))
    process = subprocess.Popen([sys.executable, "-c", READER, *arguments], stdout=subprocess.PIPE, text=True)
    try:
        yield said
        until(lambda: seen.exists() and seen.read_text() == str(CHANGES), "the last change in the reader")
    finally:
        stop.touch()
        said.append(process.communicate()[0])
    assert process.returncode == 0


@pytest.fixture(scope="module")
def read(here: Shop, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    with reading(here, tmp_path_factory.mktemp("reader")) as said:
        assert start("v1") == 0
        assert start("v2") == 1
        assert main.run(["live", "pin", PROMPT, "v3", "-e", "demo", "--reason", "try", "--break-glass"]) == 0
        assert main.run(["rollback", PROMPT, "-e", "demo", "--reason", "worse", "--by", "bo"]) == 0
    return said


def test_it_can_be_read_while_releases_write(read: list[str]) -> None:
    assert read == [f"{CHANGES}\n"]


def test_the_snapshot_has_the_rows_of_the_command(
    here: Shop, read: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main.run(["changelog", "--json", "--since", "1d"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["source"] == "ledger"
    assert said["note"] is None
    rows = _plain(here.roots.public / "changelog.duckdb")
    assert [row["kind"] for row in rows] == ["release", "release", "pin", "rollback"]
    assert [row["decision"] for row in rows][:2] == ["promote", "reject"]
    assert sorted(map(_key, said["entries"])) == sorted(map(_key, rows))


def _plain(snapshot: Path) -> list[dict[str, Any]]:
    """As an analyst has it: a connection of their own, knowing nothing of promptship."""
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        cursor = connection.execute("SELECT * FROM changelog ORDER BY started_at")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _key(row: dict[str, Any]) -> str:
    """The row as JSON: times as text, JSON columns as values."""
    return json.dumps({name: _value(value) for name, value in row.items()}, sort_keys=True)


def _value(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, str) and value[:1] in "[{":
        return json.loads(value)
    return value
