"""A metric that live traffic does not have: the gate measured it on its cases before the release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.artifact import Expected
from tasks.outcome.decide import decide, unknown
from tasks.outcome.observed import Observed
from tasks.statistics.stratified import Difference


def of_gate(line: Expected, evidence: Mapping[str, Any]) -> Observed:
    """The score against live, over all cases or those of one intent; `flat` is held to the gate's margin."""
    if line.metric != "score":
        return unknown(line, "live traffic does not measure it")
    row = _row(line, evidence)
    if row is None:
        return unknown(line, "the gate compared nothing with live", "gate")
    n = int(row["n"])
    found = Difference(row["value"], row["low"], row["high"], None, n, n)
    return decide(line, found, evidence.get("margin"), "gate")


def _row(line: Expected, evidence: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if line.intent is None:
        found: Mapping[str, Any] | None = evidence.get("live")
        return found
    guards = evidence.get("guards") or ()
    return next((row for row in guards if row["kind"] == "intent" and row["name"] == line.intent), None)
