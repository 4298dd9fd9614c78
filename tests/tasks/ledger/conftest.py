from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tasks.ledger.assignment import Assignment
from tasks.ledger.release import Release
from tasks.ledger.store import Store
from tasks.ledger.trace import Trace

START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def start() -> datetime:
    return START


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "ledger.duckdb", lock_timeout_s=20)
    yield opened
    opened.close()


@pytest.fixture
def a_release() -> Callable[..., Release]:
    def make(**changes: Any) -> Release:
        fields: dict[str, Any] = {
            "release_id": "rel_1",
            "environment": "production",
            "prompt_id": "order-extract",
            "from_version": "v2",
            "from_behavior": "b" * 64,
            "to_version": "v3",
            "to_behavior": "c" * 64,
            "anchor_behavior": None,
            "risk": "medium",
            "author": "ana",
            "attempt": 1,
            "started_by": "ci",
            "started_at": START,
            "components": {"prompt": "p3", "model": "m1"},
            "policy": {"alpha": 0.05},
            "change_note": {
                "author": "ana",
                "why": "more examples",
                "expected": [{"metric": "score"}],
                "reverse": "pin v2",
            },
        }
        return Release(**fields | changes)

    return make


@pytest.fixture
def a_trace() -> Callable[..., Trace]:
    def make(number: int, **changes: Any) -> Trace:
        fields: dict[str, Any] = {
            "trace_id": f"tr_{number}",
            "ts": START + timedelta(seconds=number),
            "environment": "production",
            "prompt_id": "order-extract",
            "version": "v2",
            "intended": "b" * 64,
            "served": "b" * 64,
            "arm": "live",
            "generation": 7,
            "unit": f"unit-{number}",
            "unit_key_id": "k1",
            "variables": {"message": f"text {number}"},
        }
        return Trace(**fields | changes)

    return make


@pytest.fixture
def assigned() -> Callable[..., Assignment]:
    """The assignment that belongs to a unit's first request."""

    def make(trace: Trace, **changes: Any) -> Assignment:
        fields: dict[str, Any] = {
            "environment": trace.environment,
            "prompt_id": trace.prompt_id,
            "release_id": "rel_1",
            "generation": trace.generation,
            "share_bps": 500,
            "unit": trace.unit,
            "unit_key_id": trace.unit_key_id,
            "arm": trace.arm,
            "first_seen_at": trace.ts,
        }
        return Assignment(**fields | changes)

    return make


@pytest.fixture
def python() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts Python processes with this checkout on their path; those that still run at the end are killed."""
    started: list[subprocess.Popen[str]] = []

    def run(code: str, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", code, *map(str, arguments)]
        env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
