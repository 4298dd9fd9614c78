"""Outcomes from traces in a ledger: canary, holdback, before and after, and when they are due."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry.errors import ReleaseError
from tasks.ledger import changelog, stage_result
from tasks.ledger.stage_result import StageResult
from tasks.outcome.keeping import Due, due, keep, look_back
from tests.tasks.outcome.past import HOUR, LIVE_AT, NEW, OLD, Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "home")


SCHEMA_UP = {"metric": "schema_ok", "direction": "up", "by": 0.3}
TOKENS_UP = {"metric": "prompt_tokens", "direction": "up", "by": 60, "unit": "tokens"}


def of_canary(ledger: Ledger) -> None:
    ledger.units(60, NEW, "canary", -1, 0.9, share_bps=5000)
    ledger.units(60, OLD, "live", -1, 0.5, share_bps=5000)


def of_holdback(ledger: Ledger) -> None:
    ledger.units(200, NEW, "live", 1, 0.9)
    ledger.units(40, OLD, "holdback", 1, 0.5)


def of_the_time_before(ledger: Ledger) -> None:
    ledger.units(80, OLD, "live", -5, 0.5)
    ledger.units(80, NEW, "live", 1, 0.9)


@pytest.mark.parametrize(
    ("served", "basis", "n_new", "n_old"),
    [
        ((of_canary,), "canary", 60, 60),
        ((of_holdback,), "holdback", 200, 40),
        ((of_canary, of_holdback), "canary and holdback", 260, 100),
        ((of_the_time_before,), "before and after", 80, 80),
    ],
)
@pytest.mark.parametrize("expected", [SCHEMA_UP, TOKENS_UP])
def test_what_was_served_at_the_same_time_comes_first(
    ledger: Ledger,
    served: tuple[Callable[[Ledger], None], ...],
    basis: str,
    n_new: int,
    n_old: int,
    expected: dict[str, Any],
) -> None:
    ledger.released(expected)
    for requests in served:
        requests(ledger)
    line = ledger.line()
    assert (line["outcome"], line["came_true"], line["basis"]) == ("moved", True, basis)
    assert (line["n_new"], line["n_old"], line["unit"]) == (n_new, n_old, expected.get("unit"))
    assert line["low"] <= line["value"] <= line["high"]


def test_the_holdback_is_compared_only_while_it_was_on(ledger: Ledger) -> None:
    """Later, live is compared with nobody: a bad week would count as the new version's doing."""
    ledger.released(SCHEMA_UP)
    of_holdback(ledger)
    ledger.units(300, NEW, "live", 30, 0.0)
    ledger.clock = LIVE_AT + 200 * HOUR
    assert ledger.line(168) == ledger.line(24)


def test_few_units_say_nothing(ledger: Ledger) -> None:
    ledger.released(SCHEMA_UP)
    ledger.units(200, NEW, "live", 1, 0.9)
    ledger.units(9, OLD, "holdback", 1, 0.5)
    line = ledger.line()
    assert (line["outcome"], line["value"], line["came_true"]) == ("cannot tell", None, None)
    assert line["reason"] == "too few units of both versions have a value"


def test_one_intent(ledger: Ledger) -> None:
    ledger.released({**SCHEMA_UP, "intent": "refund"})
    of_holdback(ledger)
    ledger.units(40, NEW, "live", 2, 0.5, intent="refund")
    ledger.units(40, OLD, "holdback", 2, 0.5, intent="refund")
    line = ledger.line()
    assert (line["n_new"], line["n_old"], line["value"]) == (40, 40, 0)
    assert line["outcome"] != "moved"


def test_slower_than_the_old_versions_tail(ledger: Ledger) -> None:
    ledger.released({"metric": "latency_tail", "direction": "up", "by": 0.4})
    ledger.units(100, NEW, "live", 1, 1, latency_ms=900.0)
    ledger.units(60, OLD, "holdback", 1, 1, latency_ms=500.0)
    assert ledger.line()["outcome"] == "moved"


