from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tasks.ledger import trace
from tasks.ledger.trace import Trace
from tests.world import PROMPT

from .conftest import Place

Promptship = Callable[..., Any]


def _traces(versions: dict[str, str]) -> list[Trace]:
    """Ten requests of each version, an hour ago."""
    begin = datetime.now(UTC) - timedelta(hours=1)
    return [
        Trace(
            trace_id=f"tr_{version}_{n}", ts=begin + timedelta(seconds=n), environment="demo", prompt_id=PROMPT,
            version=version, intended=behavior, served=behavior, arm="live", generation=1,
            unit=f"u{n}", unit_key_id="k", intent="sort", schema_ok=n > 0, latency_ms=100.0 + n, cost_usd=None,
        )
        for version, behavior in versions.items()
        for n in range(10)
    ]  # fmt: skip


@pytest.fixture
def measured(place: Place) -> Place:
    rows = _traces({"v1": "a" * 64, "v2": "b" * 64})
    place.store.tx(lambda tx: trace.insert_many(tx, rows, datetime.now(UTC)))
    return place


@pytest.mark.usefixtures("measured")
def test_each_metric_of_each_version_has_its_interval(promptship: Promptship) -> None:
    found = promptship("metrics", PROMPT, "--environment", "demo", "--json").document
    rows = {(row["version"], row["metric"]): row for row in found["rows"]}
    assert {version for version, _ in rows} == {"v1", "v2"}
    share, mean = rows["v1", "schema_ok"], rows["v1", "latency"]
    assert (share["n"], share["units"], share["mean"]) == (10, 10, 0.9)
    assert 0 < share["low"] < 0.9 < share["high"] < 1
    assert mean["low"] < mean["mean"] < mean["high"]
    assert mean["mean"] == pytest.approx(0.1045)


@pytest.mark.usefixtures("measured")
def test_what_nothing_measured_is_named_with_what_it_needs(promptship: Promptship) -> None:
    found = promptship("metrics", PROMPT, "-e", "demo", "--json").document
    missing = {one["metric"]: one["needs"] for one in found["missing"]}
    assert missing["cost"] == ["price"]
    assert missing["cost_per_resolved"] == ["cost", "resolved"]
    assert {row["metric"] for row in found["rows"]}.isdisjoint(missing)
    assert "cost (needs price)" in promptship("metrics", PROMPT, "-e", "demo").out


@pytest.mark.usefixtures("measured")
def test_groups_and_spans_are_chosen(promptship: Promptship) -> None:
    by = ("--by", "intent", "--by", "day")
    rows = promptship("metrics", PROMPT, "-e", "demo", *by, "--json").document["rows"]
    assert {row["intent"] for row in rows} == {"sort"}
    assert "version" not in rows[0]
    assert promptship("metrics", PROMPT, "-e", "demo", "--since", "30m", "--json").document["rows"] == []
    assert "no requests in this time" in promptship("metrics", PROMPT, "--since", "30m").out


@pytest.mark.usefixtures("place")
def test_a_place_without_a_ledger_has_no_requests(promptship: Promptship) -> None:
    assert promptship("metrics", PROMPT, "--json").document["rows"] == []
    assert promptship("metrics", "nobody").code == 3
