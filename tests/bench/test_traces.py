"""`make bench`: a sample and the metrics of one prompt out of many traces, with the time and the memory they take.

BENCH_TRACES is how many, 1,000,000 unless told; ten million take 10 to 15 minutes to write and 8 GB of disk, so
BENCH_LEDGER may name a file that is kept for the next time. Nothing here asserts a time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tasks.ledger.store import Store

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

TRACES = int(os.environ.get("BENCH_TRACES", "1000000"))
BEGIN, DAYS, INTENTS, EACH = datetime(2026, 11, 1, tzinfo=UTC), 14, 9, 500
FILL = """
INSERT INTO trace (trace_id, ts, environment, prompt_id, version, intended, served, arm, generation, unit, unit_key_id,
    intent, variables, output, prompt_tokens, output_tokens, cost_usd, latency_ms, attempts, fallback, schema_ok,
    refusal, redacted, metrics, ingested_at)
SELECT 'tr_' || md5(n::VARCHAR),
    $begin + to_microseconds((n::HUGEINT * $days * 86400000000 // $traces)::BIGINT), 'production',
    CASE WHEN n % 25 < 13 THEN 'order-extract' ELSE 'other-' || n % 7 END, 'v' || 2 + n % 2, sha256((n % 2)::VARCHAR),
    sha256((n % 2)::VARCHAR), CASE WHEN n % 20 = 1 THEN 'canary' ELSE 'live' END, 1, 'u' || n % ($traces // 5 + 1), 'k',
    'intent-' || n % $intents, json_object('message', repeat(md5(n::VARCHAR) || ' please look ', 20)),
    repeat(md5((n + 1)::VARCHAR) || ' thanks ', 10), 200 + n % 90, 20 + n % 30, (200 + n % 90) * 1e-6, 300 + n % 700, 1,
    n % 500 = 0, n % 50 <> 0, n % 200 = 0, [], MAP {}, $begin + to_days($days)
FROM range($first, $last) t(n)
"""
ASK = """
import json, sys, time
from datetime import datetime, timedelta
from tasks.ledger import metric, trace
from tasks.ledger.store import Store
store, until, size = Store.open(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), int(sys.argv[3])
span = {"since": until - timedelta(days=7), "until": until}
asks = {
    "sample": lambda: trace.sample(store, "production", "order-extract", **span, size=size, seed="bench"),
    "metrics": lambda: metric.measured(store, "production", "order-extract", **span, by=["version", "intent"]),
}
store.rows("SELECT 1 AS one")
began, cpu = time.perf_counter(), time.process_time()
found = asks[sys.argv[4]]()
spent, used = time.perf_counter() - began, time.process_time() - cpu
memory = next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"rows": len(found), "seconds": spent, "cpu": used, "megabytes": memory}))
"""
AT_ONCE = 1_000_000


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In the order of time, as they are taken in; half of them of one prompt."""
    kept = os.environ.get("BENCH_LEDGER")
    path = Path(kept) if kept else tmp_path_factory.mktemp("traces") / "ledger.duckdb"
    if path.exists():
        return path
    store = Store.open(path)
    for first in range(0, TRACES, AT_ONCE):
        given = {"begin": BEGIN, "days": DAYS, "traces": TRACES, "intents": INTENTS}
        given |= {"first": first, "last": min(first + AT_ONCE, TRACES)}
        store.tx(lambda tx, given=given: tx.execute(FILL, given))  # type: ignore[misc]
    store.close()
    return path


def asked(ledger: Path, what: str) -> dict[str, Any]:
    """In a process of its own, so that its memory is its own."""
    until = BEGIN.replace(day=BEGIN.day + DAYS).isoformat()
    command = [sys.executable, "-c", ASK, str(ledger), until, str(EACH * INTENTS), what]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(("what", "rows"), [("sample", EACH * INTENTS), ("metrics", None)])
def test_a_week_of_one_prompt(ledger: Path, what: str, rows: int | None, capfd: pytest.CaptureFixture[str]) -> None:
    found = [asked(ledger, what) for _ in range(2)]
    assert rows is None or found[0]["rows"] == min(rows, TRACES)
    spent = " and ".join(f"{one['seconds']:.2f} s ({one['cpu']:.2f} s of CPU)" for one in found)
    size = ledger.stat().st_size / 1e9
    told = f"{found[0]['rows']} rows, {spent}, {found[0]['megabytes']:.0f} MB of memory; file {size:.1f} GB"
    with capfd.disabled():
        sys.stdout.write(f"\n{what} of a week, {TRACES:,} traces: {told}\n")
