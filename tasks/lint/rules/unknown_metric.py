"""PS111: the change note names a metric that is not in the vocabulary, or that this version cannot have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from registry.nearest import did_you_mean
from tasks.lint.finding import Finding, Severity
from tasks.lint.subject import Subject

CODE = "PS111"
_TOOL_CALL = "tool_call"


class Said(NamedTuple):
    """What a finding says."""

    found: str
    expected: str
    fix: str


def unknown_metric(subject: Subject) -> Iterator[Finding]:
    change = subject.version.change
    for index, expected in enumerate(change.expected):
        for problem in _unknown(subject, expected.metric):
            yield _finding(subject.line("change", "expected", index, "metric"), problem)
    for index, guard in enumerate(change.guards):
        for problem in _unknown(subject, guard.metric) or _unmeasured(subject, guard.metric):
            yield _finding(subject.line("change", "guards", index, "metric"), problem)


def _unknown(subject: Subject, metric: str) -> list[Said]:
    name, _, tool = metric.partition(":")
    tools = [entry.name for entry in subject.version.tools]
    if name == _TOOL_CALL and tool not in tools:
        fix = did_you_mean(tool, tools, "Name a tool of this version, or remove the line")
        return [Said(f"the metric {metric!r} names no tool of this version", "`tool_call:<tool>`", fix)]
    if metric not in subject.metrics:
        fix = did_you_mean(metric, subject.metrics, "Declare it in registry/metrics.yaml, or take one from there")
        return [Said(f"nobody knows the metric {metric!r}", "a metric of registry/metrics.yaml", fix)]
    return []


def _unmeasured(subject: Subject, metric: str) -> list[Said]:
    """A guard that nothing will ever measure holds back nothing."""
    version = subject.version
    has: dict[str, object] = {
        "output_schema": version.output.schema_,
        "tools": version.tools,
        "fallbacks": version.fallbacks,
        "eval_set": version.evals,
    }
    lacks = [need.replace("_", " ") for need in subject.metrics[metric].needs if need in has and not has[need]]
    fix = "Remove the guard, or add what it needs"
    return [Said(f"nothing measures the guard on {metric!r}: no {need}", need, fix) for need in lacks]


def _finding(line: int | None, said: Said) -> Finding:
    return Finding(CODE, Severity.ERROR, line, *said)