@pytest.mark.parametrize(
    ("expected", "changes", "reason"),
    [
        (SCHEMA_UP, {"from_version": None, "from_behavior": None}, "no version was live before it"),
        ({"metric": "vanished", "direction": "flat"}, {}, "no such metric is declared any more"),
        ({"metric": "score", "direction": "up", "by": 0.1}, {}, "the gate compared nothing with live"),
    ],
)
def test_what_cannot_be_compared(
    ledger: Ledger, expected: dict[str, Any], changes: dict[str, Any], reason: str
) -> None:
    ledger.released(expected, **changes)
    assert (ledger.line()["outcome"], ledger.line()["reason"]) == ("cannot tell", reason)


def test_a_score_comes_from_the_gate(ledger: Ledger) -> None:
    ledger.released({"metric": "score", "direction": "up", "by": 0.3})
    evidence = {"live": {"value": 0.31, "low": 0.22, "high": 0.4, "n": 300}}
    row = StageResult("rel_1", "gate", 1, LIVE_AT, LIVE_AT, "pass", "better", evidence, 600, 0.1)
    ledger.workspace.store.tx(lambda tx: stage_result.insert(tx, row))
    assert (ledger.line()["outcome"], ledger.line()["basis"]) == ("moved", "gate")


@pytest.mark.parametrize(
    "kind", ["promptship.live.rolled_back", "promptship.live.pinned", "promptship.release.promoted"]
)
def test_the_next_change_cuts_it_short(ledger: Ledger, kind: str) -> None:
    ledger.released(SCHEMA_UP)
    ledger.units(200, NEW, "live", 1, 0.9)
    ledger.units(200, NEW, "live", 5, 0.0)
    ledger.units(40, OLD, "holdback", 1, 0.5)
    ledger.happened(kind, 4)
    found = look_back(ledger.workspace, "rel_1", 24)
    assert "4 hours after it went live (cut short: another version went live)" in found.sentence
    assert found.lines[0].n_new == 200


def test_a_release_that_never_served_everybody_has_no_outcome(ledger: Ledger) -> None:
    ledger.released(SCHEMA_UP, live=False)
    with pytest.raises(ReleaseError, match="never served all traffic"):
        look_back(ledger.workspace, "rel_1", 24)


@pytest.mark.parametrize(
    ("hours", "kept", "expected"),
    [(23, 0, []), (24, 0, [24]), (30, 24, []), (167, 24, []), (168, 24, [168]), (200, 0, [168]), (900, 168, [])],
)
def test_a_day_and_a_week(ledger: Ledger, hours: float, kept: float, expected: list[float]) -> None:
    ledger.released(SCHEMA_UP)
    if kept:
        keep(ledger.workspace, Due("rel_1", kept))
    assert due(ledger.workspace, LIVE_AT + hours * HOUR) == [Due("rel_1", one) for one in expected]


def test_it_is_written_once_and_the_changelog_has_the_newest(ledger: Ledger) -> None:
    ledger.released(SCHEMA_UP, {"metric": "prompt_tokens", "direction": "flat"})
    of_holdback(ledger)
    for _ in range(2):
        keep(ledger.workspace, Due("rel_1", 24))
    ledger.clock = LIVE_AT + 200 * HOUR
    keep(ledger.workspace, Due("rel_1", 168))
    store = ledger.workspace.store
    written = stage_result.of_release(store, "rel_1")
    assert [(row.stage, row.attempt, row.verdict, row.evidence["hours"]) for row in written] == [
        ("observe", 1, "reject", 24),
        ("observe", 2, "reject", 168),
    ]
    (entry,) = changelog.entries(store)
    assert entry.outcome == "moved"
    assert [(line["metric"], line["came_true"]) for line in entry.observed or ()] == [
        ("schema_ok", True),
        ("prompt_tokens", False),
    ]
    assert changelog.hits(store) == [("ana", 1, 1, 0)]
    assert (ledger.workspace.roots.public / "changelog.duckdb").exists()
