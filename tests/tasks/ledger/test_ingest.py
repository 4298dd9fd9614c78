from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from registry.runtime.spool import sealed
from tasks.ledger import ingest, look
from tasks.ledger.ingest import put_away, take_in
from tasks.ledger.look import Look
from tasks.ledger.store import Store

TAKE_IN = """
import sys, json
from datetime import datetime, UTC
from pathlib import Path
from registry.runtime.spool import sealed
from tasks.ledger.ingest import take_in
from tasks.ledger.store import Store
store = Store.open(sys.argv[1], lock_timeout_s=60)
print(take_in(store, sealed(Path(sys.argv[2])), datetime.now(UTC)).traces)
"""


def a_line(number: int, **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "kind": "trace", "format": 1, "trace_id": f"tr_{number}", "ts": f"2026-11-21T08:00:{number % 60:02}.000001Z",
        "environment": "production", "prompt_id": "p", "version": "v1", "intended": "b", "served": "b", "arm": "live",
        "generation": 3, "unit": f"u{number}", "unit_key_id": "k", "redacted": ["email"], "metrics": {"own": 1.5},
        "variables": {"text": "ü"}, "tool_calls": [{"name": "find", "arguments": {"id": 1}}], "schema_ok": True,
    }  # fmt: skip
    return fields | changes


ASSIGNMENT = {
    "kind": "assignment", "format": 1, "environment": "production", "prompt_id": "p", "release_id": "rel_1",
    "generation": 3, "share_bps": 500, "unit": "u1", "unit_key_id": "k", "arm": "canary",
    "first_seen_at": "2026-11-21T08:00:01.000001Z",
}  # fmt: skip
FEEDBACK = {
    "kind": "feedback", "format": 1, "trace_id": "tr_1", "at": "2026-11-21T08:01:00Z", "name": "thumbs_down",
    "value": 1, "source": "app",
}  # fmt: skip


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    (tmp_path / "spool" / "ready").mkdir(parents=True)
    return tmp_path / "spool"


@pytest.fixture
def segment(spool: Path) -> Callable[..., Path]:
    def write(name: str, *lines: bytes | dict[str, Any]) -> Path:
        path = spool / "ready" / f"{name}.jsonl"
        content = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        path.write_bytes(b"".join(line + b"\n" for line in content))
        return path

    return write


def ids(store: Store) -> list[str]:
    return [row["trace_id"] for row in store.rows("SELECT trace_id FROM trace ORDER BY trace_id")]


def test_each_kind_lands_in_its_table(store: Store, spool: Path, segment: Callable[..., Path], start: datetime) -> None:
    segment("a", a_line(1), ASSIGNMENT, FEEDBACK, b"", a_line(2) | {"unknown": 1, "strategy": "vote of 5"})
    found = take_in(store, sealed(spool), start)
    drawn = store.rows("SELECT strategy FROM trace ORDER BY trace_id")
    assert [row["strategy"] for row in drawn] == [None, "vote of 5"], "an older SDK does not say it"
    assert (found.traces, found.lines, found.at) == (2, 4, start)
    row = store.rows("SELECT * FROM trace WHERE trace_id = 'tr_1'")[0]
    assert (row["metrics"], row["redacted"], row["variables"]) == ({"own": 1.5}, ["email"], {"text": "ü"})
    assert (row["cost_usd"], row["refusal"], row["attempts"], row["ingested_at"]) == (None, None, 1, start)
    assert (
        row["ts"]
        == datetime.fromisoformat("2026-11-21T08:00:01.000001Z")
        == store.rows("FROM assignment")[0]["first_seen_at"]
    )
    assert store.rows("FROM feedback")[0]["value"] == 1.0
    assert [path.name for path in (spool / "done").iterdir()] == ["a.jsonl"]


def test_a_segment_counts_once(store: Store, spool: Path, segment: Callable[..., Path], start: datetime) -> None:
    path = segment("a", a_line(1))
    store.tx(lambda tx: ingest.ingest(tx, [path], start))
    assert path.exists()
    again = take_in(store, sealed(spool), start)
    assert (again.traces, path.exists(), ids(store)) == (0, False, ["tr_1"])
    assert take_in(store, [path], start).traces == 0


def test_a_transaction_that_fails_takes_nothing_in(store: Store, segment: Callable[..., Path], start: datetime) -> None:
    path = segment("a", a_line(1))
    with pytest.raises(FileNotFoundError):
        store.tx(lambda tx: ingest.ingest(tx, [path, path.with_name("missing.jsonl")], start))
    assert ids(store) == []
    assert take_in(store, [path], start).traces == 1


