from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from registry.runtime.unit_key import UnitKey
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


def _until_the_second_pause_of(length: float) -> Callable[[float], None]:
    """Sleeps not at all; other pauses are those of the client's own retries."""
    first = iter([length])

    def sleep(seconds: float) -> None:
        if seconds == length and next(first, None) is None:
            raise KeyboardInterrupt

    return sleep


def test_shipping_needs_a_place(place: Place, promptship: Promptship, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "PROMPTSHIP_SPOOL is not set" in promptship("trace", "ship").err
    monkeypatch.setenv("PROMPTSHIP_SPOOL", "/mnt/spool")
    said = promptship("trace", "ship", "--json")
    assert (said.code, "s3://bucket/prefix" in said.document["error"]["expected"]) == (3, True)


def test_storage_that_is_down_is_one_sentence(
    place: Place, promptship: Promptship, monkeypatch: pytest.MonkeyPatch
) -> None:
    down = {"ENDPOINT_URL_S3": "http://127.0.0.1:9", "ACCESS_KEY_ID": "k", "SECRET_ACCESS_KEY": "s"}
    for name, value in down.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("PROMPTSHIP_SPOOL", "s3://bucket/spool")
    _seal(place, "a.jsonl", _line(1))
    said = promptship("trace", "ship")
    assert (said.code, "Could not connect" in said.err) == (3, True)
    monkeypatch.setattr(time, "sleep", _until_the_second_pause_of(5))
    assert promptship("trace", "ship", "--every", "5").err.count("tried again in 5 s") == 2
    ingested = promptship("trace", "ingest", "--json")
    assert (ingested.code, ingested.document["traces"]) == (3, 1)
    monkeypatch.delenv("PROMPTSHIP_SPOOL")
    monkeypatch.setenv("PROMPTSHIP_ARTIFACTS", "s3://bucket/artifacts")
    monkeypatch.setenv("PROMPTSHIP_ROUTES", "s3://bucket/routes")
    assert "Could not connect" in promptship("live", "show", PROMPT).err
    assert "Could not connect" in promptship("doctor").out


def test_spans_of_other_tools_are_imported(place: Place, promptship: Promptship, tmp_path: Path) -> None:
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.prompt.name": PROMPT,
        "gen_ai.prompt.version": "v1",
        "gen_ai.completion.0.content": "lamp",
    }
    span = {
        "traceId": "a" * 32,
        "spanId": "b" * 16,
        "startTimeUnixNano": "1795000000000000000",
        "endTimeUnixNano": "1795000000250000000",
        "attributes": [{"key": name, "value": {"stringValue": value}} for name, value in attributes.items()],
    }
    other = {**span, "spanId": "c" * 16, "attributes": []}
    line = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span, other]}]}]})
    file = tmp_path / "spans.jsonl"
    file.write_text(f"{line}\nno JSON\n")
    assert promptship("trace", "import", str(file), "-e", "demo", "--json").document["traces"] == 1
    said = promptship("trace", "import", str(file), "-e", "demo").out
    assert "0 traces of 2 lines; 1 were there already" in said
    assert "1 spans left out: not a model call" in said
    assert "spans.import.jsonl says why" in said


def test_retention_and_deletion_by_unit(place: Place, promptship: Promptship) -> None:
    hidden = UnitKey.find(place.roots.home).hide("ana")
    old = (datetime.now(UTC) - timedelta(days=91)).isoformat()
    _seal(place, "a.jsonl", _line(1, ts=old), _line(2, unit=hidden), _line(3))
    promptship("trace", "ingest")
    assert "demo: 1 traces, 0 feedbacks and 0 assignments deleted" in promptship("trace", "expire").out
    assert "demo: nothing is past its retention" in promptship("trace", "expire").out
    asked = ("trace", "forget", "--unit", "ana", "-e", "demo", "--by", "eva", "--reason", "asked for it")
    assert promptship(*asked, "--json").document["gone"]["traces"] == 1
    assert "0 traces" in promptship(*asked).out
    assert promptship("trace", "expire", "--json").document["environments"][0]["environment"] == "demo"
