from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.world import PROMPT

from .conftest import Place

Promptship = Callable[..., Any]


def _line(number: int, **changes: Any) -> str:
    fields: dict[str, Any] = {
        "kind": "trace",
        "format": 1,
        "trace_id": f"tr_{number}",
        "ts": datetime.now(UTC).isoformat(),
        "environment": "demo",
        "prompt_id": PROMPT,
        "version": "v1",
        "intended": "a" * 64,
        "served": "a" * 64,
        "arm": "live",
        "generation": 1,
        "unit": f"unit-{number}",
        "unit_key_id": "k",
        "schema_ok": number % 2 == 0,
        "latency_ms": 100.0,
        "cost_usd": None,
    }
    return json.dumps(fields | changes) + "\n"


def _seal(place: Place, name: str, *lines: str) -> None:
    ready = place.roots.spool / "ready"
    ready.mkdir(parents=True, exist_ok=True)
    (ready / name).write_text("".join(lines))


def test_traces_are_taken_in_once_and_counted(place: Place, promptship: Promptship) -> None:
    _seal(place, "a.jsonl", *map(_line, range(4)), "no JSON\n")
    waiting = promptship("trace", "stats", "--json").document
    assert (waiting["rows"], waiting["segments_waiting"]) == ([], 1)
    said = promptship("trace", "ingest", "--json").document
    assert (said["traces"], said["rejected"]) == (4, {"a.jsonl": 1})
    assert promptship("trace", "ingest", "--json").document["traces"] == 0
    (row,) = promptship("trace", "stats", "--json").document["rows"]
    assert (row["requests"], row["units"], row["schema_ok"], row["cost_usd"], row["priced"]) == (4, 4, 0.5, None, 0)
    assert (place.roots.public / "changelog.duckdb").exists()


def test_people_are_told_of_what_waits_and_what_is_bad(place: Place, promptship: Promptship) -> None:
    _seal(place, "a.jsonl", _line(1), "no JSON\n")
    assert "1 segments wait" in promptship("trace", "stats").out
    assert "rejected/a.jsonl says why" in promptship("trace", "ingest").out
    assert PROMPT in promptship("trace", "stats").out


def test_what_happened_before_is_left_out(place: Place, promptship: Promptship) -> None:
    _seal(place, "a.jsonl", _line(1, ts="2026-01-01T00:00:00+00:00"))
    promptship("trace", "ingest")
    assert promptship("trace", "stats", "--json").document["rows"] == []
    assert len(promptship("trace", "stats", "--since", "99999d", "--json").document["rows"]) == 1
    assert promptship("trace", "stats", "--since", "99999999999d").code == 64