def test_two_ingesters_at_once(
    store: Store, spool: Path, segment: Callable[..., Path], python: Callable[..., subprocess.Popen[str]]
) -> None:
    for number in range(10):
        segment(f"{number:02}", *(a_line(100 * number + line) for line in range(20)))
    store.migrate()
    racers = [python(TAKE_IN, store.path, spool) for _ in range(2)]
    took = [int(racer.communicate()[0]) for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0]
    assert sum(took) == len(ids(store)) == len(set(ids(store))) == 200
    assert not sealed(spool)


def without(line: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in line.items() if key != name}


POISON: dict[str, tuple[bytes | dict[str, Any], str]] = {
    "half a line": (b'{"kind": "trace", "form', "Invalid control character"),
    "no object": (b"[1, 2]", "`kind` is one of"),
    "no text": (b'{"kind": "\xff"}', "half of a character"),
    "half a character": (a_line(9, output="x") | {"output": "\ud800"}, "half of a character"),
    "unknown kind": ({"kind": "other", "format": 1}, "found 'other'"),
    "newer format": (a_line(9, format=2), "`format` is 1"),
    "a column is missing": (without(a_line(9), "version"), "version: Field required"),
    "not a number": (a_line(9, cost_usd="much"), "cost_usd: Input should be"),
    "NaN": (a_line(9, cost_usd=float("nan")), "NaN is no number"),
    "infinite": (json.dumps(a_line(9)).replace("1.5", "1e999").encode(), "1e999 is no number"),
    "no zone": (a_line(9, ts="2026-11-21T08:00:00"), "has no zone"),
    "huge": (a_line(9, prompt_tokens=2**40), "`prompt_tokens` is too large"),
    "unknown arm": (a_line(9, arm="other"), "arm: Input should be"),
    "nested": (b"[" * 20000, "nested too deeply"),
    "an assignment without unit": (ASSIGNMENT | {"unit": None}, "unit: Input should be"),
    "feedback of text": (FEEDBACK | {"value": "bad"}, "value: Input should be"),
}


@pytest.mark.parametrize("name", POISON)
def test_a_bad_line_costs_only_itself(
    store: Store, spool: Path, segment: Callable[..., Path], start: datetime, name: str
) -> None:
    line, reason = POISON[name]
    segment("a", a_line(1), line, a_line(2))
    found = take_in(store, sealed(spool), start)
    assert ids(store) == ["tr_1", "tr_2"]
    assert [segment.rejected for segment in found.segments] == [1]
    kept = json.loads((spool / "rejected" / "a.jsonl").read_text())
    assert kept["number"] == 2
    assert re.search(reason, kept["reason"])


ODD: dict[str, dict[str, Any]] = {
    "text": {"output": "a\u0000b \u2028 \U0001f600 'quoted' \\ \" {x}"},
    "numbers": {"variables": {"id": 2**80, "tiny": 5e-324, "none": None}},
    "empty": {"variables": {}, "metrics": {}, "tool_calls": [], "redacted": [], "output": ""},
    "nulls": {"variables": None, "tool_calls": None, "unit": None, "unit_key_id": None, "served": None, "output": None},
    "odd names": {"metrics": {"": 0.0, "a'b": -1.0}},
    "a large payload": {"output": "x" * 200_000},
}


@pytest.mark.parametrize("name", ODD)
def test_odd_content_is_stored_as_it_is(store: Store, segment: Callable[..., Path], start: datetime, name: str) -> None:
    take_in(store, [segment("a", a_line(1, **ODD[name]))], start)
    row = store.rows("FROM trace")[0]
    assert {key: row[key] for key in ODD[name]} == ODD[name]


def test_bad_lines_are_kept_even_when_the_ingester_died_after_the_commit(
    store: Store, spool: Path, segment: Callable[..., Path], start: datetime
) -> None:
    path = segment("a", a_line(1), b"bad")
    store.tx(lambda tx: ingest.ingest(tx, [path], start))
    put_away(store.tx(lambda tx: ingest.ingest(tx, [path], start)))
    assert (spool / "rejected" / "a.jsonl").exists()
    assert (ids(store), path.exists()) == (["tr_1"], False)


def test_what_is_taken_in_is_later_than_every_look(store: Store, segment: Callable[..., Path], start: datetime) -> None:
    ahead = start + timedelta(minutes=5)
    whole = Look("rel_1", 1, 1, ahead, "*", "*", None, 0, 0, None, None, None, "wait")
    store.tx(lambda tx: look.insert_many(tx, [whole]))
    first = take_in(store, [segment("a", a_line(1))], start).at
    second = take_in(store, [segment("b", a_line(2))], start).at
    later = take_in(store, [segment("c", a_line(3))], ahead + timedelta(minutes=1)).at
    assert ahead < first < second < later == ahead + timedelta(minutes=1)
